"""What templates use: the discussion and its count for hosts, and small parts for our own pages."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from django import template
from django.contrib.messages import get_messages
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model
from django.forms import BoundField
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from comments.commentable import article_for, count_for
from comments.discussion import render_discussion
from comments.enums import ArticleMode
from comments.notices import is_notice
from comments.skeleton import absolute_time

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
def icon(name: str) -> SafeString:
    """A picture from icons.svg; decoration, so the word stands beside it."""
    return format_html(
        '<svg class="mg-icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("comments/icons.svg"),
        name,
    )


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
    if bound_field.field.widget.attrs.get("placeholder") == bound_field.label:
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
