"""Thread HTML without a template per comment.

The markup of a comment lives in a template like all other markup. It is rendered once per language and shape (badge or
not, stub or not, ...) with markers in the places of the values; every comment then only joins strings. A page of 400
comments costs what a handful of template renderings cost.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from functools import lru_cache

from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from comments.enums import Badge
from comments.models import Article
from comments.slots import fill_slot
from comments.threads import ThreadPage, ThreadRow

TEMPLATE = "comments/_comment.html"
# What the template may use as {{ value.NAME }}.
VALUES = ("id", "author_name", "parent", "in_reply_to", "body", "posted_iso", "posted", "votes", "replies")
_MARKS = {name: mark_safe(f"[[mg:{name}]]") for name in VALUES}  # noqa: S308 - letters and brackets of ours
_MARK = re.compile(r"\[\[mg:([a-z_]+)\]\]")


@dataclass(frozen=True, slots=True)
class Shape:
    """What makes the markup of one comment differ from that of another, besides its values; `shape` in the template.

    `gone` is "", "withdrawn" or "removed"; `parent_line` is "", "narrow" or "flat" (threads.py).
    """

    badge: str
    gone: str
    is_edited: bool
    parent_line: str
    may_reply: bool
    may_vote: bool
    is_pinned: bool
    is_featured: bool


@lru_cache(maxsize=256)
def _skeleton(language: str, shape: Shape) -> tuple[str, ...]:
    """The template cut at its markers: text, name, text, name, ..., text."""
    with translation.override(language):
        context = {
            "value": _MARKS,
            "shape": shape,
            "badge_label": Badge(shape.badge).label,
            "language": language,
            "actions": fill_slot("comment_actions", public_id=_MARKS["id"], language=language),
        }
        return tuple(_MARK.split(render_to_string(TEMPLATE, context)))


def comment_html(row: ThreadRow, *, article: Article, language: str) -> SafeString:
    """The <article> of one comment. No query; the names escaped, the text as markup.render() made it."""
    shape = Shape(
        badge=row.badge,
        gone=row.gone,
        is_edited=row.edited_at is not None,
        parent_line="" if not row.in_reply_to else "flat" if row.is_flat else "narrow",
        may_reply=article.takes_comments,
        may_vote=article.takes_changes,
        is_pinned=row.is_pinned,
        is_featured=row.is_featured,
    )
    values = {
        "id": row.public_id,
        "author_name": escape(row.author_name),
        "parent": row.parent,
        "in_reply_to": escape(row.in_reply_to),
        "body": row.body_html,
        "posted_iso": row.posted_at.isoformat(timespec="seconds"),
        "posted": absolute_time(row.posted_at, language),
        "votes": str(row.votes or ""),
        "replies": str(row.replies),
    }
    parts = list(_skeleton(language, shape))
    parts[1::2] = [values[name] for name in parts[1::2]]
    return mark_safe("".join(parts))  # noqa: S308 - our template, escaped names, rendered text


def thread_html(page: ThreadPage, *, article: Article, language: str) -> SafeString:
    """The nested lists of a page of conversations; empty for an empty page. No query, no recursion."""
    if not page.rows:
        return SafeString()
    parts: list[str] = []
    depth = -1
    for row in page.rows:
        if row.display_depth > depth:
            parts.append(_OPEN_REPLIES if depth >= 0 else _OPEN_THREAD)
            # Where a parent's row is missing, the indent grows by one level only.
            depth += 1
        else:
            parts.append("</li>" + "</ol></li>" * (depth - row.display_depth))
            depth = row.display_depth
        parts.append('<li class="mg-thread__item">')
        parts.append(comment_html(row, article=article, language=language))
    parts.append("</li>" + "</ol></li>" * depth + "</ol>")
    return mark_safe("".join(parts))  # noqa: S308 - joined from the above


_OPEN_THREAD = '<ol class="mg-thread">'
_OPEN_REPLIES = '<ol class="mg-thread mg-thread--replies">'
_MINUTE_FORMATS = {"de": r"j. F Y, H:i \U\h\r", "en": "j F Y, H:i"}


def absolute_time(moment: datetime.datetime, language: str) -> str:
    """A moment in the project's time zone, as a newspaper of that language prints it."""
    return _print_minute(timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M"), language)


@lru_cache(maxsize=4096)
def _print_minute(minute: str, language: str) -> str:
    with translation.override(language):
        return date_format(datetime.datetime.fromisoformat(minute), _MINUTE_FORMATS.get(language, "DATETIME_FORMAT"))
