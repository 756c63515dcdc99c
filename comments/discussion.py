"""Everything that one view of a discussion shows: the public thread, and around it what is this reader's alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from django.http import HttpRequest, QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from comments.access import request_identity
from comments.bell import Bell, read_bell
from comments.discussion_links import Link, SortLink, kept_query, link_address, lookup_links, sort_links
from comments.enums import Sort
from comments.excerpts import first_lines, plain_text, quote_lines
from comments.feed_addresses import conversation_feed_path
from comments.forms import CommentForm, sign_opened
from comments.models import Article, Author, Comment, Site
from comments.notices import take_notices
from comments.own_cards import OwnCard, cards_in_discussion
from comments.prepared import Prepared, interface_language, prepared_conversation, prepared_page
from comments.services.following import known_address
from comments.services.identity import Identity, authors_of, full_name
from comments.services.muting import muted_comment_ids
from comments.services.voting import voted_comment_ids
from comments.slots import fill_slot
from comments.standing import promise
from comments.widget_texts import muted_sentence, widget_texts


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
        named = [author.name for author in self.authors if author.user_id == user.pk and author.name]
        return named[0] if named else full_name(user)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the query string asks for; anything that is nonsense is as if it were not there."""

    sort: Sort
    cursor: str
    reply_to: str
    comment: str
    is_quoting: bool = False


@dataclass(frozen=True, slots=True)
class ReplyTo:
    """The comment that is being answered, with its first lines as plain text."""

    author_name: str
    quote: str


@dataclass(frozen=True, slots=True)
class Discussion:
    """What templates/comments/_discussion.html shows. Addresses are ready to be used. `reader` is None in what is the
    same for everybody; `preview` is what was typed as it would appear."""

    article: Article
    language: str
    reader: Reader | None
    form: CommentForm
    reply: ReplyTo | None
    preview: SafeString
    wait: str
    texts: str
    notices: tuple[str, ...]
    policy: SafeString
    own: tuple[OwnCard, ...]
    bell: Bell | None
    thread: SafeString
    next_cursor: str
    page_path: str
    home_path: str
    sorts: tuple[SortLink, ...]
    more_url: str
    whole_url: str
    cancel_url: str
    lookups: tuple[Link, ...]
    conversation_feed: str

    @property
    def site(self) -> Site:
        return self.article.site

    @property
    def account_name(self) -> str:
        """The name that this reader's account goes by; empty for guests and for everybody."""
        return self.reader.account_name if self.reader is not None else ""

    @property
    def known_address(self) -> str:
        """Where this reader's account gets mail; empty for guests and for everybody."""
        return known_address(self.reader.identity) if self.reader is not None and self.is_account else ""

    @property
    def is_account(self) -> bool:
        return self.reader is not None and self.reader.identity.user is not None


def build_discussion(
    request: HttpRequest,
    article: Article,
    *,
    form: CommentForm | None = None,
    page_path: str = "",
    preview: SafeString | None = None,
) -> Discussion:
    """The discussion of an article (with its site) for this reader. Call it in `interface_language(article.language)`.

    `form` is a refused one to show again; `page_path` the page that links lead to, by default the requested one.
    Queries: at most 3 for the thread and none when it is prepared, 3 for the reader's own comments and 2 for votes and
    muted authors if they have any identity here, 2 for what is new if they are signed in, 1 in reply mode, and those of
    the slots; never more because there are more comments.
    """
    language = translation.get_language() or article.language
    reader = read_reader(request, article.site)
    asked = read_query(request.GET)
    kept = kept_query(request, page_path)
    page_path = page_path or request.path
    prepared = _prepared(article, asked, language)
    parent = _published(article, form.parent_id if form else asked.reply_to)
    is_quoting = parent is not None and form is None and asked.is_quoting
    quoted = quote_lines(plain_text(parent.public_html)) if parent is not None and is_quoting else ""
    shown = _shown(article, asked, page_path, kept, prepared)
    return Discussion(
        **shown,
        language=language,
        reader=reader,
        form=form or make_form(article, reader, parent=parent, body=quoted),
        reply=ReplyTo(parent.author_name, first_lines(parent)) if parent else None,
        preview=preview or SafeString(),
        notices=take_notices(request),
        own=tuple(cards_in_discussion(article=article, readers=reader.authors)),
        bell=read_bell(identity=reader.identity, authors=reader.authors, site=article.site),
        thread=_with_reader(_with_query(prepared.html, kept), article, reader),
    )


def build_public_discussion(article: Article, asked: Asked, *, page_path: str) -> Discussion:
    """The discussion as everybody sees it, without a reader. Call it in the language it shall have.

    `article` may be one that is not stored yet. At most 3 queries and those of the slot.
    """
    language = translation.get_language() or article.language
    kept = QueryDict(mutable=True)
    prepared = _prepared(article, asked, language)
    return Discussion(
        **_shown(article, asked, page_path, kept, prepared),
        language=language,
        reader=None,
        form=CommentForm(may_remember=True),
        reply=None,
        preview=SafeString(),
        notices=(),
        own=(),
        bell=None,
        thread=prepared.html,
    )


def _prepared(article: Article, asked: Asked, language: str) -> Prepared:
    if not article.is_confirmed:
        # Nothing can have been published under it, and it may not be stored at all.
        return Prepared(SafeString(), "")
    return prepared_conversation(article, asked.comment, language) or prepared_page(
        article, asked.sort, asked.cursor, language
    )


