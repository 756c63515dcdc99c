"""Broken pages and their findings: each has exactly its own, with the line that puts it right."""

from __future__ import annotations

import pytest

from comments.embed_check import KnownSite, check_page, read_page
from comments.embed_check.checks import loader_line
from comments.embed_check.csp import is_let_in

COMMENTS = "https://comments.example"
SCRIPT = f'<script async src="{COMMENTS}/embed/v1.js"></script>'
ELEMENT = '<marginalia-comments site="demo" article="a-1"></marginalia-comments>'
HERE = "https://news.example/stories/a-1"
SITE = KnownSite(slug="demo", origins=("https://news.example", "https://amp.news.example"))
OTHER = KnownSite(slug="other", origins=("https://other.example",))


def codes(
    html: str, *policies: str, address: str = HERE, sites: tuple[KnownSite, ...] = (SITE,), wanted: str = ""
) -> list[str]:
    """The findings of a page by their codes; hints in brackets."""
    page = read_page(address=address, html=html, policies=policies)
    found = check_page(page, comments_origin=COMMENTS, sites=sites, wanted_site=wanted)
    assert all(finding.sentence.endswith((".", ":")) for finding in found)
    return [finding.code if finding.is_problem else f"({finding.code})" for finding in found]


def fixes(html: str, *policies: str, address: str = HERE) -> list[str]:
    """The lines to paste."""
    page = read_page(address=address, html=html, policies=policies)
    return [finding.fix for finding in check_page(page, comments_origin=COMMENTS, sites=[SITE])]


def test_page_as_documented_has_no_findings() -> None:
    html = f'<link rel="canonical" href="{HERE}"><head>{SCRIPT}</head><article>Text</article>{ELEMENT}'
    assert codes(html) == []
    assert codes(html, address=f"{HERE}?utm_source=mail#comments") == []


BROKEN = [
    ("script_missing", ELEMENT),
    ("script_missing", f"<!-- {SCRIPT} -->{ELEMENT}"),
    ("script_missing", f"<noscript>{SCRIPT}</noscript><template>{SCRIPT}</template>{ELEMENT}"),
    ("script_twice", SCRIPT + SCRIPT + ELEMENT),
    ("script_elsewhere", f'<script src="https://old.example/embed/v1.js"></script>{ELEMENT}'),
    ("script_elsewhere", f'<script src="/embed/v1.js"></script>{ELEMENT}'),
    ("script_insecure", f'<script src="http://comments.example/embed/v1.js"></script>{ELEMENT}'),
    ("script_unknown", f'<script src="{COMMENTS}/embed/v2.js"></script>{ELEMENT}'),
    ("script_module", f'<script type="module" src="{COMMENTS}/embed/v1.js"></script>{ELEMENT}'),
    ("script_inert", f'<script type="text/plain" src="{COMMENTS}/embed/v1.js"></script>{ELEMENT}'),
    ("script_integrity", f'<script integrity="sha384-x" src="{COMMENTS}/embed/v1.js"></script>{ELEMENT}'),
    ("element_missing", SCRIPT),
    ("element_open", f'{SCRIPT}<marginalia-comments site="demo" article="a-1"/><p>Footer</p>'),
    ("element_open", f'{SCRIPT}<marginalia-comments site="demo" article="a-1"><p>Footer</p>'),
    ("site_missing", f'{SCRIPT}<marginalia-comments article="a-1"></marginalia-comments>'),
    ("site_wrong", f'{SCRIPT}<marginalia-comments site="dmeo" article="a-1"></marginalia-comments>'),
    ("(key_missing)", f'{SCRIPT}<marginalia-comments site="demo"></marginalia-comments>'),
    ("key_impossible", f'{SCRIPT}<marginalia-comments site="demo" article="a 1/ü"></marginalia-comments>'),
    ("key_impossible", f'{SCRIPT}<marginalia-comments site="demo" article="{"x" * 201}"></marginalia-comments>'),
    ("key_duplicate", SCRIPT + ELEMENT + ELEMENT),
    ("canonical_twice", f'<link rel=canonical href="{HERE}"><link rel=canonical href="{HERE}/">{SCRIPT}{ELEMENT}'),
    ("address_differs", f'<link rel="canonical" href="https://news.example/">{SCRIPT}{ELEMENT}'),
    ("address_scheme", f'<link rel="canonical" href="http://news.example/stories/a-1">{SCRIPT}{ELEMENT}'),
    ("address_elsewhere", f'<link rel="canonical" href="https://x.example/stories/a-1">{SCRIPT}{ELEMENT}'),
    ("url_differs", f'<link rel="canonical" href="{HERE}">{SCRIPT}{ELEMENT.replace("site=", "url=/b site=")}'),
]


