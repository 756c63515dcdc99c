"""Everything that one view of a discussion shows: the public thread, and around it what is this reader's alone."""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from django.db.models import F, Prefetch
from django.http import HttpRequest, QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext

from comments.access import request_identity
from comments.conf import settings
from comments.enums import Sort, Status
from comments.forms import CommentForm, sign_opened
from comments.models import Article, Author, Comment, Revision, Site
from comments.notices import take_notices
from comments.origins import canonical_origin
from comments.prepared import interface_language, prepared_conversation, prepared_page
from comments.services.identity import Identity, authors_of, make_status_token
from comments.slots import fill_slot
from comments.standing import Standing, describe, promise

OWN_LIMIT = 20
QUOTE_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks: an account or a guest's token, the authors on this site they stand for, and the name they go by."""

    identity: Identity
    authors: tuple[Author, ...]

    @property
    def account_name(self) -> str:
        """The name an account comments under on this site; empty for guests, and for accounts without one yet."""
        user = self.identity.user
        if user is None:
            return ""
        named = [author.name for author in self.authors if author.user_id == user.pk]
        full_name: str = user.get_full_name() if hasattr(user, "get_full_name") else ""
        return named[0] if named else full_name


@dataclass(frozen=True, slots=True)
class Asked:
    """What the query string asks for; anything that is nonsense is as if it were not there."""

    sort: Sort
    cursor: str
    reply_to: str
    comment: str


@dataclass(frozen=True, slots=True)
class Link:
    """A labelled address; `is_current` for the one that is being looked at."""

    label: str
    url: str
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class ReplyTo:
    """The comment that is being answered, with its first lines as plain text."""

    author_name: str
    quote: str


@dataclass(frozen=True, slots=True)
class OwnComment:
    """A comment of the reader's that the public does not see, or whose newer text it does not see; `body` is the source."""

    comment: Comment
    standing: Standing
    body: str
    status_url: str


@dataclass(frozen=True, slots=True)
class Discussion:
    """What templates/comments/_discussion.html shows. Addresses are ready to be used."""

    article: Article
    language: str
    reader: Reader
    form: CommentForm
    reply: ReplyTo | None
    wait: str
    notices: tuple[str, ...]
    policy: SafeString
    own: tuple[OwnComment, ...]
    thread: SafeString
    page_path: str
    sorts: tuple[Link, ...]
    more_url: str
    whole_url: str
    cancel_url: str
    lookups: tuple[Link, ...]

    @property
    def site(self) -> Site:
        return self.article.site


def build_discussion(
    request: HttpRequest, article: Article, *, form: CommentForm | None = None, page_path: str = ""
) -> Discussion:
    """The discussion of an article (with its site) for this reader. Call it in `interface_language(article.language)`.

    `form` is a refused one to show again; `page_path` the page that links lead to, by default the requested one.
    Queries: at most 3 for the thread and none when it is prepared, 2 for the reader's own comments if they have any
    identity here, 1 in reply mode, and those of the policy's slot; never more because there are more comments.
    """
    language = translation.get_language() or article.language
    reader = read_reader(request, article.site)
    asked = _read_query(request.GET)
    prepared = prepared_conversation(article, asked.comment, language) or prepared_page(
        article, asked.sort, asked.cursor, language
    )
    kept = _kept_query(request, page_path)
    page_path = page_path or request.path
    parent = _published(article, form.parent_id if form else asked.reply_to)
    is_part = bool(asked.cursor or asked.comment)
    return Discussion(
        article=article,
        language=language,
        reader=reader,
        form=form or make_form(article, reader, parent=parent),
        reply=ReplyTo(parent.author_name, _first_lines(parent)) if parent else None,
        wait=promise(article.site),
        notices=take_notices(request),
        policy=fill_slot("form_policy", site=article.site, language=language),
        own=tuple(_own_comments(article, reader)),
        thread=_with_query(prepared.html, kept),
        page_path=page_path,
        sorts=_sort_links(asked.sort, page_path, kept) if article.comment_count > 1 else (),
        more_url=_address(page_path, kept, "discussion", cursor=prepared.next_cursor) if prepared.next_cursor else "",
        whole_url=_address(page_path, kept, "discussion", cursor="") if is_part else "",
        cancel_url=_address(page_path, kept, "mg-form"),
        lookups=tuple(_lookup_links(article)),
    )


def render_discussion(request: HttpRequest, article: Article) -> SafeString:
    """The HTML of a discussion inside a host's page, in the language of the article."""
    with translation.override(interface_language(article.language)):
        context = {"discussion": build_discussion(request, article)}
        return render_to_string("comments/_discussion.html", context, request=request)


def read_reader(request: HttpRequest, site: Site) -> Reader:
    """Who looks at a page of this site. Up to 1 query for a guest's token, 1 for an account's authors."""
    identity = request_identity(request, site=site)
    return Reader(identity, tuple(authors_of(identity, site=site)))


