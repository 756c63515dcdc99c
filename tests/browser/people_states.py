"""The states of the pages about people, and of the pages of those who are restricted."""

from __future__ import annotations

from comments.models import Author
from moderation.enums import RestrictionKind, Role
from moderation.gate import restriction_url
from moderation.models import Restriction
from moderation.services.notes import add_note
from moderation.services.restrictions import object_to
from moderation.services.trust import grant_trust
from tests.browser.stage import Stage
from tests.factories import make_moderator
from tests.moderation.restricting import lay, make_author, write


def author_with_everything(stage: Stage) -> None:
    """Comments, a note, restrictions that hold and one that was objected to, trust that was taken back, an open form."""
    author = _make_people(stage)
    comment = author.comments.first()
    assert comment is not None
    stage.go(f"/moderation/authors/{author.public_id}/?comment={comment.public_id}").locator(
        "#restrict[open]"
    ).wait_for()


def people_of_a_site(stage: Stage) -> None:
    _make_people(stage)
    stage.go("/moderation/authors/").locator("table").first.wait_for()


def page_of_a_warning(stage: Stage) -> None:
    _make_people(stage)
    warning = Restriction.objects.get(kind=RestrictionKind.WARNING)
    stage.page.goto(stage.url + _path(warning))
    stage.page.locator("[name=confirm]").wait_for()


def page_of_a_ban_with_an_objection(stage: Stage) -> None:
    _make_people(stage)
    ban = Restriction.objects.get(kind=RestrictionKind.BAN)
    stage.page.goto(stage.url + _path(ban))
    stage.page.locator("#object summary").click()
    stage.page.locator("#object textarea").wait_for()


def my_comments_of_somebody_muted(stage: Stage) -> None:
    author = _make_people(stage)
    stage.page.context.clear_cookies()
    stage.be_guest(author)
    stage.go("/my-comments/").locator(".mg-notice").first.wait_for()


def _path(restriction: Restriction) -> str:
    return "/" + restriction_url(restriction).split("/", 3)[3]


def _make_people(stage: Stage) -> Author:
    article = stage.make_article()
    administrator = make_moderator(article.site, role=Role.ADMINISTRATOR)
    author = make_author(article.site, name="Hanna Kuhl-Brandenburger", email="kuhl@post.example", proved=True)
    other = make_author(article.site, name="Ada Quell", email="ada@post.example", proved=True)
    for one in (author, other):
        write(article, author=one, body="Wer das glaubt, hat die Zahlen der Stadt nicht gelesen. " * 3)
        grant_trust(author=one, moderator=administrator)
    add_note(author=author, moderator=administrator, text="Schreibt auch als „H. K.“")
    object_to(restriction=lay(author, clause="respect"), text="Das war ein Zitat, kein Angriff von mir.")
    lay(author, RestrictionKind.WARNING)
    lay(make_author(article.site, name="Udo Halt"), RestrictionKind.BAN, ends_at=None)
    stage.be_account(administrator)
    return author


PEOPLE_STATES = (
    author_with_everything,
    people_of_a_site,
    page_of_a_warning,
    page_of_a_ban_with_an_objection,
    my_comments_of_somebody_muted,
)
