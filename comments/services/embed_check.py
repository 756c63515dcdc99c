"""Fetching a publisher's page, and looking at it with comments/embed_check. Reads; writes nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPMessage
from urllib.parse import quote, urljoin, urlsplit

from django.utils.translation import gettext as _

from comments.conf import settings
from comments.embed_check import EmbedPage, Finding, KnownSite, check_page, read_page, suggest_key
from comments.exceptions import InvalidInputError
from comments.models import Article, ArticleUrl, Site
from comments.models.articles import ARTICLE_KEY_PATTERN
from comments.origins import canonical_origin
from comments.outgoing import Limits, OutgoingError, TooLargeError, ask

SECONDS = 5
BYTES = 2 * 1024 * 1024
REDIRECTS = 3
REDIRECT_STATUSES = {301, 302, 303, 307, 308}
_MAY_STAND = "/%:@!$&'()*+,;=~-._"


@dataclass(frozen=True, slots=True)
class EmbedReport:
    """What was found at an address: that of the page in the end, after redirects."""

    address: str
    findings: tuple[Finding, ...]

    @property
    def is_fine(self) -> bool:
        """Whether nothing has to be changed; hints do not count."""
        return not any(finding.is_problem for finding in self.findings)


@dataclass(frozen=True, slots=True)
class _Answer:
    address: str
    status: int
    headers: HTTPMessage
    body: bytes


def check_embed(*, address: str, sites: Sequence[Site], wanted_site: str = "", only_registered: bool) -> EmbedReport:
    """Fetch a page and say what is wrong with the discussions in it. 2 queries, and 1 to 3 requests.

    `sites` are those it may name. With `only_registered`, addresses off their origins are refused before anything is
    asked: a desk must not become a window into the server's own network. Raises InvalidInputError for the field
    "address", with a sentence, when there is no page to look at.
    """
    origin = canonical_origin(address)
    if origin is None:
        raise _unreadable(_("Please give the whole address of the page, as in https://news.example/article."))
    registered = {one for site in sites for one in site.origins}
    if only_registered and origin not in registered:
        raise _unreadable(
            _("%(origin)s is not among the origins of the site. Only pages there can be looked at; origins are added in"
              " the administration.") % {"origin": origin}
        )  # fmt: skip
    answer = _fetch_page(address, registered | {origin})
    policies = tuple(answer.headers.get_all("Content-Security-Policy") or ())
    page = read_page(address=answer.address, html=_text_of(answer), policies=policies)
    known = _known_sites(sites, page)
    findings = check_page(page, comments_origin=settings.base_url, sites=known, wanted_site=wanted_site)
    if not any(finding.is_problem for finding in findings):
        findings += _check_own_answers(page)
    return EmbedReport(address=answer.address, findings=tuple(findings))


# --- What the database knows


def _known_sites(sites: Sequence[Site], page: EmbedPage) -> list[KnownSite]:
    """The sites, with what is known of the addresses and keys that the page names. 2 queries."""
    addresses = {page.address_of(element) for element in page.elements}
    keys = {element.key for element in page.elements if re.fullmatch(ARTICLE_KEY_PATTERN, element.key)}
    owners = ArticleUrl.objects.filter(site__in=sites, url__in=addresses).values_list("site", "url", "article__key")
    homes = Article.objects.filter(site__in=sites, key__in=keys).values_list("site", "key", "url")
    owner_rows, home_rows = list(owners), list(homes)
    return [
        KnownSite(
            slug=site.slug,
            origins=tuple(site.origins),
            key_of_address={url: key for pk, url, key in owner_rows if pk == site.pk},
            address_of_key={key: url for pk, key, url in home_rows if pk == site.pk},
        )
        for site in sites
    ]


# --- The page


def _fetch_page(address: str, allowed: set[str]) -> _Answer:
    """The page itself, after redirects on the allowed origins."""
    for _attempt in range(REDIRECTS + 1):
        answer = _ask("GET", address)
        if answer.status not in REDIRECT_STATUSES:
            break
        address = urljoin(address, answer.headers.get("Location", ""))
        if canonical_origin(address) not in allowed:
            raise _unreadable(_("The page leads on to %(address)s. Please check that address.") % {"address": address})
    else:
        raise _unreadable(_("The page leads from one address to the next without end."))
    if answer.status != 200:
        raise _unreadable(_("The page answers with status %(status)s instead of 200.") % {"status": answer.status})
    kind = answer.headers.get_content_type()
    if kind not in {"text/html", "application/xhtml+xml"}:
        raise _unreadable(_("There is no web page at this address, but %(kind)s.") % {"kind": kind})
    return answer


def _ask(method: str, address: str, **headers: str) -> _Answer:
    """One request, ended after SECONDS whatever the server does."""
    parts = urlsplit(address)
    asked = parts._replace(
        path=quote(parts.path, safe=_MAY_STAND), query=quote(parts.query, safe=_MAY_STAND + "?"), fragment=""
    )
    try:
        answer = ask(
            method,
            asked.geturl(),
            headers={"User-Agent": "Marginalia embed check", **headers},
            limits=Limits(connect_seconds=SECONDS, seconds=SECONDS, most_bytes=BYTES),
        )
    except TooLargeError as error:
        raise _unreadable(_("The page is larger than 2 MB; that is too much to look at.")) from error
    except OutgoingError as error:
        values = {"address": address, "seconds": SECONDS}
        raise _unreadable(_("%(address)s gives no whole answer within %(seconds)s seconds.") % values) from error
    return _Answer(address=address, status=answer.status, headers=answer.headers, body=answer.body)


def _text_of(answer: _Answer) -> str:
    charset = answer.headers.get_content_charset("utf-8")
    try:
        return answer.body.decode(charset, errors="replace")
    except LookupError:
        return answer.body.decode("utf-8", errors="replace")


def _unreadable(sentence: str) -> InvalidInputError:
    return InvalidInputError("address", sentence)


# --- Our own answers, as they arrive through whatever stands before this server


def _check_own_answers(page: EmbedPage) -> list[Finding]:
    """Whether the page's browser would be let in: proxies like to drop the headers for other origins. At most 2 requests."""
    origin = canonical_origin(page.address) or ""
    if not page.elements or origin == settings.base_url:
        return []
    element = page.elements[0]
    key = element.key or suggest_key(page.address_of(element))
    thread = f"{settings.base_url}/embed/v1/{element.site}/{key}/thread.html"
    posting = f"{settings.base_url}/api/v1/sites/{element.site}/articles/{key}/comments"
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    try:
        answers = [_ask("GET", thread, Origin=origin), _ask("OPTIONS", posting, Origin=origin, **asked)]
    except InvalidInputError as error:
        return [Finding("server_silent", _("This comment server cannot be reached: %(why)s") % {"why": error.message})]
    if answers[0].status == HTTPStatus.NOT_FOUND:
        return [
            Finding("hidden", _("The discussion of this article is hidden, or there is no such site: nothing appears."))
        ]
    for answer in answers:
        if answer.headers.get("Access-Control-Allow-Origin") not in {"*", origin}:
            sentence = _(
                "%(address)s lacks the header that lets the page read it. A proxy in front of the comment server may have"
                " dropped it. It has to arrive:"
            )
            fix = f"Access-Control-Allow-Origin: {'*' if answer is answers[0] else origin}"
            return [Finding("cors", sentence % {"address": answer.address}, fix)]
    return []
