from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.conf import settings as project_settings
from django.contrib.auth import authenticate, get_user_model
from django.core import mail
from django.db.models import Count, F
from django.utils import timezone
from pytest_django import Settings

from comments.enums import Badge, Sort, Status
from comments.models import Article, Comment, Outbox, Revision, Site, Vote
from comments.services.voting import rank_article
from comments.threads import read_page
from demo.contents import comment_contents, desk_content
from demo.models import Article as NewspaperArticle
from demo.seeding.people import DEMO_PASSWORD
from moderation.models import Appeal, AuthorNote, CalibrationCase, Decision, Membership, Report, Term
from moderation.services.policies import current_policy
from tests.demo.conftest import run_seed_demo

pytestmark = pytest.mark.django_db


def all_rows() -> dict[str, list[dict[str, Any]]]:
    """Everything in the database, by model."""
    models = apps.get_models(include_auto_created=True)
    return {model._meta.label: list(model._base_manager.order_by("pk").values()) for model in models}


def stored(name: str) -> Comment:
    """The comment of this name in the demo's file."""
    body = next(one["body"] for one in comment_contents() if one["id"] == name)
    return Revision.objects.select_related("comment").get(body=body).comment


def test_seed_demo_every_status_is_as_in_the_file(demo: str) -> None:
    wanted: dict[str, Counter[str]] = defaultdict(Counter)
    for content in comment_contents():
        wanted[content["article"]][content["outcome"]] += 1
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for key, status in Comment.objects.values_list("article__key", "status"):
        found[key][status] += 1

    assert found == wanted


def test_seed_demo_desk_has_reports_an_appeal_notes_and_cases(demo: str) -> None:
    wanted = desk_content()
    notes = [(stored(one["comment"]).author_id, one["text"]) for one in wanted["notes"]]
    assert list(AuthorNote.objects.values_list("author_id", "text")) == notes
    cases = [(stored(one["comment"]).pk, one["explanation"]) for one in wanted["cases"]]
    assert list(CalibrationCase.objects.values_list("decision__comment_id", "explanation")) == cases
    reports = [(stored(one["comment"]).pk, one["text"]) for one in wanted["reports"]]
    assert list(Report.objects.open().values_list("comment_id", "text")) == reports
    appeals = [(stored(one["comment"]).pk, one["text"]) for one in wanted["appeals"]]
    assert list(Appeal.objects.open().values_list("decision__comment_id", "text")) == appeals
    assert len(reports) >= 3
    assert appeals


def test_seed_demo_counters_equal_the_published_comments(demo: str) -> None:
    counters = dict(Article.objects.values_list("key", "comment_count"))

    published = Counter(Comment.objects.published().values_list("article__key", flat=True))
    assert counters == {key: published[key] for key in NewspaperArticle.objects.values_list("key", flat=True)}


def test_seed_demo_second_run_changes_nothing(demo: str) -> None:
    before = all_rows()

    printed = run_seed_demo()

    assert printed.startswith("The demo newspaper is there already; nothing was changed.\n")
    assert all_rows() == before
    assert len(before["marginalia.Comment"]) == len(comment_contents())


def test_seed_demo_on_another_port_follows_with_the_addresses_alone(demo: str, settings: Settings) -> None:
    before = all_rows()
    old_base_url, settings.BASE_URL = settings.BASE_URL, "http://127.0.0.1:8123"

    run_seed_demo()

    after = all_rows()
    (site,) = after.pop("marginalia.Site")
    (old_site,) = before.pop("marginalia.Site")
    articles, old_articles = after.pop("marginalia.Article"), before.pop("marginalia.Article")
    moved = [one | {"url": one["url"].replace(old_base_url, settings.BASE_URL)} for one in old_articles]
    assert articles == moved
    assert all(one["url"].startswith("http://127.0.0.1:8123/") for one in articles)
    # The addresses of before stay known.
    addresses, old_addresses = after.pop("marginalia.ArticleUrl"), before.pop("marginalia.ArticleUrl")
    assert addresses[: len(old_addresses)] == old_addresses
    assert {one["url"] for one in addresses[len(old_addresses) :]} == {one["url"] for one in moved}
    assert after == before
    assert site == old_site | {
        "home_url": "http://127.0.0.1:8123/",
        "main_feed_url": "http://127.0.0.1:8123/feed.xml",
        "origins": [*old_site["origins"], "http://127.0.0.1:8123"],
    }


def test_seed_demo_comments_are_as_old_as_the_file_says(demo: str) -> None:
    seeded_at = {
        stored(content["id"]).posted_at + datetime.timedelta(minutes=content["minutes_ago"])
        for content in comment_contents()
    }

    assert len(seeded_at) == 1
    assert set(Revision.objects.values_list("created_at")) == set(Comment.objects.values_list("posted_at"))


def test_seed_demo_history_and_decisions_are_dated_in_order(demo: str) -> None:
    for comment in Comment.objects.prefetch_related("status_changes", "decisions").select_related("parent"):
        changes = list(comment.status_changes.all())
        assert [change.created_at for change in changes] == sorted(change.created_at for change in changes)
        assert changes[0].created_at == comment.posted_at
        assert comment.waiting_since == (comment.posted_at if comment.status == Status.PENDING else None)
        approved_at = [change.created_at for change in changes if change.to_status == Status.APPROVED]
        assert approved_at == ([comment.published_at] if comment.published_at else [])
        if comment.parent is not None:
            assert comment.parent.published_at is not None
            assert comment.parent.published_at < comment.posted_at
    applied = dict(Decision.objects.values_list("change_id", "applied_at"))
    assert applied == dict(Decision.objects.values_list("change_id", "change__created_at"))
    assert len(applied) == 76 + 7 + 3 + 3 + 2 * 2 + 1


