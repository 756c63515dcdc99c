"""Personal data is found by a form nothing else has, by check digits, or by the word beside it; prices and years are none."""

from __future__ import annotations

import time

import pytest

from comments.enums import CheckOutcome
from comments.screening import Finding
from moderation.flaggers.base import SiteKnowledge
from moderation.flaggers.guard import read_answer
from moderation.flaggers.personal_data import PersonalDataFlagger, is_account
from tests.moderation.inputs import make_input, marked, sentence

FLAGGER = PersonalDataFlagger()
SITE = SiteKnowledge(own_hosts=frozenset({"www.tagblatt.example", "zeitung.de"}))


def check(body: str, language: str = "de") -> Finding:
    return FLAGGER.check(make_input(body, language=language), SITE)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("Ruft ihn an: 030 12345678!", "030 12345678"),
        ("Seine Handynummer ist 0151/23456789.", "0151/23456789"),
        ("Erreichbar unter +49 (0)171 2345678", "+49 (0)171 2345678"),
        ("Tel. (0711) 123 45 67", "(0711) 123 45 67"),
        ("0049-30-1234567 ist die Nummer", "0049-30-1234567"),
        ("Call her on 07700 900123, she loves it", "07700 900123"),
        ("His number: +44 7700 900123", "+44 7700 900123"),
        ("Spendet lieber an DE89 3704 0044 0532 0130 00 bitte", "DE89 3704 0044 0532 0130 00"),
        ("IBAN DE89370400440532013000", "DE89370400440532013000"),
        ("DE89 3704 0044 0532 0130 00 BIC COBADEFF", "DE89 3704 0044 0532 0130 00"),
        ("Send it to GB29 NWBK 6016 1331 9268 19", "GB29 NWBK 6016 1331 9268 19"),
        ("AT61 1904 3002 3457 3201", "AT61 1904 3002 3457 3201"),
        ("iban: de89 3704 0044 0532 0130 00", "de89 3704 0044 0532 0130 00"),
        ("De89370400440532013000.", "De89370400440532013000"),
        ("DE 89 37 04 00 44 05 32 01 30 00 bitte", "DE 89 37 04 00 44 05 32 01 30 00"),
        ("DE89-3704-0044-0532-0130-00", "DE89-3704-0044-0532-0130-00"),
        ("d e 8 9 . 3 7 0 4 0 0 4 4 0 5 3 2 0 1 3 0 0 0", "d e 8 9 . 3 7 0 4 0 0 4 4 0 5 3 2 0 1 3 0 0 0"),
        ("DE89  3704\u20090044\n0532 0130 00", "DE89  3704\u20090044\n0532 0130 00"),
        ("um at 12 de89 3704 0044 0532 0130 00 und mehr", "de89 3704 0044 0532 0130 00"),
        ("gb29nwbk60161331926819, send it", "gb29nwbk60161331926819"),
        ("nl91 abna 0417 1643 00 alles klar", "nl91 abna 0417 1643 00"),
        ("mt84malt011000012345mtlcast001s", "mt84malt011000012345mtlcast001s"),
        ("Schreibt an hans.mueller@gmx.de", "hans.mueller@gmx.de"),
        ("mail him: j.smith+news@mail.co.uk.", "j.smith+news@mail.co.uk"),
        ("Der wohnt in der Lindenstraße 12.", "Lindenstraße 12"),
        ("Seine Adresse: Hauptstr. 5a, da brennt Licht", "Hauptstr. 5a"),
        ("Frau K., Am Alten Weg 3, 70173 Stuttgart", "Am Alten Weg 3"),
        ("Müller, Rosenweg 7, 70173 Stuttgart", "Rosenweg 7"),
        ("Wohnt sie nicht Berliner Straße 44?", "Berliner Straße 44"),
        ("He lives at 12 Baker Street, go and see", "12 Baker Street"),
        ("Her home is 4 Elm Tree Road.", "4 Elm Tree Road"),
        # However it is written, with its number called so, in Austria and Switzerland.
        ("Er wohnt lindenstr. 12", "lindenstr. 12"),
        ("Er wohnt LINDENSTRASSE 12", "LINDENSTRASSE 12"),
        ("Sie wohnt in der Lindenstraße Nr. 12.", "Lindenstraße Nr. 12"),
        ("Maier, Getreidegasse 9, 5020 Salzburg", "Getreidegasse 9"),
        ("Maier, Getreidegasse 9, A-5020 Salzburg", "Getreidegasse 9"),
        ("Maier, Langstrasse 12, 8004 Zürich", "Langstrasse 12"),
        ("Der Lehrer an unserer Schule wohnt im Rosenweg 7", "Rosenweg 7"),
        ("Der wohnt in der Hauptstr 5, klingelt mal", "Hauptstr 5"),
        ("Der wohnt Berliner Str 5", "Berliner Str 5"),
        ("Er wohnt Am Markt 5.", "Am Markt 5"),
        ("Ihre Adresse ist An der Alten Mühle 3b in Bonn", "An der Alten Mühle 3b"),
        ("Frau K., Im Grund 12, 53111 Bonn", "Im Grund 12"),
        # However an at sign and a full stop are written in brackets.
        ("Schreibt an hans.mueller (at) gmx.de", "hans.mueller (at) gmx.de"),
        ("hans [at] gmx [dot] de freut sich", "hans [at] gmx [dot] de"),
        ("hans(ÄT)mail.gmx(Punkt)de", "hans(ÄT)mail.gmx(Punkt)de"),
        # Without a space before it; of a policeman.
        ("Tel:0151 23456789", "0151 23456789"),
        ("Tel.0151/23456789", "0151/23456789"),
        ("Polizeibeamter Maier, 0171 2345678", "0171 2345678"),
        ("In Wien: 01 51 23 45 67", "01 51 23 45 67"),
        ("Der Raser hatte das Kennzeichen B-MW 1234", "B-MW 1234"),
        ("Ein schwarzes Auto, S-AB 77, parkt da immer", "S-AB 77"),
        ("The car, M-XY 4711E, never stops", "M-XY 4711E"),
    ],
)
def test_personal_data_is_found_and_marked(body: str, found: str) -> None:
    finding = check(body)
    assert marked(finding, body) == [found]
    assert (finding.outcome, finding.clause) == (CheckOutcome.FLAGGED, "personal-data")
    assert read_answer(finding, FLAGGER, body) == finding


