"""Shouting: capitals that run on, stretched letters, rows of marks."""

from __future__ import annotations

import pytest

from comments.enums import CheckOutcome
from comments.screening import Finding
from moderation.flaggers.base import SiteKnowledge
from moderation.flaggers.guard import read_answer
from moderation.flaggers.shouting import ShoutingFlagger
from tests.moderation.inputs import make_input, marked, sentence

CALM = "Ein ruhiger Satz über das Freibad, die Preise und den Rat der Stadt. " * 5


def check(body: str) -> Finding:
    return ShoutingFlagger().check(make_input(body), SiteKnowledge())


@pytest.mark.parametrize(
    "body",
    [
        "Die Regierung der Bundesrepublik Deutschland und der Rat der Europäischen Union.",
        "NATO, UNESCO und OPEC",
        "Die CDU, CSU, SPD, FDP, GRÜNE, LINKE und AfD",
        "USA UND NATO",
        "USA UNO IWF WHO NATO",
        "EU, USA, NATO, UNO, CDU, SPD",
        "NATO, UNESCO, UNICEF, OPEC, INTERPOL; CDU/CSU, GRÜNE, LINKE. FDP?",
        "§ 5 SGB II, BGB, StGB; AZ: 5 O 12/23",
        "HERZLICHEN GLÜCKWUNSCH!",
        "Das ist eine UNVERSCHÄMTHEIT, wirklich.",
        "This is NOT what I said.",
        "Breaking news from the BBC and CNN",
        "Danke!!! Das ist sooo schön",
        "Schifffahrt, Betttuch und 1000000 Euro",
        "> ICH HABE ES SATT, DAS IMMER ZU LESEN!!!!!!\n\nBitte ruhig bleiben.",
        "https://www.EXAMPLE.com/AAAAAAAAAA/WIR/SIND/HIER",
        "`SELECT NAME FROM ARTICLES WHERE PUBLISHED`",
        "OK.",
        "[](https://a.example/AAAAAAAA/WIR/SIND/HIER/UND/BLEIBEN/AUCH)",
        "> **ICH HABE ES SATT**, *DAS* IMMER ZU LESEN!!!!!!\n\nBitte ruhig bleiben.",
        # What is left out, a name in a text of small words.
        "Die Nummer war 0711-XXXXXX, der Name XXXXXXX wurde entfernt.",
        "Ja, da hat er ja so was von gar nix zu tun: FREIE DEMOKRATISCHE PARTEI",
    ],
)
def test_shouting_ordinary_text_is_clear(body: str) -> None:
    assert check(body).outcome == CheckOutcome.CLEAR


@pytest.mark.parametrize(
    ("body", "shouted"),
    [
        ("DAS IST EINE UNVERSCHÄMTHEIT!", "DAS IST EINE UNVERSCHÄMTHEIT"),
        ("GROßE SCHEIßE IST DAS", "GROßE SCHEIßE IST DAS"),
        ("I AM SO TIRED OF THIS", "I AM SO TIRED OF THIS"),
        # A page shows any number of spaces as one.
        ("DAS  IST   EINE\u00a0 UNVERSCHÄMTHEIT!", "DAS  IST   EINE\u00a0 UNVERSCHÄMTHEIT"),
    ],
)  # fmt: skip
def test_shouting_capitals_that_run_on_are_flagged(body: str, shouted: str) -> None:
    finding = check(body)
    assert sentence(finding) == "Written largely in capitals."
    assert marked(finding, body) == [shouted]
    assert finding.clause == "respect"


@pytest.mark.parametrize(
    "body",
    [
        "LÜGNER! BETRÜGER! VERBRECHER!",
        "LÜGNER, BETRÜGER, VERBRECHER",
        "RAUS! RAUS! RAUS! RAUS! RAUS!",
        "HAUT AB! HAUT AB! HAUT AB!",
        "IHR LÜGT. IHR BETRÜGT. IHR STEHLT.",
        "IHR LÜGT. IHR BETRÜGT. SCHÄMT EUCH ALLE MITEINANDER!",
        "YOU LIE. YOU CHEAT. YOU STEAL.",
    ],
)
def test_shouting_of_a_whole_text_is_flagged_as_one_stretch_whatever_ends_its_sentences(body: str) -> None:
    finding = check(body)
    assert sentence(finding) == "Written largely in capitals."
    assert marked(finding, body) == [body.rstrip("!.")]


def test_shouting_one_sentence_in_a_long_text_does_not_make_all_of_it_capitals() -> None:
    shouted = "ICH HABE ES SATT DASS IHR IMMER DAS GLEICHE SCHREIBT UND NICHTS BESSER WIRD"
    body = f"{CALM}{shouted}. {CALM}"
    finding = check(body)
    assert sentence(finding) == "Has a long passage in capitals."
    assert marked(finding, body) == [shouted]
    assert finding.clause == "respect"


@pytest.mark.parametrize(
    ("body", "overdone"),
    [
        ("Was soll das!!!???", ["!!!???"]),
        ("Das ist soooooooo schlecht", ["oooooooo"]),
        ("Nein!!! Doch!!! Ohhhh!", ["!!!", "!!!", "hhhh"]),
    ],
)
def test_shouting_stretched_letters_and_rows_of_marks_are_flagged(body: str, overdone: list[str]) -> None:
    finding = check(body)
    assert sentence(finding) == "Stretched letters or rows of exclamation and question marks."
    assert sorted(marked(finding, body)) == sorted(overdone)


@pytest.mark.parametrize("body", ["A" * 5_000, "A a " * 1_250, "AAAA " * 1_000, "!" * 5_000, "`" * 5_000, ">" * 5_000])
def test_shouting_hostile_text_gets_a_valid_finding(body: str) -> None:
    flagger = ShoutingFlagger()
    finding = flagger.check(make_input(body), SiteKnowledge())
    assert read_answer(finding, flagger, body) == finding


@pytest.mark.parametrize(
    ("body", "marks"),
    [
        ("**DU** **BIST** **EIN** **IDIOT**", ["DU** **BIST** **EIN** **IDIOT"]),
        ("D\u200dU BI\u2060ST EIN ID\ufe0fIOT, ALTER", ["D\u200dU BI\u2060ST EIN ID\ufe0fIOT, ALTER"]),
        ("Nein" + "!\u200d" * 7, ["!\u200d!\u200d!\u200d!\u200d!\u200d!\u200d!"]),
        ("Ne" + "i\u200d" * 7 + "n", ["i\u200di\u200di\u200di\u200di\u200di\u200di"]),
        ("Nein!!!*!!!*!!!", ["!!!*!!!*!!!"]),
    ],
)
def test_shouting_reads_what_the_page_shows_and_marks_the_source(body: str, marks: list[str]) -> None:
    finding = check(body)
    assert (finding.outcome, marked(finding, body)) == (CheckOutcome.FLAGGED, marks)
