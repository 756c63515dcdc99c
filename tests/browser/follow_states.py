"""Every state of following by mail. Each function leaves the stage's page in the state of its name."""

from __future__ import annotations

from django.urls import reverse

from comments.enums import Frequency, Scope, SuppressionReason
from comments.models import Article, Site, Subscription
from comments.services.identity import Identity
from comments.services.subscriptions import (
    Wish,
    confirm,
    make_confirmation_token,
    make_leave_token,
    make_subscriber_token,
    pause,
    subscribe,
    suppress,
)
from tests.browser.stage import Stage
from tests.comments.pages import discussion_url
from tests.factories import make_comment, make_site, make_user

ADDRESS = "hanna.kuhl@reader.example"


def follow_page(stage: Stage) -> None:
    stage.go(_follow_url(stage.make_article()))


def refused_follow(stage: Stage) -> None:
    page = stage.go(_follow_url(stage.make_article()))
    page.locator("[name=email]").fill("hanna.kuhl")
    page.locator("main [type=submit]").click()
    page.locator("[aria-invalid=true]").wait_for()


def follow_asked(stage: Stage) -> None:
    page = stage.go(_follow_url(stage.make_article()))
    page.locator("[name=email]").fill(ADDRESS)
    page.locator("main [type=submit]").click()
    page.wait_for_url("**?asked")


def follow_page_of_an_account(stage: Stage) -> None:
    """Who wrote here and follows the discussion already."""
    article, user = stage.make_article(), make_user(ADDRESS, name="Hanna Kuhl")
    make_comment(article, identity=Identity(user=user))
    _wish(stage, article, scope=Scope.ARTICLE)
    stage.be_account(user)
    stage.go(_follow_url(article)).locator("[value=replies]").wait_for()


def refused_follow_below_a_discussion(stage: Stage) -> None:
    page = stage.go(discussion_url(stage.make_article()))
    page.locator("#mg-follow-email").fill("hanna.kuhl")
    page.locator("[data-mg=tell] [type=submit]").click()
    page.locator("#mg-follow-email[aria-invalid=true]").wait_for()


def followed_below_a_discussion(stage: Stage) -> None:
    page = stage.go(discussion_url(stage.make_article()))
    page.locator("#mg-follow-email").fill(ADDRESS)
    page.locator("[data-mg=tell] [type=submit]").click()
    page.locator("[data-mg=tell]").wait_for(state="detached")


def follow_confirmation(stage: Stage) -> None:
    article = stage.make_article()
    _wish(stage, article.site, is_confirmed=False)
    asked = _wish(stage, article, is_confirmed=False)
    _wish(stage, _long_titled(stage, article.site))
    stage.go(reverse("comments:confirm", args=[make_confirmation_token(asked.subscriber)]))


def follow_confirmed(stage: Stage) -> None:
    asked = _wish(stage, stage.make_article(), is_confirmed=False)
    page = stage.go(reverse("comments:confirm", args=[make_confirmation_token(asked.subscriber)]))
    page.locator("main [type=submit]").click()
    page.locator(".mg-state--published").wait_for()


def follow_link_that_ended(stage: Stage) -> None:
    stage.go(reverse("comments:confirm", args=["x.y.z"]))


def subscriptions_page(stage: Stage) -> None:
    """Two sites, everything in every state, and a wish that waits."""
    article = stage.make_article()
    _wish(stage, article.site)
    daily = _wish(stage, article, frequency=Frequency.DAILY)
    pause(_wish(stage, _long_titled(stage, article.site)))
    elsewhere = make_site("the-evening-post", language=stage.language)
    _wish(stage, Article.objects.create(site=elsewhere, key="bridge", title="The bridge", url="https://e.example/"))
    _wish(stage, elsewhere, is_confirmed=False)
    stage.go(reverse("comments:subscriptions", args=[make_subscriber_token(daily.subscriber)]))


def subscriptions_page_of_a_refused_address(stage: Stage) -> None:
    subscription = _wish(stage, stage.make_article())
    suppress(ADDRESS, SuppressionReason.REFUSED)
    stage.go(reverse("comments:subscriptions", args=[make_subscriber_token(subscription.subscriber)]))


def subscriptions_page_of_nothing(stage: Stage) -> None:
    subscription = _wish(stage, stage.make_article())
    Subscription.objects.all().delete()
    stage.go(reverse("comments:subscriptions", args=[make_subscriber_token(subscription.subscriber)]))


def leave_page(stage: Stage) -> None:
    stage.go(reverse("comments:leave", args=[make_leave_token(_wish(stage, stage.make_article()))]))


def left(stage: Stage) -> None:
    leave_page(stage)
    stage.page.locator("main [type=submit]").first.click()
    stage.page.locator(".mg-state--published").wait_for()


def refuse_page(stage: Stage) -> None:
    subscriber = _wish(stage, stage.make_article()).subscriber
    stage.go(reverse("comments:refuse", args=[make_subscriber_token(subscriber)]))


def refused_for_good(stage: Stage) -> None:
    refuse_page(stage)
    stage.page.locator("main [type=submit]").click()
    stage.page.locator(".mg-state--published").wait_for()


def _follow_url(article: Article) -> str:
    return reverse("comments:follow", args=[article.site.slug, article.key])


def _long_titled(stage: Stage, site: Site) -> Article:
    title = "What the restoration of the Grand Hotel’s Winter Garden will cost, and why nobody wants to have known it"
    return Article.objects.create(site=site, key="long", title=title, url=f"{stage.host.url}/long")


def _wish(
    stage: Stage,
    target: Article | Site,
    *,
    is_confirmed: bool = True,
    scope: Scope | None = None,
    frequency: Frequency = Frequency.INSTANT,
) -> Subscription:
    """A subscription of the same mailbox, in the language of the stage."""
    of_site = isinstance(target, Site)
    wish = Wish(
        site=target if isinstance(target, Site) else target.site,
        article=None if isinstance(target, Site) else target,
        scope=scope or (Scope.SITE if of_site else Scope.ARTICLE),
        email=ADDRESS,
        frequency=frequency,
        language=stage.language,
    )
    subscription = subscribe(wish, identity=Identity(network="here"), is_counted=False)
    if is_confirmed:
        confirm([subscription], network="here")
    return subscription


FOLLOW_STATES = (
    follow_page,
    refused_follow,
    follow_asked,
    follow_page_of_an_account,
    refused_follow_below_a_discussion,
    followed_below_a_discussion,
    follow_confirmation,
    follow_confirmed,
    follow_link_that_ended,
    subscriptions_page,
    subscriptions_page_of_a_refused_address,
    subscriptions_page_of_nothing,
    leave_page,
    left,
    refuse_page,
    refused_for_good,
)
