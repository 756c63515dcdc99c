from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import quote, urlsplit

from django.utils.html import escape
from django.utils.translation import gettext as _

from comments.embed_check.policies import check_policies
from comments.embed_check.reading import ElementTag, EmbedPage, ScriptTag
from comments.embed_check.values import Finding, KnownSite
from comments.models.articles import ARTICLE_KEY_PATTERN
from comments.origins import canonical_origin

RUN_AS_SCRIPT = {"", "text/javascript", "application/javascript"}
LOCAL_HOSTS = {"localhost", "127.0.0.1"}
_VERSION_PATH = re.compile(r"/embed/v1(\.[0-9]+\.[0-9]+)?\.js")


def check_page(
    page: EmbedPage, *, comments_origin: str, sites: Sequence[KnownSite], wanted_site: str = ""
) -> list[Finding]:
    """Everything that is wrong with the page or could be better, in the order in which a browser would stumble over it.

    `comments_origin` is this server's; `sites` are all that the page may name. With `wanted_site` it has to name that one.
    """
    return [
        *_check_scripts(page, comments_origin),
        *check_policies(page, comments_origin),
        *_check_elements(page, sites, wanted_site),
    ]


def loader_line(comments_origin: str) -> str:
    """A script that loads ours when the page has loaded, so that nothing of the page ever waits for this server."""
    return (
        '<script>addEventListener("load", () => document.head.append(Object.assign(document.createElement("script"), '
        f'{{ src: "{comments_origin}/embed/v1.js" }})))</script>'
    )


def script_line(comments_origin: str) -> str:
    """The plain script tag, which any policy can let in; the browser's load event waits until it has come or failed."""
    return f'<script async src="{comments_origin}/embed/v1.js"></script>'


def element_line(site: str, key: str) -> str:
    """The element as it should be."""
    return f'<marginalia-comments site="{escape(site)}" article="{escape(key)}"></marginalia-comments>'


def suggest_key(address: str) -> str:
    """A key made of the path of an address; the very one that the script takes where none is named."""
    path = quote(urlsplit(address).path, safe="/%:@!$&'()*+,;=~-._")
    return re.sub(r"[^A-Za-z0-9_.~:-]+", "-", path).strip("-")[-200:] or "home"


# --- The script


def _check_scripts(page: EmbedPage, comments_origin: str) -> Iterator[Finding]:
    if not page.scripts:
        sentence = _("The page does not load the script, so no comments appear. Paste this line into its head:")
        # A policy may refuse scripts inside the page and addresses that scripts set; the plain tag it can always let in.
        line = script_line if page.policies else loader_line
        yield Finding("script_missing", sentence, line(comments_origin))
        return
    if len(page.scripts) > 1:
        yield Finding(
            "script_twice",
            _("The page loads the script %(count)s times. Once is enough; leave only this line:")
            % {"count": len(page.scripts)},
            _line_in_use(page, comments_origin),
        )
    fault = _first_fault(page, page.scripts[0], comments_origin)
    if fault is not None:
        code, sentence = fault
        yield Finding(code, sentence, _line_in_use(page, comments_origin))


def _line_in_use(page: EmbedPage, comments_origin: str) -> str:
    """The line of the kind that the page has chosen, as it should be."""
    return (loader_line if page.scripts[0].is_inline else script_line)(comments_origin)


def _first_fault(page: EmbedPage, script: ScriptTag, comments_origin: str) -> tuple[str, str] | None:
    """Code and sentence of what keeps this tag from working; each fault hides the ones after it."""
    parts = urlsplit(script.address)
    if parts.scheme == "http" and page.address.startswith("https:") and parts.hostname not in LOCAL_HOSTS:
        return "script_insecure", _(
            "The page is loaded by https, the script by http: browsers refuse that. The line has to be:"
        )
    if canonical_origin(script.address) != comments_origin:
        names = {"found": f"{parts.scheme}://{parts.netloc}", "ours": comments_origin}
        return "script_elsewhere", _(
            "The script comes from %(found)s, but this comment server is %(ours)s. The line has to be:"
        ) % names
    if not _VERSION_PATH.fullmatch(parts.path):
        return "script_unknown", _("There is no script at %(address)s. The line has to be:") % {
            "address": script.address
        }
    if script.kind == "module":
        return "script_module", _(
            "The script is loaded as a module, and then it cannot know where it comes from. Leave type=module out:"
        )
    if script.kind not in RUN_AS_SCRIPT:
        return "script_inert", _(
            "The script has the type %(kind)s, so browsers do not run it; perhaps a consent tool changed it. It sets no"
            " cookie and needs no consent:"
        ) % {"kind": script.kind}
    if script.has_integrity and parts.path == "/embed/v1.js":
        return "script_integrity", _(
            "The script has a fixed checksum, but v1.js is brought up to date from time to time and stops working then."
            " Name an exact version, or leave integrity out:"
        )
    return None


# --- The elements


