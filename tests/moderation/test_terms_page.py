"""The page of a site's words."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse

from comments.models import Site
from moderation.enums import Role
from moderation.models import Term
from moderation.services.terms import export_terms, import_terms
from tests.factories import make_article, make_moderator
from tests.moderation.desk_pages import html_of, sign_in, text_of

PAGE = "/moderation/terms/"


def words(site: Site) -> list[tuple[str, str, str, bool]]:
    return list(
        Term.objects.filter(site=site).order_by("phrase").values_list("phrase", "language", "clause", "is_active")
    )


def errors(page: HttpResponse) -> list[tuple[str, str]]:
    """What stands above the page: the field that is linked to and the sentence."""
    (summary,) = re.findall(r'<div class="mg-errors" id="mg-errors".*?</div>', html_of(page), re.DOTALL)
    return re.findall(r'<a href="#(\w+)">(.*?)</a>', summary)


@pytest.mark.django_db
def test_word_is_added_changed_and_switched_off_and_one_that_is_there_is_refused() -> None:
    site = make_article().site
    client = sign_in(make_moderator(site, role=Role.ADMINISTRATOR))

    client.post(f"{PAGE}save/", {"phrase": " Nudel  salat ", "language": "de", "clause": "respect"})
    assert words(site) == [("Nudel salat", "de", "respect", True)]
    assert "Nudel salat German · Title respect" in text_of(client.get(PAGE))
    twice = client.post(f"{PAGE}save/", {"phrase": "Nudel salat", "language": "de"})
    nothing = client.post(f"{PAGE}save/", {"phrase": "*"})
    assert (nothing.status_code, "at least three letters" in text_of(nothing)) == (422, True)
    assert (twice.status_code, "The list has this word for this language already." in text_of(twice)) == (422, True)

    pk = Term.objects.get().pk
    assert 'value="Nudel salat"' in html_of(client.get(f"{PAGE}?edit={pk}"))
    client.post(f"{PAGE}save/", {"term": pk, "phrase": "Nudel*", "language": "", "clause": ""})
    client.post(f"{PAGE}{pk}/switch/", {"active": "0"})
    assert words(site) == [("Nudel*", "", "", False)]
    assert "Nudel* Off" in text_of(client.get(f"{PAGE}?q=NUD"))
    assert "No word of the list is like this." in text_of(client.get(f"{PAGE}?q=x"))


@pytest.mark.django_db
def test_what_the_page_takes_the_table_takes_and_the_other_way_round() -> None:
    site = make_article().site
    client = sign_in(make_moderator(site, role=Role.ADMINISTRATOR))
    import_terms(site=site, text="phrase,language\nÄffin,fr\n")
    pk = Term.objects.get().pk

    answers = {
        phrase: client.post(f"{PAGE}save/", {"phrase": phrase, "language": "de", "note": "x\u200b"}).status_code
        for phrase in ("\u200b", "\u0301", "a", "7", "Nu\u200bdel", "NUDEL", "Öde", "öDE")
    }
    changed = client.post(f"{PAGE}save/", {"term": pk, "phrase": "Affin", "language": "fr"})

    assert answers == {
        "\u200b": 422, "\u0301": 422, "a": 422, "7": 422, "Nu\u200bdel": 303, "NUDEL": 422, "Öde": 303, "öDE": 422
    }  # fmt: skip
    assert (changed.status_code, words(site)[0]) == (303, ("Affin", "fr", "", True))
    again = import_terms(site=site, text="".join(export_terms(site)))
    assert (again.added, again.changed, again.unchanged, again.refused) == (0, 0, 3, {})


@pytest.mark.django_db
def test_what_is_refused_is_told_above_with_what_is_missing_and_a_link_to_its_field() -> None:
    client = sign_in(make_moderator(make_article().site, role=Role.ADMINISTRATOR))

    sent = [
        client.post(f"{PAGE}save/", {"phrase": " "}),
        client.post(f"{PAGE}save/", {"phrase": "x" * 101, "note": "y" * 201}),
        client.post(f"{PAGE}upload/", {}),
        client.post(f"{PAGE}upload/", {"file": SimpleUploadedFile("terms.csv", b"")}),
    ]

    assert [errors(page) for page in sent] == [
        [("id_phrase", "Please enter a word or phrase.")],
        [
            ("id_phrase", "A word or phrase has at most 100 characters."),
            ("id_note", "A note for moderators has at most 200 characters."),
        ],
        [("id_file", "Please choose a CSV file.")],
        [("id_file", "The CSV file is empty. Nothing was changed.")],
    ]
    assert not Term.objects.exists()


@pytest.mark.django_db
def test_page_leaves_open_how_far_a_word_reaches() -> None:
    client = sign_in(make_moderator(make_article().site, role=Role.ADMINISTRATOR))
    assert "A word flags; how far that reaches is chosen under Checks." in text_of(client.get(PAGE))
    german = text_of(client.get(PAGE, headers={"accept-language": "de"}))
    assert "Ein Wort gibt einen Hinweis; wie weit er reicht, wird unter Prüfungen gewählt." in german


@pytest.mark.django_db
def test_list_is_in_the_order_of_the_alphabet_whatever_the_case() -> None:
    site = make_article().site
    for phrase in ("Zecke", "affe", "Idiot", "dumm"):
        Term.objects.create(site=site, phrase=phrase)

    page = html_of(sign_in(make_moderator(site, role=Role.ADMINISTRATOR)).get(PAGE))

    assert re.findall(r'rows__what"><bdi[^>]*>(.*?)</bdi>', page) == ["affe", "dumm", "Idiot", "Zecke"]


@pytest.mark.django_db
def test_list_goes_out_as_a_file_and_in_again_and_a_refused_line_changes_nothing() -> None:
    site, other = make_article().site, make_article().site
    Term.objects.create(site=site, phrase="Nudel", clause="respect")
    table = b"".join(sign_in(make_moderator(site, role=Role.ADMINISTRATOR)).get("/moderation/terms.csv"))
    client = sign_in(make_moderator(other, role=Role.ADMINISTRATOR))

    done = client.post(f"{PAGE}upload/", {"file": SimpleUploadedFile("terms.csv", table)})
    broken = client.post(
        f"{PAGE}upload/", {"file": SimpleUploadedFile("terms.csv", b"phrase,active\nB,yes\nA,perhaps\n")}
    )

    said = "1 added, 0 changed, 0 as they were. It holds everywhere within half a minute."
    assert (done.status_code, said in text_of(done)) == (200, True)
    assert (broken.status_code, "Line 3: “perhaps” is neither yes nor no." in text_of(broken)) == (422, True)
    assert words(other) == words(site) == [("Nudel", "", "respect", True)]


@pytest.mark.django_db
def test_list_is_for_the_administrators_of_its_site_alone() -> None:
    site = make_article().site
    pk = Term.objects.create(site=site, phrase="Nudel").pk
    moderator, stranger = make_moderator(site), make_moderator(make_article().site, role=Role.ADMINISTRATOR)

    assert sign_in(moderator).get(PAGE).status_code == 403
    assert sign_in(moderator).post(f"{PAGE}{pk}/switch/", {"active": "0"}).status_code == 403
    assert sign_in(stranger).post(f"{PAGE}{pk}/switch/", {"active": "0"}).status_code == 404
    assert sign_in(stranger).get(f"{PAGE}?edit={pk}").status_code == 404
    # Python reads no number of so many digits.
    for edited in ("9" * 5_000, "x"):
        assert sign_in(stranger).post(f"{PAGE}save/", {"term": edited, "phrase": "Nudel"}).status_code == 404
    assert Term.objects.get().is_active
