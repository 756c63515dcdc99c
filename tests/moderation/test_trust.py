from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils import timezone

from comments.enums import ArticleMode, AuthorKind, Status
from comments.models import Comment
from moderation.enums import Action, Automation, RestrictionKind, Role
from moderation.exceptions import NotAllowedError
from moderation.models import DecidingRule, Decision, DeskSettings, Trust
from moderation.services.bulk import BulkItem, decide_together
from moderation.services.decisions import undo
from moderation.services.publications import take_back_flagged
from moderation.services.taking_back import undo_batch
from moderation.services.trust import grant_trust, review_trust_by_rules, revoke_trust
from tests.factories import make_article, make_moderator
from tests.moderation.desk_pages import flag, press, sign_in, text_of
from tests.moderation.restricting import lay, make_author, write

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

    from comments.models import Article, Author

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_flaggers(settings: SettingsWrapper) -> None:
    settings.MODERATION_FLAGGERS = []


def make_rule(article: Article, *, after: int = 2, publishes: bool = True) -> DeskSettings:
    return DeskSettings.objects.create(site=article.site, trust_after=after, trust_days=30, publishes_trusted=publishes)


def proved(article: Article, **values) -> Author:
    return make_author(article.site, email="kuhl@post.example", proved=True, **values)


def judged(article: Article, author: Author, button: str, body: str) -> Comment:
    """A comment by this author that somebody has judged."""
    comment = write(article, author=author, body=body)
    press(sign_in(make_moderator(article.site)), comment, button)
    comment.refresh_from_db()
    return comment


def test_trust_comes_by_the_rule_and_goes_with_a_refused_comment() -> None:
    article = make_article()
    make_rule(article)
    author = proved(article)

    judged(article, author, "approve", "Der erste Text.")
    assert Trust.objects.count() == 0
    judged(article, author, "approve", "Der zweite Text.")
    trust = Trust.objects.get()
    assert (trust.author, trust.granted_by, trust.revoked_at) == (author, None, None)

    # Published at once now; somebody takes it down all the same.
    refused = write(article, author=author, body="Der dritte Text.")
    assert refused.status == Status.APPROVED
    press(sign_in(make_moderator(article.site)), refused, "remove:respect")

    trust.refresh_from_db()
    assert trust.revoked_at is not None
    assert write(article, author=author, body="Der vierte Text.").status == Status.PENDING
    undo(decision=Decision.objects.get(action="remove"), moderator=make_moderator(article.site))
    assert Trust.objects.standing().count() == 1


def test_what_software_decided_by_a_rule_earns_no_trust() -> None:
    article = make_article()
    make_rule(article)
    author = proved(article)
    rule = DecidingRule.objects.create(site=article.site, flagger="spam", action=Action.APPROVE)
    judged(article, author, "approve", "Der erste Text.")
    Decision.objects.update(rule=rule, moderator=None)

    judged(article, author, "approve", "Der zweite Text.")
    assert (review_trust_by_rules(), Trust.objects.count()) == (0, 0)

    judged(article, author, "approve", "Der dritte Text.")
    assert Trust.objects.count() == 1


def last_decision() -> Decision:
    return Decision.objects.select_related("comment__site", "comment__author").latest("id")


def test_undo_of_the_approval_that_earned_trust_takes_it_back() -> None:
    article = make_article()
    make_rule(article)
    author, moderator = proved(article), make_moderator(article.site)
    judged(article, author, "approve", "Der erste Text.")
    judged(article, author, "approve", "Der zweite Text.")
    trust = Trust.objects.standing().get()

    undo(decision=last_decision(), moderator=moderator)

    trust.refresh_from_db()
    assert (Trust.objects.count(), trust.revoked_at is None, trust.revoked_by) == (1, False, None)
    assert write(article, author=author, body="Der dritte Text.").status == Status.PENDING
    # It is the rule that took it back, not a person: the same text earns it again.
    press(sign_in(moderator), Comment.objects.get(public_id=last_decision().comment.public_id), "approve")
    assert Trust.objects.standing().count() == 1


def test_undo_of_an_approval_leaves_trust_that_stands_on_others() -> None:
    article = make_article()
    rule = make_rule(article)
    author, moderator = proved(article), make_moderator(article.site)
    for number in range(2):
        judged(article, author, "approve", f"Text Nummer {number}.")
    trust = Trust.objects.get()
    # Long ago: what earned it would not count today.
    long_ago = timezone.now() - datetime.timedelta(days=60)
    Trust.objects.update(granted_at=long_ago)
    author.comments.update(posted_at=long_ago)
    rule.publishes_trusted = False
    rule.save()
    judged(article, author, "approve", "Ein neuer Text.")

    undo(decision=last_decision(), moderator=moderator)

    assert list(Trust.objects.standing()) == [trust]


