from __future__ import annotations

import datetime
import logging
from typing import TYPE_CHECKING

import pytest
from django.core.checks import run_checks
from django.utils import timezone, translation

from comments.enums import ArticleMode, AuthorKind, Status
from comments.exceptions import RestrictedError
from comments.gate import Gate, GateAct, GateInput
from comments.models import Comment, Vote
from comments.services import posting
from comments.services.gate import describe
from comments.services.identity import Identity
from comments.services.posting import revise_comment
from comments.services.voting import cast_vote
from moderation.enums import RestrictionKind, RestrictionTarget
from moderation.gate import guard, what_it_means
from moderation.models import Report, Restriction
from moderation.services.reports import Notice, ReportDraft, report_comment
from moderation.services.restrictions import acknowledge, lift
from tests.factories import make_article, make_comment, make_user
from tests.moderation.restricting import NETWORK, lay, make_author, write

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db

WARNING, HOLD, MUTE, BAN = RestrictionKind
NOTICE = Notice(reasons="§ 185 StGB", name="Ada Quell", email="ada@quell.example", in_good_faith=True)


@pytest.fixture(autouse=True)
def _no_flaggers(settings: SettingsWrapper) -> None:
    settings.MODERATION_FLAGGERS = []


def outcome(act) -> str:
    """What became of it: "done", or the kind of restriction that refused it."""
    try:
        act()
    except RestrictedError as error:
        return error.kind
    return "done"


@pytest.mark.parametrize(
    ("kind", "refused"),
    [
        (WARNING, {"post", "revise"}),
        (HOLD, set()),
        (MUTE, {"post", "revise"}),
        (BAN, {"post", "revise", "vote", "report"}),
    ],
)
def test_each_kind_refuses_what_it_says_and_nothing_else(kind: RestrictionKind, refused: set[str]) -> None:
    article = make_article()
    author = make_author(article.site)
    own = write(article, author=author, body="Eigener Text.")
    other = make_comment(article, status=Status.APPROVED, name="Ada Quell")
    me = Identity(author=author)
    lay(author, kind)

    outcomes = {
        "post": outcome(lambda: write(article, author=author)),
        "revise": outcome(lambda: revise_comment(comment=own, body="Neuer Text.")),
        "vote": outcome(lambda: cast_vote(comment=other, identity=me)),
        "report": outcome(lambda: report_comment(comment=other, identity=me, draft=ReportDraft("respect"))),
        "notice": outcome(
            lambda: report_comment(comment=other, identity=me, draft=ReportDraft("unlawful", notice=NOTICE))
        ),
        "withdraw": outcome(lambda: posting.withdraw_comment(comment=Comment.objects.get(pk=own.pk))),
    }

    assert outcomes == {act: str(kind) if act in refused else "done" for act in outcomes}
    assert article.comments.filter(author=author).count() == (1 if "post" in refused else 2)
    assert Vote.objects.count() == (0 if "vote" in refused else 1)
    assert Report.objects.count() == (1 if "report" in refused else 2)


@pytest.mark.parametrize("target", list(RestrictionTarget))
def test_each_target_meets_exactly_those_who_are_known_by_it(target: RestrictionTarget) -> None:
    article = make_article()
    site = article.site
    reader = make_author(site, kind=AuthorKind.SSO, sso_subject="s-17", email="Kuhl+news@post.example", proved=True)
    comment = write(article, author=reader, network=NETWORK)
    lay(reader, target=target, comment=comment)
    account = make_user("kuhl@post.example", name="Hanna Kuhl")
    others = {
        # Same name, and the address only typed: proves nothing.
        "typed": (make_author(site, email="kuhl@post.example"), "b" * 32),
        "stranger": (None, "b" * 32),
        # The same mailbox, proved by another way in.
        "mailbox": (make_author(site, name="H. K.", email="kuhl@POST.example", proved=True), "b" * 32),
        "domain": (make_author(site, name="Ada Quell", email="ada@post.example", proved=True), "b" * 32),
        "network": (make_author(site, name="Ina Bach"), NETWORK),
    }

    met = {
        name: outcome(lambda who=who, network=network: write(article, author=who, network=network))
        for name, (who, network) in others.items()
    }
    met["self"] = outcome(lambda: write(article, author=reader, network="b" * 32, body="Noch einer."))
    met["account"] = outcome(lambda: write(article, user=account, network="b" * 32, name="Hanna Kuhl"))

    expected = {
        RestrictionTarget.AUTHOR: {"self"},
        RestrictionTarget.SUBJECT: {"self"},
        RestrictionTarget.ADDRESS: {"self", "mailbox", "account"},
        RestrictionTarget.DOMAIN: {"self", "mailbox", "account", "domain"},
        RestrictionTarget.NETWORK: {"network"},
    }[target]
    assert {name for name, kind in met.items() if kind == "mute"} == expected
    assert Comment.objects.filter(article=article).count() == 1 + len(met) - len(expected)


def test_dots_tell_two_mailboxes_apart_but_not_at_a_provider_that_ignores_them() -> None:
    article = make_article()
    lay(make_author(article.site, email="a.b@post.example", proved=True), target=RestrictionTarget.ADDRESS)
    lay(make_author(article.site, email="a.b@gmail.com", proved=True), target=RestrictionTarget.ADDRESS)

    other = make_author(article.site, email="ab@post.example", proved=True)
    same = make_author(article.site, email="ab+x@gmail.com", proved=True)

    assert outcome(lambda: write(article, author=other)) == "done"
    assert outcome(lambda: write(article, author=same)) == "mute"


