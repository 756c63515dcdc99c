from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail
from django.utils import timezone

from comments.exceptions import InvalidInputError
from comments.models import Outbox
from comments.services import outbox
from moderation.enums import RestrictionKind, RestrictionTarget, Role
from moderation.exceptions import NoLongerStandingError, NotAllowedError, ObjectionNotPossibleError, OwnDecisionError
from moderation.models import Restriction
from moderation.services.restrictions import answer_objection, confirm_ban, forget_networks, lift, object_to
from tests.factories import make_article, make_moderator, make_user
from tests.moderation.restricting import NETWORK, WEEK, lay, make_author, write

if TYPE_CHECKING:
    from comments.models import Author

pytestmark = pytest.mark.django_db

WARNING, HOLD, MUTE, BAN = RestrictionKind
AUTHOR, SUBJECT, ADDRESS, DOMAIN, TARGET_NETWORK = RestrictionTarget


def proved_author(**values) -> Author:
    return make_author(make_article().site, email="kuhl@post.example", proved=True, **values)


def run_outbox(*, after: datetime.timedelta = datetime.timedelta()) -> None:
    """Have what is due after some time."""
    Outbox.objects.update(due_at=timezone.now() - datetime.timedelta(days=1) + after)
    for pk, attempt in outbox.lease_due(limit=10):
        outbox.deliver(pk, attempt)


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (Role.AUDITOR, set()),
        (Role.POLICY_EDITOR, set()),
        (Role.MODERATOR, {(WARNING, AUTHOR), (HOLD, AUTHOR), (MUTE, ADDRESS)}),
        (Role.SENIOR, {(WARNING, AUTHOR), (HOLD, AUTHOR), (MUTE, ADDRESS), (BAN, AUTHOR), (HOLD, DOMAIN)}),
        (Role.ADMINISTRATOR, {(WARNING, AUTHOR), (HOLD, AUTHOR), (MUTE, ADDRESS), (BAN, AUTHOR), (HOLD, DOMAIN)}),
        (None, set()),
    ],
)
def test_who_may_restrict_how(role: Role | None, allowed: set[tuple[RestrictionKind, RestrictionTarget]]) -> None:
    author = proved_author()
    # Somebody of another desk, and a senior there, is nobody here.
    moderator = (
        make_moderator(author.site, role=role) if role else make_moderator(make_article().site, role=Role.SENIOR)
    )
    done = set()
    for kind, target in [(WARNING, AUTHOR), (HOLD, AUTHOR), (MUTE, ADDRESS), (BAN, AUTHOR), (HOLD, DOMAIN)]:
        try:
            lay(author, kind, target=target, moderator=moderator)
        except NotAllowedError:
            continue
        done.add((kind, target))

    assert done == allowed
    assert {(one.kind, one.target) for one in Restriction.objects.all()} == allowed


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"reason": " \n"}, "reason"),
        ({"reason": "x" * 1001}, "reason"),
        ({"kind": BAN, "clause": ""}, "clause"),
        ({"clause": "nothing"}, "clause"),
        ({"ends_at": datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)}, "ends_at"),
        ({"target": TARGET_NETWORK, "ends_at": None}, "ends_at"),
        ({"target": TARGET_NETWORK, "ends_at": datetime.datetime(2099, 1, 1, tzinfo=datetime.UTC)}, "ends_at"),
        ({"kind": WARNING, "target": DOMAIN}, "target"),
        ({"target": SUBJECT}, "target"),
    ],
)
def test_what_cannot_be_laid_is_refused_at_its_field(values: dict[str, Any], field: str) -> None:
    article = make_article()
    author = make_author(article.site, email="kuhl@post.example", proved=True)
    comment = write(article, author=author, network=NETWORK)

    with pytest.raises(InvalidInputError) as refusal:
        lay(author, comment=comment, **values)

    assert refusal.value.field == field
    assert Restriction.objects.count() == 0


def test_an_address_that_was_only_typed_is_no_target() -> None:
    author = make_author(make_article().site, email="kuhl@post.example")

    for target in (ADDRESS, DOMAIN, TARGET_NETWORK):
        with pytest.raises(InvalidInputError):
            lay(author, target=target)

    assert Restriction.objects.count() == 0


def test_the_same_restriction_is_laid_once() -> None:
    author = proved_author()
    lay(author)

    with pytest.raises(InvalidInputError) as refusal:
        lay(author, reason="Noch einmal.")

    assert refusal.value.field == "kind"
    assert Restriction.objects.count() == 1


