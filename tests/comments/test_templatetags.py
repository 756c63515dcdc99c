"""What a host's templates use: the discussion and its count."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.base import BaseStorage
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.template import Context, RequestContext, Template
from django.test import Client, RequestFactory
from django.utils import timezone, translation
from pytest_django import DjangoAssertNumQueries, Settings

from comments import commentable
from comments.commentable import Commentable, article_for, count_for, prefetch_counts
from comments.enums import ArticleMode, Status
from comments.models import Article, Comment, Site
from comments.notices import give_notice
from comments.templatetags.marginalia import button_classes
from demo.models import Article as Story
from tests.factories import make_comment, make_policy, make_site

pytestmark = pytest.mark.django_db

TAG = "{% load marginalia %}{% discussion story %}"


@pytest.fixture
def site() -> Site:
    """The site that the demo newspaper's articles are registered with."""
    site = make_site("demo")
    make_policy(site)
    return site


def make_story(key: str = "ferry", **more: str) -> Story:
    """An article of the host's own."""
    values = {"headline": f"Headline of {key}", "teaser": "Teaser", "section": "Town", "language": "de"} | more
    return Story.objects.create(
        key=key, slug=f"slug-{key}", byline="By", body="Text", published_at=timezone.now(), **values
    )


def make_request(path: str = "/articles/ferry/", query: dict[str, str] | None = None) -> HttpRequest:
    """A request as it comes through the middleware, from a stranger."""
    request = RequestFactory().get(path, query or {})
    request.user = AnonymousUser()
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    return request


def render(story: Story, request: HttpRequest | None = None) -> str:
    """The host's page: nothing but the tag."""
    return Template(TAG).render(RequestContext(request or make_request(), {"story": story}))


def test_discussion_tag_registers_the_hosts_article_and_shows_its_discussion(site: Site, settings: Settings) -> None:
    html = render(make_story())

    article = Article.objects.get()
    assert (
        article.site,
        article.key,
        article.title,
        article.teaser,
        article.section,
        article.language,
        article.url,
    ) == (
        site,
        "ferry",
        "Headline of ferry",
        "Teaser",
        "Town",
        "de",
        f"{settings.BASE_URL}/articles/slug-ferry/",
    )
    assert '<marginalia-comments integrated site="demo" article="ferry">' in html
    assert (
        '<section class="mg-discussion" part="discussion" id="discussion" aria-labelledby="mg-discussion-title" lang="de"'
        in html
    )
    assert '<cite dir="auto">Headline of ferry</cite>' in html
    assert 'action="/discussion/demo/ferry/comments/"' in html


def test_discussion_tag_follows_the_host_but_not_its_mode(site: Site) -> None:
    story = make_story()
    render(story)
    Article.objects.update(mode=ArticleMode.READ_ONLY)
    story.headline = "Corrected headline"

    render(story)

    article = Article.objects.get()
    assert (article.title, article.mode) == ("Corrected headline", ArticleMode.READ_ONLY)


def test_discussion_tag_leaves_links_and_parameters_on_the_hosts_page(site: Site) -> None:
    story = make_story()
    article = article_for(story)
    first, second = (make_comment(article, status=Status.APPROVED) for _number in range(2))

    html = render(story, make_request(query={"edition": "2&3", "sort": "oldest"}))

    assert html.index(f'id="comment-{first.public_id}"') < html.index(f'id="comment-{second.public_id}"')
    assert 'href="/articles/ferry/?edition=2%263&amp;sort=newest#discussion"' in html
    assert f'href="?edition=2%263&amp;sort=oldest&amp;reply_to={first.public_id}#mg-form"' in html


def test_discussion_tag_speaks_the_language_of_the_article_and_leaves_the_pages_alone(site: Site) -> None:
    story = make_story(language="en")

    with translation.override("de"):
        html = render(story)
        assert translation.get_language() == "de"

    assert "What do you think about" in html
    assert 'lang="en"' in html


def test_discussion_tag_of_a_hidden_discussion_is_empty(site: Site) -> None:
    story = make_story()
    article_for(story)
    Article.objects.update(mode=ArticleMode.HIDDEN)

    assert render(story) == ""