def make_form(
    article: Article, reader: Reader, *, parent: Comment | None = None, data: QueryDict | None = None
) -> CommentForm:
    """The form for a new comment by this reader: empty, or bound to what was sent. No query."""
    guest = reader.identity.author if reader.identity.user is None else None
    initial = {
        "opened": sign_opened(article),
        "parent": parent.public_id if parent else "",
        "name": guest.name if guest else "",
        "email": guest.email if guest else "",
    }
    is_guest = reader.identity.user is None
    return CommentForm(data, initial=initial, asks_name=not reader.account_name, asks_email=is_guest)


def host_path(address: str, request: HttpRequest) -> str:
    """Path and query of an address that this server itself answers; empty for one that lies elsewhere."""
    ours = (canonical_origin(request.build_absolute_uri("/")), canonical_origin(settings.base_url))
    origin = canonical_origin(address)
    if origin is None or origin not in ours:
        return ""
    parts = urlsplit(address)
    # Two slashes at the beginning would name another host.
    path = "/" + parts.path.lstrip("/")
    return f"{path}?{parts.query}" if parts.query else path


def _read_query(query: QueryDict) -> Asked:
    sort = query.get("sort", "")
    return Asked(
        sort=Sort(sort) if sort in Sort.values else Sort.NEWEST,
        cursor=query.get("cursor", ""),
        reply_to=_identifier(query.get("reply_to", "")),
        comment=_identifier(query.get("comment", "")),
    )


def _identifier(value: str) -> str:
    """The public identifier of a comment, empty for what is none: databases differ in what they bear to be asked."""
    return value if value.isascii() and value.isalnum() else ""


def _kept_query(request: HttpRequest, page_path: str) -> QueryDict:
    """What a link of ours carries on: the host's own parameters, and the part of the thread that is being read."""
    if page_path and page_path != request.path:
        return QueryDict(mutable=True)
    kept = request.GET.copy()
    kept.pop("reply_to", None)
    return kept


def _address(page_path: str, kept: QueryDict, fragment: str, **changes: str) -> str:
    """A page with its parameters changed; an empty value takes one away. A change leads back to the whole discussion."""
    query = kept.copy()
    if changes:
        query.pop("comment", None)
    for name, value in changes.items():
        query.pop(name, None)
        if value:
            query[name] = value
    return f"{page_path}?{query.urlencode()}#{fragment}" if query else f"{page_path}#{fragment}"


def _with_query(thread: SafeString, kept: QueryDict) -> SafeString:
    """The prepared thread with its links for replying to this very page, whose parameters it cannot know."""
    if not kept:
        return thread
    # A reader's words hold no such string: their quotation marks are escaped, their links begin with http.
    link = f'href="?{escape(kept.urlencode())}&amp;reply_to='
    return mark_safe(thread.replace('href="?reply_to=', link))  # noqa: S308 - prepared HTML, escaped query


def _sort_links(current: Sort, page_path: str, kept: QueryDict) -> tuple[Link, ...]:
    labels = {
        Sort.NEWEST: gettext("Newest"),
        Sort.OLDEST: gettext("Oldest"),
        Sort.BEST: gettext("Worth reading"),
    }
    return tuple(
        Link(label, _address(page_path, kept, "discussion", sort=sort.value, cursor=""), sort == current)
        for sort, label in labels.items()
    )


def _lookup_links(article: Article) -> Iterable[Link]:
    query = quote(article.title, safe="")
    for link in article.site.lookup_links:
        url = str(link.get("url", "")).replace("{query}", query)
        if canonical_origin(url):
            yield Link(str(link.get("label", "")), url)


def _published(article: Article, public_id: str) -> Comment | None:
    if not public_id or not article.takes_comments:
        return None
    return Comment.objects.for_article(article).published().with_public_id(public_id).first()


def _first_lines(comment: Comment) -> str:
    """The beginning of a published text without its markup, up to 200 characters."""
    spaced = comment.public_html.replace("</p>", " ").replace("</li>", " ").replace("<br>", " ")
    plain = html.unescape(strip_tags(spaced))
    return Truncator(" ".join(plain.split())).chars(QUOTE_LIMIT)


def _own_comments(article: Article, reader: Reader) -> Iterable[OwnComment]:
    """The reader's newest comments here that the public does not see, newest first. 2 queries, none for strangers."""
    if not reader.authors:
        return
    own = Comment.objects.for_article(article).filter(author__in=reader.authors)
    latest = Revision.objects.filter(number=F("comment__revision"))
    found = (own.hidden_from_public() | own.waiting()).prefetch_related(
        Prefetch("revisions", queryset=latest, to_attr="latest_revisions")
    )
    for comment in found.order_by("-posted_at", "-id")[:OWN_LIMIT]:
        if comment.status != Status.WITHDRAWN:
            body = comment.latest_revisions[0].body  # type: ignore[attr-defined]
            comment.site = article.site
            status_url = reverse("comments:status", args=[make_status_token(comment)])
            yield OwnComment(comment, describe(comment), body, status_url)
