"""The list of terms as CSV: out and in again without loss, all of a file or nothing."""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override
from pytest_django import Settings

from comments.exceptions import InvalidInputError
from comments.models import Site
from moderation.enums import Role
from moderation.flaggers.knowledge import forget_knowledge, load_knowledge
from moderation.models import Term
from moderation.services.term_list import MOST_WORDS, save_term
from moderation.services.terms import export_terms, import_terms
from tests.factories import make_article, make_moderator, make_site

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_known() -> Iterator[None]:
    forget_knowledge()
    yield
    forget_knowledge()


def stored(site: Site) -> list[tuple[str, str, str, str, bool]]:
    found = Term.objects.filter(site=site).order_by("language", "phrase")
    return list(found.values_list("phrase", "language", "clause", "note", "is_active"))


def test_terms_go_out_and_in_again_without_loss() -> None:
    site, other = make_site("paper"), make_site("magazine")
    rows = [
        ("Idiot*", "de", "respect", "auch „Vollidiot“, oft", True),
        ('"Pack"', "de", "", "", False),
        ("=1+1", "", "", "-", True),
        ("'=1+1", "", "", "'=x", True),
        ("''-", "", "", "'", True),
        ("a;b, \"c\"", "en", "respect", "", True),
    ]  # fmt: skip
    for phrase, language, clause, note, is_active in rows:
        Term.objects.create(site=site, phrase=phrase, language=language, clause=clause, note=note, is_active=is_active)
    table = "".join(export_terms(site))
    assert "\n'=1+1," in table
    assert "\n''=1+1," in table
    result = import_terms(site=other, text=table)
    assert (result.added, result.changed, result.unchanged, result.refused) == (6, 0, 0, {})
    assert stored(other) == stored(site)
    assert import_terms(site=other, text=table).unchanged == 6


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_import_reads_what_spreadsheets_write(delimiter: str) -> None:
    site = make_site("paper")
    rows = [["Phrase", "language", "active"], ["Scheiße", "de", "ja"], ["", "", ""], ["moron", "en", "nein"]]
    text = "\ufeff" + "\r\n".join(delimiter.join(row) for row in rows)
    assert import_terms(site=site, text=text).added == 2
    assert stored(site) == [("Scheiße", "de", "", "", True), ("moron", "en", "", "", False)]


def test_import_changes_what_is_in_the_table_and_leaves_the_rest() -> None:
    site = make_site("paper")
    for phrase in ("Idiot", "Trottel"):
        Term.objects.create(site=site, phrase=phrase, clause="respect", note="alt")
    result = import_terms(site=site, text="phrase,note\nIdiot,neu\n")
    assert (result.added, result.changed, result.unchanged) == (0, 1, 0)
    assert stored(site) == [("Idiot", "", "respect", "neu", True), ("Trottel", "", "respect", "alt", True)]


def test_import_takes_of_a_cell_what_can_be_stored_and_seen() -> None:
    site = make_site("paper")
    text = 'phrase,note\n  dummer \t Hund\0,"auch\nim Plural"\nTrottel\u2028Depp,\n'
    assert import_terms(site=site, text=text).added == 2
    assert [row[:1] + row[3:4] for row in stored(site)] == [("Trottel Depp", ""), ("dummer Hund", "auch im Plural")]
    assert import_terms(site=site, text="".join(export_terms(site))).unchanged == 2


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [1]),
        ("word,language\nIdiot,de", [1]),
        ("phrase,phrase\nIdiot,de", [1]),
        ("phrase\nGut\n" + "x" * 101, [3]),
        ("phrase,active\nGut,ja\nIdiot,maybe\n", [3]),
        ("phrase,note\nGut,\n,ohne Wort\nIdiot,a,b\n", [3, 4]),
        # A quotation mark that nothing closes makes one cell of all that follows.
        ('phrase,note\nGut,\n"Idiot,' + "x" * 140_000, [3]),
        ('phrase,note\nGut,\n"Idiot,de\n', [3]),
        ('phrase,note\n"Idiot" und,\n', [2]),
        ('"phrase,note\n', [1]),
        ("phrase,language\nGut,de-AT\nIdiot,deutsch\nTrottel,xx\n", [3, 4]),
        ('phrase\nGut*\n*\n*ab*\n""""""\nab\n', [3, 4, 5]),
        ('phrase\nGut\na\n7\n!\n"""A"""\n🐷\n\u0301\n', [3, 4, 5, 6, 8]),
    ],
)
def test_import_with_a_line_that_is_refused_changes_nothing(text: str, lines: list[int]) -> None:
    site = make_site("paper")
    assert sorted(import_terms(site=site, text=text).refused) == lines
    assert stored(site) == []


def test_import_refuses_clauses_that_the_policy_does_not_have_unless_the_term_has_it_already() -> None:
    site = make_article().site
    Term.objects.create(site=site, phrase="Trottel", clause="of-last-year")
    table = "phrase,clause,note\nTrottel,of-last-year,neu\nIdiot,%s,\n"
    with override("en"):
        refused = import_terms(site=site, text=table % "respekt").refused
    assert refused == {
        3: "The policy has no clause “respekt”; it has: on-topic, respect, no-advertising, personal-data, unlawful."
    }
    assert stored(site) == [("Trottel", "", "of-last-year", "", True)]
    result = import_terms(site=site, text=table % "respect")
    assert (result.added, result.changed, result.refused) == (1, 1, {})