@pytest.mark.parametrize("is_long_ago", [False, True])
def test_undo_of_the_rejection_that_cost_trust_gives_the_same_trust_back(*, is_long_ago: bool) -> None:
    article = make_article()
    make_rule(article, publishes=False)
    author, moderator = proved(article), make_moderator(article.site)
    for number in range(2):
        judged(article, author, "approve", f"Text Nummer {number}.")
    if is_long_ago:
        author.comments.update(posted_at=timezone.now() - datetime.timedelta(days=60))
    before = Trust.objects.values().get()
    judged(article, author, "reject:respect", "Kein guter Text.")
    assert Trust.objects.standing().count() == 0

    undo(decision=last_decision(), moderator=moderator)

    assert Trust.objects.values().get() == before


def test_undo_of_a_batch_of_rejections_gives_the_trust_back() -> None:
    article = make_article()
    make_rule(article, after=1, publishes=False)
    author, moderator = proved(article), make_moderator(article.site)
    judged(article, author, "approve", "Ein guter Text.")
    before = Trust.objects.values().get()
    comments = [write(article, author=author, body=f"Kein guter Text: {number}.") for number in range(2)]
    loaded = {one.public_id: one for one in Comment.objects.with_context().filter(pk__in=[one.pk for one in comments])}
    items = [BulkItem(name, Action.REJECT, Status.PENDING, 1, clause="respect") for name in loaded]
    batch = decide_together(items=items, comments=loaded, moderator=moderator, reason="Eine Welle")
    assert Trust.objects.standing().count() == 0

    undo_batch(batch_id=batch.batch_id, moderator=moderator)

    assert Trust.objects.values().get() == before


@pytest.mark.parametrize("case", ["refused_besides", "restricted", "by_hand"])
def test_undo_of_a_rejection_gives_no_trust_back_that_something_else_has_ended(case: str) -> None:
    article = make_article()
    make_rule(article, after=1, publishes=False)
    author, moderator = proved(article), make_moderator(article.site)
    judged(article, author, "approve", "Ein guter Text.")
    judged(article, author, "reject:respect", "Kein guter Text.")
    costly = last_decision()
    if case == "refused_besides":
        judged(article, author, "reject:respect", "Noch einer.")
    if case == "restricted":
        lay(author, RestrictionKind.HOLD)
    if case == "by_hand":
        grant_trust(author=author, moderator=moderator)
        revoke_trust(author=author, moderator=moderator)

    undo(decision=costly, moderator=moderator)

    assert Trust.objects.standing().count() == 0


@pytest.mark.parametrize(
    ("values", "is_trusted"),
    [
        ({"email": "kuhl@post.example"}, False),
        ({"email": "kuhl@post.example", "proved": True}, True),
        ({"kind": AuthorKind.SSO, "sso_subject": "s-17"}, True),
    ],
)
def test_only_who_is_proved_is_trusted(values: dict[str, object], *, is_trusted: bool) -> None:
    article = make_article()
    make_rule(article, after=1)
    author = make_author(article.site, **values)  # type: ignore[arg-type]

    judged(article, author, "approve", "Der erste Text.")

    assert Trust.objects.filter(author=author).exists() is is_trusted
    refused = sign_in(make_moderator(article.site)).post(reverse("moderation:trust", args=[author.public_id]))
    assert refused.status_code == (303 if is_trusted else 422)


def test_what_a_trusted_author_publishes_is_on_record_as_decided_by_software() -> None:
    article = make_article()
    make_rule(article, after=0)
    author = proved(article)
    moderator = make_moderator(article.site)
    grant_trust(author=author, moderator=moderator)

    comment = write(article, author=author)

    decision = Decision.objects.get()
    assert (comment.status, decision.comment, decision.moderator) == (Status.APPROVED, comment, None)
    assert (decision.automated_decision, decision.to_status) == (Automation.FULL, Status.APPROVED)
    client = sign_in(moderator)
    card = text_of(client.get(f"/moderation/?comment={comment.public_id}&status=approved"))
    assert "Published Software, because the author is trusted · just now" in card
    history = text_of(client.get(reverse("moderation:history", args=[comment.public_id])))
    assert "Published (policy version 1) Software, because the author is trusted" in history
    history = text_of(sign_in(moderator).get(reverse("moderation:history", args=[comment.public_id])))
    assert "Published (policy version 1)" in history


