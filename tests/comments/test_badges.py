from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User

from comments import commentable
from comments.commentable import article_for
from comments.enums import AuthorKind, Badge, Sort, Status
from comments.exceptions import InvalidInputError
from comments.models import Article, Author, Site
from comments.services.articles import ArticleFacts, register_article
from comments.services.identity import Identity
from comments.threads import read_page
from demo.models import Article as HostArticle
from tests.factories import make_comment, make_site, make_user

pytestmark = pytest.mark.django_db


def written_by(site: Site, *users: User, key: str = "bridge-17") -> Article:
    """An article whose host says that these accounts wrote it."""
    facts = ArticleFacts(key=key, url=f"https://news.example/{key}", title="The old bridge")
    return register_article(
        site=site, facts=dataclasses.replace(facts, author_accounts=tuple(str(u.pk) for u in users))
    )


def test_comment_by_who_wrote_the_article_bears_the_badge_there_and_nowhere_else() -> None:
    site, reporter, colleague = make_site(), make_user(name="Henrike Sandvoss"), make_user(name="Bo Berg")
    own, others = written_by(site, reporter), written_by(site, colleague, key="other")

    badges = [
        make_comment(article, identity=Identity(user=user)).author_badge
        for article, user in ((own, reporter), (own, colleague), (others, reporter), (own, make_user(name="Ada Lund")))
    ]

    assert badges == [Badge.ARTICLE_AUTHOR, Badge.NONE, Badge.NONE, Badge.NONE]
    assert make_comment(own).author_badge == Badge.NONE


def test_badge_of_the_editorial_team_comes_before_that_of_the_article() -> None:
    site, editor = make_site(), make_user(name="Redaktion Tagblatt")
    Author.objects.create(site=site, kind=AuthorKind.USER, user=editor, name="Redaktion", badge=Badge.EDITORIAL)
    article = written_by(site, editor)
    assert make_comment(article, identity=Identity(user=editor)).author_badge == Badge.EDITORIAL


def test_badge_is_what_readers_of_the_thread_are_shown() -> None:
    site, reporter = make_site(), make_user(name="Henrike Sandvoss")
    article = written_by(site, reporter)
    make_comment(article, identity=Identity(user=reporter), status=Status.APPROVED)
    make_comment(article, name="Hanna Kuhl", status=Status.APPROVED)
    shown = {row.author_name: row.badge for row in read_page(article, sort=Sort.NEWEST).rows}
    assert shown == {"Henrike Sandvoss": "author", "Hanna Kuhl": ""}


def test_name_of_who_wrote_an_article_is_nobody_elses_even_before_their_first_comment() -> None:
    site, reporter = make_site(), make_user(name="Henrike Sandvoss")
    article = written_by(site)
    make_comment(article, name="Henrike Sandvoss")

    article = written_by(site, reporter)

    for name in ("Henrike Sandvoss", "henrike  sandvoss", "Hеnrike Sandvоss"):
        with pytest.raises(InvalidInputError) as refusal:
            make_comment(article, name=name)
        assert refusal.value.field == "name"
    assert make_comment(article, identity=Identity(user=reporter)).author_name == "Henrike Sandvoss"


def test_account_without_a_name_that_wrote_an_article_is_asked_for_one_with_its_comment() -> None:
    site, reporter = make_site(), make_user()
    article = written_by(site, reporter)
    with pytest.raises(InvalidInputError) as refusal:
        make_comment(article, identity=Identity(user=reporter), name="")
    assert refusal.value.field == "name"
    comment = make_comment(article, identity=Identity(user=reporter), name="Henrike Sandvoss")
    assert (comment.author_name, comment.author_badge) == ("Henrike Sandvoss", Badge.ARTICLE_AUTHOR)


def test_author_who_read_before_they_wrote_is_recognised_with_the_next_article() -> None:
    site, reporter = make_site(), make_user(name="Henrike Sandvoss")
    make_comment(written_by(site), identity=Identity(user=reporter))
    written_by(site, reporter)
    author = Author.objects.get(user=reporter)
    assert (author.badge, Author.objects.filter(site=site).count()) == (Badge.ARTICLE_AUTHOR, 1)


def test_accounts_noted_by_hand_stay_where_the_host_says_nothing_of_them() -> None:
    site, reporter = make_site(), make_user(name="Henrike Sandvoss")
    article = written_by(site, reporter)
    article.author_accounts = [reporter.pk]
    article.save(update_fields=["author_accounts"])
    facts = ArticleFacts(key=article.key, url=article.url, title="Another title")

    article = register_article(site=site, facts=facts)

    assert (article.title, article.author_accounts) == ("Another title", [reporter.pk])
    assert make_comment(article, identity=Identity(user=reporter)).author_badge == Badge.ARTICLE_AUTHOR


@pytest.fixture
def as_registered() -> Iterator[None]:
    """Leaves the host's model as it was registered before the test."""
    before = commentable._registry[HostArticle]
    yield
    commentable._registry[HostArticle] = before


def test_article_for_takes_the_accounts_from_the_hosts_object(as_registered: None) -> None:
    site, reporter = make_site("gazette"), make_user(name="Henrike Sandvoss")
    accounts = [reporter.pk]
    commentable.register(
        HostArticle, site="gazette", key="key", title="headline", author_accounts=lambda _article: accounts
    )
    host = HostArticle(key="bridge-17", slug="bridge", headline="The old bridge")

    assert article_for(host).author_accounts == [str(reporter.pk)]
    accounts.clear()
    assert article_for(host).author_accounts == []
    assert Author.objects.get(site=site, user=reporter).name == "Henrike Sandvoss"
