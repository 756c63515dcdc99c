from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from comments.models import Comment
from comments.services.posting import revise_comment
from moderation import search
from moderation.models import LinkedDomain, SearchDocument
from moderation.search import SQLITE_INDEX, Term, comments_matching, linked_domains, matching, read_query, words_of
from moderation.services import indexing
from moderation.services.indexing import index_comments
from tests.factories import make_article, make_comment
from tests.moderation.desk_pages import flag

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper


@pytest.fixture
def _no_flaggers(settings: SettingsWrapper) -> None:
    """The findings of a test are those it makes itself."""
    settings.MODERATION_FLAGGERS = []


def found(query: str) -> list[str]:
    documents = matching(query).select_related("comment").order_by("comment_id")
    return [document.comment.author_name for document in documents]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Größe, GRÖSSE und Grösse!", ["grosse", "grosse", "und", "grosse"]),
        ("E-Mail an a.b@c.de", ["e", "mail", "an", "a", "b", "c", "de"]),
        ("Ünïcödé ﬁnden, ½ Preis ²", ["unicode", "finden", "1", "2", "preis", "2"]),
        ("한국어 Привет", ["한국어", "привет"]),
        ("snake_case '; DROP", ["snake", "case", "drop"]),
        ("x" * 200, ["x" * 64]),
        ("\x00 \ud800 ** — …", []),
    ],
)
def test_words_of_text_are_letters_and_digits_without_case_and_marks(text: str, words: list[str]) -> None:
    assert words_of(text) == words


def test_read_query_takes_words_as_beginnings_and_quotations_as_phrases() -> None:
    assert read_query('über "bleibt offen" E-Mail "zu') == (
        Term((("uber",), ("ueber",)), is_prefix=True),
        Term((("bleibt", "offen"),), is_prefix=False),
        Term((("e", "mail"),), is_prefix=True),
        Term((("zu",),), is_prefix=True),
    )
    assert read_query("„Guten Tag“")[0].spellings == (("guten", "tag"),)
    assert read_query("*** \" ' :* NOT") == (Term((("not",),), is_prefix=True),)
    assert len(read_query("ab " * 60)) == 16


@pytest.mark.django_db
def test_matching_finds_german_and_english_words_however_they_are_spelled() -> None:
    article = make_article()
    make_comment(article, name="Ada", body="Die Müllabfuhr kommt ÜBERMORGEN in die Straße, sagt Herr Möller.")
    make_comment(article, name="Bo", body="Die Muellabfuhr war da. The garbage trucks were late in the Strasse.")
    make_comment(article, name="Möller", body="Neue Baustelle: bleibt offen, E-Mail folgt. 100% sicher.")

    assert found("müll") == ["Ada", "Bo"]
    assert found("muell") == ["Ada", "Bo"]
    assert found("MÜLL") == ["Ada", "Bo"]
    assert found("mull") == ["Ada"]
    assert found("übermorgen") == found("ubermorg") == ["Ada"]
    assert found("strasse") == found("Straße") == ["Ada", "Bo"]
    assert found("trucks garbage") == ["Bo"]
    assert found("garbage baustelle") == []
    assert found("möller") == found("moeller") == ["Ada", "Möller"]
    assert found("neu") == found("neue") == ["Möller"]
    assert found('"bleibt offen"') == found("e-mail") == found('"offen e mail"') == ["Möller"]
    assert found('"offen bleibt"') == found('"leibt offen"') == found('"bleibt off"') == []
    assert found('"die müllabfuhr"') == ["Ada", "Bo"]
    assert found("100%") == ["Möller"]
    assert found("") == found("%") == found('""') == []


@pytest.mark.django_db
def test_comments_matching_finds_the_same_whether_few_or_many_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    article = make_article()
    comments = [make_comment(article, body=f"Wolke {number}") for number in range(3)]
    expected = [comment.pk for comment in comments]

    for most in (3, 2):
        monkeypatch.setattr(search, "MOST_FOUND", most)
        assert (
            list(Comment.objects.filter(comments_matching("wolke")).order_by("pk").values_list("pk", flat=True))
            == expected
        )
    assert not Comment.objects.filter(comments_matching("sonne")).exists()