@pytest.mark.parametrize(
    ("number", "language"),
    [
        # Halle, Augsburg, Würzburg, Ingolstadt, Landshut, Rosenheim, Krumbach: elsewhere the same digits are for everybody.
        ("0345 1234567", "de"),
        ("0821/1234567", "de"),
        ("0931 7654321", "de"),
        ("(0841) 123456", "de"),
        ("0871 123456", "de"),
        ("08031 123456", "de"),
        ("08282 12345", "de"),
        # Nottingham, Leicester, Reading.
        ("0115 496 0123", "en"),
        ("0116 496 0123", "en"),
        ("0118 496 0123", "en"),
        # With spaces at which no line breaks.
        ("0170\u00a01234567", "de"),
        ("030\u202f1234567", "de"),
    ],
)
def test_personal_data_knows_area_codes_that_are_service_numbers_elsewhere(number: str, language: str) -> None:
    body = f"Ruf ihn an: {number}!"
    assert marked(check(body, language), body) == [number]


@pytest.mark.parametrize(
    ("number", "language"),
    [
        ("0800 1110111", "de"),
        ("0137 7123456", "de"),
        ("+49 (0)800 1110111", "de"),
        ("0820 123456", "de"),
        ("+43 820 123456", "de"),
        ("0345 123 4567", "en"),
        ("0870 123 4567", "en"),
        ("+44 345 123 4567", "de"),
    ],
)
def test_personal_data_leaves_service_numbers_of_the_discussions_language_alone(number: str, language: str) -> None:
    assert check(f"Ruf doch an: {number}!", language).outcome == CheckOutcome.CLEAR


