"""First contact and places new to the site: what is stored of a site tells, and only what is published counts."""

from __future__ import annotations

import pytest
from django.test import RequestFactory
from pytest_django import DjangoAssertNumQueries, Settings

from comments.enums import ArticleMode, CheckOutcome, Status
from comments.models import Comment
from comments.services.posting import revise_comment
from comments.throttling import client_network
from moderation.enums import FlaggerState
from moderation.flaggers.base import SiteKnowledge
from moderation.flaggers.first_contact import FirstContactFlagger
from moderation.flaggers.knowledge import with_surroundings
from moderation.flaggers.new_domains import NewDomainsFlagger
from moderation.models import Finding, FlaggerSwitch
from moderation.services.screening import screen_stored_comment
from tests.factories import make_article, make_comment, make_site
from tests.moderation.inputs import make_input, sentence

pytestmark = pytest.mark.django_db

LINK = "Siehe https://www.neu.example/a und https://neu.example/b."


@pytest.fixture(autouse=True)
def _these_alone(settings: Settings) -> None:
    settings.MODERATION_FLAGGERS = [
        "moderation.flaggers.first_contact.FirstContactFlagger",
        "moderation.flaggers.new_domains.NewDomainsFlagger",
    ]


def found(comment: Comment, flagger: str) -> Finding:
    for name in ("first_contact", "new_domains"):
        FlaggerSwitch.objects.get_or_create(site=comment.site, flagger=name, language="", state=FlaggerState.ON)
    screen_stored_comment(comment.pk)
    return Finding.objects.filter(comment=comment, flagger=flagger).latest("revision")


def test_first_contact_weighs_as_little_as_can_be_and_moves_nothing() -> None:
    comment = make_comment(make_article())
    finding = found(comment, "first_contact")
    assert sentence(finding) == "Nothing by this author has been published on this site yet."
    comment.refresh_from_db()
    assert (comment.risk, comment.status, finding.spans) == (1, Status.PENDING, [])


def test_first_contact_is_over_with_the_first_published_comment() -> None:
    article = make_article()
    waiting, published = make_comment(article), make_comment(article, status=Status.APPROVED)
    for earlier, outcome in ((waiting, CheckOutcome.FLAGGED), (published, CheckOutcome.CLEAR)):
        comment = make_comment(article)
        Comment.objects.filter(pk=comment.pk).update(author=earlier.author)
        assert found(comment, "first_contact").outcome == outcome


def test_new_domain_is_named_and_every_link_to_it_marked() -> None:
    comment = make_comment(make_article(), body=LINK)
    finding = found(comment, "new_domains")
    assert sentence(finding) == "Links to a place that nothing published on this site links to: neu.example"
    assert [LINK[start:end] for start, end, _label in finding.spans] == [
        "https://www.neu.example/a",
        "https://neu.example/b",
    ]
    assert (finding.clause, finding.score) == ("no-advertising", 0.5)


def test_new_domains_are_counted() -> None:
    comment = make_comment(make_article(), body="https://eins.example und https://zwei.example")
    assert sentence(found(comment, "new_domains")) == (
        "Links to 2 places that nothing published on this site links to: eins.example, zwei.example"
    )


def test_domain_that_only_refused_comments_link_to_is_still_new() -> None:
    article = make_article()
    make_comment(article, body=LINK, status=Status.SPAM)
    assert found(make_comment(article, body=f"{LINK} Nochmals."), "new_domains").outcome == CheckOutcome.FLAGGED


def test_domain_that_something_published_links_to_is_clear() -> None:
    article = make_article()
    make_comment(article, body=LINK, status=Status.APPROVED)
    # The same words again would be the same comment.
    assert found(make_comment(article, body=f"{LINK} Nochmals."), "new_domains").outcome == CheckOutcome.CLEAR


@pytest.mark.parametrize("mode", [ArticleMode.PRE_MODERATED, ArticleMode.POST_MODERATED])
def test_what_has_appeared_already_is_neither_known_nor_not_new_by_itself(mode: ArticleMode) -> None:
    comment = make_comment(make_article(mode=mode), body=LINK)
    assert comment.is_published == (mode == ArticleMode.POST_MODERATED)
    for flagger in ("first_contact", "new_domains"):
        assert found(comment, flagger).outcome == CheckOutcome.FLAGGED
        Comment.objects.update(screened_revision=0)
    other = Comment.objects.with_context().get(pk=make_comment(comment.article).pk)
    (recent,) = with_surroundings(SiteKnowledge(), other).recent_texts
    assert recent.is_by_newcomer


def test_domain_that_only_an_edit_links_to_is_new_there_and_elsewhere() -> None:
    article = make_article()
    comment = make_comment(article, status=Status.APPROVED)
    revise_comment(comment=comment, body=LINK)
    for one in (comment, make_comment(article, body=LINK)):
        assert found(one, "new_domains").outcome == CheckOutcome.FLAGGED
    # Not in the text that everybody reads.
    assert Finding.objects.get(comment=comment, flagger="new_domains", revision=1).outcome == CheckOutcome.CLEAR


def test_domain_known_to_another_site_is_new_here() -> None:
    make_comment(make_article(make_site("magazine")), body=LINK, status=Status.APPROVED)
    assert (
        found(make_comment(make_article(make_site("paper")), body=LINK), "new_domains").outcome == CheckOutcome.FLAGGED
    )


def test_own_host_and_text_without_links_are_clear() -> None:
    site = make_site("paper", origins=("https://www.paper.example",))
    article = make_article(site)
    for body in ("Siehe https://paper.example/a und https://shop.paper.example/", "Keine Adresse: neu.example"):
        assert found(make_comment(article, body=body), "new_domains").outcome == CheckOutcome.CLEAR


def test_what_surrounds_a_comment_takes_three_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    article = make_article()
    for others in (1, 3):
        comment = [make_comment(article, body=LINK) for _ in range(others + 1)][-1]
        with django_assert_num_queries(3):
            knowledge = with_surroundings(SiteKnowledge(), comment)
        assert all(one.is_by_newcomer and one.article == str(article.pk) for one in knowledge.recent_texts)


@pytest.mark.parametrize(
    ("networks", "told"),
    [
        # Behind a proxy, or two, that nobody counts, all readers seem to come from there.
        (["10.0.0.1", "10.0.0.1"], False),
        (["10.0.0.1", "10.0.0.2"], False),
        (["", ""], False),
        (["10.0.0.1", None], False),
        # An office among the readers of the internet.
        (["10.0.0.1", "8.8.8.8"], True),
        (["8.8.8.8", "8.8.8.8"], True),
        (["8.8.8.8"], True),
    ],
)
def test_network_is_told_only_where_not_all_of_them_may_be_proxies(networks: list[str | None], told: bool) -> None:
    article = make_article()
    for address in reversed(networks):
        comment = make_comment(article)
        if address is not None:
            comment.network = client_network(RequestFactory().get("/", REMOTE_ADDR=address))
            comment.save(update_fields=["network"])
    knowledge = with_surroundings(SiteKnowledge(), comment)
    assert knowledge.arrival is not None
    assert knowledge.arrival.network == (comment.network if told else "")
    assert (comment.network != "", len(knowledge.recent_texts)) == (True, len(networks) - 1)


@pytest.mark.parametrize("flagger", [FirstContactFlagger(), NewDomainsFlagger()])
def test_without_knowledge_of_the_arrival_is_clear(flagger: FirstContactFlagger) -> None:
    assert flagger.check(make_input(LINK), SiteKnowledge()).outcome == CheckOutcome.CLEAR
