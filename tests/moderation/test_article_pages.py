"""The articles' pages of the desk: who sees and may what, what each form does, what the log says, what is taken back."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from comments.enums import ArticleMode, Status
from comments.models import Article, ArticleKey, Comment, Site
from moderation.enums import ArticleChangeKind, Role
from moderation.models import ArticleChange, ArticleRule
from tests.factories import make_article, make_comment, make_moderator, make_policy, make_site, make_user
from tests.moderation.desk_pages import html_of, sign_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    site = make_site("paper")
    make_policy(site)
    return site


def page_of(article: Article) -> str:
    return reverse("moderation:article", args=[article.pk])


def change(client: Client, article: Article, what: str, **data: str) -> Any:
    return client.post(reverse("moderation:change_article", args=[article.pk, what]), data)


def changes(article: Article) -> list[tuple[str, Any, Any]]:
    """The log, the last change first."""
    found = ArticleChange.objects.filter(article=article)
    return [(one.kind, one.details.get("before"), one.details.get("after")) for one in found]


def test_the_list_has_title_section_mode_counts_and_the_last_comment(site: Site) -> None:
    article = make_article(site, key="bridge")
    Article.objects.filter(pk=article.pk).update(section="City", mode=ArticleMode.CLOSED)
    other = make_article(site, key="opera")
    elsewhere = make_article(make_site("other"), key="elsewhere")
    for status in (Status.APPROVED, Status.PENDING, Status.PENDING, Status.REJECTED):
        make_comment(other, status=status)
    client = sign_in(make_moderator(site))

    everything = client.get("/moderation/articles/")

    text = text_of(everything)
    assert text.index("Title of opera") < text.index("Title of bridge")
    assert "Checked before publication 2 wait 1 published last" in text
    assert "City Ended: can be read, no new comments 0 published" in text
    assert elsewhere.title not in text
    for query, shown in (
        ("q=BRIDGE", ["bridge"]),
        ("section=City", ["bridge"]),
        ("mode=pre", ["opera"]),
        ("mode=nonsense", ["opera", "bridge"]),
        ("q=nothing", []),
    ):
        html = html_of(client.get(f"/moderation/articles/?{query}"))
        assert [key for key in ("opera", "bridge") if f"Title of {key}</a>" in html] == shown


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_and_the_page_cost_the_same_however_much_there_is(
    site: Site, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = sign_in(make_moderator(site))
    for _number in range(count):
        article = make_article(site)
        for comment in (make_comment(article, status=Status.APPROVED), make_comment(article)):
            client.post(reverse("moderation:feature", args=[comment.public_id]), {"on": "1"})

    with django_assert_num_queries(2 + 1 + 3):  # session and account, the desk, its own
        client.get("/moderation/articles/")
    with django_assert_num_queries(2 + 1 + 1 + 4):
        client.get(page_of(article))


def test_pages_by_keyset_show_every_article_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("moderation.articles.read_articles.__defaults__", (0, 2))
    for number in range(5):
        make_article(site, key=f"article-no-{number}")
    client = sign_in(make_moderator(site))

    seen: list[str] = []
    address = "/moderation/articles/"
    while address:
        html = html_of(client.get(address))
        seen += [f"article-no-{number}" for number in range(4, -1, -1) if f"Title of article-no-{number}</a>" in html]
        more = html.split('<p class="mg-more"><a class="mg-button" href="')
        address = f"/moderation/articles/{more[1].split(chr(34))[0]}" if len(more) > 1 else ""

    assert seen == [f"article-no-{number}" for number in range(4, -1, -1)]


def test_strangers_readers_and_auditors_change_nothing(site: Site) -> None:
    article = make_article(site, key="bridge")
    comment = make_comment(article, status=Status.APPROVED)
    stranger = make_moderator(make_site("other"))
    auditor = make_moderator(site, role=Role.AUDITOR)
    before = Article.objects.values().get(pk=article.pk)
    posts = [
        (reverse("moderation:change_article", args=[article.pk, "mode"]), {"mode": "closed"}),
        (reverse("moderation:change_article", args=[article.pk, "note"]), {"note": "x"}),
        (reverse("moderation:change_article", args=[article.pk, "closing"]), {"closing": "site"}),
        (reverse("moderation:change_article", args=[article.pk, "rule"]), {"is_blind": "1"}),
        (reverse("moderation:change_article", args=[article.pk, "key"]), {"key": "new"}),
        (reverse("moderation:merge_article", args=[article.pk]), {"target": "bridge"}),
        (reverse("moderation:pin", args=[comment.public_id]), {"on": "1"}),
        (reverse("moderation:feature", args=[comment.public_id]), {"on": "1"}),
        (reverse("moderation:move", args=[comment.public_id]), {"target": "bridge"}),
    ]

    for user, status in ((make_user(), 404), (stranger, 404), (auditor, 403)):
        client = sign_in(user)
        assert [client.post(path, data).status_code for path, data in posts] == [status] * len(posts)
        assert client.get(page_of(article)).status_code == (200 if user is auditor else 404)
    assert sign_in().get(page_of(article)).status_code == 302
    assert Article.objects.values().get(pk=article.pk) == before
    assert (Comment.objects.pinned().count(), ArticleChange.objects.count(), ArticleRule.objects.count()) == (0, 0, 0)
    html = html_of(sign_in(auditor).get(page_of(article)))
    assert "<form" not in html.split("<main")[1]


def test_what_only_seniors_and_administrators_may(site: Site) -> None:
    article, other = make_article(site, key="a"), make_article(site, key="b")
    root = make_comment(article)
    client = sign_in(make_moderator(site))
    merge = reverse("moderation:merge_article", args=[article.pk])

    answers = [
        change(client, article, "key", key="new").status_code,
        client.get(merge, {"target": "b"}).status_code,
        client.post(merge, {"target": "b"}).status_code,
        client.get(reverse("moderation:move", args=[root.public_id])).status_code,
        client.post(reverse("moderation:move", args=[root.public_id]), {"target": "b"}).status_code,
        client.post("/moderation/articles/days/", {"days": "3"}).status_code,
    ]

    assert answers == [403] * 6
    assert set(Article.objects.values_list("key", flat=True)) == {"a", "b"}
    assert (Comment.objects.get().article, other.comments.count()) == (article, 0)


def test_mode_note_end_and_rule_are_set_logged_and_taken_back(site: Site) -> None:
    article = make_article(site)
    client = sign_in(make_moderator(site))
    sent = [
        ("mode", {"mode": "closed"}),
        ("note", {"note": "Bitte zur Brücke."}),
        ("closing", {"closing": "moment", "closes_at": "2031-05-04T14:00"}),
        ("rule", {"needs_two_people": "1"}),
    ]

    for what, data in sent:
        answer = change(client, article, what, **data)
        assert (answer.status_code, answer["Location"]) == (303, f"{page_of(article)}#{what}")

    end = datetime.datetime(2031, 5, 4, 12, 0, tzinfo=datetime.UTC)
    stored = Article.objects.get()
    assert (stored.mode, stored.reader_note, stored.closes_at) == ("closed", "Bitte zur Brücke.", end)
    assert ArticleRule.objects.values_list("needs_two_people", "is_blind").get() == (True, False)
    logged = [
        ("rule", [False, False], [True, False]),
        ("closing", "", "2031-05-04T12:00:00+00:00"),
        ("note", "", "Bitte zur Brücke."),
        ("mode", "pre", "closed"),
    ]
    assert changes(article) == logged
    text = text_of(client.get(page_of(article)))
    for sentence in (
        "Two people decide.",
        "The discussion ends on 4 May 2031, 14:00.",
        "Note to readers: “Bitte zur Brücke.”",
        "Mode: “Ended: can be read, no new comments” instead of “Checked before publication”.",
    ):
        assert sentence in text

    for one in ArticleChange.objects.order_by("id"):
        undone = client.post(reverse("moderation:undo_article_change", args=[one.pk]))
        assert undone.status_code == 303

    stored.refresh_from_db()
    assert (stored.mode, stored.reader_note, stored.closes_at) == ("pre", "", None)
    assert ArticleRule.objects.values_list("needs_two_people", "is_blind").get() == (False, False)
    assert changes(article)[4:] == logged
    assert ArticleChange.objects.filter(undoes__isnull=False).count() == 4


def test_nothing_is_logged_where_nothing_changed_and_nothing_taken_back_that_no_longer_holds(site: Site) -> None:
    article = make_article(site)
    client = sign_in(make_moderator(site))
    change(client, article, "mode", mode="pre")
    assert changes(article) == []
    change(client, article, "mode", mode="closed")
    first = ArticleChange.objects.get()
    change(client, article, "mode", mode="hidden")

    answer = client.post(reverse("moderation:undo_article_change", args=[first.pk]))

    assert answer.status_code == 409
    assert "Something else was changed since" in text_of(answer)
    assert Article.objects.get().mode == "hidden"
    assert len(changes(article)) == 2


def test_what_cannot_be_taken_is_said_and_kept(site: Site) -> None:
    article = make_article(site)
    client = sign_in(make_moderator(site, role=Role.SENIOR))
    long_note = "n" * 501

    refused = [
        (change(client, article, "note", note=long_note), "The note has 501 characters", long_note),
        (change(client, article, "closing", closing="moment"), "Please say when the discussion ends.", ""),
        (change(client, article, "key", key="nicht gut"), "An article key has", "nicht gut"),
        (change(client, article, "mode", mode="nonsense"), "", ""),
        (
            client.get(reverse("moderation:merge_article", args=[article.pk]), {"target": "gone"}),
            "no article of",
            "gone",
        ),
    ]

    for answer, sentence, kept in refused:
        assert answer.status_code == 422
        assert sentence in text_of(answer)
        assert kept in html_of(answer)
    assert change(client, article, "nonsense").status_code == 404
    assert changes(article) == []


def test_a_published_comment_is_pinned_and_featured_from_its_card(site: Site, client: Client) -> None:
    article = make_article(site)
    comment = make_comment(article, status=Status.APPROVED)
    desk = sign_in(make_moderator(site))
    card = html_of(desk.get(f"/moderation/?comment={comment.public_id}"))
    assert 'data-key="pin"' in card
    assert 'data-key="feature"' in card

    for name in ("pin", "feature"):
        answer = desk.post(reverse(f"moderation:{name}", args=[comment.public_id]), {"on": "1"})
        assert (answer.status_code, answer["Location"]) == (303, f"/moderation/?comment={comment.public_id}")

    card = html_of(desk.get(f"/moderation/?comment={comment.public_id}"))
    assert "Unpin" in card
    assert "No longer the editors’ choice" in card
    row = client.get(f"/api/v1/sites/paper/articles/{article.key}/comments").json()["comments"][0]
    assert (row["pinned"], row["featured"]) == (True, True)
    assert [kind for kind, _before, _after in changes(article)] == ["featured", "pinned"]
    back = desk.post(reverse("moderation:pin", args=[comment.public_id]), {"article": "1"})
    assert back["Location"] == f"{page_of(article)}#highlights"
    assert not Comment.objects.pinned().exists()


def test_a_fourth_pin_and_a_waiting_comment_are_refused_with_a_sentence(site: Site) -> None:
    article = make_article(site)
    desk = sign_in(make_moderator(site))
    comments = [make_comment(article, status=Status.APPROVED) for _ in range(4)]
    for comment in comments[:3]:
        desk.post(reverse("moderation:pin", args=[comment.public_id]), {"on": "1"})
    waiting = make_comment(article)

    fourth = desk.post(reverse("moderation:pin", args=[comments[3].public_id]), {"on": "1"})
    unpublished = desk.post(reverse("moderation:feature", args=[waiting.public_id]), {"on": "1"})

    assert (fourth.status_code, unpublished.status_code) == (422, 422)
    assert "At most 3 comments of a discussion can be pinned." in text_of(fourth)
    assert Comment.objects.pinned().count() == 3
    assert 'data-key="pin"' not in html_of(desk.get(f"/moderation/?comment={waiting.public_id}"))


def test_a_merge_says_before_what_it_does_and_is_in_the_log_of_what_is_left(site: Site) -> None:
    source, target = make_article(site, key="b"), make_article(site, key="a")
    for status in (Status.APPROVED, Status.APPROVED, Status.PENDING):
        make_comment(source, status=status)
    client = sign_in(make_moderator(site, role=Role.SENIOR))
    change(client, source, "note", note="Nur hier")
    change(client, source, "rule", is_blind="1")
    address = reverse("moderation:merge_article", args=[source.pk])

    preview = client.get(address, {"target": target.url})

    assert "3 comments change their article: 1 Waiting for approval 2 Published" in text_of(preview)
    assert Article.objects.count() == 2
    done = client.post(address, {"target": "a"})
    assert (done.status_code, done["Location"]) == (303, f"{page_of(target)}#log")
    assert Article.objects.get() == target
    assert ArticleKey.objects.get().key == "b"
    assert [kind for kind, _before, _after in changes(target)] == ["merged", "rule", "note"]
    assert ArticleRule.objects.get().article == target
    assert "“Title of b” (b) was merged into this article with 3 comments." in text_of(client.get(page_of(target)))
    assert client.get(page_of(source)).status_code == 404


def test_a_conversation_is_moved_after_a_look_and_moved_back_from_the_log(site: Site) -> None:
    source, target = make_article(site, key="a"), make_article(site, key="b")
    root = make_comment(source, status=Status.APPROVED)
    make_comment(source, parent=root)
    client = sign_in(make_moderator(site, role=Role.SENIOR))
    address = reverse("moderation:move", args=[root.public_id])

    asked, preview = client.get(address), client.get(address, {"target": "b"})
    assert asked.status_code == 200
    assert "2 comments, the first with all its replies, go to “Title of b”" in text_of(preview)
    done = client.post(address, {"target": "b"})

    assert done["Location"] == f"{page_of(target)}#log"
    assert target.comments.count() == 2
    assert [kind for kind, _before, _after in changes(source)] == ["moved_away"]
    assert "A conversation of 2 comments was moved to “Title of b”." in text_of(client.get(page_of(source)))
    away = ArticleChange.objects.get(kind=ArticleChangeKind.MOVED_AWAY)
    back = client.post(reverse("moderation:undo_article_change", args=[away.pk]))
    assert back.status_code == 303
    assert (source.comments.count(), target.comments.count()) == (2, 0)
    assert dict(Article.objects.values_list("key", "comment_count")) == {"a": 1, "b": 0}
    here = ArticleChange.objects.get(kind=ArticleChangeKind.MOVED_HERE, article=target)
    assert client.post(reverse("moderation:undo_article_change", args=[here.pk])).status_code == 409


def test_the_days_of_the_site_hold_for_every_article_without_an_end_of_its_own(site: Site) -> None:
    article = make_article(site)
    Article.objects.update(created_at=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))
    client = sign_in(make_moderator(site, role=Role.ADMINISTRATOR))

    answer = client.post("/moderation/articles/days/", {"days": "14"})

    assert (answer.status_code, answer["Location"]) == (303, "/moderation/articles/?site=paper")
    assert Site.objects.get(slug="paper").closing_days == 14
    assert "after 14 days, on 15 January 2026" in text_of(client.get(page_of(article)))
    assert "ended by the clock" in text_of(client.get("/moderation/articles/"))
    assert client.post("/moderation/articles/days/", {"days": "0"}).status_code == 422
    client.post("/moderation/articles/days/", {"days": ""})
    assert Site.objects.get(slug="paper").closing_days is None
    logged = [(one.kind, one.details, one.article) for one in ArticleChange.objects.all()]
    assert logged == [
        ("site_days", {"before": 14, "after": None}, None),
        ("site_days", {"before": None, "after": 14}, None),
    ]
