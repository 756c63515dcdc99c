from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from django.utils import timezone

from comments.enums import Status
from moderation.enums import RestrictionKind, Role
from moderation.models import AuthorNote, Restriction, Trust
from moderation.services.notes import add_note
from moderation.services.restrictions import object_to
from tests.factories import make_article, make_moderator, make_user, move
from tests.moderation.desk_pages import html_of, press, sign_in, text_of
from tests.moderation.restricting import NETWORK, lay, make_author, write

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries
    from pytest_django.fixtures import SettingsWrapper

    from comments.models import Author, Comment

pytestmark = pytest.mark.django_db

WARNING, HOLD, MUTE, BAN = RestrictionKind
# Session, account, desk; author, comments, reports, notes, restrictions, trust, policy.
AUTHOR_PAGE_QUERIES = 16
FORM = {"kind": "mute", "target": "author", "length": "day", "reason": "Drei Beleidigungen an einem Tag."}


@pytest.fixture(autouse=True)
def _no_flaggers(settings: SettingsWrapper) -> None:
    settings.MODERATION_FLAGGERS = []
    settings.COMMENTS_POST_LIMITS = {"author": (), "network": ()}


def page_of(author: Author) -> str:
    return reverse("moderation:author", args=[author.public_id])


def actions_of(author: Author, restriction: Restriction, note: AuthorNote) -> list[tuple[str, dict[str, Any]]]:
    return [
        (reverse("moderation:add_note", args=[author.public_id]), {"text": "Bekannt."}),
        (reverse("moderation:restrict", args=[author.public_id]), FORM | {"kind": "hold"}),
        (reverse("moderation:trust", args=[author.public_id]), {}),
        (reverse("moderation:change_restriction", args=[restriction.pk]), {"change": "lift"}),
        (reverse("moderation:delete_note", args=[note.pk]), {}),
    ]


def test_strangers_find_no_author_and_readers_of_the_desk_change_nothing() -> None:
    author = make_author(make_article().site, email="kuhl@post.example", proved=True)
    restriction, owner = lay(author), make_moderator(author.site)
    note = add_note(author=author, moderator=owner, text="Vorsicht.")
    auditor = make_moderator(author.site, role=Role.AUDITOR)
    strangers = [make_user(), make_moderator(make_article().site, role=Role.ADMINISTRATOR)]

    for user in strangers:
        client = sign_in(user)
        assert client.get(page_of(author)).status_code == 404
        found = [client.post(address, data).status_code for address, data in actions_of(author, restriction, note)]
        assert found == [404] * 5
    client = sign_in(auditor)
    page = client.get(page_of(author))
    assert page.status_code == 200
    assert "Restrict and tell them" not in html_of(page)
    refused = [client.post(address, data).status_code for address, data in actions_of(author, restriction, note)]
    assert refused == [403, 403, 403, 403, 409]

    assert sign_in().get(page_of(author)).status_code == 302
    assert (AuthorNote.objects.count(), Trust.objects.count()) == (1, 0)
    assert list(Restriction.objects.values_list("kind", "revoked_at")) == [("mute", None)]


def test_author_page_shows_what_became_of_everything_by_clause_and_moderator() -> None:
    article = make_article()
    author = make_author(article.site)
    moderator = make_moderator(article.site)
    moderator.first_name, moderator.last_name = "Jonas", "Feld"
    moderator.save()
    refused = write(article, author=author, body="Der erste Text.")
    write(article, author=author, body="Der zweite Text.")
    write(article, author=make_author(article.site), body="Ein fremder Text.")
    client = sign_in(moderator)
    press(client, refused, "reject:respect", note="So nicht.")

    page = client.get(page_of(author))
    text = text_of(page)

    assert page.status_code == 200
    assert re.search(r"Not published Der erste Text\. Clause 2, Title respect · Jonas Feld · “So nicht\.”", text)
    assert "Der zweite Text." in text
    assert "Ein fremder Text." not in text
    assert reverse("moderation:history", args=[refused.public_id]) in html_of(page)
    rejected = text_of(client.get(page_of(author) + "?status=rejected"))
    assert ("Der erste Text." in rejected, "Der zweite Text." in rejected) == (True, False)