def test_seed_demo_gone_comments_were_public_only_where_somebody_replied(demo: str) -> None:
    was_public = {name: stored(name).published_at is not None for name in ("r13", "r29", "w10", "t16")}

    assert was_public == {"r13": True, "r29": True, "w10": True, "t16": False}
    replies = {name: list(stored(name).replies.values_list("status", flat=True)) for name in ("r13", "r29")}
    assert replies == {"r13": [Status.APPROVED], "r29": [Status.APPROVED]}


def test_seed_demo_rejections_carry_clause_and_note_of_the_file(demo: str) -> None:
    wanted = {
        content["id"]: (content["clause"] or "", content["note"] or "")
        for content in comment_contents()
        if content["outcome"] in ("rejected", "spam", "returned", "removed")
    }

    found = {}
    for name in wanted:
        change = stored(name).status_changes.order_by("-pk").first()
        assert change is not None
        found[name] = (change.clause, change.note)
    assert found == wanted


def test_seed_demo_sends_no_mail(demo: str) -> None:
    assert Outbox.objects.count() == 0
    assert mail.outbox == []


def test_seed_demo_ended_discussion_is_closed_and_keeps_its_comments(demo: str) -> None:
    modes = dict(Article.objects.values_list("key", "mode"))

    assert {key for key, mode in modes.items() if mode != "pre"} == {"handyregeln-schulen"}
    assert modes["handyregeln-schulen"] == "closed"
    assert Article.objects.get(key="handyregeln-schulen").comment_count == 12


def test_seed_demo_people_can_sign_in_with_a_proved_address(demo: str) -> None:
    desk = dict(Membership.objects.values_list("user__email", "role"))

    assert desk == {
        "moderator@demo.example": "moderator",
        "colleague@demo.example": "moderator",
        "senior@demo.example": "senior",
        "administrator@demo.example": "administrator",
        "auditor@demo.example": "auditor",
    }
    for email in (*desk, "reader@demo.example", "reporter@demo.example"):
        assert email in demo
        user = authenticate(None, username=email, password=DEMO_PASSWORD)
        assert user is not None
        assert user.get_username() == email
    assert DEMO_PASSWORD in demo
    users = get_user_model().objects.values_list("email", flat=True)
    proved = EmailAddress.objects.filter(verified=True, primary=True).values_list("email", flat=True)
    assert sorted(proved) == sorted(users)


def test_seed_demo_editorial_team_and_reporter_have_their_badges(demo: str) -> None:
    with_badge = Comment.objects.exclude(author_badge=Badge.NONE)

    assert set(with_badge.values_list("author_name", "author_badge")) == {
        ("Redaktion Tagblatt", "editorial"),
        ("Katrin Oelschläger", "author"),
    }


def test_seed_demo_reporter_answers_readers_under_two_articles_of_hers(demo: str) -> None:
    reporter = get_user_model().objects.get(email="reporter@demo.example")
    answers = Comment.objects.published().filter(author__user=reporter, parent__isnull=False)

    keys = {"radweg-uferstrasse", "waermepumpen-netzentgelt"}
    assert set(reporter.newspaper_articles.values_list("key", flat=True)) == keys
    assert set(answers.values_list("article__key", "author_badge")) == {(key, "author") for key in keys}
    assert all(
        "Katrin Oelschläger" in byline for byline in reporter.newspaper_articles.values_list("byline", flat=True)
    )


def test_seed_demo_votes_are_as_in_the_file_one_a_reader_and_none_for_oneself(demo: str) -> None:
    wanted = {stored(content["id"]).pk: content["votes"] for content in comment_contents()}
    counts = Comment.objects.annotate(cast=Count("votes")).values_list("pk", "vote_count", "cast")

    assert {pk: (count, cast) for pk, count, cast in counts} == {pk: (count, count) for pk, count in wanted.items()}
    assert not Vote.objects.filter(author=F("comment__author")).exists()
    assert not Vote.objects.filter(created_at__lt=F("comment__published_at")).exists()
    assert not Vote.objects.filter(created_at__gt=timezone.now()).exists()
    assert sum(wanted.values()) == Vote.objects.count()


def test_seed_demo_order_worth_reading_follows_the_votes(demo: str) -> None:
    article = Article.objects.get(key="radweg-uferstrasse")
    shown = [row.public_id for row in read_page(article, sort=Sort.BEST).rows if not row.depth]
    ranks = dict(Comment.objects.values_list("public_id", "rank"))

    assert [ranks[public_id] for public_id in shown] == sorted((ranks[one] for one in shown), reverse=True)
    assert shown.index(stored("r17").public_id) < shown.index(stored("r27").public_id)
    assert rank_article(article.pk) == 0


def test_seed_demo_site_has_policy_and_terms(demo: str) -> None:
    site = Site.objects.get(slug="demo")
    policy = current_policy(site)

    assert policy is not None
    assert (policy.number, [clause.slug for clause in policy.clauses.all()]) == (
        2,
        ["on-topic", "respect", "no-advertising", "personal-data", "unlawful"],
    )
    assert site.policy_versions.count() == 2
    assert Term.objects.filter(site=site).count() == 12
    assert project_settings.BASE_URL in site.origins