def test_discussion_tag_costs_the_same_however_many_comments(
    site: Site, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    story = make_story()
    article = article_for(story)
    for count in (1, 3):
        while Comment.objects.count() < count:
            make_comment(article, status=Status.APPROVED)
        # Site, article, policy with clauses; the thread with its replies until it is prepared; at first the usual wait.
        with django_assert_num_queries(7 if count == 1 else 6):
            render(story)
        with django_assert_num_queries(4):
            render(story)


def test_discussion_tag_says_a_notice_once_and_leaves_the_hosts_messages(site: Site) -> None:
    story, request = make_story(), make_request()
    messages.info(request, "The host's own")
    give_notice(request, "Yours waits")

    html = render(story, request)

    assert html.count("Yours waits") == 1
    assert "host&#x27;s own" not in html
    assert _kept(request) == ["The host's own"]


def test_discussion_tag_without_a_notice_does_not_use_up_the_hosts_messages(site: Site) -> None:
    story, request = make_story(), make_request()
    messages.info(request, "The host's own")

    render(story, request)

    assert _kept(request) == ["The host's own"]


def _kept(request: HttpRequest) -> list[str]:
    """What the next page would still say."""
    storage = messages.get_messages(request)
    assert isinstance(storage, BaseStorage)
    loaded = [] if storage.used else list(storage._loaded_data)
    return [str(message) for message in [*loaded, *storage._queued_messages]]


def test_discussion_tag_without_a_request_says_what_is_missing(site: Site) -> None:
    with pytest.raises(ImproperlyConfigured, match="needs the request"):
        Template(TAG).render(Context({"story": make_story()}))


def test_discussion_tag_without_a_site_says_what_is_missing() -> None:
    with pytest.raises(ImproperlyConfigured, match="'demo'"):
        render(make_story())


def test_discussion_tag_of_an_unregistered_model_says_what_is_missing(site: Site) -> None:
    with pytest.raises(ImproperlyConfigured, match="Site is not commentable"):
        Template(TAG).render(RequestContext(make_request(), {"story": site}))


def test_discussion_on_the_newspapers_page_works_through_http(client: Client, site: Site) -> None:
    story = make_story()
    comment = make_comment(article_for(story), status=Status.APPROVED)
    make_comment(article_for(story), body="secret-words")

    html = client.get(story.get_absolute_url()).content.decode()

    assert f'id="comment-{comment.public_id}"' in html
    assert "secret-words" not in html


def test_discussion_count_counts_what_is_published(site: Site) -> None:
    story, fresh, hidden = make_story(), make_story("fresh"), make_story("hidden")
    for one in (story, hidden):
        make_comment(article_for(one), status=Status.APPROVED)
        make_comment(article_for(one))
    Article.objects.filter(key="hidden").update(mode=ArticleMode.HIDDEN)

    counts = [
        Template("{% load marginalia %}{% discussion_count one %}").render(Context({"one": one}))
        for one in (story, fresh, hidden)
    ]

    assert counts == ["1", "0", "0"]
    assert not Article.objects.filter(key="fresh").exists()


def test_prefetch_counts_asks_once_for_a_whole_page(
    site: Site, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    stories = [make_story(f"story-{number}") for number in range(3)]
    for story in stories:
        article_for(story)
    make_comment(article_for(stories[1]), status=Status.APPROVED)

    with django_assert_num_queries(1):
        prefetch_counts(stories)
        assert [count_for(story) for story in stories] == [0, 1, 0]


def test_register_reads_attributes_methods_and_functions(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commentable, "_registry", {})
    other = make_site("other")
    commentable.register(
        Story,
        site=lambda story: story.section,
        key="slug",
        title="__str__",
        url=lambda story: f"https://news.example/{story.slug}",
        mode=lambda _story: "post",
    )

    article = article_for(make_story("ferry", section="other", language="en"))

    found: tuple[Any, ...] = (article.site, article.key, article.title, article.url, article.mode, article.language)
    address = "https://news.example/slug-ferry"
    assert found == (other, "slug-ferry", "Headline of ferry", address, ArticleMode.POST_MODERATED, "de")
    assert isinstance(commentable._registry[Story], Commentable)


@pytest.mark.parametrize(
    ("attributes", "classes"),
    [
        ({"type": "submit"}, "mg-button mg-button--primary"),
        ({"type": "submit", "tags": ["secondary"]}, "mg-button"),
        ({"type": "submit", "tags": ["link", "cancel"]}, "mg-button mg-button--quiet"),
        ({"type": "button"}, "mg-button"),
    ],
)
def test_button_classes_make_the_first_choice_stand_out(attributes: dict[str, object], classes: str) -> None:
    assert button_classes(attributes) == classes
