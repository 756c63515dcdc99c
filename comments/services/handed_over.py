"""Taking an article's words from the publisher's server, where no Django host says them by `commentable.register`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db.models.functions import Length
from django.utils.translation import gettext as _

from comments.exceptions import InvalidInputError
from comments.models import Article, ArticleText, Site
from comments.origins import is_from_origins
from comments.services.article_keys import find_by_former_key
from comments.services.articles import TEXT_LIMIT, TITLE_LIMIT, URL_LIMIT, ArticleFacts, register_article
from comments.text import clean_line, require_length

TEASER_LIMIT = 2_000

# Mark-up is no part of what an article says. Each "<" is read up to the next angle, so the time grows with the text.
_TAG = re.compile(r"<[/!]?[A-Za-z-][^<>]*>")


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What a server says of an article now. Without teaser or paragraphs those of before go; without `language` that of the
    article stays, which at first is the site's."""

    key: str
    url: str
    title: str
    teaser: str = ""
    paragraphs: tuple[str, ...] = ()
    language: str = ""


def hand_over_article(*, site: Site, said: HandedOver) -> Article:
    """The article of this key, made or brought up to date with what a trusted server says. 2 queries when nothing changed.

    What is not said here, its section above all, stays as it is. Raises InvalidInputError.
    """
    key, url = said.key, said.url
    known = Article.objects.filter(site=site, key=key).first()
    if known is None and (led_to := find_by_former_key(site, key)):
        sentence = _("This key leads to the article “%(key)s” by now. Please hand its text over under that key.")
        raise InvalidInputError("key", sentence % {"key": led_to.key})
    if len(url) > URL_LIMIT or not is_from_origins(url, site.origins):
        raise InvalidInputError("url", _("The address has to begin with one of the origins registered for the site."))
    clean_title = _clean(said.title)
    clean_teaser = _clean(said.teaser)
    body = "\n\n".join(filter(None, map(_clean, said.paragraphs)))
    require_length("title", clean_title, TITLE_LIMIT)
    if clean_teaser:
        require_length("teaser", clean_teaser, TEASER_LIMIT)
    if body:
        require_length("paragraphs", body, TEXT_LIMIT)
    facts = ArticleFacts(
        key=key,
        url=url,
        title=clean_title,
        teaser=clean_teaser,
        section=known.section if known else "",
        language=said.language or (known.language if known else ""),
        body=body,
    )
    return register_article(site=site, facts=facts)


def count_characters(article: Article) -> int:
    """How much text of an article is kept. 1 query."""
    kept = ArticleText.objects.filter(article=article).values_list(Length("body"), flat=True)
    return kept.first() or 0


def _clean(source: str) -> str:
    """The words on one line."""
    return clean_line(_TAG.sub(" ", source))
