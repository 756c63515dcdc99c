"""On which day what a flagger said of a text counts."""

from __future__ import annotations

import pytest
from django.db.models import Sum
from django.utils import timezone

from comments.enums import CheckOutcome
from comments.models import Revision
from comments.services.posting import revise_comment
from moderation.enums import Action
from moderation.insights.flagger_report import read_flagger_report
from moderation.insights.weeks import DAY, weeks_up_to_now
from moderation.models import Finding, FlaggerDay
from moderation.services.flagger_days import sum_days
from tests.factories import make_article, make_comment, make_moderator
from tests.moderation.reporting import judge
from tests.moderation.test_flagger_figures import places_of, say, shift


@pytest.mark.django_db
def test_new_text_of_a_returned_comment_counts_on_the_day_it_was_written() -> None:
    article = make_article()
    moderator = make_moderator(article.site)
    returned, other = make_comment(article), make_comment(article)
    say(returned, "terms", clause="respect")
    say(other, "terms", "clear")
    judge(returned, Action.RETURN, clause="respect", moderator=moderator)
    shift(returned, 10)
    shift(other, 1)
    # Its day is closed.
    sum_days(article.site)
    returned.refresh_from_db()
    revised = revise_comment(comment=returned, body="A new text, and no better.", expected_revision=1)
    new = {"revision": 2, "version": "1", "outcome": CheckOutcome.FLAGGED, "clause": "respect"}
    Finding.objects.update_or_create(comment=revised, flagger="terms", revision=2, defaults=new)
    Revision.objects.filter(comment=revised, number=2).update(created_at=timezone.now() - DAY)
    judge(revised, Action.REJECT, clause="respect", moderator=moderator)
    sum_days(article.site)

    (place,) = places_of(read_flagger_report(article.site, weeks_up_to_now(4)), "terms").values()
    # Looked at, found something in, judged, and agreed with: both texts of the one, and the other.
    assert place[:4] == (3, 2, 2, 2)
    days = FlaggerDay.objects.filter(flagger="terms").values_list("day").annotate(fired=Sum("fired")).order_by("day")
    today = timezone.localdate()
    assert list(days) == [(today - 10 * DAY, 1), (today - DAY, 1)]
