"""A publisher's server hands over what its articles say; nobody else can, readers least of all."""

from __future__ import annotations

import json
from http import HTTPStatus

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from comments.models import Article, ArticleText, Comment, Site
from comments.services.articles import ArticleFacts, register_article, register_from_page
from comments.services.identity import make_author_token
from moderation.enums import Role, Scope
from moderation.flaggers.articles import with_articles
from moderation.flaggers.base import ArticleWords, SiteKnowledge
from moderation.models import ApiToken, Membership
from moderation.services.articles import change_key
from moderation.services.tokens import issue_token, read_token, revoke_token
from tests.factories import make_comment, make_moderator, make_policy, make_site
from tests.integrations.documents import snippet

pytestmark = pytest.mark.django_db

URL = "https://news.example/bruecke"
SAID = {
    "url": URL,
    "title": "Die alte Brücke <em>bleibt</em>",
    "teaser": "Der Rat hat abgestimmt.",
    "paragraphs": ["<p>Die Brücke ist\n 120 Jahre alt.</p>", " ", "<br/>", "Bei 3 < 4 Spuren\0 und\u200b Radweg."],
}
TEXT = "Die Brücke ist 120 Jahre alt.\n\nBei 3 < 4 Spuren und Radweg."


def token_of(site: Site, *scopes: Scope, role: Role = Role.ADMINISTRATOR) -> str:
    return issue_token(user=make_moderator(site, role=role), site=site, scopes=scopes or (Scope.ARTICLES,))


def row_of(token: str) -> ApiToken:
    row = read_token(token)
    assert row is not None
    return row


def put(said: object, token: str = "", *, key: str = "bruecke", client: Client | None = None) -> HttpResponse:
    headers = {"Accept-Language": "en"} | ({"Authorization": f"Bearer {token}"} if token else {})
    path = f"/api/v1/moderation/articles/{key}"
    return (client or Client()).put(path, said, content_type="application/json", headers=headers)


def stored() -> list[tuple[object, ...]]:
    return list(Article.objects.order_by("pk").values_list("site", "key", "title", "url", "teaser", "text__body"))


def test_article_handed_over_is_made_and_its_words_are_what_the_checks_are_shown() -> None:
    site = make_site()
    answer = put(SAID, token_of(site))

    assert (answer.status_code, answer.json()) == (
        HTTPStatus.OK,
        {
            "key": "bruecke",
            "url": URL,
            "title": "Die alte Brücke bleibt",
            "teaser": "Der Rat hat abgestimmt.",
            "language": "de",
            "characters": len(TEXT),
        },
    )
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert stored() == [(site.pk, "bruecke", "Die alte Brücke bleibt", URL, "Der Rat hat abgestimmt.", TEXT)]
    comment = make_comment(Article.objects.select_related("site").get())
    assert with_articles(SiteKnowledge(), comment).article == ArticleWords(
        "bruecke", "de", "Die alte Brücke bleibt", "Der Rat hat abgestimmt.", tuple(TEXT.split("\n\n"))
    )


def test_article_handed_over_again_says_what_was_said_last() -> None:
    site = make_site()
    token = token_of(site)
    put({**SAID, "language": "de-AT"}, token)
    Article.objects.update(section="Stadt", published_at=timezone.now(), author_accounts=["7"])
    before = Article.objects.get()

    put({**SAID, "paragraphs": ["Neu."], "teaser": "Anders."}, token)
    assert ArticleText.objects.get().body == "Neu."
    answer = put({"url": URL + "-neu", "title": "Brücke"}, token)

    assert stored() == [(site.pk, "bruecke", "Brücke", URL + "-neu", "", None)]
    assert answer.json()["characters"] == 0
    after = Article.objects.get()
    assert (after.pk, after.language, after.section, after.published_at, after.author_accounts) == (
        before.pk, "de-AT", "Stadt", before.published_at, ["7"],
    )  # fmt: skip
    assert set(after.urls.values_list("url", flat=True)) == {URL, URL + "-neu"}


def test_article_handed_over_that_has_not_changed_is_not_written_again(django_assert_num_queries) -> None:
    token = token_of(make_site())
    put(SAID, token)
    # The token, its site, the role, the article twice, and how much text it has.
    with django_assert_num_queries(6):
        put(SAID, token)


def test_readers_say_nothing_of_an_article_but_its_first_title() -> None:
    site = make_site("paper")
    make_policy(site)
    forged = {"teaser": "Uhren", "paragraphs": ["Uhren"], "text": "Uhren", "article_teaser": "Uhren", "language": "en"}
    path = "/api/v1/sites/paper/articles/bruecke/comments"

    def comment(number: int) -> HttpResponse:
        sent = {"body": f"Text {number}", "name": f"Kim {number}", "article_url": URL, "article_title": "Uhren"}
        return Client().post(path, {**sent, **forged, "article": forged}, content_type="application/json")

    assert comment(1).status_code == HTTPStatus.CREATED
    assert stored() == [(site.pk, "bruecke", "Uhren", URL, "", None)]
    put(SAID, token_of(site))
    said = stored()
    assert comment(2).status_code == HTTPStatus.CREATED
    assert stored() == said == [
        (site.pk, "bruecke", "Die alte Brücke bleibt", URL, "Der Rat hat abgestimmt.", TEXT)
    ]  # fmt: skip
    assert Comment.objects.filter(article__key="bruecke").count() == 2
    assert list(Article.objects.values_list("is_confirmed", "language")) == [(True, "de")]