INNOCENT = [
    # Everybody's numbers.
    "Im Notfall 110 oder 112 wählen!",
    "Telefonseelsorge: 0800 1110111 oder 0800/1110222",
    "Ärztlicher Bereitschaftsdienst 116 117, Behördennummer 115",
    "Sperr-Notruf +49 116 116",
    "Servicenummer 0180 5 123456, 14 ct/min",
    "Hotline der Stadt: 0711 2160",
    "Die Redaktion erreichen Sie unter 030 12345678.",
    "Samaritans: 116 123, free from any phone",
    "Call the helpline on 0345 123 4567",
    "Call 0800 1111 or 0808 800 5000",
    "Dial 999 or 911 in an emergency",
    "Die Polizei bittet um Hinweise unter 0611 345 1234.",
    "Hinweise an die Kripo Mainz, 06131/65-3633",
    "Bürgerbüro 06131 123456, Pressestelle 030 18272-0",
    "The police are on 01632 960123",
    # Other numbers.
    "Das Aktenzeichen ist 0123/456789, also Az. 0123/456789",
    "Steuernummer 0123 456 7890, Kundennummer: 01234567, Konto-Nr. 0123456789",
    "ISBN-10: 0306406152, EAN 04006381333931",
    "Your case number is 01234567",
    "PLZ 01067 01069 01097",
    "Die Lottozahlen: 01 05 12 23 34 45",
    "Saison 05/06 07/08 09/10, Ergebnisse 03 04 05 06 07",
    "Vom 02.03.-04.05.2023 und vom 01.-03.05.2024 12 Tage, (03.10.1990) 12345",
    "+12.345.678 Stimmen",
    "Am 03.05.2024 und am 01.01.1990 war das so",
    "02/03/2023 bis 04/05/2023",
    "Von 08:00 bis 17:30 Uhr, 0,5 Stunden",
    "Das kostet 1.234.567,00 Euro, also 0,50 € je Kopf",
    "Seit 2019 - 2024 fehlen 30000 Plätze",
    "Aktenzeichen 1 BvR 2656/18, Urteil vom 24.03.2021",
    "ISBN 978-3-16-148410-0",
    "Artikelnummer 12345678 und Postleitzahl 01067 Dresden",
    "Bei 0.00012345 Prozent",
    "https://zeitung.de/2024/05/03/0711-12345678.html",
    "Das Spiel endete 3:2 (1:0), Tabelle 02 03 04",
    "The score was 21-14, 07-10-2023, in front of 80 000",
    "0 1 2 3 4 5 6 7 8 9",
    # Accounts that are none.
    "DE00 3704 0044 0532 0130 00 ist keine echte",
    "DE12 ist eine Buslinie, EN12345678901234 eine Norm",
    "de89 3704 0044 0532 0130 01, da ist eine Ziffer falsch",
    "de89 3704 0044 0532 und dann 0130 00",
    "Code DE89 .... 3704 0044 0532 0130 00",
    "at 10 we met, at 12 00 they left, and at 61 he retired from the bank of England",
    # Words that have check digits that fit.
    "We left at 12 30 we were in the pub, and no 06 people were in the pub",
    # The publisher's boxes and offices.
    "Schreiben Sie an leserbriefe@zeitung.de",
    "anna.berger@zeitung.de ist die Autorin",
    "Die Adresse lautet info@rathaus-stuttgart.de",
    "max@example.com als Beispiel",
    "info (at) gmx.de, anna (at) zeitung [punkt] de",
    "Ich bin at home.de Kunde, he was (at last) there. Kunst (at) work, ich (at) home",
    "@hans: genau so!",
    "Folgt @tagesschau@ard.social und @hans@mastodon.social",
    # Streets without somebody.
    "Die Baustelle an der Lindenstraße 12 nervt",
    "Kreuzung Hauptstraße, Ecke Ringweg",
    "Das Rathaus steht am Marktplatz 1.",
    "Auf dem Weg 5 Kilometer gelaufen",
    "Er wohnt am Weg 20 Meter weiter",
    "In der Bergstraße 30 km/h, da wohnen Kinder",
    "Rathaus, Marktplatz 1, 70173 Stuttgart",
    "Besucht die Ausstellung im Museum, Museumsplatz 1!",
    "Die Adresse des Theaters: Schlossplatz 5",
    "Wer da wohnt, zahlt Am Markt 5 Euro, am Markt 5.50 und Am Markt 5,50.",
    "Er wohnt hier. Am Markt 5 Stände, mehr nicht. Im Juni 12.",
    "Sie wohnt Am Rand 3 Meter weiter, wir wohnen am Rhein 3 Jahre, und im Block 5.",
    "Am Markt 5, da war was los, und Auf der Alm 3.",
    "Das Register 5, der Minister 12 und der Fenstersturz 8: Wer wohnt da?",
    "Die Lindenstraße 12, 2019 Abgerissen",
    "The House of Commons and 10 Downing Street; he lives at 10 Downing Street",
    "The White House, 1600 Pennsylvania Avenue",
    "Downing Street and 10 Downing Street policy",
    "I walked 5 Long Road blocks",
    "Der Ring 2 spielt in Bayreuth",
    # What looks like a number plate.
    "Die A 8 und die B 27 sind gesperrt",
    "Der Airbus A 380 und der BMW M 3",
    "Artikel GG 5, BGB 242, EU-VO 2016",
    "Auto: VW ID 3, Audi Q 7",
    "Mit dem Auto nach S-Bahn",
    "Der Fahrer im AMG GT 63 und der im Audi TT RS 400, Golf GTI TD 150",
    "Laut EU VO 715 und EG RL 2006 darf das Auto",
    "Der ICE-T 411 ist kein Auto",
    "COVID-19, AB 12 Uhr, U-Boot U 96",
    "FC Bayern - HSV 5:0",
    # Short German.
    "Super Fotos! Gefällt mir. mfg",
    "Am 01. 02. 2024 war es so",
    "Seit dem Tag am 03. 10. 1990",
    "Bauzeit 02/2023-03/2024",
    "Bauzeit 02/2023\u201303/2024",
    "Heft 01/2024 - 02/2024",
    "Die Sendung vom 01.02. 20.15 Uhr",
    "Es sind +5.000-10.000 Stellen",
    "Das sind +100 000 000 Menschen",
    "Das sind +2\u202f500\u202f000 Menschen",
    "In 01067-01069 Dresden",
    "Am 01.\u200902.\u20092024, Bauzeit 02/2023\u201103/2024",
    "5\u00a0m², 10⁸, ½ und 3×4 — so ist es, ①②③④⑤⑥⑦⑧",
    "Wir wohnen direkt an der Bundesstraße 27",
    "Die an der Landstraße 12 wohnen",
    "",
]