def test_author_page_costs_the_same_however_much_there_is(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    article = make_article()
    author = make_author(article.site, email="kuhl@post.example", proved=True)
    senior = make_moderator(article.site, role=Role.SENIOR)
    client = sign_in(senior)
    comments: list[Comment] = []
    for _round in range(2):
        for number in range(3 if comments else 1):
            comments.append(write(article, author=author, body=f"Text {len(comments)} {number}", network=NETWORK))
            add_note(author=author, moderator=senior, text="Notiz.", comment=comments[-1])
            press(client, comments[-1], "reject:respect")
        for kind in (HOLD, WARNING):
            restriction = lay(author, kind, clause="respect", comment=comments[-1])
            Restriction.objects.filter(pk=restriction.pk).update(revoked_at=timezone.now(), revoked_by=senior)
        client.get(page_of(author))
        with django_assert_num_queries(AUTHOR_PAGE_QUERIES):
            assert client.get(page_of(author)).status_code == 200


def test_author_page_goes_on_by_keyset_and_shows_nothing_twice() -> None:
    article = make_article()
    author = make_author(article.site)
    for number in range(27):
        comment = write(article, author=author, body=f"Text {number}.")
        author.comments.filter(pk=comment.pk).update(posted_at=timezone.now() - datetime.timedelta(days=40 - number))
        if number == 9:
            settled = comment
    client = sign_in(make_moderator(article.site))

    first = client.get(page_of(author))
    more = re.search(r'href="(\?before=[^"#]+)', html_of(first))
    assert more is not None
    write(article, author=author, body="Ganz neu.")
    second = client.get(page_of(author) + more[1])
    shown = [re.findall(r"Text (\d+)\.", html_of(page)) for page in (first, second)]

    assert shown == [[str(number) for number in range(26, 1, -1)], ["1", "0"]]
    assert move(settled, Status.SPAM).status == Status.SPAM
    assert client.get(page_of(author) + "?before=nobody").status_code == 200


def test_notes_are_added_and_ones_own_deleted_within_ten_minutes() -> None:
    author = make_author(make_article().site)
    first, second = make_moderator(author.site), make_moderator(author.site)
    client = sign_in(first)
    address = reverse("moderation:add_note", args=[author.public_id])

    assert client.post(address, {"text": "  "}).status_code == 422
    done = client.post(address, {"text": "Schreibt unter <mehreren> Namen."})
    assert (done.status_code, done.headers["Location"]) == (303, page_of(author) + "#notes")
    note = AuthorNote.objects.get()
    delete = reverse("moderation:delete_note", args=[note.pk])
    assert "Schreibt unter &lt;mehreren&gt; Namen." in html_of(client.get(page_of(author)))
    assert sign_in(second).post(delete).status_code == 409
    AuthorNote.objects.update(created_at=timezone.now() - datetime.timedelta(minutes=11))
    assert client.post(delete).status_code == 409
    AuthorNote.objects.update(created_at=timezone.now() - datetime.timedelta(minutes=9))
    assert client.post(delete).status_code == 303
    assert AuthorNote.objects.count() == 0


def test_restricting_from_the_card_leads_back_to_it_and_a_refused_form_is_kept() -> None:
    article = make_article()
    author = make_author(article.site)
    comment = write(article, author=author)
    client = sign_in(make_moderator(article.site))
    address = reverse("moderation:restrict", args=[author.public_id])
    card = client.get(f"/moderation/?comment={comment.public_id}")
    assert address in html_of(card)

    refused = client.post(address, FORM | {"comment": comment.public_id, "from_card": "1", "kind": "ban"})
    assert refused.status_code == 422
    assert "Drei Beleidigungen an einem Tag.</textarea>" in html_of(refused)
    done = client.post(address, FORM | {"comment": comment.public_id, "from_card": "1"})

    assert (done.status_code, done.headers["Location"]) == (303, f"/moderation/?comment={comment.public_id}")
    row = Restriction.objects.get()
    assert (row.kind, row.target, row.value, row.comment) == (MUTE, "author", author.public_id, comment)
    assert row.ends_at is not None
    assert row.ends_at - row.created_at > datetime.timedelta(hours=23)


def test_a_day_ends_at_midnight_and_a_network_is_that_of_the_comment() -> None:
    article = make_article()
    author = make_author(article.site)
    comment = write(article, author=author, network=NETWORK)
    client = sign_in(make_moderator(article.site, role=Role.SENIOR))
    address = reverse("moderation:restrict", args=[author.public_id])
    day = timezone.localdate() + datetime.timedelta(days=3)
    form = FORM | {"target": "network", "length": "date"}

    assert "share a network" in text_of(client.get(f"{page_of(author)}?comment={comment.public_id}"))
    assert client.post(address, form).status_code == 422
    assert client.post(address, form | {"until": day.isoformat()}).status_code == 303

    row = Restriction.objects.get()
    assert (row.value, row.comment) == (NETWORK, comment)
    assert timezone.localtime(row.ends_at).isoformat()[:16] == f"{day + datetime.timedelta(days=1)}T00:00"


def test_the_list_shows_who_is_restricted_or_trusted_and_takes_answers() -> None:
    article = make_article()
    muted = make_author(article.site, name="Ina Bach")
    banned = make_author(article.site, name="Ada Quell")
    foreign = make_author(make_article().site, name="Udo Fern")
    lay(foreign)
    proposal = lay(banned, BAN, ends_at=None)
    objected = object_to(restriction=lay(muted), text="Das war ich nicht.")
    Trust.objects.create(author=make_author(article.site, name="Jan Treu"), granted_at=timezone.now())
    senior = make_moderator(article.site, role=Role.SENIOR)
    client = sign_in(senior)

    text = text_of(client.get("/moderation/authors/"))
    assert [name in text for name in ("Ina Bach", "Ada Quell", "Jan Treu", "Das war ich nicht.", "Udo Fern")] == [
        True, True, True, True, False
    ]  # fmt: skip
    for restriction, change in ((proposal, "confirm"), (objected, "uphold")):
        address = reverse("moderation:change_restriction", args=[restriction.pk])
        assert client.post(address, {"change": change, "to_list": "1"}).status_code == 303
        assert client.post(address, {"change": change, "to_list": "1"}).status_code == 409

    proposal.refresh_from_db()
    objected.refresh_from_db()
    assert (proposal.confirmed_by, proposal.ends_at) == (senior, None)
    assert objected.revoked_by == senior
    assert sign_in(make_user()).get("/moderation/authors/").status_code == 404