@pytest.mark.django_db
def test_posting_and_revising_makes_the_latest_text_findable_and_keeps_where_it_links() -> None:
    article = make_article()
    comment = make_comment(article, name="Ada", body="Seht https://www.Beispiel.de/x und https://beispiel.de:8080/y an")

    assert SearchDocument.objects.get(comment=comment).text == (
        "seht https www beispiel de x und https beispiel de 8080 y an ada"
    )
    assert list(LinkedDomain.objects.values_list("site_id", "comment_id", "domain")) == [
        (article.site_id, comment.pk, "beispiel.de")
    ]

    revise_comment(comment=comment, body="Doch lieber [hier](https://xn--mller-kva.example/)")

    assert found("beispiel") == []
    assert found("lieber") == ["Ada"]
    assert list(LinkedDomain.objects.values_list("domain", flat=True)) == ["müller.example"]


@pytest.mark.django_db
def test_posting_stores_the_comment_although_its_words_cannot_be_indexed(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # A row that the database refuses, inside the receiver's savepoint.
    monkeypatch.setattr(indexing, "searchable_text", lambda **_texts: None)

    comment = make_comment(make_article(), body="Ganz geheim")

    assert Comment.objects.get(pk=comment.pk).revisions.get().body == "Ganz geheim"
    assert not SearchDocument.objects.exists()
    assert "IntegrityError" in caplog.text
    assert "geheim" not in caplog.text


@pytest.mark.django_db
@pytest.mark.usefixtures("_no_flaggers")
def test_index_comments_brings_old_comments_up_to_date_in_batches() -> None:
    article = make_article()
    comments = [
        make_comment(article, name=name, body=f"Wolke {name} http://{name}.example") for name in ("a", "b", "c")
    ]
    flag(comments[1], "terms", score=0.3)
    flag(comments[1], "links", score=None)
    SearchDocument.objects.all().delete()
    SearchDocument.objects.create(comment=comments[0], text="stale")
    LinkedDomain.objects.update(domain="stale.example")
    Comment.objects.update(risk=7)

    first = index_comments(size=2)
    second = index_comments(after=first, size=2)

    assert (first, second, index_comments(after=second)) == (comments[1].pk, comments[2].pk, 0)
    assert found("wolke") == ["a", "b", "c"]
    assert found("stale") == []
    assert list(LinkedDomain.objects.order_by("comment_id").values_list("domain", flat=True)) == [
        "a.example",
        "b.example",
        "c.example",
    ]
    assert list(Comment.objects.order_by("pk").values_list("risk", flat=True)) == [0, 80, 0]


def test_linked_domains_of_many_links_are_limited_and_never_longer_than_their_column() -> None:
    body = " ".join(f"https://h{number}.example/" for number in range(80)) + f" https://{'x' * 300}.example"

    assert linked_domains(body) == [f"h{number}.example" for number in range(50)]
    assert linked_domains(f"http://{'a.' * 130}de") == []


@pytest.mark.django_db
def test_deleting_a_document_takes_its_words_out_of_the_index() -> None:
    comment = make_comment(make_article(), name="Ada", body="Wolke")

    SearchDocument.objects.all().delete()

    assert found("wolke") == []
    assert Comment.objects.filter(pk=comment.pk).exists()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT COUNT(*) FROM {SQLITE_INDEX} WHERE {SQLITE_INDEX} MATCH 'wolke'")  # noqa: S608
            assert cursor.fetchone() == (0,)


SYNTAX = st.text(alphabet="\"'*:^&|!()<->+{}[]\\%_,;~`.@#$/? \t\n\x00-", max_size=200)
HOSTILE = st.one_of(
    st.text(max_size=200),
    SYNTAX,
    st.lists(
        st.sampled_from(
            ["AND", "OR", "NOT", "NEAR(", "text:", '"', "*", ":*", "<->", "&", "|", "!", "'", "a", "ü", "\\"]
        ),
        max_size=60,
    ).map(" ".join),
)


class HostileQueries(TestCase):
    """Nothing that can be typed into the search makes it fail, and every word finds its own text."""

    @hypothesis_settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(query=HOSTILE)
    @example(query='"' * 199)
    @example(query="a\x00b")
    @example(query="\ud800")
    @example(query="NEAR(a b, 10) text:a ^a -a {a}: a*")
    @example(query="'a':* & !b <-> (c | d)")
    def test_matching_never_fails(self, query: str) -> None:
        assert list(matching(query)) == []

    @hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(text=st.text(alphabet=st.characters(max_codepoint=0x2FF), min_size=1, max_size=80))
    def test_every_word_of_a_text_finds_it(self, text: str) -> None:
        comment = make_comment(make_article(), body="Text")
        SearchDocument.objects.filter(comment=comment).update(text=" ".join(words_of(text)))
        for word in text.split():
            if words_of(word):
                assert matching(word).filter(comment=comment).exists()
                assert matching(f'"{word}"').filter(comment=comment).exists()