def test_a_ban_for_good_holds_a_week_until_somebody_else_confirms_it() -> None:
    author = proved_author()
    first, second = (make_moderator(author.site, role=Role.SENIOR) for _ in range(2))
    plain = make_moderator(author.site)
    ban = lay(author, BAN, ends_at=None, moderator=first)

    assert ban.ends_at is not None
    assert ban.ends_at - ban.created_at == WEEK
    for moderator, error in ((first, OwnDecisionError), (plain, NotAllowedError)):
        with pytest.raises(error):
            confirm_ban(restriction=ban, moderator=moderator)
    confirm_ban(restriction=ban, moderator=second)
    with pytest.raises(NoLongerStandingError):
        confirm_ban(restriction=ban, moderator=second)

    row = Restriction.objects.get()
    assert (row.ends_at, row.confirmed_by, row.created_by) == (None, second, first)


def test_networks_are_forgotten_thirty_days_after_the_restriction_ended() -> None:
    article = make_article()
    author = make_author(article.site)
    comment = write(article, author=author, network=NETWORK)
    over, standing, other = (
        lay(author, HOLD, target=TARGET_NETWORK, comment=comment),
        lay(author, MUTE, target=TARGET_NETWORK, comment=comment),
        lay(author, BAN),
    )
    long_ago = timezone.now() - datetime.timedelta(days=31)
    Restriction.objects.filter(pk__in=(over.pk, other.pk)).update(ends_at=long_ago)

    assert forget_networks() == 1

    values = dict(Restriction.objects.values_list("pk", "value"))
    assert values == {over.pk: "", standing.pk: NETWORK, other.pk: author.public_id}


def test_lifting_keeps_the_row_with_who_and_when() -> None:
    author = proved_author()
    restriction = lay(author, BAN)
    moderator, senior = make_moderator(author.site), make_moderator(author.site, role=Role.SENIOR)

    with pytest.raises(NotAllowedError):
        lift(restriction=restriction, moderator=moderator)
    lift(restriction=restriction, moderator=senior)
    with pytest.raises(NoLongerStandingError):
        lift(restriction=restriction, moderator=senior)

    row = Restriction.objects.get()
    assert row.revoked_by == senior
    assert row.revoked_at is not None


def test_whoever_has_a_proved_address_is_told_by_mail_and_nobody_else() -> None:
    author = proved_author()
    lay(make_author(author.site, email="typed@post.example"))
    lay(author, BAN)

    run_outbox()

    assert [one.to for one in mail.outbox] == [["kuhl@post.example"]]
    body = str(mail.outbox[0].body)
    assert "Drei Beleidigungen an einem Tag." in body
    assert "Titel respect" in body
    assert "/restrictions/" in body


def test_a_restriction_lifted_within_the_grace_leaves_no_mail_and_a_later_one_is_followed_by_another() -> None:
    author = proved_author()
    senior = make_moderator(author.site, role=Role.SENIOR)
    lift(restriction=lay(author), moderator=senior)
    assert Outbox.objects.count() == 0

    late = lay(author)
    run_outbox()
    lift(restriction=late, moderator=senior)
    run_outbox()

    assert len(mail.outbox) == 2
    assert [row.kind for row in Outbox.objects.order_by("id")] == ["restriction_mail", "restriction_lifted"]


def test_an_objection_is_kept_once_and_judged_by_somebody_else() -> None:
    author = proved_author()
    first, second = (make_moderator(author.site, role=Role.SENIOR) for _ in range(2))
    restriction = lay(author, moderator=first)

    with pytest.raises(InvalidInputError):
        object_to(restriction=restriction, text="  ")
    object_to(restriction=restriction, text="Das war ich nicht.")
    with pytest.raises(ObjectionNotPossibleError):
        object_to(restriction=restriction, text="Noch etwas.")
    answers = [
        (first, OwnDecisionError),
        (make_moderator(author.site), NotAllowedError),
        (make_user(), NotAllowedError),
    ]
    for moderator, error in answers:
        with pytest.raises(error):
            answer_objection(restriction=restriction, moderator=moderator, answer="Nein.", lifts=False)
    with pytest.raises(InvalidInputError):
        answer_objection(restriction=restriction, moderator=second, answer="", lifts=False)
    answer_objection(restriction=restriction, moderator=second, answer="Doch.", lifts=False)

    row = Restriction.objects.get()
    assert (row.objection, row.answer, row.answered_by, row.revoked_at) == ("Das war ich nicht.", "Doch.", second, None)
    assert Outbox.objects.filter(kind="objection_answer").count() == 1


def test_an_upheld_objection_lifts_also_a_warning_that_was_read() -> None:
    author = proved_author()
    warning = lay(author, WARNING)
    Restriction.objects.update(acknowledged_at=timezone.now())
    object_to(restriction=warning, text="Das war ich nicht.")
    senior = make_moderator(author.site, role=Role.SENIOR)

    answer_objection(restriction=warning, moderator=senior, answer="", lifts=True)

    row = Restriction.objects.get()
    assert row.revoked_by == senior
