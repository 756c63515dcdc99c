"""What surrounds a comment on its card, read in the same number of queries for one and for ten."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from comments.enums import Status
from comments.models import Author, Comment
from comments.services.identity import Identity
from moderation.enums import Action, RestrictionKind, RestrictionTarget
from moderation.models import AuthorNote, LinkedDomain, Restriction, Trust
from moderation.queue import CommentLink, Surroundings, read_items, read_surroundings
from moderation.queue.colleagues import BESIDE
from moderation.queue.surroundings import (
    MOST_TOGETHER,
    AuthorGlance,
    OtherPending,
    PastDecision,
    StandingRestriction,
)
from moderation.services.decisions import decide, undo
from moderation.views.cards import make_cards
from tests.factories import make_article, make_comment, make_moderator, make_site
from tests.moderation.desk_pages import add_text, flag, make_chain

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_flaggers(settings: SettingsWrapper) -> None:
    settings.MODERATION_FLAGGERS = []


def around(comment: Comment) -> Surroundings:
    comment = Comment.objects.with_context().get(pk=comment.pk)
    return read_surroundings(comment.site, read_items([comment]))[0]


def excerpts(found: tuple[object, ...]) -> list[str]:
    return [getattr(one, "excerpt") for one in found]  # noqa: B009


def test_surroundings_of_a_lonely_comment_are_empty() -> None:
    assert around(make_comment(make_article())) == Surroundings()


@pytest.mark.parametrize("count", [1, 3, 10])
def test_cards_take_seven_queries_however_many(count: int) -> None:
    article = make_article()
    moderator = make_moderator(article.site)
    parent = make_comment(article, body="Wurzel", status=Status.APPROVED)
    comments = []
    for number in range(count):
        comment = make_comment(
            article, body=f"Siehe https://host-{number}.example/", parent=parent, identity=Identity(network="n")
        )
        flag(comment, "terms")
        AuthorNote.objects.create(author=comment.author, text="Kennt sich aus.", created_by=moderator)
        comments.append(comment)
    loaded = list(Comment.objects.with_context().select_related(*BESIDE).filter(pk__in=[one.pk for one in comments]))

    with CaptureQueriesContext(connection) as queries:
        cards = make_cards(read_items(loaded), article.site, may_decide=True)

    # One of them is for what the checks may know of the site, which is kept for half a minute elsewhere.
    assert len(queries) == 7
    assert [(card.around.by_network.count, card.around.author.note_count) for card in cards] == [(count - 1, 1)] * count


def test_place_of_a_reply_holds_the_chain_and_its_nearest_neighbours() -> None:
    article = make_article()
    root = make_comment(article, body="Wurzel", name="Ada", status=Status.APPROVED)
    parent = make_comment(article, body="Zweig", name="Bo", parent=root, status=Status.APPROVED)
    replies = [make_comment(article, body=f"Blatt {number}", parent=parent) for number in range(9)]
    make_comment(article, body="Anderswo", status=Status.APPROVED)

    place = around(replies[4]).place

    assert (excerpts(place.parents), place.left_out) == (["Wurzel", "Zweig"], 0)
    assert excerpts(place.before) == ["Blatt 1", "Blatt 2", "Blatt 3"]
    assert excerpts(place.after) == ["Blatt 5", "Blatt 6", "Blatt 7"]
    assert [(one.author_name, one.status) for one in place.parents] == [
        ("Ada", Status.APPROVED),
        ("Bo", Status.APPROVED),
    ]


def test_place_of_a_beginning_holds_the_beginnings_beside_it_alone() -> None:
    article = make_article()
    roots = [make_comment(article, body=f"Wurzel {number}", status=Status.APPROVED) for number in range(3)]
    make_comment(article, body="Antwort", parent=roots[0])
    make_comment(make_article(article.site), body="Unter einem anderen Artikel")
    place = around(roots[1]).place
    assert (excerpts(place.before), excerpts(place.after), place.parents) == (["Wurzel 0"], ["Wurzel 2"], ())


def test_place_of_a_deep_reply_shows_the_root_and_the_nearest_and_counts_the_rest() -> None:
    chain = make_chain(make_article(), 30)
    place = around(chain[29]).place
    assert excerpts(place.parents) == ["Text 0", *(f"Text {number}" for number in range(22, 29))]
    assert place.left_out == 21
    assert excerpts(around(chain[8]).place.parents) == [f"Text {number}" for number in range(8)]


def test_place_shows_the_public_text_of_an_edited_parent() -> None:
    article = make_article()
    parent = make_comment(article, body="Wie veröffentlicht", status=Status.APPROVED)
    reply = make_comment(article, parent=parent)
    add_text(parent, "Nachträglich geändert")
    assert excerpts(around(reply).place.parents) == ["Wie veröffentlicht"]
    # As one that waits itself, it is shown with what waits.
    assert excerpts(around(make_comment(article, body="nachträglich GEÄNDERT")).by_text.shown) == [
        "Nachträglich geändert"
    ]


def test_excerpts_of_long_texts_end_with_an_ellipsis() -> None:
    article = make_article()
    parent = make_comment(article, body="a" * 281, status=Status.APPROVED)
    (shown,) = around(make_comment(article, parent=parent)).place.parents
    assert (shown.excerpt, shown.is_whole) == ("a" * 279 + "…", False)


def test_other_pending_are_those_by_the_same_author_network_or_text_that_wait_on_the_site() -> None:
    article = make_article()
    site = article.site
    comment = make_comment(article, body="Kaufen Sie jetzt!", identity=Identity(network="here"))
    author = Identity(author=comment.author, network="there")
    by_author = make_comment(article, body="Noch etwas", identity=author)
    by_network = make_comment(make_article(site), identity=Identity(network="here"))
    by_text = make_comment(article, body="kaufen sie JETZT")
    # None of these waits, or none is of this site.
    make_comment(article, identity=author, status=Status.REJECTED)
    make_comment(article, identity=Identity(network="here"), status=Status.APPROVED)
    make_comment(article, body="Kaufen Sie jetzt", name="Cleo", status=Status.SPAM)
    make_comment(make_article(), body="Kaufen Sie jetzt!", identity=Identity(network="here"))

    found = around(comment)

    assert found.by_author.ids == (by_author.public_id,)
    assert found.by_network.ids == (by_network.public_id,)
    assert found.by_text.ids == (by_text.public_id,)
    assert excerpts(found.by_author.shown) == ["Noch etwas"]


def test_other_pending_without_a_network_or_a_digest_are_none() -> None:
    article = make_article()
    first, _second = make_comment(article), make_comment(article)
    Comment.objects.update(network="", body_digest="")
    found = around(first)
    assert (found.by_network, found.by_text) == (OtherPending(), OtherPending())


def test_other_pending_that_are_very_many_end_at_what_can_be_decided_together() -> None:
    article = make_article()
    comment = make_comment(article)
    now = timezone.now()
    Comment.objects.bulk_create(
        Comment(
            site=article.site,
            article=article,
            author=comment.author,
            author_name="x",
            language="de",
            waiting_since=now,
            posted_at=now,
            idempotency_key=f"many-{number}",
        )
        for number in range(MOST_TOGETHER + 5)
    )
    for one in Comment.objects.exclude(pk=comment.pk):
        one.revisions.create(number=1, body="Viele", body_html="", render_version=1, created_at=now)
    pending = around(comment).by_author
    assert (pending.count, len(pending.together), len(pending.shown)) == (MOST_TOGETHER, MOST_TOGETHER - 1, 5)


def test_author_at_a_glance_tells_decisions_notes_restrictions_and_trust() -> None:
    article = make_article()
    site = article.site
    moderator = make_moderator(site)
    earlier = make_comment(article, body="Grob")
    author = earlier.author
    Author.objects.filter(pk=author.pk).update(email_verified_at=timezone.now())
    identity = Identity(author=author, network="net")
    undone = make_comment(article, identity=identity)
    seen = {"moderator": moderator, "expected_status": Status.PENDING, "expected_revision": 1}
    decision = decide(comment=earlier, action=Action.REJECT, clause="respect", **seen)  # type: ignore[arg-type]
    undo(
        decision=decide(comment=undone, action=Action.APPROVE, **seen),  # type: ignore[arg-type]
        moderator=moderator,
    )
    AuthorNote.objects.create(author=author, text="Erste")
    note = AuthorNote.objects.create(author=author, text="Zweite")
    Trust.objects.create(author=author, granted_at=timezone.now())
    ends_at = timezone.now() + datetime.timedelta(days=3)
    laid = {"site": site, "reason": "Weil.", "created_at": timezone.now()}
    Restriction.objects.create(
        kind=RestrictionKind.MUTE, target=RestrictionTarget.AUTHOR, author=author, value="x", ends_at=ends_at, **laid
    )
    Restriction.objects.create(
        kind=RestrictionKind.HOLD, target=RestrictionTarget.NETWORK, value="net", ends_at=ends_at, **laid
    )
    Restriction.objects.create(
        kind=RestrictionKind.MUTE, target=RestrictionTarget.AUTHOR, author=author, value="x", revoked_at=ends_at, **laid
    )
    Restriction.objects.create(
        kind=RestrictionKind.MUTE,
        target=RestrictionTarget.NETWORK,
        value="net",
        ends_at=ends_at,
        **laid | {"site": make_site()},
    )

    glance = around(undone).author

    assert glance == AuthorGlance(
        has_proved_address=True,
        is_trusted=True,
        decisions=(
            PastDecision(earlier.public_id, Action.REJECT, Status.REJECTED, decision.applied_at, 2, "Titel respect"),
        ),
        note_count=2,
        note="Zweite",
        noted_at=note.created_at,
        restrictions=(
            StandingRestriction(RestrictionKind.HOLD, RestrictionTarget.NETWORK, ends_at),
            StandingRestriction(RestrictionKind.MUTE, RestrictionTarget.AUTHOR, ends_at),
        ),
    )


def test_links_say_where_they_lead_and_whether_anybody_linked_there_before() -> None:
    article = make_article()
    earlier, later = make_comment(article), make_comment(make_article())
    comment = make_comment(
        article,
        body="https://known.example/a?b=1 www.new.example/x http://bit.ly/y https://xn--mnchen-3ya.example "
        "https://bank.example@evil.example/ https://news.example/artikel https://known.example/a?b=1",
    )
    LinkedDomain.objects.all().delete()
    LinkedDomain.objects.create(site=article.site, comment=earlier, domain="known.example")
    # Of another site, or of the comment itself: not before.
    LinkedDomain.objects.create(site=later.site, comment=later, domain="new.example")
    LinkedDomain.objects.create(site=article.site, comment=comment, domain="new.example")

    found = around(comment)

    plain = {"is_own": False, "is_shortened": False, "names_somebody": False}
    assert found.links == (
        CommentLink("https://known.example/a?b=1", "known.example", "known.example", **plain),
        CommentLink("http://www.new.example/x", "new.example", "new.example", **plain, is_first=True),
        CommentLink("http://bit.ly/y", "bit.ly", "bit.ly", **plain | {"is_shortened": True}, is_first=True),
        CommentLink(
            "https://xn--mnchen-3ya.example", "münchen.example", "xn--mnchen-3ya.example", **plain, is_first=True
        ),
        CommentLink(
            "https://bank.example@evil.example/",
            "evil.example",
            "evil.example",
            **plain | {"names_somebody": True},
            is_first=True,
        ),
        CommentLink("https://news.example/artikel", "news.example", "news.example", **plain | {"is_own": True}),
    )
    assert [link.is_encoded for link in found.links] == [False, False, False, True, False, False]
    assert found.link_count == 6


def test_links_to_a_site_whose_name_has_an_umlaut_are_its_own() -> None:
    article = make_article()
    article.site.origins = ["https://www.xn--mnchen-3ya.example"]
    article.site.save()
    comment = make_comment(
        article, body="https://münchen.example/a https://bild.xn--mnchen-3ya.example/b https://muenchen.example"
    )
    assert [link.is_own for link in around(comment).links] == [True, True, False]


@pytest.mark.parametrize(
    ("flagger", "clause", "score", "limit", "is_shadow", "expected"),
    [
        ("threats", "unlawful", 0.1, 0.95, False, True),
        ("threats", "unlawful", None, None, False, True),
        ("threats", "unlawful", 1.0, 0.95, True, False),
        ("respect", "respect", 0.95, 0.95, False, True),
        ("respect", "respect", 0.95, 0.95, True, True),
        ("respect", "respect", 0.94, 0.95, False, False),
        ("respect", "respect", 1.0, None, False, False),
        ("terms", "respect", 1.0, 0.95, False, False),
    ],
)
def test_item_is_severe_by_an_unlawful_clause_or_a_grave_insult(
    settings: SettingsWrapper,
    flagger: str,
    clause: str,
    score: float | None,
    limit: float | None,
    is_shadow: bool,
    expected: bool,
) -> None:
    settings.MODERATION_BLUR_SCORE = limit
    comment = make_comment(make_article())
    finding = flag(comment, flagger, score=score)
    finding.clause, finding.is_shadow = clause, is_shadow
    finding.save()
    (item,) = read_items([comment])
    assert item.is_severe is expected
    add_text(comment, "Ein neuer, sanfter Text")
    assert read_items([comment])[0].is_severe is False


def test_surroundings_of_a_comment_that_is_judged_blind_tell_nothing_of_its_author() -> None:
    article = make_article()
    comment = make_comment(article, body="Gleich", identity=Identity(network="net"))
    make_comment(article, body="gleich", identity=Identity(author=comment.author, network="net"))
    AuthorNote.objects.create(author=comment.author, text="Notiz")
    Comment.objects.update(vote_count=3)
    (item,) = read_items([Comment.objects.with_context().get(pk=comment.pk)])

    (seen,), (blind,) = (read_surroundings(article.site, [one]) for one in (item, replace(item, is_blind=True)))

    assert (seen.by_author.count, seen.by_network.count, seen.by_text.count) == (1, 1, 1)
    assert (seen.author.note, seen.vote_count) == ("Notiz", 3)
    assert (blind.by_author.count, blind.by_network.count, blind.by_text.count) == (0, 0, 1)
    assert (blind.author, blind.vote_count) == (AuthorGlance(), 0)