@pytest.mark.parametrize(("code", "html"), BROKEN)
def test_broken_page_has_exactly_its_finding(code: str, html: str) -> None:
    assert codes(html) == [code]


def test_line_of_the_script_is_the_loader_but_where_a_policy_could_refuse_it() -> None:
    assert fixes(ELEMENT) == [loader_line(COMMENTS)]
    assert fixes(ELEMENT, f"script-src {COMMENTS}; connect-src {COMMENTS}") == [SCRIPT]
    assert fixes(SCRIPT + SCRIPT + ELEMENT) == [SCRIPT]
    assert fixes(loader_line("https://old.example") + ELEMENT) == [loader_line(COMMENTS)]


POLICIES = [
    ("csp_script", "script-src 'self'; connect-src *", f"script-src 'self' {COMMENTS}"),
    ("csp_script", "script-src 'none'", f"script-src {COMMENTS}"),
    ("csp_script", "script-src-elem 'self'; script-src *", f"script-src-elem 'self' {COMMENTS}"),
    ("csp_script", f"default-src 'self'; connect-src {COMMENTS}", f"script-src 'self' {COMMENTS}"),
    ("csp_script", f"script-src {COMMENTS}:8443", f"script-src {COMMENTS}:8443 {COMMENTS}"),
    ("csp_script", f"script-src {COMMENTS}/js/", f"script-src {COMMENTS}/js/ {COMMENTS}"),
    ("csp_nonce", f"script-src 'nonce-abc' 'strict-dynamic' {COMMENTS}", None),
    ("csp_connect", f"script-src {COMMENTS}; connect-src 'self'", f"connect-src 'self' {COMMENTS}"),
    ("csp_connect", f"default-src 'none'; script-src {COMMENTS}", f"connect-src {COMMENTS}"),
    (
        "(csp_trusted_types)",
        "require-trusted-types-for 'script'; trusted-types 'none'",
        "trusted-types marginalia",
    ),
]


@pytest.mark.parametrize(("code", "policy", "fix"), POLICIES)
def test_policy_that_refuses_has_exactly_its_finding_and_its_line(code: str, policy: str, fix: str | None) -> None:
    in_header = codes(SCRIPT + ELEMENT, policy)
    in_meta = codes(f'<meta http-equiv="Content-Security-Policy" content="{policy}">{SCRIPT}{ELEMENT}')
    assert (in_header, in_meta) == ([code], [code])
    assert fix is None or fixes(SCRIPT + ELEMENT, policy) == [fix]


@pytest.mark.parametrize(
    "policy",
    [
        f"default-src 'none'; script-src {COMMENTS}; connect-src {COMMENTS}; style-src 'none'",
        "script-src https:; connect-src https://*.example",
        "script-src *; connect-src comments.example:443/embed/ comments.example",
        "img-src 'self'; require-trusted-types-for 'script'; trusted-types default marginalia",
        "require-trusted-types-for 'script'",
        "default-src *",
        f"script-src comments.example:{'9' * 5_000} *; connect-src *",
    ],
)
def test_policy_that_lets_us_in_has_no_findings(policy: str) -> None:
    assert codes(SCRIPT + ELEMENT, policy) == []


def test_policies_that_are_one_header_are_all_asked() -> None:
    assert codes(SCRIPT + ELEMENT, f"script-src {COMMENTS}, connect-src 'none'") == ["csp_connect"]


def test_script_with_the_nonce_of_the_policy_has_no_findings() -> None:
    html = f'<script async nonce="abc" src="{COMMENTS}/embed/v1.js"></script>{ELEMENT}'
    assert codes(html, "script-src 'nonce-abc' 'strict-dynamic'") == []


