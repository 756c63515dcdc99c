"""The blind sample: comments that are judged without seeing what flaggers say. And calling a finding wrong."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from comments.enums import ArticleMode, CheckOutcome, FindingReach
from comments.models import Comment
from moderation.enums import Role
from moderation.models import Decision, Finding, FindingFeedback
from moderation.queue import QueueFilters, QueueSort, QueueStatus, read_item, read_rows
from moderation.queue.colleagues import BESIDE
from moderation.sampling import is_in_blind_sample
from moderation.services.indexing import refresh_risk
from tests.factories import make_article, make_comment, make_moderator
from tests.moderation.desk_pages import FRAGMENT, QUEUE, html_of, press, rows, sign_in, text_of


def flag(comment: Comment, flagger: str = "terms", clause: str = "unlawful") -> Finding:
    said = {
        "version": "1", "outcome": CheckOutcome.FLAGGED, "score": 0.9, "clause": clause, "message": "Contains a thing.",
        "spans": [[0, 4, "thing"]], "reach": FindingReach.ORDER,
    }  # fmt: skip
    finding, _new = Finding.objects.update_or_create(
        comment=comment, revision=comment.revision, flagger=flagger, defaults=said
    )
    refresh_risk(comment.pk)
    comment.refresh_from_db()
    return finding


@pytest.mark.once
def test_sample_holds_its_share_for_ever_and_a_larger_one_holds_it_too(settings: Settings) -> None:
    ids = [f"{number:012d}" for number in range(20_000)]
    chosen: dict[float, set[str]] = {}
    for share in (0, 0.02, 0.2, 1):
        settings.MODERATION_BLIND_SAMPLE_SHARE = share
        chosen[share] = {one for one in ids if is_in_blind_sample(one)}

    # Four standard deviations of 20,000 draws.
    assert len(chosen[0.02]) == pytest.approx(400, abs=80)
    assert chosen[0.02] < chosen[0.2] < chosen[1] == set(ids)
    assert not chosen[0]


@pytest.mark.django_db
def test_flags_of_a_sampled_comment_are_nowhere_until_it_is_decided_and_told_then(settings: Settings) -> None:
    settings.MODERATION_BLIND_SAMPLE_SHARE = 1
    article = make_article()
    comment, client = make_comment(article), sign_in(make_moderator(article.site))
    finding = flag(comment)

    pages = [
        client.get(address)
        for address in (
            QUEUE, f"{QUEUE}?comment={comment.public_id}", reverse("moderation:history", args=[comment.public_id]),
            f"/moderation/cards/?comment={comment.public_id}",
        )
    ]  # fmt: skip
    for page in pages:
        assert "Text number" in text_of(page)
        assert "No check has looked at this text." not in text_of(page)
        for word in ("Contains a thing", "mg-mark", "mg-veil", "Findings:", "Blind sample", "Did not run"):
            assert word not in html_of(page)
    for query in ("status=flagged", "flag=terms", "clause=unlawful"):
        assert rows(client.get(f"{QUEUE}?{query}")) == []
    assert comment.risk == 0
    assert read_rows(article.site, QueueFilters(sort=QueueSort.RISK)).rows[0].flag_count == 0
    assert "What the checks say is shown once it is decided." in text_of(pages[2])
    wrong = reverse("moderation:call_wrong", args=[finding.pk])
    assert client.post(wrong, {"wrong": "1"}).status_code == 404

    answer = press(client, comment, "reject:respect", headers=FRAGMENT)

    assert "Blind sample: what the checks said was hidden until now. Contains a thing." in text_of(answer)
    assert Decision.objects.get().findings_hidden
    comment.refresh_from_db()
    assert (comment.risk, len(read_item(comment).flagged)) == (90, 1)
    # The card has what was found once, with the way to call it wrong.
    page = client.get(f"{QUEUE}?comment={comment.public_id}")
    assert text_of(page).count("Contains a thing.") == 1
    assert text_of(page).count("Blind sample") == 1
    assert client.post(wrong, {"wrong": "1"}).status_code == 303

    client.post(reverse("moderation:undo", args=[Decision.objects.get().pk]))
    comment.refresh_from_db()
    assert (comment.risk, read_item(comment).flagged) == (0, ())


@pytest.mark.django_db
def test_flags_of_a_sampled_comment_that_appeared_at_once_are_no_secret(settings: Settings) -> None:
    comment = make_comment(make_article(mode=ArticleMode.POST_MODERATED))
    # Enlarged since.
    settings.MODERATION_BLIND_SAMPLE_SHARE = 1
    client = sign_in(make_moderator(comment.site))
    flag(comment)
    assert "Contains a thing." in text_of(client.get(f"{QUEUE}?comment={comment.public_id}&status=approved"))

    answer = press(client, comment, "remove:respect", headers=FRAGMENT)

    assert not Decision.objects.get().findings_hidden
    assert "Blind sample" not in text_of(answer)


@pytest.mark.django_db
def test_flags_outside_the_sample_are_shown_and_the_decision_says_so() -> None:
    article = make_article()
    comment, client = make_comment(article), sign_in(make_moderator(article.site))
    flag(comment)

    assert rows(client.get(f"{QUEUE}?flag=terms")) == [comment.public_id]
    assert rows(client.get(f"{QUEUE}?status={QueueStatus.FLAGGED.value}")) == [comment.public_id]
    assert "Blind sample" not in text_of(press(client, comment, "reject:respect", headers=FRAGMENT))
    assert not Decision.objects.get().findings_hidden


@pytest.mark.django_db
def test_flag_is_called_wrong_by_one_press_and_no_longer_by_the_next() -> None:
    article = make_article()
    comment, moderator = make_comment(article), make_moderator(article.site)
    finding, client = flag(comment, clause="respect"), sign_in(moderator)
    address = reverse("moderation:call_wrong", args=[finding.pk])

    assert 'aria-pressed="false" data-key="wrong"' in html_of(client.get(QUEUE))
    answer = client.post(address, {"wrong": "1"})
    client.post(address, {"wrong": "1"}, headers=FRAGMENT)
    assert (answer.status_code, answer["Location"]) == (303, f"{QUEUE}?comment={comment.public_id}")
    assert list(FindingFeedback.objects.values_list("finding", "user")) == [(finding.pk, moderator.pk)]
    page = html_of(client.get(QUEUE))
    assert 'value="0" aria-pressed="true" data-key="wrong"' in page
    # What one thinks is not what another one sees pressed.
    assert 'aria-pressed="false"' in html_of(sign_in(make_moderator(article.site)).get(QUEUE))

    assert client.post(address, {"wrong": "0"}, headers=FRAGMENT).status_code == 204
    assert not FindingFeedback.objects.exists()


@pytest.mark.django_db
def test_flag_is_not_called_wrong_by_who_may_only_look_nor_by_strangers_nor_in_shadow() -> None:
    article = make_article()
    finding = flag(make_comment(article))
    address = reverse("moderation:call_wrong", args=[finding.pk])

    assert sign_in(make_moderator(article.site, role=Role.AUDITOR)).post(address).status_code == 403
    assert sign_in(make_moderator(make_article().site)).post(address).status_code == 404
    Finding.objects.update(is_shadow=True)
    assert sign_in(make_moderator(article.site)).post(address).status_code == 404
    assert not FindingFeedback.objects.exists()


@pytest.mark.django_db
def test_findings_with_objections_cost_no_query_more(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    article = make_article()
    pk = make_comment(article).pk
    loaded = Comment.objects.select_related("article", "author", "site", *BESIDE)
    with CaptureQueriesContext(connection) as before:
        read_item(loaded.get(pk=pk))
    moderators = [make_moderator(article.site) for _ in range(3)]
    for flagger in ("links", "shouting", "terms"):
        finding = flag(loaded.get(pk=pk), flagger)
        FindingFeedback.objects.bulk_create(FindingFeedback(finding=finding, user=user) for user in moderators)

    with django_assert_num_queries(len(before)):
        item = read_item(loaded.get(pk=pk))
    assert [finding.wrong_by for finding in item.flagged] == [{user.pk for user in moderators}] * 3