def test_nobody_without_a_token_for_it_hands_an_article_over() -> None:
    site = make_site()
    article = register_article(site=site, facts=ArticleFacts(key="bruecke", url=URL, title="Richtig", body="Echt."))
    administrator = make_moderator(site, role=Role.ADMINISTRATOR)
    demoted, left, revoked, moderator = (token_of(site) for _ in range(4))
    for token, change in ((demoted, {"role": Role.SENIOR}), (moderator, {"role": Role.MODERATOR})):
        Membership.objects.filter(user=row_of(token).user).update(**change)
    Membership.objects.filter(user=row_of(left).user).delete()
    revoke_token(token=row_of(revoked), user=administrator)
    signed_in = Client()
    signed_in.force_login(administrator)

    refused = {
        "nobody": (put(SAID), 401, "unauthenticated"),
        "a session": (put(SAID, client=signed_in), 401, "unauthenticated"),
        "a reader": (put(SAID, make_author_token(make_comment(article).author)), 401, "invalid_token"),
        "a forged token": (put(SAID, "mt_" + "x" * 43), 401, "invalid_token"),
        "a revoked one": (put(SAID, revoked), 401, "invalid_token"),
        "one for other things": (put(SAID, token_of(site, Scope.READ, Scope.MODERATE)), 403, "missing_scope"),
        "a senior by now": (put(SAID, demoted), 403, "not_allowed"),
        "a moderator by now": (put(SAID, moderator), 403, "not_allowed"),
        "who left": (put(SAID, left), 404, "not_found"),
    }

    assert {who: (answer.status_code, answer.json()["code"]) for who, (answer, *_) in refused.items()} == {
        who: (status, code) for who, (_, status, code) in refused.items()
    }
    assert stored() == [(site.pk, "bruecke", "Richtig", URL, "", "Echt.")]


def test_token_of_another_site_reaches_no_article_and_no_address_of_this_one() -> None:
    site, other = make_site(), make_site(origins=("https://other.example",))
    register_article(site=site, facts=ArticleFacts(key="bruecke", url=URL, title="Richtig", body="Echt."))
    token = token_of(other)

    assert put(SAID, token).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert put({**SAID, "url": "https://other.example/x", "site": site.slug}, token).status_code == HTTPStatus.OK

    assert [(row[0], row[2]) for row in stored()] == [(site.pk, "Richtig"), (other.pk, "Die alte Brücke bleibt")]
    assert ArticleText.objects.get(article__site=site).body == "Echt."


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"url": "https://news.example.evil/bruecke"}, "url", "begin with one of the origins"),
        ({"url": "https://news.example@evil.example/"}, "url", "begin with one of the origins"),
        ({"url": "javascript:alert(1)"}, "url", "begin with one of the origins"),
        ({"url": URL + "x" * 2_000}, "url", "begin with one of the origins"),
        ({"url": None}, "url", "has to be text"),
        ({"title": "<b> </b>\u200b"}, "title", "no text yet"),
        ({"title": "x" * 301}, "title", "1 character too long"),
        ({"title": ["Brücke"]}, "title", "has to be text"),
        ({"teaser": "x" * 2_010}, "teaser", "10 characters too long"),
        ({"paragraphs": "Ein Text."}, "paragraphs", "has to be a list"),
        ({"paragraphs": ["Gut.", 7]}, "paragraphs.1", "has to be text"),
        ({"paragraphs": ["x" * 30_000, "y" * 30_000]}, "paragraphs", "2 characters too long"),
        ({"language": "deutsch bitte"}, "language", "not possible here"),
    ],
)
def test_article_that_cannot_be_taken_is_refused_with_its_field_and_nothing_is_kept(
    change: dict[str, object], field: str, words: str
) -> None:
    answer = put({**SAID, **change}, token_of(make_site()))
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["field"]) == (HTTPStatus.UNPROCESSABLE_ENTITY, field)
    assert words in error["message"]
    assert stored() == []


def test_article_that_is_no_json_too_large_or_without_a_possible_key_is_refused() -> None:
    token = token_of(make_site())
    refused = (
        put("{", token),
        put({**SAID, "more": "x" * 131_072}, token),
        put(SAID, token, key="a" * 201),
        put({"title": "Brücke"}, token),
    )
    assert [answer.status_code for answer in refused] == [400, 413, 404, 422]
    assert stored() == []


def test_article_under_a_key_of_before_is_refused_with_the_key_of_today() -> None:
    site = make_site()
    administrator = make_moderator(site, role=Role.ADMINISTRATOR)
    token = issue_token(user=administrator, site=site, scopes=[Scope.ARTICLES])
    put(SAID, token)
    change_key(article=Article.objects.get(), key="bruecke-2", user=administrator)

    answer = put({**SAID, "title": "Anders"}, token)

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "“bruecke-2”" in answer.json()["errors"][0]["message"]
    assert [row[2] for row in stored()] == ["Die alte Brücke bleibt"]
    assert put(SAID, token, key="bruecke-2").status_code == HTTPStatus.OK


def test_text_handed_over_goes_with_its_article() -> None:
    put(SAID, token_of(make_site()))
    Article.objects.get().delete()
    assert ArticleText.objects.count() == 0


def test_example_of_the_how_to_page_is_taken() -> None:
    site = make_site()
    register_from_page(site=site, key="article-4711", url="https://news.example/article.html", title="Falsch")
    said = json.loads(snippet("Hand over what an article says", "json"))

    answer = put(said, token_of(site), key="article-4711")

    assert answer.status_code == HTTPStatus.OK
    assert [row[1:5] for row in stored()] == [("article-4711", said["title"], said["url"], said["teaser"])]
    assert ArticleText.objects.get().body == "\n\n".join(said["paragraphs"])