def _check_elements(page: EmbedPage, sites: Sequence[KnownSite], wanted_site: str) -> Iterator[Finding]:
    known = {site.slug: site for site in sites}
    likely = wanted_site or (sites[0].slug if len(sites) == 1 else "")
    if not page.elements:
        if not page.has_other_uses:
            yield Finding(
                "element_missing",
                _("The page says nowhere where the comments go. Paste this line where they shall appear:"),
                element_line(likely or "SITE", suggest_key(page.address)),
            )
        return
    if len(page.canonicals) > 1:
        yield Finding(
            "canonical_twice",
            _("The page names %(count)s canonical addresses. Leave only one:") % {"count": len(page.canonicals)},
            f'<link rel="canonical" href="{escape(page.canonical)}">',
        )
    seen: set[tuple[str, str]] = set()
    for element in page.elements:
        if element.key and (element.site, element.key) in seen:
            yield Finding(
                "key_duplicate",
                _("The discussion %(key)s stands twice on the page. Leave the second one out.") % {"key": element.key},
            )
            continue
        seen.add((element.site, element.key))
        yield from _check_element(page, element, known, likely)
    for slug in dict.fromkeys(element.site for element in page.elements if element.site in known):
        yield from _check_origin(page, known[slug])


def _check_element(page: EmbedPage, element: ElementTag, known: dict[str, KnownSite], likely: str) -> Iterator[Finding]:
    key = element.key or suggest_key(page.address_of(element))
    if not element.is_closed:
        yield Finding(
            "element_open",
            _(
                "The element has no end tag, so it swallows what follows it; '/>' does not close it. The line has to be:"
            ),
            element_line(element.site or likely or "SITE", key),
        )
    if not element.site:
        yield Finding("site_missing", _("The element names no site:"), element_line(likely or "SITE", key))
    elif element.site not in known or (likely and element.site != likely):
        sentence = _("The element names the site %(site)s, which is not known here:") % {"site": element.site}
        if element.site in known:
            sentence = _("The element names the site %(site)s, not %(wanted)s:") % {
                "site": element.site,
                "wanted": likely,
            }
        yield Finding("site_wrong", sentence, element_line(likely or "SITE", key))
    yield from _check_key(page, element)
    if element.site in known and not (likely and element.site != likely):
        yield from _check_address(page, element, known[element.site])


def _check_key(page: EmbedPage, element: ElementTag) -> Iterator[Finding]:
    fix = element_line(element.site or "SITE", suggest_key(page.address_of(element)))
    if not element.key:
        sentence = _(
            "The element names no article, so the address of the page is its key, and the comments are lost when the page"
            " moves. Better:"
        )
        yield Finding("key_missing", sentence, fix, is_problem=False)
    elif not re.fullmatch(ARTICLE_KEY_PATTERN, element.key):
        sentence = _(
            "%(key)s cannot be the key of an article: it has 1 to 200 of the letters a to z, digits and the characters"
            " . _ ~ : - For instance:"
        )
        yield Finding("key_impossible", sentence % {"key": element.key[:200]}, fix)


# --- Addresses and origins


def _check_address(page: EmbedPage, element: ElementTag, site: KnownSite) -> Iterator[Finding]:
    address = page.address_of(element)
    yield from _check_named_address(page, element, site)
    owner = site.key_of_address.get(address, "")
    home = site.address_of_key.get(element.key, "")
    if owner and element.key and owner != element.key:
        yield Finding(
            "address_taken",
            _("%(address)s belongs to the article %(owner)s already, so comments would appear there. Name that one:")
            % {"address": address, "owner": owner},
            element_line(site.slug, owner),
        )
    elif home and not owner and home != address:
        yield Finding(
            "key_elsewhere",
            _(
                "The article %(key)s is known from %(home)s. If this page is the same article, all is well; else it needs"
                " a key of its own:"
            )
            % {"key": element.key, "home": home},
            element_line(site.slug, suggest_key(address)),
            is_problem=False,
        )


def _check_named_address(page: EmbedPage, element: ElementTag, site: KnownSite) -> Iterator[Finding]:
    """The page may call itself by another address than the one it was found at, within limits."""
    named, values = page.address_of(element), {"named": page.address_of(element), "here": page.address}
    link = f'<link rel="canonical" href="{escape(page.address.partition("#")[0].partition("?")[0])}">'
    if element.url and page.canonical and element.url != page.canonical:
        values |= {"canonical": page.canonical}
        sentence = _("The element gives the address %(named)s, the page %(canonical)s. Leave the attribute url out.")
        yield Finding("url_differs", sentence % values)
        return
    there, here = urlsplit(named), urlsplit(page.address)
    origin = canonical_origin(named)
    if origin != canonical_origin(page.address):
        if there.hostname == here.hostname and there.scheme != here.scheme:
            sentence = _("The page is found at %(here)s, but calls itself %(named)s, with another scheme:")
            yield Finding("address_scheme", sentence % values, link)
        elif origin not in site.origins:
            sentence = _(
                "The page calls itself %(named)s, which is on no origin of the site, so comments would be refused:"
            )
            yield Finding("address_elsewhere", sentence % values, link)
    elif there.path.rstrip("/") != here.path.rstrip("/"):
        sentence = _("The page is found at %(here)s, but calls itself %(named)s; its comments would be kept for that:")
        yield Finding("address_differs", sentence % values, link)


def _check_origin(page: EmbedPage, site: KnownSite) -> Iterator[Finding]:
    origin = canonical_origin(page.address)
    if origin is None or origin in site.origins:
        return
    host = urlsplit(origin).netloc
    other = next((one for one in site.origins if urlsplit(one).netloc == host), "")
    values = {"origin": origin, "site": site.slug, "other": other}
    if other:
        sentence = _("The site %(site)s is registered for %(other)s, but the page is at %(origin)s. Add this origin:")
        yield Finding("origin_scheme", sentence % values, origin)
    else:
        sentence = _(
            "%(origin)s is not registered for the site %(site)s, so nobody can comment there. Add this origin:"
        )
        yield Finding("origin_unregistered", sentence % values, origin)