def test_import_takes_a_language_by_its_first_part_and_knows_a_word_in_other_capitals() -> None:
    site = make_site("paper")
    result = import_terms(site=site, text="phrase,language,note\nIdiot,DE,\nidiot,de-AT,neu\nÄffin,fr,\nÄFFIN,fr,\n")
    assert (result.added, result.changed, result.unchanged, result.refused) == (2, 1, 1, {})
    assert stored(site) == [("Idiot", "de", "", "neu", True), ("Äffin", "fr", "", "", True)]


def test_list_has_a_bound_above_which_words_are_changed_and_none_is_added() -> None:
    site = make_site("paper")
    Term.objects.bulk_create(
        Term(site=site, phrase=f"Wort{number}", is_active=False) for number in range(1, MOST_WORDS)
    )
    with override("en"):
        refused = import_terms(site=site, text="phrase\nWort0\nIdiot\nTrottel\n").refused
    said = "The list has at most 10,000 words. Please change those that are no longer needed."
    assert (refused, Term.objects.count()) == ({3: said}, MOST_WORDS - 1)
    assert import_terms(site=site, text="phrase\nWort0\n").added == 1
    administrator = make_moderator(site, role=Role.ADMINISTRATOR)
    with override("en"), pytest.raises(InvalidInputError) as caught:
        save_term(term=Term(site=site, phrase="Idiot"), administrator=administrator)
    assert str(caught.value.message) == said
    assert import_terms(site=site, text="phrase,note\nWort1,neu\n").changed == 1
    save_term(term=Term.objects.get(site=site, note="neu"), administrator=administrator)


def test_import_says_of_each_line_what_is_wrong_with_it() -> None:
    rows = ["phrase,active", "Idiot,perhaps", ",yes", "Trottel,yes,too much", "x" * 101 + ",yes"]
    with override("en"):
        refused = import_terms(site=make_site("paper"), text="\n".join(rows)).refused
        note = import_terms(site=make_site("magazine"), text="phrase,note\nIdiot," + "x" * 201).refused
    assert refused == {
        2: "“perhaps” is neither yes nor no.",
        3: "There is no phrase.",
        4: "There are more cells than the heading has.",
        5: "The cell under phrase has 101 characters; at most 100 go into it.",
    }
    assert note == {2: "The cell under note has 201 characters; at most 200 go into it."}


def test_commands_write_and_read_a_file(tmp_path: Path) -> None:
    site, other = make_site("paper"), make_site("magazine")
    Term.objects.create(site=site, phrase="Blödsinn", language="de")
    out = io.StringIO()
    call_command("export_terms", site="paper", stdout=out)
    file = tmp_path / "terms.csv"
    file.write_text(out.getvalue(), encoding="utf-8")
    out = io.StringIO()
    call_command("import_terms", str(file), site="magazine", stdout=out)
    assert out.getvalue() == (
        "1 added, 0 changed, 0 as they were.\n"
        "It holds in every process within 0 seconds (MODERATION_KNOWLEDGE_MAX_AGE).\n"
    )
    assert stored(other) == stored(site)
    out = io.StringIO()
    call_command("import_terms", str(file), site="magazine", stdout=out)
    assert out.getvalue() == "0 added, 0 changed, 1 as they were.\n"


@pytest.mark.django_db(transaction=True)
def test_import_holds_in_this_process_at_once(settings: Settings) -> None:
    settings.MODERATION_KNOWLEDGE_MAX_AGE = datetime.timedelta(hours=1)
    site = make_site("paper")
    assert load_knowledge("paper").terms == ()
    import_terms(site=site, text="phrase,active\nIdiot,perhaps\n")
    import_terms(site=site, text="phrase\nTrottel\n")
    assert [term.phrase for term in load_knowledge("paper").terms] == ["Trottel"]


def test_commands_say_what_is_wrong(tmp_path: Path) -> None:
    make_site("paper")
    latin, wrong = tmp_path / "latin.csv", tmp_path / "wrong.csv"
    latin.write_bytes("phrase\nBlödsinn".encode("latin-1"))
    wrong.write_text("phrase,active\nIdiot,maybe\n", encoding="utf-8")
    for file, message in ((latin, "is not in UTF-8"), (wrong, "line 2: "), (tmp_path / "none.csv", "cannot be read")):
        with pytest.raises(CommandError, match=message):
            call_command("import_terms", str(file), site="paper")
    with override("de"), pytest.raises(CommandError, match="“maybe” is neither yes nor no"):
        call_command("import_terms", str(wrong), site="paper")
    for command in (["export_terms"], ["import_terms", str(wrong)]):
        with pytest.raises(CommandError, match="no site 'nowhere'"):
            call_command(*command, site="nowhere")