class _Shown(TypedDict):
    """What is the same for every reader of a page."""

    article: Article
    wait: str
    texts: str
    policy: SafeString
    next_cursor: str
    page_path: str
    home_path: str
    sorts: tuple[SortLink, ...]
    more_url: str
    whole_url: str
    cancel_url: str
    lookups: tuple[Link, ...]
    conversation_feed: str


def _shown(article: Article, asked: Asked, page_path: str, kept: QueryDict, prepared: Prepared) -> _Shown:
    is_part = bool(asked.cursor or asked.comment)
    more_url = link_address(page_path, kept, "discussion", cursor=prepared.next_cursor) if prepared.next_cursor else ""
    return {
        "article": article,
        "wait": promise(article.site),
        "texts": widget_texts(),
        "policy": fill_slot("form_policy", site=article.site, language=translation.get_language() or article.language),
        "next_cursor": prepared.next_cursor,
        "page_path": page_path,
        "home_path": reverse("comments:discussion", args=[article.site.slug, article.key]),
        "sorts": sort_links(asked.sort, page_path, kept) if article.comment_count > 1 else (),
        "more_url": more_url,
        "whole_url": link_address(page_path, kept, "discussion", cursor="") if is_part else "",
        "cancel_url": link_address(page_path, kept, "mg-form"),
        "lookups": tuple(lookup_links(article)),
        "conversation_feed": conversation_feed_path(article.site.slug, prepared.conversation)
        if prepared.conversation
        else "",
    }


def render_discussion(request: HttpRequest, article: Article) -> SafeString:
    """The HTML of a discussion inside a host's page, in the language of the article."""
    with translation.override(interface_language(article.language)):
        built = build_discussion(request, article)
        context = {"discussion": built, "article": article, "site": article.site}
        return render_to_string("comments/_integrated.html", context, request=request)


def read_reader(request: HttpRequest, site: Site) -> Reader:
    """Who looks at a page of this site. Up to 1 query for a guest's token, 1 for an account's authors."""
    identity = request_identity(request, site=site)
    return Reader(identity, tuple(authors_of(identity, site=site)))


def make_form(
    article: Article,
    reader: Reader,
    *,
    parent: Comment | None = None,
    body: str = "",
    data: QueryDict | None = None,
    typed: QueryDict | None = None,
) -> CommentForm:
    """The form for a new comment by this reader: empty but for a quotation, bound to what was sent (`data`), or with what
    was typed so far (`typed`) and not yet judged. No query."""
    guest = reader.identity.author if reader.identity.user is None else None
    initial = {
        "opened": sign_opened(article),
        "parent": parent.public_id if parent else "",
        "body": body,
        "name": guest.name if guest else "",
        "email": guest.email if guest else "",
        "notify": "",
    }
    if typed is not None:
        initial |= {name: str(typed[name]) for name in initial if name in typed}
    is_guest = reader.identity.user is None
    may_notify = is_guest or known_address(reader.identity) != ""
    asks_name = not reader.account_name
    return CommentForm(data, initial=initial, asks_name=asks_name, asks_email=is_guest, may_notify=may_notify)


def read_query(query: QueryDict) -> Asked:
    """What a query string asks for."""
    sort = query.get("sort", "")
    return Asked(
        sort=Sort(sort) if sort in Sort.values else Sort.NEWEST,
        cursor=query.get("cursor", ""),
        reply_to=_identifier(query.get("reply_to", "")),
        comment=_identifier(query.get("comment", "")),
        is_quoting="quote" in query,
    )


def _identifier(value: str) -> str:
    """The public identifier of a comment, empty for what is none: databases differ in what they bear to be asked."""
    return value if value.isascii() and value.isalnum() else ""


def _with_query(thread: SafeString, kept: QueryDict) -> SafeString:
    """The prepared thread with its links for replying to this very page, whose parameters it cannot know."""
    if not kept:
        return thread
    # A reader's words hold no such string: their quotation marks are escaped, their links begin with http.
    link = f'href="?{escape(kept.urlencode())}&amp;reply_to='
    return mark_safe(thread.replace('href="?reply_to=', link))  # noqa: S308 - prepared HTML, escaped query


def _with_reader(thread: SafeString, article: Article, reader: Reader) -> SafeString:
    """The thread with this reader's votes, and without the words of whom they muted. 2 queries, none for a stranger."""
    if not reader.authors or not thread:
        return thread
    html = str(thread)
    for public_id in voted_comment_ids(article=article, readers=reader.authors):
        mark = f'id="vote-{public_id}" aria-pressed="'
        html = html.replace(f'{mark}false"', f'{mark}true"')
    for public_id in muted_comment_ids(article=article, readers=reader.authors):
        mark = f'id="comment-{public_id}"'
        html = html.replace(mark, f'{mark} data-mg-muted="{escape(muted_sentence())}"')
    return mark_safe(html)  # noqa: S308 - prepared HTML, identifiers and a sentence of ours


def _published(article: Article, public_id: str) -> Comment | None:
    if not public_id or not article.takes_comments:
        return None
    return Comment.objects.for_article(article).published().with_public_id(public_id).first()
