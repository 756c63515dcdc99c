"""The states of the element on a publisher's page and in a frame, of the demo and of the desk."""

from __future__ import annotations

from django.core.management import call_command

from comments.enums import Status
from comments.models import Comment
from comments.services.identity import Identity
from demo.models import Article
from moderation.enums import Action, Role
from moderation.services.appeals import file_appeal
from moderation.services.decisions import decide
from moderation.services.reports import ReportDraft, report_comment
from tests.browser.stage import Stage
from tests.browser.threads import make_thread
from tests.comments.widget.host import attributes_of, open_widget
from tests.factories import make_comment, make_moderator
from tests.moderation.desk_pages import flag


def empty_element(stage: Stage) -> None:
    _element(stage, comments=0)


def element_with_sixty_comments(stage: Stage) -> None:
    _element(stage, comments=60)


def element_with_reply_form(stage: Stage) -> None:
    _element(stage, comments=4)
    stage.page.locator("a[data-mg=reply]").first.click()
    stage.page.locator(".mg-thread form").first.wait_for()


def element_with_refused_comment(stage: Stage) -> None:
    _element(stage, comments=0)
    form = stage.page.locator("form[data-mg=form]")
    form.evaluate("(form) => { form.noValidate = true; }")
    form.locator("textarea").fill("Text without a name")
    form.locator("[type=submit]").first.click()
    stage.page.locator(".mg-errors").first.wait_for()


def element_with_own_comment(stage: Stage) -> None:
    _element(stage, comments=4)
    form = stage.page.locator("form[data-mg=form]")
    form.locator("textarea").fill("My grandfather *built* it.")
    form.locator("[name=name]").fill("Bo Lund")
    form.locator("[type=submit]").first.click()
    stage.page.locator(".mg-own__item").wait_for()
    stage.page.locator(".mg-own__item").evaluate(
        "(item) => { for (const one of item.querySelectorAll('details')) one.open = true; }"
    )


def element_with_preview(stage: Stage) -> None:
    _element(stage, comments=0)
    stage.page.locator("form[data-mg=form] textarea").fill("> Who *pays*?\n\nSee https://river.example/1911.")
    stage.page.locator("button[data-mg=preview]").click()
    stage.page.locator("[data-mg=preview-area] blockquote").wait_for()


def element_with_report_form(stage: Stage) -> None:
    _element(stage, comments=4)
    menu = stage.page.locator("details.mg-menu").first
    menu.locator("summary").click()
    menu.locator("[data-mg=report]").click()
    stage.page.locator("dialog form").wait_for()


def element_with_notice_form(stage: Stage) -> None:
    element_with_report_form(stage)
    stage.page.locator("dialog [value=unlawful]").check()
    stage.page.locator("dialog [type=email]").wait_for()


def element_with_reason(stage: Stage) -> None:
    """A comment of one's own with everything that a decision says, in the shadow root."""
    element_with_own_comment(stage)
    comment = Comment.objects.get(author_name="Bo Lund", status=Status.PENDING)
    decide(
        comment=comment, moderator=make_moderator(comment.site), action=Action.REJECT, expected_status=Status.PENDING,
        expected_revision=comment.revision, clause="respect", note="Please say it without calling anybody names.",
    )  # fmt: skip
    stage.page.reload()
    stage.page.locator(".mg-own__item summary").first.click()
    stage.page.locator(".mg-facts").wait_for()
    _follow_the_system(stage)


def element_with_muted_author(stage: Stage) -> None:
    _element(stage, comments=4)
    menu = stage.page.locator("details.mg-menu").first
    menu.locator("summary").click()
    menu.locator("[data-mg=mute]").click()
    stage.page.locator("[data-mg-muted]").first.wait_for()


def element_without_server(stage: Stage) -> None:
    stage.page.route("**/thread.html*", lambda route: route.fulfill(status=500, body="no"))
    article = stage.make_article()
    attributes = attributes_of(article.site, article, f'load=eager lang="{stage.language}"')
    stage.page.goto(stage.host.show(stage.url, attributes, before=""))
    stage.page.locator("marginalia-comments .mg-notice").wait_for()
    _follow_the_system(stage)


def single_comment_on_a_page(stage: Stage) -> None:
    comment = make_comment(stage.make_article(), status=Status.APPROVED)
    stage.host.show(stage.url, "site=none load=click", before="")
    element = f'<marginalia-comment comment="{comment.public_id}" lang="{stage.language}"></marginalia-comment>'
    page = stage.host.pages["/article"]
    start, end = page.index("<marginalia-comments"), page.index("</body>")
    stage.host.pages["/article"] = page[:start] + element + page[end:]
    stage.page.goto(f"{stage.host.url}/article")
    stage.page.locator("marginalia-comment article").wait_for()
    _follow_the_system(stage)