@pytest.mark.parametrize("case", ["flagged", "held", "off", "stranger", "somebody_else"])
def test_comments_wait_all_the_same_where_trust_does_not_reach(settings: SettingsWrapper, case: str) -> None:
    article = make_article(mode=ArticleMode.PRE_MODERATED)
    make_rule(article, publishes=case != "off")
    author = proved(article)
    other = proved(article, name="Ada Quell")
    if case != "stranger":
        grant_trust(author=author, moderator=make_moderator(article.site))
    if case == "held":
        lay(author, RestrictionKind.HOLD)
        assert Trust.objects.standing().count() == 0
    if case == "somebody_else":
        Trust.objects.update(author=other)
    body = "Ein Text."
    if case == "flagged":
        settings.MODERATION_FLAGGERS = ["moderation.flaggers.shouting.ShoutingFlagger"]
        body = "DAS IST DOCH WIRKLICH UNGLAUBLICH, WAS HIER STEHT!!!!!!!"

    comment = write(article, author=author, body=body)

    assert comment.status == Status.PENDING
    assert Decision.objects.count() == 0


def test_a_later_check_that_finds_something_has_a_published_comment_wait_after_all() -> None:
    article = make_article()
    make_rule(article, after=0)
    author = proved(article)
    grant_trust(author=author, moderator=make_moderator(article.site))
    flagged, clear = (write(article, author=author, body=body) for body in ("Der erste.", "Der zweite."))
    flag(flagged, "site_repetition")

    assert [take_back_flagged(one.pk) for one in (flagged, clear, flagged)] == [True, False, False]

    statuses = [Comment.objects.get(pk=one.pk).status for one in (flagged, clear)]
    assert statuses == [Status.PENDING, Status.APPROVED]


def test_who_was_distrusted_by_hand_has_to_earn_trust_anew() -> None:
    article = make_article()
    make_rule(article, after=1, publishes=False)
    author, moderator = proved(article), make_moderator(article.site)
    judged(article, author, "approve", "Der erste Text.")
    revoke_trust(author=author, moderator=moderator)

    assert review_trust_by_rules() == 0
    trust = Trust.objects.get()
    assert trust.revoked_by == moderator

    judged(article, author, "approve", "Der zweite Text.")
    assert Trust.objects.standing().count() == 1


def test_the_task_gives_and_takes_what_the_rule_says_now() -> None:
    article = make_article()
    author, spotted = proved(article), proved(article, name="Ada Quell")
    for one in (author, spotted):
        judged(article, one, "approve", f"Text von {one.name}.")
    judged(article, spotted, "reject:respect", "Kein guter Text.")
    rule = make_rule(article, after=1)

    assert review_trust_by_rules() == 1
    assert [trust.author for trust in Trust.objects.standing()] == [author]
    assert review_trust_by_rules() == 0
    rule.trust_after = 0
    rule.save()
    assert review_trust_by_rules() == 1
    assert Trust.objects.standing().count() == 0


def test_old_comments_count_for_nothing() -> None:
    article = make_article()
    make_rule(article, after=1)
    author = proved(article)
    comment = write(article, author=author)
    author.comments.update(posted_at=timezone.now() - datetime.timedelta(days=31))

    press(sign_in(make_moderator(article.site)), comment, "approve")

    assert Trust.objects.count() == 0


def test_the_rule_is_changed_by_administrators_alone() -> None:
    article = make_article()
    address = reverse("moderation:trust_rule") + f"?site={article.site.slug}"
    data = {"trust_after": "5", "trust_days": "60", "publishes_trusted": "on"}

    senior = sign_in(make_moderator(article.site, role=Role.SENIOR)).post(address, data)
    assert (senior.status_code, DeskSettings.objects.count()) == (403, 0)
    done = sign_in(make_moderator(article.site, role=Role.ADMINISTRATOR)).post(address, data)

    assert done.status_code == 303
    rule = DeskSettings.objects.get()
    assert (rule.site, rule.trust_after, rule.trust_days, rule.publishes_trusted) == (article.site, 5, 60, True)
    with pytest.raises(NotAllowedError):
        grant_trust(author=proved(article), moderator=make_moderator(article.site, role=Role.AUDITOR))
