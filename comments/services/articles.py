"""Registering articles: by the Django host, or lazily by the API from a registered origin."""

from __future__ import annotations

import datetime
import hashlib
import re
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from comments.enums import ArticleMode
from comments.exceptions import InvalidInputError, UnknownArticleError
from comments.models import Article, ArticleText, ArticleUrl, Site
from comments.models.articles import ARTICLE_KEY_PATTERN
from comments.origins import is_from_origins
from comments.services.article_keys import find_by_former_key
from comments.services.badges import recognise_article_authors
from comments.text import TextError, normalise_line

TITLE_LIMIT = 300
URL_LIMIT = 2000
# Beyond it nothing of an article is kept: what comes so late is seldom what a comment is about.
TEXT_LIMIT = 60_000


@dataclass(frozen=True, slots=True)
class ArticleFacts:
    """What a host says of its article. `language` empty: the site's. `author_accounts` are primary keys of accounts;
    None: the host does not say, and what was noted before stays; so it is with `published_at` and with `body`, the plain
    text of the article with a blank line between paragraphs."""

    key: str
    url: str
    title: str
    teaser: str = ""
    section: str = ""
    language: str = ""
    mode: ArticleMode = ArticleMode.PRE_MODERATED
    author_accounts: tuple[str, ...] | None = None
    published_at: datetime.datetime | None = None
    body: str | None = None


def register_article(*, site: Site, facts: ArticleFacts) -> Article:
    """The article of this key, made or brought up to date from what the trusted host says. 1 query when nothing changed.

    Its mode is the host's only at first: afterwards it is the moderators'. A new address is kept as an alias. Of an article
    that was merged or given a new key the host speaks by a key of before: that changes nothing of the one it leads to.
    """
    _require_key(facts.key)
    article = Article.objects.filter(site=site, key=facts.key).first()
    if article is None and (led_to := find_by_former_key(site, facts.key)):
        return led_to
    values = _values_of(facts, site)
    created = False
    if article is None:
        defaults = {**values, "mode": facts.mode}
        article, created = Article.objects.get_or_create(site=site, key=facts.key, defaults=defaults)
    changed = [name for name, value in values.items() if getattr(article, name) != value]
    if created or "url" in changed:
        ArticleUrl.objects.update_or_create(site=site, url=facts.url, defaults={"article": article})
    if changed:
        for name in changed:
            setattr(article, name, values[name])
        article.save(update_fields=changed)
    if facts.body is not None and (created or "text_digest" in changed):
        _write_text(article, facts.body)
    if facts.author_accounts and (created or "author_accounts" in changed):
        recognise_article_authors(site=site, accounts=facts.author_accounts)
    article.site = site
    return article


def register_from_page(*, site: Site, key: str, url: str, title: str) -> Article:
    """The article at an address, or a new one from what a reader's page says, if the address is on the site's origins.

    A page known under another key is the same article. A new one is shown to nobody until a comment on it was approved.
    Raises UnknownArticleError when the address is elsewhere, InvalidInputError for an impossible key or title.
    """
    _require_key(key)
    if len(url) > URL_LIMIT or not is_from_origins(url, site.origins):
        raise UnknownArticleError(_("This page is not registered with the site, so it cannot be commented on here."))
    if known := ArticleUrl.objects.filter(site=site, url=url).select_related("article").first():
        known.article.site = site
        return known.article
    if led_to := find_by_former_key(site, key):
        return led_to
    try:
        clean_title = normalise_line(title or key, limit=TITLE_LIMIT)
    except TextError as error:
        raise InvalidInputError("article_title", str(error)) from error
    try:
        with transaction.atomic():
            article = Article.objects.create(
                site=site, key=key, url=url, title=clean_title, language=site.language, is_confirmed=False
            )
            ArticleUrl.objects.create(site=site, article=article, url=url)
    except IntegrityError:
        # The key is known under another address, or two readers were the first at once: that row is as good.
        article = Article.objects.filter(site=site, key=key).first() or Article.objects.get(
            urls__site=site, urls__url=url
        )
    article.site = site
    return article


def _values_of(facts: ArticleFacts, site: Site) -> dict[str, object]:
    """The columns that follow what the host says."""
    values: dict[str, object] = {
        "url": facts.url,
        "title": facts.title[:TITLE_LIMIT],
        "teaser": facts.teaser,
        "section": facts.section,
        "language": facts.language or site.language,
        "is_confirmed": True,
    }
    if facts.author_accounts is not None:
        values["author_accounts"] = list(facts.author_accounts)
    if facts.published_at is not None:
        values["published_at"] = facts.published_at
    if facts.body is not None:
        values["text_digest"] = _digest(facts.body)
    return values


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode("utf-8", "replace")).hexdigest()[:32] if body.strip() else ""


def _write_text(article: Article, body: str) -> None:
    """1 to 3 queries. A text of blanks is none."""
    if body.strip():
        clean = body.replace("\0", "")[:TEXT_LIMIT]
        ArticleText.objects.update_or_create(article=article, defaults={"body": clean})
    else:
        ArticleText.objects.filter(article=article).delete()


def _require_key(key: str) -> None:
    if not re.fullmatch(ARTICLE_KEY_PATTERN, key):
        raise InvalidInputError(
            "key", _("An article key has 1 to 200 of the letters a to z, digits and the characters . _ ~ : -")
        )
