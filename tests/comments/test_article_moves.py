"""Two articles become one, a conversation goes elsewhere, an article gets another key: everything arrives, counts are right."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from comments import lifecycle
from comments.enums import ActorKind, ArticleMode, Status
from comments.exceptions import InvalidInputError
from comments.models import Article, ArticleKey, ArticleUrl, Comment, Outbox, Revision, StatusChange, Vote
from comments.services.article_moves import (
    Moved,
    merge_articles,
    move_conversation,
    preview_merge,
    preview_move,
    rekey_article,
)
from comments.services.articles import ArticleFacts, register_article, register_from_page
from comments.services.highlights import pin_comment
from comments.services.identity import Identity
from comments.services.posting import Draft, post_comment
from comments.services.voting import cast_vote
from moderation.enums import Action
from moderation.models import Decision, Report
from moderation.services.decisions import decide
from moderation.services.reports import ReportDraft, report_comment
from tests.factories import make_article, make_comment, make_moderator, make_policy, make_site

pytestmark = pytest.mark.django_db

STATUSES = [status for status in Status if status != Status.AWAITING_EMAIL]
RELATED = (Revision, StatusChange, Vote, Outbox, Decision, Report)


def two_articles() -> tuple[Article, Article]:
    site = make_site("paper")
    make_policy(site)
    return make_article(site, key="a"), make_article(site, key="b")


def fill(article: Article) -> Comment:
    """A conversation with a reply of every status, a vote, a report, a decision and its mail; return its beginning."""
    root = make_comment(article, body=f"Anfang {article.key}", status=Status.APPROVED, email="hanna@reader.example")
    for status in STATUSES:
        make_comment(article, body=f"{status} unter {article.key}", parent=root, status=status)
        make_comment(article, body=f"{status} neben {article.key}", status=status)
    cast_vote(comment=root, identity=Identity(network="198.51.100.1"))
    report_comment(comment=root, identity=Identity(network="198.51.100.2"), draft=ReportDraft(reason="respect"))
    judged = make_comment(article, body="Wird entschieden", email="ole@reader.example")
    decide(
        comment=Comment.objects.with_context().get(pk=judged.pk),
        moderator=make_moderator(article.site),
        action=Action.APPROVE,
        expected_status=Status.PENDING,
        expected_revision=1,
    )
    return root


def assert_counters_are_right() -> None:
    """Independent of the code that counts."""
    for article in Article.objects.all():
        published = [comment for comment in article.comments.all() if comment.status == "approved"]
        assert article.comment_count == len(published)


def sizes() -> dict[str, int]:
    return {model.__name__: model._default_manager.count() for model in RELATED}


def test_merged_articles_are_one_with_every_comment_and_all_that_hangs_on_it(client: Client) -> None:
    target, source = two_articles()
    fill(target)
    root = fill(source)
    ids, before = set(Comment.objects.values_list("pk", flat=True)), sizes()
    urls = set(ArticleUrl.objects.values_list("url", flat=True))
    seen = client.get("/embed/v1/paper/a/thread.html").content.decode()
    planned = preview_merge(source=source, target=target)

    moved = merge_articles(source=source, target=target)

    assert moved == planned == Moved({**dict.fromkeys(STATUSES, 2), Status.APPROVED: 4}, 0)
    assert Article.objects.get() == target
    assert set(target.comments.values_list("pk", flat=True)) == ids
    assert sizes() == before
    assert set(target.urls.values_list("url", flat=True)) == urls
    assert list(ArticleKey.objects.values_list("key", "article", "merged_id")) == [("b", target.pk, source.pk)]
    assert_counters_are_right()
    assert "Anfang b" not in seen
    for key in ("a", "b"):
        assert "Anfang b" in client.get(f"/embed/v1/paper/{key}/thread.html").content.decode()
        assert f"c/{root.public_id}/" in client.get(f"/feeds/paper/{key}/comments.atom").content.decode()
        assert client.get(f"/discussion/paper/{key}/").status_code == 200
        answer = client.get(f"/api/v1/sites/paper/articles/{key}/comments").json()
        assert (answer["article"]["key"], answer["article"]["count"]) == ("a", 8)
    assert client.get("/api/v1/counts?site=paper&id=a&id=b").json() == {"counts": {"a": 8, "b": 8}}
    permalink = client.get(f"/c/{root.public_id}/")
    assert (permalink.status_code, permalink["Location"]) == (302, f"https://news.example/a#comment-{root.public_id}")


def test_a_former_key_costs_one_query_more_and_only_then(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    from comments.access import find_discussion, get_article_or_404  # noqa: PLC0415 - what this test is about

    target, source = two_articles()
    merge_articles(source=source, target=target)

    for load in (find_discussion, get_article_or_404):
        with django_assert_num_queries(1):
            assert load("paper", "a") == target
        with django_assert_num_queries(2):
            assert load("paper", "b") == target


def test_what_the_host_says_of_a_merged_article_makes_no_new_one_and_changes_nothing() -> None:
    target, source = two_articles()
    merge_articles(source=source, target=target)

    by_host = register_article(
        site=target.site, facts=ArticleFacts(key="b", url="https://news.example/b", title="Title of b")
    )
    by_page = register_from_page(site=target.site, key="b", url="https://news.example/neu", title="Neu")

    assert by_host == by_page == target == Article.objects.get()
    assert Article.objects.get().title == "Title of a"


def test_keys_and_addresses_lead_on_through_two_merges() -> None:
    target, source = two_articles()
    last = make_article(target.site, key="c")

    merge_articles(source=source, target=target)
    merge_articles(source=target, target=last)

    found = set(ArticleKey.objects.values_list("key", "article"))
    assert found == {("a", last.pk), ("b", last.pk)}
    assert set(last.urls.values_list("url", flat=True)) == {f"https://news.example/{key}" for key in "abc"}


def test_a_post_sent_again_after_a_merge_is_the_same_comment(client: Client) -> None:
    target, source = two_articles()
    path, body = "/api/v1/sites/paper/articles/b/comments", {"body": "Einmal", "name": "Hanna Kuhl"}

    def send() -> str:
        answer = client.post(
            path, body, content_type="application/json", headers={"Idempotency-Key": "0123456789abcdef"}
        )
        assert answer.status_code == 201
        return str(answer.json()["id"])

    first = send()
    merge_articles(source=source, target=target)

    assert send() == first
    assert Comment.objects.get().article == target


def test_idempotency_keys_that_both_articles_know_do_not_collide() -> None:
    target, source = two_articles()
    for article in (target, source):
        make_comment(article)
    Comment.objects.update(idempotency_key="the same")

    merge_articles(source=source, target=target)

    assert len(set(target.comments.values_list("idempotency_key", flat=True))) == 2


def test_no_more_than_three_stay_pinned_and_the_preview_says_so() -> None:
    target, source = two_articles()
    pinned = []
    for article in (target, source):
        for number in range(2):
            comment = make_comment(article, body=f"{article.key}{number}", status=Status.APPROVED)
            pin_comment(comment=comment)
            pinned.append(comment)

    assert preview_merge(source=source, target=target).unpinned == 1
    assert merge_articles(source=source, target=target).unpinned == 1

    assert set(Comment.objects.pinned()) == {pinned[0], pinned[1], pinned[3]}


def test_articles_of_two_sites_and_an_article_with_itself_are_not_merged() -> None:
    target, _source = two_articles()
    for other in (target, make_article(make_site("other"))):
        with pytest.raises(InvalidInputError):
            merge_articles(source=other, target=target)
    assert Article.objects.count() == 3


def test_a_decision_on_a_comment_loaded_before_a_merge_counts_where_the_comment_is() -> None:
    target, source = two_articles()
    comment = make_comment(source)
    loaded = Comment.objects.get(pk=comment.pk)
    merge_articles(source=source, target=target)

    lifecycle.set_status(
        loaded.pk,
        Status.APPROVED,
        actor=lifecycle.Actor(ActorKind.MODERATOR),
        expected_status=Status.PENDING,
        expected_revision=1,
    )

    assert Article.objects.get().comment_count == 1
    assert_counters_are_right()


def test_a_moved_conversation_takes_every_reply_along_and_both_sides_notice(client: Client) -> None:
    source, target = two_articles()
    root = fill(source)
    fill(target)
    conversation = set(Comment.objects.filter(root=root).values_list("pk", flat=True)) | {root.pk}
    before, versions = sizes(), dict(Article.objects.values_list("key", "version"))
    assert "Anfang a" in client.get("/embed/v1/paper/a/thread.html").content.decode()
    planned = preview_move(root=root, target=target)

    moved = move_conversation(root=root, target=target)

    assert moved == planned == Moved({**dict.fromkeys(STATUSES, 1), Status.APPROVED: 2}, 0)
    assert set(target.comments.values_list("pk", flat=True)) > conversation
    assert not conversation & set(source.comments.values_list("pk", flat=True))
    assert sizes() == before
    assert_counters_are_right()
    after = dict(Article.objects.values_list("key", "version"))
    assert (after["a"] > versions["a"], after["b"] > versions["b"]) == (True, True)
    assert "Anfang a" not in client.get("/embed/v1/paper/a/thread.html").content.decode()
    assert "Anfang a" in client.get("/embed/v1/paper/b/thread.html").content.decode()
    assert client.get(f"/c/{root.public_id}/")["Location"] == f"https://news.example/b#comment-{root.public_id}"


def test_replies_alone_and_to_the_same_place_are_not_moved() -> None:
    source, target = two_articles()
    root = make_comment(source, status=Status.APPROVED)
    reply = make_comment(source, parent=root, status=Status.APPROVED)
    for comment, article in ((reply, target), (root, source), (root, make_article())):
        with pytest.raises(InvalidInputError):
            move_conversation(root=comment, target=article)
    assert source.comments.count() == 2


def test_a_reply_to_a_conversation_that_was_moved_is_refused_with_a_sentence() -> None:
    source, target = two_articles()
    root = make_comment(source, status=Status.APPROVED)
    move_conversation(root=root, target=target)

    with pytest.raises(InvalidInputError) as refusal:
        post_comment(
            article=source,
            identity=Identity(),
            draft=Draft(body="Antwort", name="Hanna Kuhl", parent=root.public_id),
        )

    assert refusal.value.field == "parent"
    assert Comment.objects.count() == 1


def test_an_article_with_another_key_is_found_by_both(client: Client) -> None:
    article, other = two_articles()
    make_comment(article, status=Status.APPROVED)

    rekey_article(article=article, key="neu")

    for key in ("neu", "a"):
        assert client.get(f"/api/v1/sites/paper/articles/{key}/comments").json()["article"]["key"] == "neu"
    rekey_article(article=article, key="a")
    assert list(ArticleKey.objects.values_list("key", "article")) == [("neu", article.pk)]
    for key, taken in ((("neu"), other), ("a", other), ("a", article), ("nicht gut", article)):
        with pytest.raises(InvalidInputError):
            rekey_article(article=taken, key=key)
    assert dict(Article.objects.values_list("pk", "key")) == {article.pk: "a", other.pk: "b"}


def test_a_merge_into_a_hidden_article_hides_what_was_public(client: Client) -> None:
    target, source = two_articles()
    make_comment(source, body="geheim", status=Status.APPROVED)
    Article.objects.filter(pk=target.pk).update(mode=ArticleMode.HIDDEN)

    merge_articles(source=source, target=target)

    for path in ("/embed/v1/paper/b/thread.html", "/discussion/paper/b/", "/api/v1/sites/paper/articles/b/comments"):
        answer = client.get(path)
        assert (answer.status_code, b"geheim" in answer.content) == (404, False)


def test_reconcile_counts_reports_what_differs_and_puts_it_right() -> None:
    article, other = two_articles()
    make_comment(article, status=Status.APPROVED)
    Article.objects.filter(pk=article.pk).update(comment_count=7)

    def run(*arguments: str) -> str:
        out = StringIO()
        call_command("reconcile_counts", *arguments, stdout=out)
        return out.getvalue()

    assert run("--dry-run") == "paper/a: shows 7, has 1\n1 articles differ.\n"
    assert Article.objects.get(pk=article.pk).comment_count == 7
    assert run("--site", "paper") == "paper/a: shows 7, has 1\n1 articles differed and were put right.\n"
    assert run() == "0 articles differed and were put right.\n"
    assert_counters_are_right()
    assert other.comment_count == 0