def frame_page(stage: Stage) -> None:
    article = stage.make_article()
    make_thread(article, roots=5, replies=2)
    stage.go(
        f"/embed/v1/{article.site.slug}/{article.key}/frame/?origin={stage.host.url}&lang={stage.language}"
    ).locator("[data-mg=thread] article").first.wait_for()
    _follow_the_system(stage)


def demo_front_page(stage: Stage) -> None:
    call_command("seed_demo", verbosity=0)
    stage.go("/").locator("main").wait_for()


def demo_article_page(stage: Stage) -> None:
    demo_front_page(stage)
    article = Article.objects.filter(language=stage.language).newest_first()[0]
    stage.go(article.get_absolute_url()).locator("#discussion").wait_for()


def desk_with_everything(stage: Stage) -> None:
    """Pending comments with findings, a reported one, an appeal, and a card open."""
    article = stage.make_article()
    moderator = make_moderator(article.site)
    waiting = make_comment(article, body="Eine Nudel, bitte.", name="Ada")
    flag(waiting, "words")
    make_comment(article, name="Bo", parent=make_comment(article, status=Status.APPROVED))
    reported = make_comment(article, name="Cy", status=Status.APPROVED)
    report_comment(comment=reported, identity=Identity(), draft=ReportDraft(reason="respect", text="Rude."))
    rejected = make_comment(article, name="Di")
    decide(
        comment=rejected, moderator=moderator, action=Action.REJECT, expected_status=Status.PENDING,
        expected_revision=1, clause="respect", note="Calm down.",
    )  # fmt: skip
    rejected.refresh_from_db()
    file_appeal(comment=rejected, text="I am calm.")
    stage.be_account(make_moderator(article.site, role=Role.SENIOR))
    stage.go("/moderation/").locator(".mg-card").wait_for()


def desk_with_a_report(stage: Stage) -> None:
    desk_with_everything(stage)
    links = stage.page.locator(".mg-queues__link")
    links.nth(min(1, links.count() - 1)).click()
    stage.page.locator("main").wait_for()


def empty_desk(stage: Stage) -> None:
    stage.be_account(make_moderator(stage.make_article().site))
    stage.go("/moderation/").locator("main").wait_for()


def desk_after_a_decision(stage: Stage) -> None:
    """The line about it above the next card, the toast, a dimmed row, a selected one, and an opened choice of clauses."""
    article = stage.make_article()
    for name in ("Ada", "Bo", "Cy"):
        flag(make_comment(article, body="Eine Nudel, bitte.", name=name), "words")
    stage.be_account(make_moderator(article.site))
    page = stage.go("/moderation/")
    page.wait_for_load_state("networkidle")
    for key in ("2", "x", "r", "Escape", "e"):
        page.keyboard.press(key)
    page.locator("#main:not([data-unsent])").wait_for()
    page.locator(".mg-toast").wait_for()


def desk_with_the_keys(stage: Stage) -> None:
    desk_with_everything(stage)
    stage.page.keyboard.press("?")
    stage.page.locator("#help").wait_for()


def preferences_of_the_desk(stage: Stage) -> None:
    stage.be_account(make_moderator(stage.make_article().site))
    stage.go("/moderation/preferences/").locator("main").wait_for()


def history_of_a_comment(stage: Stage) -> None:
    article = stage.make_article()
    comment = make_comment(article, status=Status.APPROVED)
    stage.be_account(make_moderator(article.site))
    stage.go(f"/moderation/comments/{comment.public_id}/history/").locator("main").wait_for()


def embed_check_page(stage: Stage) -> None:
    stage.be_account(make_moderator(stage.make_article().site))
    stage.go("/moderation/embed-check/").locator("main").wait_for()


def _element(stage: Stage, *, comments: int) -> None:
    article = stage.make_article()
    if comments:
        make_thread(article, roots=comments // 4, replies=3)
    url = stage.host.show(stage.url, attributes_of(article.site, article, f'lang="{stage.language}"'), before="")
    open_widget(stage.page, url)
    _follow_the_system(stage)


def _follow_the_system(stage: Stage) -> None:
    """A page that knows dark and light; what a browser paints behind it is said in words that axe understands."""
    stage.page.evaluate(
        "Object.assign(document.documentElement.style, { colorScheme: 'light dark', background: 'Canvas' })"
    )


OTHER_STATES = (
    empty_element,
    element_with_sixty_comments,
    element_with_reply_form,
    element_with_refused_comment,
    element_with_own_comment,
    element_with_preview,
    element_with_report_form,
    element_with_notice_form,
    element_with_reason,
    element_with_muted_author,
    element_without_server,
    single_comment_on_a_page,
    frame_page,
    demo_front_page,
    demo_article_page,
    desk_with_everything,
    desk_with_a_report,
    empty_desk,
    desk_after_a_decision,
    desk_with_the_keys,
    preferences_of_the_desk,
    history_of_a_comment,
    embed_check_page,
)
