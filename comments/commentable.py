"""How a host project says which of its models can be commented on, and where to find what we need to know of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model

from comments.conf import settings
from comments.enums import ArticleMode
from comments.feed_addresses import article_feed_path
from comments.models import Article, Site
from comments.services.article_keys import find_counts
from comments.services.articles import ArticleFacts, register_article

# The name of an attribute or method of the host's object, or a function of the object.
Source = str | Callable[[Any], Any]

# Where `prefetch_counts` leaves a count on the host's object for `count_for` to find.
_COUNT_ATTRIBUTE = "_marginalia_count"


@dataclass(frozen=True, slots=True)
class Commentable:
    """Where the facts of an article are found on the host's object. Empty: the host has no such fact."""

    site: Source
    key: Source
    title: Source
    url: Source
    teaser: Source
    section: Source
    language: Source
    mode: Source
    author_accounts: Source
    published_at: Source
    body: Source


_registry: dict[type[Model], Commentable] = {}


def register(
    model: type[Model],
    *,
    site: Source,
    key: Source,
    title: Source,
    url: Source = "get_absolute_url",
    teaser: Source = "",
    section: Source = "",
    language: Source = "",
    mode: Source = "",
    author_accounts: Source = "",
    published_at: Source = "",
    body: Source = "",
) -> None:
    """Make `model` commentable; call it in the `ready()` of the host's AppConfig.

    Each argument is the name of an attribute or method, or a function that takes the object. `site` yields the slug of
    the Site and may be that slug itself; `key` what identifies the article for ever; `url` a path or an address;
    `mode` an ArticleMode, which counts only when the article is seen for the first time.
    `author_accounts` yields the primary keys of the accounts that wrote the article: their comments under it bear a badge,
    and no reader may use their names. It is read each time the article is shown. `published_at` is a moment with its time
    zone, from which the days until discussions end are counted; without it they count from the first time we saw the article.
    `body` yields the plain text of the article, with a blank line between paragraphs: the check "Topic" compares comments
    with it. It is stored, and read each time the article is shown.
    """
    _registry[model] = Commentable(
        site, key, title, url, teaser, section, language, mode, author_accounts, published_at, body
    )


def article_for(host_object: Model) -> Article:
    """The article of a host's object with its site, made or brought up to date. 2 queries when nothing changed.

    Raises ImproperlyConfigured when the model is not registered or its site does not exist, InvalidInputError for a key
    that is none.
    """
    commentable = _commentable(host_object)
    slug = _site_slug(commentable, host_object)
    site = Site.objects.filter(slug=slug).first()
    if site is None:
        raise ImproperlyConfigured(f"There is no comments site {slug!r}; make it in the admin or by a migration.")
    return register_article(site=site, facts=_facts(commentable, host_object))


def count_for(host_object: Model) -> int:
    """How many published comments everybody can see. 1 query, none after `prefetch_counts`."""
    return _known_count(host_object) or 0


def feed_address_for(host_object: Model) -> str:
    """The address of the Atom feed of an object's discussion; empty where there is none to read yet, or it is hidden. Cost as
    `count_for`."""
    if _known_count(host_object) is None:
        return ""
    commentable = _commentable(host_object)
    key = str(_read(commentable.key, host_object))
    return settings.base_url + article_feed_path(_site_slug(commentable, host_object), key)


def prefetch_counts(host_objects: Iterable[Model]) -> None:
    """Look up the counts of many objects at once, for a front page: 1 query a site, 2 where
    one of them is not known or was merged."""
    by_site: dict[str, dict[str, list[Model]]] = defaultdict(lambda: defaultdict(list))
    for host_object in host_objects:
        commentable = _commentable(host_object)
        key = str(_read(commentable.key, host_object))
        by_site[_site_slug(commentable, host_object)][key].append(host_object)
    for slug, objects in by_site.items():
        counts = find_counts(slug, objects)
        for key, same in objects.items():
            for host_object in same:
                setattr(host_object, _COUNT_ATTRIBUTE, counts.get(key))


def _known_count(host_object: Model) -> int | None:
    """The count of an object's discussion; None where nobody can read one."""
    if not hasattr(host_object, _COUNT_ATTRIBUTE):
        prefetch_counts([host_object])
    count: int | None = getattr(host_object, _COUNT_ATTRIBUTE)
    return count


def _commentable(host_object: Model) -> Commentable:
    for model in type(host_object).__mro__:
        if model in _registry:
            return _registry[model]
    raise ImproperlyConfigured(
        f"{type(host_object).__name__} is not commentable: call comments.commentable.register() for it."
    )


def _facts(commentable: Commentable, host_object: Model) -> ArticleFacts:
    mode = _read(commentable.mode, host_object)
    return ArticleFacts(
        key=str(_read(commentable.key, host_object)),
        url=urljoin(f"{settings.base_url}/", str(_read(commentable.url, host_object))),
        title=str(_read(commentable.title, host_object)),
        teaser=str(_read(commentable.teaser, host_object)),
        section=str(_read(commentable.section, host_object)),
        language=str(_read(commentable.language, host_object)),
        mode=ArticleMode(mode) if mode else ArticleMode.PRE_MODERATED,
        author_accounts=_author_accounts(commentable, host_object),
        published_at=_read(commentable.published_at, host_object) or None,
        body=None if commentable.body == "" else str(_read(commentable.body, host_object) or ""),
    )


def _author_accounts(commentable: Commentable, host_object: Model) -> tuple[str, ...] | None:
    if commentable.author_accounts == "":
        return None
    return tuple(str(pk) for pk in _read(commentable.author_accounts, host_object) or ())


def _site_slug(commentable: Commentable, host_object: Model) -> str:
    source = commentable.site
    if isinstance(source, str) and not hasattr(host_object, source):
        return source
    return str(_read(source, host_object))


def _read(source: Source, host_object: Model) -> Any:
    if source == "":
        return ""
    value = getattr(host_object, source) if isinstance(source, str) else source(host_object)
    return value() if callable(value) else value
