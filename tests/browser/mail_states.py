"""The states of the pages about mails, and of each mail's own page."""

from __future__ import annotations

from urllib.parse import urlsplit

from comments.mail import build
from moderation.enums import DigestChoice, Role
from moderation.mail_samples import SAMPLES, make_sample
from moderation.models import DeskPreferences
from moderation.services.mail_choices import make_desk_token, make_recipient_token
from tests.browser.stage import Stage
from tests.factories import make_moderator


def mails_of_the_dashboard(stage: Stage) -> None:
    article = stage.make_article()
    stage.be_account(make_moderator(article.site, role=Role.ADMINISTRATOR))
    stage.go(f"/moderation/mails/?name=news&language={stage.language}").locator("iframe").wait_for()
    stage.page.frame_locator("iframe").locator("a").first.wait_for()
    stage.page.locator("details summary").last.click()


def mails_that_can_be_left(stage: Stage) -> None:
    article = stage.make_article()
    stage.go(f"/mails/leave/{make_recipient_token(article.site, 'hanna@reader.example')}/")
    stage.page.locator("main button").wait_for()


def mails_that_were_left(stage: Stage) -> None:
    mails_that_can_be_left(stage)
    stage.page.locator("main button").click()
    stage.page.locator("[name=again]").wait_for()


def digest_that_can_be_left(stage: Stage) -> None:
    user = make_moderator(stage.make_article().site)
    DeskPreferences.objects.create(user=user, digest=DigestChoice.DAILY)
    stage.go(f"/mails/leave-desk/{make_desk_token(user)}/").locator("main button").wait_for()


def show_mail(stage: Stage, name: str) -> None:
    """A mail's page as a mail program shows it."""
    mail = make_sample(name, stage.make_article(f"of-{name}").site, stage.language)
    assert mail is not None
    address = f"{stage.url}/mail-{name}.html"
    page = str(build(mail).alternatives[0][0])
    stage.page.route(
        lambda url: urlsplit(url).path == urlsplit(address).path,
        lambda route: route.fulfill(body=page, content_type="text/html; charset=utf-8"),
    )
    stage.page.goto(address)


MAIL_STATES = (mails_of_the_dashboard, mails_that_can_be_left, mails_that_were_left, digest_that_can_be_left)
MAILS = tuple(name for name in SAMPLES if name != "confirmation")
