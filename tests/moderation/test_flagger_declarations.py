"""Whatever a flagger declares of itself, the others are heard, and the desk opens."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from comments.enums import ArticleMode, CheckOutcome, Status
from comments.models import Comment
from moderation.checks import check_flaggers
from moderation.enums import Role
from moderation.flaggers.guard import FAILED
from moderation.flaggers.knowledge import forget_knowledge
from moderation.flaggers.links import LinksFlagger
from moderation.models import Finding
from moderation.services.outside import ask, find_questions, put_questions
from moderation.services.screening import screen_stored_comment
from tests.factories import make_article, make_comment, make_moderator
from tests.moderation.desk_pages import sign_in

HERE = "tests.moderation.bad_declarations"
GOOD = ["moderation.flaggers.links.LinksFlagger", "moderation.flaggers.repetition.SiteRepetitionFlagger"]


@pytest.fixture(autouse=True)
def _nothing_known() -> Iterator[None]:
    forget_knowledge()
    yield
    forget_knowledge()


def install(settings: Settings, *names: str) -> None:
    settings.MODERATION_FLAGGERS = [*(f"{HERE}.{name}" for name in names), *GOOD]


def outcomes(comment: Comment) -> dict[str, tuple[str, str]]:
    return {
        row.flagger: (row.outcome, row.version)
        for row in Finding.objects.filter(comment=comment).exclude(flagger="site_repetition")
    }


def assert_desk_opens(comment: Comment) -> None:
    desk = sign_in(make_moderator(comment.site, role=Role.ADMINISTRATOR))
    for page in ("", "flaggers/", "figures/checks/"):
        assert desk.get(f"/moderation/{page}", {"site": comment.site.slug}).status_code == 200


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("VersionFails", "has a version that cannot be read: RuntimeError('no idea')"),
        ("DecidesFails", "has a decides that cannot be read: RuntimeError('no idea')"),
        ("VersionCannotBeStored", "has no version that is a text of at most 20 characters."),
        ("Übergeht", "has no languages that are a tuple."),
        ("AsksNobody", "has a host that cannot be read: RuntimeError('no idea')"),
    ],
)
@pytest.mark.django_db
def test_flagger_that_declares_something_wrong_is_said_and_missing_and_the_others_are_heard(
    name: str, fault: str, settings: Settings
) -> None:
    install(settings, name)
    assert [(one.id, one.msg) for one in check_flaggers()] == [
        ("marginalia_moderation.E001", f"MODERATION_FLAGGERS: {HERE}.{name} {fault}")
    ]
    comment = make_comment(make_article(), body="Mehr auf https://bit.ly/abc, sagt Hanna.")
    assert screen_stored_comment(comment.pk)
    found = outcomes(comment)
    missing = name.replace("Ü", "")
    assert found.pop(missing) == (CheckOutcome.FAILED, "")
    assert found == {"links": (CheckOutcome.FLAGGED, LinksFlagger.version)}
    assert Finding.objects.get(comment=comment, flagger="site_repetition").outcome == CheckOutcome.CLEAR
    assert_desk_opens(comment)


@pytest.mark.django_db
def test_flagger_of_which_nothing_can_be_read_any_more_is_heard_as_it_declared_itself(settings: Settings) -> None:
    install(settings, "FailsLater", "FailsLaterAfterwards", "LongVersionLater")
    assert list(check_flaggers()) == []
    comment = make_comment(make_article(), body="Mehr auf https://bit.ly/abc, sagt Hanna.")
    assert screen_stored_comment(comment.pk)
    # Its own code asks for its version, too.
    assert outcomes(comment) == {
        "fails_later": (CheckOutcome.FAILED, "3"),
        "fails_later_afterwards": (CheckOutcome.FAILED, "3"),
        "long_version_later": (CheckOutcome.CLEAR, "4"),
        "links": (CheckOutcome.FLAGGED, LinksFlagger.version),
    }
    assert_desk_opens(comment)


@pytest.mark.parametrize(
    "flaggers", [None, "moderation.flaggers.links.LinksFlagger", [Finding, "moderation.flaggers.links.LinksFlagger"]]
)
@pytest.mark.django_db
def test_post_under_a_list_of_flaggers_that_is_none_waits_for_a_moderator(flaggers: object, settings: Settings) -> None:
    settings.MODERATION_FLAGGERS = flaggers
    comment = make_comment(make_article(mode=ArticleMode.POST_MODERATED), body="Ein guter Text, danke!")
    assert comment.status == Status.PENDING
    assert CheckOutcome.FAILED in {outcome for outcome, _version in outcomes(comment).values()}
    assert_desk_opens(comment)


@pytest.mark.django_db
def test_question_that_cannot_be_written_is_a_check_that_failed(settings: Settings) -> None:
    install(settings, "CannotAsk")
    article = make_article()
    comment = make_comment(article)
    (question,) = put_questions(comment.pk)
    assert find_questions(10) == [question]
    assert ask(question) == (comment.pk, None)
    row = Finding.objects.get(pk=question)
    assert (row.outcome, row.message, row.flagger) == (CheckOutcome.FAILED, FAILED, "cannot_ask")
    assert find_questions(10) == []