HIDDEN = ("\u200c", "\u200d", "\u034f", "\u200e", "\u200f", "\ufe0f", "\u2067", "\u2069")


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize(
    ("before", "found", "after"),
    [
        ("Ruft ihn an: ", "0171~2345678", "!"),
        ("Schreibt an ", "max~@gmx~.de", " bitte"),
        ("Spendet an ", "DE89~3704 0044 0532 0~130 00", " bitte"),
        ("Der wohnt in der ", "Linden~straße 12", "."),
        ("Der Fahrer mit ", "S-AB~ 1234", "!"),
    ],
)
def test_characters_that_show_nothing_hide_no_personal_data(before: str, found: str, after: str, hidden: str) -> None:
    body = f"{before}{found}{after}".replace("~", hidden)
    assert marked(check(body), body) == [found.replace("~", hidden)]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("Ruft an: ０１７１ ２３４５６７８!", "０１７１ ２３４５６７８"),
        ("Ruft an: 𝟎𝟏𝟕𝟏/𝟐𝟑𝟒𝟓𝟔𝟕𝟖!", "𝟎𝟏𝟕𝟏/𝟐𝟑𝟒𝟓𝟔𝟕𝟖"),
        ("Ruft an: ＋４９（１７１）２３４５６７８!", "＋４９（１７１）２３４５６７８"),
        ("Ruft an: 0️⃣1️⃣7️⃣1️⃣ 2345678!", "0️⃣1️⃣7️⃣1️⃣ 2345678"),
        ("Ruft an: 0171\u2009234\u200556\u300078!", "0171\u2009234\u200556\u300078"),
        (
            "Spendet an ＤＥ８９ ３７０４ ００４４ ０５３２ ０１３０ ００ bitte",
            "ＤＥ８９ ３７０４ ００４４ ０５３２ ０１３０ ００",
        ),
        ("Schreibt an max＠gmx.de bitte", "max＠gmx.de"),
        ("Schreibt an 𝐦𝐚𝐱@𝐠𝐦𝐱．𝐝𝐞 bitte", "𝐦𝐚𝐱@𝐠𝐦𝐱．𝐝𝐞"),
        *(
            (f"Ruft an: 0171{dash}2345678!", f"0171{dash}2345678")
            for dash in "\u2010\u2011\u2012\u2013\u2014\u2212\uff0d"
        ),
        ("Der Fahrer mit S\u2011AB 1234!", "S\u2011AB 1234"),
        ("Ruft 👍🏽 **an**: 01**71**\u20112345678!", "01**71**\u20112345678"),
    ],
)
def test_personal_data_is_read_as_it_looks(body: str, found: str) -> None:
    assert marked(check(body), body) == [found]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("Nummer 01. 234 5678 in Wien", "01. 234 5678"),
        ("Ruft an: 02/2023-7654", "02/2023-7654"),
        ("Ruft an: +49 171 234 567", "+49 171 234 567"),
        ("Ruft an: +49.171.2345678", "+49.171.2345678"),
        ("Ruft an: 01067-81069", "01067-81069"),
        ("Er wohnt in der Landstraße 12", "Landstraße 12"),
        ("Er wohnt Bundesstraße 27", "Bundesstraße 27"),
        ("An der Bundesstraße 27, 20146 Hamburg", "Bundesstraße 27"),
        ("Er wohnt an der Lindenstraße 12", "Lindenstraße 12"),
    ],
)
def test_personal_data_that_resembles_a_date_an_amount_or_a_road_is_found(body: str, found: str) -> None:
    assert marked(check(body), body) == [found]


