"""What templates use: the discussion and its count for hosts, and small parts for our own pages."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django import template
from django.contrib.messages import get_messages
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model
from django.forms import BoundField
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from comments.api.public import make_etag, prepared
from comments.commentable import article_for, count_for, prefetch_counts
from comments.conf import settings
from comments.discussion import render_discussion
from comments.enums import ArticleMode, Sort
from comments.icons import icon_html
from comments.lists import DiscussedArticle, LatestComment
from comments.lists import featured_comments as find_featured
from comments.lists import latest_comments as find_latest
from comments.lists import most_discussed as find_most_discussed
from comments.models import Article
from comments.models.identifiers import PUBLIC_ID_PATTERN
from comments.notices import is_notice
from comments.skeleton import absolute_time
from comments.structured_data import structured_data
from comments.threads import read_page

register = template.Library()

# What a control looks like, by the type of its widget.
_WIDGET_CLASSES = {"checkbox": "mg-check__input", "textarea": "mg-input mg-input--text"}


@register.simple_tag(takes_context=True)
def discussion(context: Mapping[str, Any], host_object: Model) -> SafeString:
    """`{% discussion article %}`: the discussion of a registered object of the host's; nothing where it is hidden.

    The page around it holds what is one reader's alone: it must not be cached for others.
    """
    request = context.get("request")
    if not isinstance(request, HttpRequest):
        raise ImproperlyConfigured("{% discussion %} needs the request in the context of the template.")
    article = article_for(host_object)
    return SafeString() if article.mode == ArticleMode.HIDDEN else render_discussion(request, article)


@register.simple_tag
def discussion_count(host_object: Model) -> int:
    """`{% discussion_count article %}`: how many comments there are to read. See commentable.prefetch_counts()."""
    return count_for(host_object)


@register.simple_tag
def discussion_counts(host_objects: Iterable[Model]) -> dict[Model, int]:
    """`{% discussion_counts articles as counts %}`: object to count, 1 query a site. After it `discussion_count` of the
    same objects asks nothing more, so a list or a queryset is needed and not what can be walked only once."""
    objects = list(host_objects)
    prefetch_counts(objects)
    return {one: count_for(one) for one in objects}


@register.inclusion_tag("comments/_head.html")
def discussion_head(host_object: Model) -> dict[str, object]:
    """`{% discussion_head article %}`: styles, script, feeds and structured data, for the head of the page.

    2 queries, and 2 more when the thread has changed. Only styles and script where the discussion is hidden.
    """
    article = article_for(host_object)
    if article.mode == ArticleMode.HIDDEN:
        return {"article": None}
    return {"article": article, "data_html": _first_page_data(article)}


def _first_page_data(article: Article) -> str:
    """The structured data of what the page shows at first, kept until it changes."""
    facts = (article.pk, article.version, article.url, article.title, article.site.is_kept_from_snippets)
    key = make_etag("structured-data", *facts)
    return prepared(key, lambda: structured_data(article, read_page(article, sort=Sort.NEWEST)).encode()).decode()


@register.simple_tag
def latest_comments(site: str, limit: int = 5) -> list[LatestComment]:
    """`{% latest_comments "demo" 5 as comments %}`: what was published last on the site of this slug. 1 query."""
    return find_latest(site, limit)


@register.simple_tag
def featured_comments(site: str, limit: int = 5, article: str = "") -> list[LatestComment]:
    """`{% featured_comments "demo" 5 as comments %}`: the editors' choice on the site of this slug, or only that under the
    article of the key `article`. 1 query."""
    return find_featured(site, limit, article)


@register.simple_tag
def most_discussed(site: str, days: int = 7, limit: int = 5) -> list[DiscussedArticle]:
    """`{% most_discussed "demo" days=7 limit=5 as articles %}`: articles by comments in the last days. 1 query."""
    return find_most_discussed(site, days=days, limit=limit)


@register.simple_tag
def oembed_link(public_id: str) -> SafeString:
    """The link by which other pages find out how to quote a comment; nothing for what is no identifier of one."""
    if not re.fullmatch(PUBLIC_ID_PATTERN, public_id or ""):
        return SafeString()
    query = urlencode({"url": f"{settings.base_url}{comment_address(public_id)}", "format": "json"})
    address = f"{settings.base_url}{reverse('comments:oembed')}?{query}"
    return format_html('<link rel="alternate" type="application/json+oembed" href="{}">', address)


@register.simple_tag
def icon(name: str) -> SafeString:
    """A picture of icons.svg; decoration, so the word stands beside it."""
    return icon_html(name)


@register.simple_tag
def comment_address(public_id: str) -> SafeString:
    """The permalink of a comment. Also of a marker in the skeleton of one, which reverse() would encode."""
    return format_html("{}{}/", reverse("comments:permalink", args=["0"]).removesuffix("0/"), public_id)


@register.simple_tag(takes_context=True)
def page_messages(context: Mapping[str, Any]) -> list[Any]:
    """The messages that belong in the frame of a page: all but those that a discussion says itself."""
    request = context.get("request")
    found = get_messages(request) if isinstance(request, HttpRequest) else []
    return [message for message in found if not is_notice(message)]


@register.filter
def minute(moment: datetime.datetime, language: str) -> str:
    """A moment as a newspaper of that language prints it, to the minute."""
    return absolute_time(moment, language)


@register.inclusion_tag("comments/_field.html")
def field(bound_field: BoundField, described_by: str = "") -> dict[str, Any]:
    """A field of a form with its label, help and errors; `described_by` is the id of one more text about it."""
    kind = getattr(bound_field.field.widget, "input_type", "textarea")
    attributes: dict[str, str | bool] = {"class": _WIDGET_CLASSES.get(kind, "mg-input")}
    if bound_field.name == "code":
        attributes["class"] = "mg-input mg-input--code"
    if kind == "textarea":
        attributes["dir"] = "auto"  # of the words that are written, as they stand when they are published
    if kind == "email" or bound_field.field.widget.attrs.get("placeholder") == bound_field.label:
        attributes["placeholder"] = False
    if described_by:
        attributes["aria-describedby"] = f"{bound_field.aria_describedby or ''} {described_by}".strip()
    return {"field": bound_field, "control": bound_field.as_widget(attrs=attributes), "kind": kind}


@register.simple_tag
def button_classes(attributes: Mapping[str, Any]) -> str:
    """The classes of a button that allauth asks for: its submit buttons are the first choice, unless tagged otherwise."""
    tags = set(attributes.get("tags") or ())
    if "link" in tags:
        return "mg-button mg-button--quiet"
    is_second = tags & {"outline", "secondary", "danger", "minor", "cancel"}
    is_first = attributes.get("type") == "submit" and not is_second
    return "mg-button mg-button--primary" if is_first else "mg-button"