def test_a_restriction_holds_on_its_site_alone() -> None:
    article, elsewhere = make_article(), make_article()
    user = make_user(name="Hanna Kuhl")
    author = write(article, user=user).author
    lay(author, target=RestrictionTarget.ADDRESS)

    assert outcome(lambda: write(article, user=user, body="Noch einer.")) == "mute"
    assert outcome(lambda: write(elsewhere, user=user)) == "done"


def test_no_address_or_network_stands_in_a_restriction() -> None:
    article = make_article()
    author = make_author(article.site, email="kuhl@post.example", proved=True)

    restriction = lay(author, target=RestrictionTarget.ADDRESS)

    assert len(restriction.value) == 64
    assert "kuhl" not in str(Restriction.objects.filter(pk=restriction.pk).values().get()).replace("Kuhl", "")


def test_a_restriction_ends_by_itself_or_when_it_is_lifted() -> None:
    article = make_article()
    author = make_author(article.site)
    restriction = lay(author)
    later = lay(author, BAN)

    assert outcome(lambda: write(article, author=author)) == "ban"
    lift(restriction=later, moderator=later.created_by)  # type: ignore[arg-type]
    assert outcome(lambda: write(article, author=author)) == "mute"
    Restriction.objects.filter(pk=restriction.pk).update(ends_at=timezone.now())
    assert outcome(lambda: write(article, author=author)) == "done"
    assert Restriction.objects.count() == 2


def test_a_warning_is_over_once_it_is_acknowledged() -> None:
    article = make_article()
    author = make_author(article.site)
    warning = lay(author, WARNING)

    assert outcome(lambda: write(article, author=author)) == "warning"
    acknowledge(restriction=warning)
    assert outcome(lambda: write(article, author=author)) == "done"


def test_whoever_is_refused_is_told_what_until_when_why_and_where_to_object() -> None:
    article = make_article()
    author = make_author(article.site)
    end = datetime.datetime(2027, 3, 5, 11, 30, tzinfo=datetime.UTC)
    lay(author, BAN, ends_at=end)

    with translation.override("en"), pytest.raises(RestrictedError) as refusal:
        write(article, author=author)

    error = refusal.value
    assert error.until == end
    assert str(error.message) == (
        "Until 5 March 2027, 12:30 you can read here, but not write, vote or report. "
        f"The reason: Drei Beleidigungen an einem Tag. More about it, and how to object: {error.page}"
    )
    assert error.page.endswith(f"/restrictions/{error.reference}/")
    with translation.override("de"):
        assert what_it_means(Restriction.objects.get()).startswith("Bis 5. März 2027, 12:30 Uhr können Sie hier lesen")


@pytest.mark.parametrize("mode", [ArticleMode.PRE_MODERATED, ArticleMode.POST_MODERATED])
def test_everything_waits_of_whoever_is_held(mode: ArticleMode) -> None:
    article = make_article(mode=mode)
    author, other = make_author(article.site), make_author(article.site, name="Ada Quell")
    lay(author, HOLD)

    statuses = [write(article, author=one).status for one in (author, other)]

    usual = Status.APPROVED if mode == ArticleMode.POST_MODERATED else Status.PENDING
    assert statuses == [Status.PENDING, usual]


def test_a_ban_that_comes_while_a_text_is_looked_at_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    article = make_article(mode=ArticleMode.POST_MODERATED)
    author = make_author(article.site)
    screen = posting.screen_safely

    def slow(screening_input):
        lay(author, BAN)
        return screen(screening_input)

    monkeypatch.setattr(posting, "screen_safely", slow)

    assert outcome(lambda: write(article, author=author)) == "ban"
    assert Comment.objects.count() == 0


def broken(gate_input: GateInput) -> Gate:
    Restriction.objects.get(pk="no number")
    raise AssertionError(gate_input)


def test_a_gatekeeper_that_fails_loses_nothing_and_has_it_wait(
    settings: SettingsWrapper, caplog: pytest.LogCaptureFixture
) -> None:
    settings.COMMENTS_GATE = "tests.moderation.test_gate.broken"
    article = make_article(mode=ArticleMode.POST_MODERATED)

    with caplog.at_level(logging.ERROR):
        comment = write(article)

    assert comment.status == Status.PENDING
    assert "The gatekeeper failed" in caplog.text


def test_the_gate_asks_once_however_much_is_known(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    article = make_article()
    authors = [make_author(article.site, email=f"a{number}@post.example", proved=True) for number in range(3)]
    for count in (1, 3):
        known = describe(
            site=article.site, identity=Identity(network=NETWORK), act=GateAct.VOTE, authors=authors[:count]
        )
        with django_assert_num_queries(1):
            assert guard(known) == Gate()
    with django_assert_num_queries(0):
        assert guard(GateInput(site=article.site, act=GateAct.VOTE)) == Gate()


def test_the_system_check_names_a_gate_that_cannot_be_imported(settings: SettingsWrapper) -> None:
    settings.COMMENTS_GATE = "moderation.gate.nobody"

    assert [error.msg.partition(",")[0] for error in run_checks() if error.id == "marginalia.E001"] == [
        "COMMENTS_GATE names 'moderation.gate.nobody'"
    ]