@pytest.mark.parametrize("body", INNOCENT)
def test_what_looks_like_personal_data_and_is_none_is_clear(body: str) -> None:
    assert marked(check(body), body) == []
    assert check(body).outcome == CheckOutcome.CLEAR


def test_personal_data_is_none_in_a_box_of_the_publisher_whose_name_has_an_umlaut() -> None:
    site = SiteKnowledge(own_hosts=frozenset({"www.xn--mller-kva.example.ch"}))
    body = "Schreiben Sie an anna.berger@müller.example.ch oder an anna.berger@maier.example.ch"
    assert marked(FLAGGER.check(make_input(body), site), body) == ["anna.berger@maier.example.ch"]


def test_personal_data_of_several_kinds_is_counted() -> None:
    body = "Er heißt Kurt, 0151 23456789, kurt@gmx.de, wohnt Rosenweg 7."
    finding = check(body)
    assert marked(finding, body) == ["0151 23456789", "kurt@gmx.de", "Rosenweg 7"]
    assert sentence(finding) == "Contains what may be somebody's personal data (3)."


def test_is_account_wants_length_and_check_digits() -> None:
    good = "DE89370400440532013000"
    assert is_account(good)
    assert not any(is_account(good[:at] + str((int(good[at]) + 1) % 10) + good[at + 1 :]) for at in range(2, len(good)))
    assert not is_account(good + "0")


@pytest.mark.parametrize(
    "body",
    ["0" * 5_000, "+1" + " 1" * 2_500, "a@" * 2_500, "a." * 2_500 + "@", "Aa" * 2_500, "A " * 2_500, "DE12" + "A" * 4_990,
     "Lang Lang " * 500, "5 Aa " * 1_000, "(0" * 2_500, "DE1" * 1_666, "d e 1 " * 833, "mt 1" + " . 1" * 1_200],
)  # fmt: skip
def test_personal_data_hostile_text_takes_little_time(body: str) -> None:
    start = time.thread_time()
    check(body)
    assert time.thread_time() - start < 0.1
