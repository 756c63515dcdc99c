"""The demo newspaper as a whole: site, policy, people, articles, comments; once, all or nothing."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from tqdm import tqdm

from comments.commentable import article_for
from comments.enums import ArticleMode
from comments.models import Article as CommentArticle
from comments.models import Site
from comments.origins import canonical_origin
from demo.contents import (
    SiteContent,
    article_contents,
    author_contents,
    comment_contents,
    desk_content,
    site_content,
    term_contents,
)
from demo.models import Article
from demo.seeding.desk import fill_desk
from demo.seeding.people import People, seed_people
from demo.seeding.replay import Replay
from demo.seeding.timeline import plan_events
from demo.seeding.votes import cast_votes
from moderation.enums import FlaggerState
from moderation.models import FlaggerSwitch, Term
from moderation.seeding import seed_policy

# Where start.py serves, also when mails and feeds name another address.
USUAL_ORIGINS = ("http://127.0.0.1:8000", "http://localhost:8000")
# The checks that the demo's desk has chosen more for than to inform: its queue shows the most flagged first.
ORDERING = ("links", "terms", "shouting", "repetition", "automation", "site_repetition")


def seed_newspaper() -> bool:
    """Make the demo newspaper; False when its site was there already, and then nothing is touched but its addresses."""
    content = site_content()
    with transaction.atomic():
        site = Site.objects.filter(slug=content["slug"]).first()
        if site is not None:
            _refresh_addresses(site)
            return False
        _fill(_make_site(content))
    return True


def _make_site(content: SiteContent) -> Site:
    return Site.objects.create(
        slug=content["slug"],
        name=content["name"],
        language=content["language"],
        lookup_links=content["lookup_links"],
        promised_minutes=content["promised_minutes"],
        **_addresses(),
        origins=_origins([]),
    )


def _refresh_addresses(site: Site) -> None:
    """Follow BASE_URL: the embedded server may run on another port today."""
    wanted: dict[str, str | list[str]] = {**_addresses(), "origins": _origins(site.origins)}
    changed = [name for name, value in wanted.items() if getattr(site, name) != value]
    for name in changed:
        setattr(site, name, wanted[name])
    if changed:
        site.save(update_fields=changed)
    for article in Article.objects.all():
        article_for(article)


def _addresses() -> dict[str, str]:
    base_url = settings.BASE_URL.rstrip("/")
    return {
        "home_url": base_url + reverse("demo:front"),
        "main_feed_url": base_url + reverse("demo:feed"),
    }


def _origins(known: list[str]) -> list[str]:
    """The known origins, then ours, the usual ones and that of the other site where they are missing."""
    ours, other = canonical_origin(settings.BASE_URL) or "", canonical_origin(settings.ELSEWHERE_URL) or ""
    candidates = (*known, ours, *USUAL_ORIGINS, other)
    return list(dict.fromkeys(filter(None, candidates)))


def _fill(site: Site) -> None:
    now = timezone.now()
    seed_policy(site)
    Term.objects.bulk_create([Term(site=site, **term) for term in term_contents()])
    FlaggerSwitch.objects.bulk_create(
        FlaggerSwitch(site=site, flagger=name, state=FlaggerState.ORDER) for name in ORDERING
    )
    people = seed_people(site)
    replay = Replay(articles=_make_articles(now, people), authors=author_contents(), people=people)
    events = plan_events(comment_contents(), now)
    for event in tqdm(events, desc="Writing the demo's comments", unit="step", disable=None, leave=False):
        replay.play(event)
    cast_votes(site, {content["id"]: content["votes"] for content in comment_contents()}, replay.stored, now)
    fill_desk(desk_content(), replay.stored, people, now)
    # Discussions that have ended were open while they went on.
    ended = [content["key"] for content in article_contents() if content["mode"] == ArticleMode.CLOSED]
    CommentArticle.objects.filter(site=site, key__in=ended).update(mode=ArticleMode.CLOSED)


def _make_articles(now: datetime.datetime, people: People) -> dict[str, CommentArticle]:
    """The articles by their key, in the newspaper and as the comment system knows them."""
    articles = {}
    for content in article_contents():
        article = Article.objects.create(
            key=content["key"],
            slug=content["slug"],
            language=content["language"],
            section=content["section"],
            headline=content["headline"],
            teaser=content["teaser"],
            byline=content["byline"],
            reporter=people.readers[content["author"]] if content["author"] else None,
            body="\n\n".join(content["paragraphs"]),
            published_at=now - datetime.timedelta(days=content["published_days_ago"]),
        )
        articles[article.key] = article_for(article)
        CommentArticle.objects.filter(pk=articles[article.key].pk).update(created_at=article.published_at)
    return articles
