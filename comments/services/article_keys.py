"""Which article a key stands for: its own, or one it had before it was merged into another or given a new key."""

from __future__ import annotations

import re
from collections.abc import Iterable

from comments.models import Article, ArticleKey, Site
from comments.models.articles import ARTICLE_KEY_PATTERN


def find_article(site_slug: str, key: str) -> Article | None:
    """The article of this key with its site, whatever its mode. 1 query, 2 when no article has this key today; none for a
    key that cannot be one, which not every database bears to be asked."""
    if not re.fullmatch(ARTICLE_KEY_PATTERN, key):
        return None
    article = Article.objects.with_site().filter(site__slug=site_slug, key=key).first()
    if article is not None:
        return article
    return _led_to(ArticleKey.objects.filter(site__slug=site_slug, key=key).select_related("article__site").first())


def find_by_former_key(site: Site, key: str) -> Article | None:
    """The article that a key of the site led to ever since it was merged or given another key. 1 query."""
    article = _led_to(ArticleKey.objects.filter(site=site, key=key).select_related("article").first())
    if article is not None:
        article.site = site
    return article


def find_counts(site_slug: str, keys: Iterable[str]) -> dict[str, int]:
    """Published comments by key; a key that cannot be shown is left out. 1 query, 2 when some key is no article's today."""
    wanted = {key for key in keys if re.fullmatch(ARTICLE_KEY_PATTERN, key)}
    readable = Article.objects.readable().filter(site__slug=site_slug)
    found = dict(readable.filter(key__in=wanted).values_list("key", "comment_count"))
    if missing := wanted - set(found):
        former = ArticleKey.objects.filter(site__slug=site_slug, key__in=missing, article__in=readable)
        found |= dict(former.values_list("key", "article__comment_count"))
    return found


def _led_to(former: ArticleKey | None) -> Article | None:
    if former is None:
        return None
    article: Article = former.article
    article.asked_for_as = former.merged_id
    return article
