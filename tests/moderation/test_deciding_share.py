"""The share of what a rule would decide that people judge all the same: without seeing what was found."""

from __future__ import annotations

import pytest
from django.urls import reverse

from comments.enums import Status
from comments.models import Comment
from moderation.enums import Action
from moderation.insights.flagger_counts import read_trust
from moderation.insights.weeks import weeks_up_to_now
from moderation.models import Decision, FlaggerSwitch
from tests.factories import make_comment, make_moderator
from tests.moderation.deciding import BAD, NUMBERS, add_judged
from tests.moderation.desk_pages import FRAGMENT, QUEUE, html_of, press, rows, sign_in, text_of
from tests.moderation.test_deciding import proved, screened

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("judge_alone")]


def test_what_was_found_is_nowhere_until_the_drawn_comment_is_decided_and_told_then() -> None:
    article = proved(Action.REJECT, people_share=1.0)
    add_judged(article, 1, bad=True)
    comment = screened(make_comment(article, body=f"{BAD} {next(NUMBERS)}"))
    assert (comment.status, comment.is_flagged, comment.risk) == (Status.PENDING, False, 0)

    client = sign_in(make_moderator(article.site))
    for address in (
        QUEUE, f"{QUEUE}?comment={comment.public_id}", reverse("moderation:history", args=[comment.public_id]),
        f"/moderation/cards/?comment={comment.public_id}",
    ):  # fmt: skip
        page = client.get(address)
        assert BAD in text_of(page)
        for word in ("Bad.", "mg-mark", "Findings:", "Blind sample"):
            assert word not in html_of(page)
    for query in ("status=flagged", "flag=judge", "clause=respect"):
        assert rows(client.get(f"{QUEUE}?{query}")) == []
    wrong = reverse("moderation:call_wrong", args=[comment.findings.get().pk])
    assert client.post(wrong, {"wrong": "1"}).status_code == 404

    answer = press(client, comment, "reject:respect", headers=FRAGMENT)
    assert "Blind sample: what the checks said was hidden until now. Bad." in text_of(answer)
    assert Decision.objects.get(comment=comment).findings_hidden
    comment.refresh_from_db()
    assert (comment.is_flagged, comment.risk) == (True, 100)


@pytest.mark.parametrize("case", ["ceiling", "language", "order"])
def test_what_a_rule_would_not_decide_is_judged_with_what_was_found_in_sight(case: str) -> None:
    article = proved(Action.REJECT, people_share=1.0, **({"ceiling": 0} if case == "ceiling" else {}))
    add_judged(article, 1, bad=True)
    if case == "order":
        FlaggerSwitch.objects.update(state="order")
    comment = make_comment(article, body=f"{BAD} {next(NUMBERS)}")
    if case == "language":
        Comment.objects.filter(pk=comment.pk).update(language="en")
    comment = screened(comment)
    assert (comment.is_drawn, comment.is_flagged, comment.risk) == (False, True, 100)
    assert rows(sign_in(make_moderator(article.site)).get(f"{QUEUE}?flag=judge")) == [comment.public_id]


def test_drawn_comments_say_nothing_of_the_trust_in_flags() -> None:
    article = proved(Action.REJECT, people_share=1.0)
    add_judged(article, 1, bad=True)
    before = read_trust(article.site, weeks_up_to_now(4))
    drawn = screened(make_comment(article, body=f"{BAD} {next(NUMBERS)}"))
    client = sign_in(make_moderator(article.site))
    press(client, drawn, "reject:respect")
    assert Decision.objects.get(comment=drawn).automated_detection
    assert read_trust(article.site, weeks_up_to_now(4)) == before

    FlaggerSwitch.objects.update(state="order")
    press(client, screened(make_comment(article, body=f"{BAD} {next(NUMBERS)}")), "reject:respect")
    assert read_trust(article.site, weeks_up_to_now(4)) == before | {(True, False): (1, 1)}
