"""The same text again, by the same author or anywhere on the site."""

from __future__ import annotations

import pytest

from comments.enums import CheckOutcome
from comments.screening import Finding
from moderation.flaggers.base import RecentText, SiteKnowledge
from moderation.flaggers.repetition import RepetitionFlagger, SiteRepetitionFlagger
from tests.moderation.inputs import make_input, marked, sentence

TEXT = "Das Freibad muss offen bleiben, denn nicht jede Familie kann in den Ferien verreisen oder hat einen Garten."
OTHER = "Mich stört vor allem, dass über die Preise niemand im Rat offen gesprochen hat, obwohl alle sie kannten."


def check_own(body: str, *recent: str) -> Finding:
    return RepetitionFlagger().check(make_input(body, recent_bodies=recent), SiteKnowledge())


def check_site(body: str, *recent: RecentText) -> Finding:
    return SiteRepetitionFlagger().check(make_input(body), SiteKnowledge(recent_texts=recent))


@pytest.mark.parametrize("recent", [TEXT, TEXT.upper() + "!!!", TEXT.replace(",", " \u2013").replace("ü", "ue")])
def test_repetition_same_words_again_are_flagged(recent: str) -> None:
    finding = check_own(TEXT, OTHER, recent)
    assert sentence(finding) == "The same person sent this text before, within the last day."
    assert (finding.score, marked(finding, TEXT)) == (1.0, [TEXT])


@pytest.mark.parametrize(
    "recent", [TEXT + " Wirklich wahr!", "Noch einmal: " + TEXT, TEXT.replace("Familie", "Person"), TEXT[:-12]]
)
def test_repetition_almost_the_same_text_is_flagged(recent: str) -> None:
    finding = check_own(TEXT, recent)
    assert sentence(finding) == "The same person sent almost this text before, within the last day."
    assert finding.score is not None
    assert 0.5 <= finding.score < 1


def test_repetition_of_a_text_that_is_wholly_a_quotation_is_flagged() -> None:
    quotation = "\n".join(f"> {line}" for line in TEXT.split(", "))
    finding = check_own(quotation, OTHER, quotation)
    assert (finding.score, marked(finding, quotation)) == (1.0, [quotation.removeprefix("> ")])
    # Who answers may quote, and does not repeat what they quote.
    assert check_own(f"{quotation}\n\nDas sehe ich ganz anders.", quotation).outcome == CheckOutcome.CLEAR


def test_repetition_marks_what_was_sent_before_and_nothing_else() -> None:
    body = f"Noch einmal, „{TEXT}“\n> Das stimmt doch gar nicht, sagte jemand.\n\nIch bleibe dabei."
    assert marked(check_own(body, TEXT), body) == [f"„{TEXT}“"]
    first, second = TEXT.replace(",", ",\n> Aber warum?\n\n").split("\n> Aber warum?\n\n")
    body = f"{first}\r\n> Aber warum?\r\n\r\n{second.strip()}"
    assert marked(check_own(body, TEXT), body) == [first, second.strip()]
    assert check_own(body, TEXT).score == 1.0


@pytest.mark.parametrize(
    ("body", "recent"),
    [
        ("Danke!", "Danke!"),
        ("Sehe ich auch so.", "Sehe ich auch so."),
        ("Well said, thanks!", "Well said, thanks!"),
        (TEXT, OTHER),
        ("> " + TEXT + "\n\nDem stimme ich zu.", "> " + TEXT + "\n\nDas sehe ich ganz anders."),
        ("I agree with the mayor on the pool but not at all on the library.",
         "I agree with the council on the library but not at all on the pool."),
        ("\U0001f44d", "\U0001f44d"),
    ],
)  # fmt: skip
def test_repetition_short_agreement_other_texts_and_quotes_are_clear(body: str, recent: str) -> None:
    assert check_own(body, recent).outcome == CheckOutcome.CLEAR


def test_repetition_without_earlier_texts_is_clear() -> None:
    assert check_own(TEXT).outcome == CheckOutcome.CLEAR


def test_site_repetition_names_the_other_comments() -> None:
    recent = [RecentText(f"c{number}", TEXT, by_same_author=False) for number in range(4)]
    finding = check_site(TEXT, RecentText("other", OTHER, by_same_author=True), *recent)
    assert sentence(finding) == "Almost the same text stands in other comments of the last days (4): c0, c1, c2"
    assert finding.outcome == CheckOutcome.FLAGGED


def test_site_repetition_of_thanks_is_clear() -> None:
    assert check_site("Danke!", RecentText("c1", "Danke!", by_same_author=False)).outcome == CheckOutcome.CLEAR


@pytest.mark.parametrize(
    "body",
    [
        "Vielen Dank für den Artikel!",
        "Da kann ich nur zustimmen.",
        "Mein herzliches Beileid der Familie.",
        "Thank you for this article!",
    ],
)
def test_site_repetition_of_what_many_people_say_in_the_same_few_words_is_clear(body: str) -> None:
    assert check_site(body, RecentText("c1", body, by_same_author=False)).outcome == CheckOutcome.CLEAR
    assert check_site(body, RecentText("c1", body, by_same_author=True)).outcome == CheckOutcome.FLAGGED


def test_site_repetition_of_few_words_with_a_link_is_flagged() -> None:
    body = "Jetzt bestellen: https://pillen.example/"
    finding = check_site(body, RecentText("c1", body, by_same_author=False))
    assert (finding.score, marked(finding, body)) == (1.0, [body])


def test_site_repetition_marks_what_stands_in_the_text_that_is_most_alike() -> None:
    body = f"{TEXT} {OTHER}"
    part = RecentText("c1", f"{OTHER} Und noch etwas anderes, ganz am Ende.", by_same_author=False)
    whole = RecentText("c2", TEXT, by_same_author=False)
    assert marked(check_site(body, part, whole), body) == [TEXT]


def test_site_repetition_by_several_authors_says_so() -> None:
    recent = [
        RecentText(f"c{number}", TEXT, by_same_author=False, author=f"a{number}", article=f"b{number % 2}")
        for number in range(3)
    ]
    assert sentence(check_site(TEXT, *recent)) == (
        "Almost the same text stands in other comments of the last days (3, by 3 authors under 2 articles): c0, c1, c2"
    )


def test_site_repetition_text_copied_into_a_longer_one_is_flagged() -> None:
    longer = (
        f"{OTHER} {TEXT} {OTHER.upper()} Und noch ein Satz, der sonst nirgends steht, mit mancherlei Wörtern darin."
    )
    for body, recent in ((longer, TEXT), (TEXT, longer)):
        finding = check_site(body, RecentText("c1", recent, by_same_author=False))
        assert finding.outcome == CheckOutcome.FLAGGED
        assert finding.score is not None
        assert 0.6 < finding.score < 0.9


def test_site_repetition_of_a_phrase_in_a_longer_text_is_clear() -> None:
    phrase = "Das Freibad muss offen bleiben, denn nicht jede Familie kann verreisen."
    longer = (
        f"{phrase} {OTHER} Deshalb sollte man die Bäder nicht gegen die Büchereien ausspielen, das führt zu nichts."
    )
    assert check_site(longer, RecentText("c1", phrase, by_same_author=False)).outcome == CheckOutcome.CLEAR