@pytest.mark.parametrize(
    ("policy", "nonce", "found"),
    [
        ("img-src 'self'", "", []),
        (f"script-src {COMMENTS}; connect-src {COMMENTS}", "", ["csp_inline"]),
        (f"script-src 'unsafe-inline' {COMMENTS}", "", []),
        (f"script-src 'unsafe-inline' 'nonce-abc' {COMMENTS}", "", ["csp_inline"]),
        (f"script-src 'nonce-abc' {COMMENTS}", ' nonce="abc"', []),
        (f"script-src 'sha256-x' {COMMENTS}", "", []),
    ],
)
def test_script_that_loads_ours_after_the_page_counts_as_the_script(policy: str, nonce: str, found: list[str]) -> None:
    loader = loader_line(COMMENTS).replace("<script>", f"<script{nonce}>")
    assert codes(loader + ELEMENT, policy) == found


def test_script_that_loads_another_server_has_its_finding() -> None:
    assert codes(loader_line("https://old.example") + ELEMENT, "img-src 'self'") == ["script_elsewhere"]


def test_frame_that_the_policy_refuses_has_its_finding_only_where_it_is_wanted() -> None:
    framed = ELEMENT.replace("site=", 'isolation="frame" site=')
    assert codes(SCRIPT + framed, "frame-src 'self'") == ["csp_frame"]
    assert codes(SCRIPT + framed, f"frame-src {COMMENTS}") == []
    assert codes(SCRIPT + ELEMENT, "frame-src 'self'") == []


@pytest.mark.parametrize(
    ("source", "address", "is_in"),
    [
        ("*.example", "https://comments.example/x", True),
        ("*.comments.example", "https://comments.example/x", False),
        ("http://comments.example", "https://comments.example/x", True),
        ("http://comments.example:80", "https://comments.example/x", True),
        ("https://comments.example:*", "https://comments.example:8443/x", True),
        ("https://comments.example", "https://comments.example.evil.example/x", False),
        ("https://comments.example/a/", "https://comments.example/ab", False),
        ("'unsafe-inline'", "https://comments.example/x", False),
        ("data:", "https://comments.example/x", False),
    ],
)
def test_source_lets_in_what_a_browser_lets_in(source: str, address: str, is_in: bool) -> None:
    assert is_let_in(address, [source], page=HERE) is is_in


def test_page_on_an_origin_of_nobody_has_its_finding() -> None:
    assert codes(SCRIPT + ELEMENT, address="https://www.news.example/stories/a-1") == ["origin_unregistered"]
    assert codes(SCRIPT + ELEMENT, address="https://news.example:8443/stories/a-1") == ["origin_unregistered"]


def test_page_on_the_other_scheme_of_a_registered_origin_has_its_finding() -> None:
    assert codes(SCRIPT + ELEMENT, address="http://news.example/stories/a-1") == ["origin_scheme"]
    assert fixes(SCRIPT + ELEMENT, address="http://news.example/stories/a-1") == ["http://news.example"]


def test_page_with_another_site_than_wanted_has_its_finding() -> None:
    assert codes(SCRIPT + ELEMENT, sites=(SITE, OTHER), wanted="other") == ["site_wrong"]
    assert codes(SCRIPT + ELEMENT, sites=(SITE, OTHER), wanted="demo") == []


def test_address_of_another_article_has_its_finding() -> None:
    site = KnownSite(slug="demo", origins=SITE.origins, key_of_address={HERE: "a-0"})
    assert codes(SCRIPT + ELEMENT, sites=(site,)) == ["address_taken"]


def test_key_known_from_another_address_is_a_hint() -> None:
    site = KnownSite(slug="demo", origins=SITE.origins, address_of_key={"a-1": "https://news.example/stories/a-0"})
    assert codes(SCRIPT + ELEMENT, sites=(site,)) == ["(key_elsewhere)"]


def test_page_with_counts_alone_needs_no_element() -> None:
    assert codes(f'{SCRIPT}<span data-marginalia-count="a-1"></span>') == []


def test_canonical_link_on_another_origin_of_the_site_has_no_findings() -> None:
    html = f'<link rel="canonical" href="{HERE}">{SCRIPT}{ELEMENT}'
    assert codes(html, address="https://amp.news.example/a-1.html") == []


@pytest.mark.parametrize(
    "html", ["", "\x00<", "<script", "<marginalia-comments", '<base href="http://["><link rel=canonical href="//[">']
)
def test_rubbish_is_read_without_an_error(html: str) -> None:
    assert "script_missing" in codes(html)
