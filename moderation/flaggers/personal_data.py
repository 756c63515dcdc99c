"""Telephone numbers, bank accounts, addresses and number plates of people: to publish them is rarely for a reader to decide.

Rather misses one than marks a price, a year or a bill: each kind has a form that other numbers do not have, a check
digit, or a word beside it that says what it is. Numbers that are there to be called by everybody are left alone, as is
what belongs to the publisher.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from typing import Final

from django.utils.translation import gettext_noop

from comments.screening import Finding, ScreeningInput, Span
from comments.text import is_hidden
from moderation.enums import Action, FlaggerState
from moderation.flaggers.base import SiteKnowledge, Stage, clear, flagged, primary_language
from moderation.flaggers.links import is_own_host
from moderation.flaggers.shown import shown
from moderation.flaggers.spelling import Traced

_FOUND = gettext_noop("Contains what may be somebody's personal data (%(count)s).")
_TELEPHONE_LABEL = gettext_noop("Telephone number")
_ACCOUNT_LABEL = gettext_noop("Bank account")
_EMAIL_LABEL = gettext_noop("E-mail address")
_ADDRESS_LABEL = gettext_noop("Postal address")
_PLATE_LABEL = gettext_noop("Number plate")

# As word processors put them into numbers, and whoever does not want them to be found: hyphens and minus signs; longer dashes.
_HYPHENS: Final = frozenset("\u2010\u2011\u2043\u2212\ufe63\uff0d")
_DASHES: Final = frozenset("\u2012\u2013\u2014\u2015")
# Of a character that is another one to the eye, in another width or typeface.
_LOOKS_ALIKE: Final = ("<wide>", "<narrow>", "<font>", "<small>")
_KEYCAP: Final = "\u20e3"
_WEB_ADDRESS = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)

# What a number with a country code or a leading zero looks like; 8 to 15 digits.
_TELEPHONE = re.compile(
    r"(?<![\w,/+-])(?<!\d[.: ])(?:\+|00|\(?0)[1-9][\d ()/.\-\u2013]{5,22}\d(?![\w%€$]|[.,:]\d| ?(?:€|Euro|EUR))"
)
_FEWEST_DIGITS: Final = 8
_MOST_DIGITS: Final = 15
_TELEPHONE_PARTS = re.compile(r"[ ()/.\-\u2013]+")
_MOST_PARTS: Final = 7
_DATE = re.compile(
    r"0?\d{1,2}[./-]0?\d{1,2}[./-](?:\d{2}|\d{4})\b"
    # "01. 02. 2024", and with a time: "01.02. 20.15".
    r"|0?\d{1,2}\. ?0?\d{1,2}\. ?(?:19|20)\d{2}\b"
    r"|(?:0[1-9]|[12]\d|3[01])\. ?(?:0\d|1[0-2])\. (?:[01]\d|2[0-3])\.[0-5]\d\Z"
    # From when to when: "01.-03.05.2024", "02.03.-04.05.2023".
    r"|(?:0[1-9]|[12]\d|3[01])\.(?:(?:0\d|1[0-2])\.)? ?[-\u2013] ?(?:0[1-9]|[12]\d|3[01])\.(?:0\d|1[0-2])\."
)
# "+12.345.678", "+5.000-10.000", "+100 000 000": more of them than before.
_INCREASE = re.compile(
    r"\+\d{1,3}(?:\.\d{3})+(?: ?[-\u2013] ?\d{1,3}(?:\.\d{3})+)?"
    r"|\+\d{1,3}(?: \d{3})?(?: 000)+(?: ?[-\u2013] ?\d{1,3}(?: \d{3})?(?: 000)+)?"
)
# From which month or issue to which ("02/2023-03/2024"), from which postcode to which ("01067-01069").
_RANGE = re.compile(
    r"(?:0?[1-9]|1[0-2])[/.](?:19|20)\d{2} ?[-\u2013] ?(?:0?[1-9]|1[0-2])[/.](?:19|20)\d{2}"
    r"|(0\d)\d{3} ?[-\u2013] ?\1\d{3}"
)
# To be called by everybody: free, shared and paid services, directory enquiries. Without a country code the discussion's
# language says whose they are, since they are area codes elsewhere: 0345 is Halle, 0118 Reading.
_PUBLIC = re.compile(
    r"(?:\+|00)(?:490?(?:800|180|11[568]|137|900|700|32)|440?(?:80|84|87|3[0347])|43(?:8[0-2]\d|9[03]\d)|1800|35318[05]0)"
)
_PUBLIC_DE = re.compile(r"0(?:800|180|137|900|700|32)")
_PUBLIC_EN = re.compile(r"0(?:80|84|87|3[0347])")
# Of Austria and Britain, where these are the whole of the code: 08202 and 09302 are villages.
_PUBLIC_ABROAD = re.compile(r"0(?:8(?:08|10|2[08])|9(?:01|3[09]))(?=[ /.\-\u2013])")
_HOTLINE_WORDS = re.compile(
    r"hotline|notruf|telefonseelsorge|krisendienst|beratungsstelle|hilfetelefon|kummertelefon|redaktion|rathaus|"
    r"b(?:ü|ue)rger(?:telefon|b(?:ü|ue)ro|amt)|servicenummer|kundendienst|pressestelle|ordnungsamt|gesundheitsamt|landratsamt|"
    # Not the policeman: those who are named with their numbers are the ones to be protected.
    r"\b(?:kriminal|wasserschutz|bundes|autobahn)?polizei(?:inspektion|direktion|revier|dienststelle|station|pr(?:ä|ae)sidium|wache)?\b"
    r"|\bkripo\b|help ?line|emergency|samaritans|customer service|newsroom|crimestoppers|\bpolice\b",
    re.IGNORECASE,
)
# What stands before a number of another kind.
_NUMBERED = re.compile(
    r"(?:\b(?:aktenzeichen|az|drucksache|drs|isbn(?:-1[03])?|issn|ean|gtin|pin|iso|plz|postleitzahl(?:en)?|blz|konto|ticket|paket|"
    r"(?:kunden|steuer|konto|artikel|sendungs|vorgangs|bestell|rechnungs|versicherungs|mitglieds|serien|vertrags|matrikel|"
    r"personal|ausweis|listen|los|akten|fall|depot)-?(?:nummern?|nr)|(?:case|invoice|order|reference|account|tax) (?:number|no))"
    r"|lotto\w*|(?:gewinn|lotto)zahlen)\b[.:]{0,2}(?: (?:ist|war|lautet|is|was))?[ :.]{0,3}(?:[\d\-/]{1,12}[ ,])*\Z",
    re.IGNORECASE,
)
_NEARBY: Final = 60

# However an IBAN is set apart: in fours, in twos, character by character, by spaces, full stops or hyphens.
_ACCOUNT_GAP: Final = r"[\s.,:/_·\-\u2013]{0,3}+"
_ACCOUNT_START = re.compile(rf"(?<![^\W_])([A-Za-z]){_ACCOUNT_GAP}([A-Za-z])(?={_ACCOUNT_GAP}[0-9])")
_ACCOUNT_CHARACTER = re.compile(rf"{_ACCOUNT_GAP}([A-Za-z0-9])")
# In every country at least half of it is digits; of a sentence that begins like one ("at 12 o'clock ...") less is.
_LEAST_DIGITS_SHARE: Final = 0.5
# Lengths by country (https://www.swift.com/standards/data-standards/iban): those of the readers there will be.
_ACCOUNT_LENGTHS: Final = {
    "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24, "FI": 18, "FR": 27,
    "GB": 22, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MT": 31, "NL": 18,
    "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SE": 24, "SI": 19, "SK": 24, "TR": 26, "UA": 29,
}  # fmt: skip

# Not "@hans@social.example", which is somebody's name in a network of them. In brackets also "(at)" and "[dot]".
_AT: Final = r"(?:@| ?[(\[{<] ?(?:at|ät|@) ?[)\]}>] ?)"
_DOT: Final = r"(?:\.| ?[(\[{<] ?(?:dot|punkt|\.) ?[)\]}>] ?)"
_EMAIL = re.compile(
    rf"(?<![\w.+%@-])(?P<box>[\w.+%-]{{1,64}}){_AT}(?P<host>(?:[\w-]{{1,63}}{_DOT}){{1,8}}[a-z]{{2,24}})(?![\w-])",
    re.IGNORECASE,
)
_WRITTEN_DOT = re.compile(_DOT, re.IGNORECASE)
_EXAMPLE_HOSTS: Final = frozenset(["example.com", "example.org", "example.net", "example"])
# Boxes of an office, not of a person.
_OFFICE: Final = frozenset(
    [
        "info",
        "kontakt",
        "contact",
        "office",
        "redaktion",
        "leserbriefe",
        "leserbrief",
        "service",
        "support",
        "hilfe",
        "help",
        "presse",
        "press",
        "post",
        "poststelle",
        "datenschutz",
        "privacy",
        "news",
        "newsroom",
        "editor",
        "letters",
        "anzeigen",
        "abo",
        "hallo",
        "hello",
        "mail",
        "noreply",
        "webmaster",
    ]
)

# "Lindenstraße 12", "Am Alten Markt 3b", "Hauptstr. 5": with a house number, and not as the place of something public.
_STREET_DE = re.compile(
    r"(?<![\w-])(?:(?i:[a-zäöü][\wäöüß-]{1,30}(?:stra(?:ß|ss)e|str\.?))|[A-ZÄÖÜ][\wäöüß-]{1,30}(?:gasse|weg|allee|ring|ufer|damm|chaussee|steig|platz)"
    r"|(?:[A-ZÄÖÜ][\wäöüß.-]{1,30} ){1,3}(?:Stra(?:ß|ss)e|Str\.?|Gasse|Weg|Allee|Ring|Ufer|Damm|Chaussee|Platz))"
    r" ?(?:Nr\.? ?)?\d{1,3} ?[a-h]?(?![\w.:,]*\d|\w| ?(?:Uhr|Jahre|Meter|Kilometer|km|Euro|€|Prozent|%))"
)
# "Am Markt 5", "An der Alten Mühle 3b": the capital within a sentence makes it a name, if nothing is counted behind it.
_STREET_AT = re.compile(
    r"(?<=[\w,:] )(?:A[mn]|Auf|I[mn]|Hinter|Unter|Vor|Zu[mr]?)(?: de[mnr])? (?:[A-ZÄÖÜ][\wäöüß-]{1,30} ){1,3}(?:Nr\.? ?)?\d{1,3} ?[a-h]?"
    r"(?=[,;!?)\n]|\.(?!\d)|\Z| (?:und|oder|in|bei)\b)(?!,\d)"
)
_STREET_EN = re.compile(
    r"(?<![\w.,-])\d{1,4}[a-h]? (?:[A-Z][\w'-]{1,20} ){1,3}(?:Street|Road|Avenue|Lane|Drive|Close|Crescent|Terrace|Gardens|St|Rd|Ave|Ln)"
    r"\b"
)
# An address by itself may be that of a shop; somebody's it is with a word that says so.
_LIVES = re.compile(
    r"\b(?:wohn(?:t|en|haft|ung|st)?|adresse|anschrift|privatadresse|haust|zuhause|zu hause|daheim|besuch(?:t|en)|"
    r"liv(?:es|ing|e)|address|home|resid(?:es|ing)|visit (?:him|her|them)|house|flat)\b",
    re.IGNORECASE,
)
# Of Germany, of Austria and Switzerland (what could be a year only with its sign), of Britain.
_POSTCODE = re.compile(
    r"[, \n]{1,3}(?:(?:D-)?\d{5}|(?:A-|CH-)\d{4}|(?!19|20)[1-9]\d{3}) [A-ZÄÖÜ]"
    r"|[, ]{1,2}[A-Z]{1,2}\d{1,2}[A-Z]? ?\d[A-Z]{2}\b"
)
# A road between places, along which many live: "an der Bundesstraße 27".
_ROAD = re.compile(r"(?:bundes|land(?:es)?|kreis|staats)stra(?:ß|ss)e", re.IGNORECASE)
_ALONG = re.compile(r"\b(?:an|auf|neben|über|entlang|hinter|von) (?:der|einer) (?:\w+ )?\Z", re.IGNORECASE)
# Where everybody may go, unless a word says that somebody is at home there.
_PUBLIC_PLACE = re.compile(
    r"rathaus|museum|theater|bibliothek|b(?:ü|ue)cherei|ministerium|landtag|bundestag|amtsgericht|landgericht|bahnhof|schule\b|"
    r"\bkita\b|klinik|krankenhaus|restaurant|gasthaus|\bhotel|town hall|museum|theatre|library|hospital|parliament|commons",
    re.IGNORECASE,
)
_AT_HOME = re.compile(
    r"\b(?:wohn(?:t|en|haft|st)?|privat\w*|haust|zuhause|zu hause|daheim|liv(?:es|ing|e)|home|resid(?:es|ing)|visit (?:him|her|them))\b",
    re.IGNORECASE,
)
_KNOWN_TO_ALL = re.compile(r"(?:10|11) Downing Street|1600 Pennsylvania Ave")

_PLATE = re.compile(
    r"(?<![\w-])[A-ZÄÖÜ]{1,3}(?:-[A-Z]{1,2}[- ]?[1-9]\d{0,3}| [A-Z]{1,2}[- ]?[1-9]\d{1,3})[EH]?(?![\w.,]*\d|\w)"
)
# What cars, trains and laws have before their numbers, and no district is called.
_NO_DISTRICT: Final = frozenset("AMG BMW EQ GT GTI IC ICE KW LKW PKW RB SUV TDI TSI TT USA VW".split())  # noqa: SIM905
_LAW = re.compile(r"(?:EU|EG) (?:VO|RL) ")
_PLATE_WORDS = re.compile(
    r"kennzeichen|nummernschild|autonummer|(?<!\w)(?:auto|wagen|fahrzeug|pkw|suv|golf|bmw|audi|mercedes|vw|transporter|"
    r"falschparker|raser|fahrer|fahrerin|halter|number plate|licen[cs]e plate|registration|car|van|driver)(?!\w)",
    re.IGNORECASE,
)


class PersonalDataFlagger:
    """Finds what may be used to call, visit or pay somebody; inline, linear."""

    name = "personal_data"
    version = "6"
    stage = Stage.INLINE
    languages: tuple[str, ...] = ()
    first_state = FlaggerState.SHADOW
    decides = (Action.REJECT,)

    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        """Where the text has personal data, each marked with its kind."""
        page = shown(comment.body)
        read = _as_it_looks(page.text)
        # Addresses of pages hold numbers of all sorts, and are shown as links.
        text = _WEB_ADDRESS.sub(lambda match: " " * len(match[0]), read.text)
        is_telephone = partial(_is_telephone, language=primary_language(comment.language))
        spans = _without_overlaps(
            [
                *_accounts(text),
                *(Span(*match.span(), _EMAIL_LABEL) for match in _EMAIL.finditer(text) if _is_persons(match, site)),
                *_matching(_TELEPHONE, text, _TELEPHONE_LABEL, is_telephone),
                *_matching(_STREET_DE, text, _ADDRESS_LABEL, _is_home),
                *_matching(_STREET_AT, text, _ADDRESS_LABEL, _is_home),
                *_matching(_STREET_EN, text, _ADDRESS_LABEL, _is_home),
                *_matching(_PLATE, text, _PLATE_LABEL, _is_plate),
            ]
        )
        if not spans:
            return clear(self)
        score = max(_SURENESS[span.label] for span in spans)
        spans = [Span(*page.source_span(*read.source_span(span.start, span.end)), span.label) for span in spans]
        return flagged(self, _FOUND, {"count": len(spans)}, score=score, clause="personal-data", spans=spans)


_SURENESS: Final = {
    _ACCOUNT_LABEL: 0.95,
    _EMAIL_LABEL: 0.8,
    _TELEPHONE_LABEL: 0.7,
    _ADDRESS_LABEL: 0.7,
    _PLATE_LABEL: 0.7,
}


def _as_it_looks(text: str) -> Traced:
    """The text without characters that show nothing, and with those in another width or typeface, spaces and hyphens as they
    are on a keyboard."""
    if text.isascii():
        return Traced(text, range(len(text)))
    looks = [(at, look) for at, char in enumerate(text) if (look := char if char.isascii() else _look(char))]
    return Traced("".join(look for _, look in looks), tuple(at for at, _ in looks))


@lru_cache(maxsize=4096)
def _look(char: str) -> str:
    """What a character looks like, one character or none."""
    if is_hidden(char) or char == _KEYCAP:
        return ""
    if char in _HYPHENS:
        return "-"
    if char in _DASHES:
        return "\u2013"
    if unicodedata.category(char) == "Zs":
        return " "
    digit = unicodedata.decimal(char, None)
    if digit is not None:
        return str(digit)
    alike = unicodedata.normalize("NFKC", char) if unicodedata.decomposition(char).startswith(_LOOKS_ALIKE) else char
    return alike if len(alike) == 1 else char


def is_account(text: str) -> bool:
    """Whether a text without spaces is an IBAN: the length of its country and check digits that fit (ISO 7064, 97-10)."""
    if _ACCOUNT_LENGTHS.get(text[:2]) != len(text):
        return False
    return int("".join(str(int(char, 36)) for char in text[4:] + text[:4])) % 97 == 1


def _accounts(text: str) -> Iterator[Span]:
    """In capitals or small letters. A word may follow, so that each is read for the length of its country and no further."""
    for match in _ACCOUNT_START.finditer(text):
        account, end = (match[1] + match[2]).upper(), match.end()
        for _ in range(_ACCOUNT_LENGTHS.get(account, 2) - 2):
            if not (character := _ACCOUNT_CHARACTER.match(text, end)):
                break
            account, end = account + character[1].upper(), character.end()
        if is_account(account) and sum(map(str.isdigit, account)) >= _LEAST_DIGITS_SHARE * len(account):
            yield Span(match.start(), end, _ACCOUNT_LABEL)


def _matching(
    pattern: re.Pattern[str], text: str, label: str, is_meant: Callable[[re.Match[str]], bool]
) -> Iterator[Span]:
    return (Span(*match.span(), label) for match in pattern.finditer(text) if is_meant(match))


def _around(match: re.Match[str]) -> str:
    return match.string[max(0, match.start() - _NEARBY) : match.end() + _NEARBY]


def _is_telephone(match: re.Match[str], *, language: str) -> bool:
    number = match[0]
    digits = re.sub(r"[^\d+]", "", number)
    if not _FEWEST_DIGITS <= len(digits.lstrip("+")) <= _MOST_DIGITS or _DATE.match(number.strip("( ")):
        return False
    if _RANGE.fullmatch(number):
        return False
    parts = _TELEPHONE_PARTS.split(number.strip("( "))
    if (
        len(parts) > _MOST_PARTS
        or _is_row(parts)
        or _INCREASE.fullmatch(number)
        or _is_public(number, digits, language)
    ):
        return False
    if _NUMBERED.search(match.string[max(0, match.start() - _NEARBY) : match.start()]):
        return False
    return not _HOTLINE_WORDS.search(_around(match))


def _is_row(parts: list[str]) -> bool:
    """Whether they are numbers of two digits, as of a lottery or of seasons; only Vienna has an area code so short (01)."""
    return parts[0] != "01" and all(len(part) == 2 for part in parts)


def _is_public(number: str, digits: str, language: str) -> bool:
    if language == "en":
        return bool(_PUBLIC.match(digits) or _PUBLIC_EN.match(digits))
    return bool(_PUBLIC.match(digits) or _PUBLIC_DE.match(digits) or _PUBLIC_ABROAD.match(number))


def _is_persons(match: re.Match[str], site: SiteKnowledge) -> bool:
    host = _WRITTEN_DOT.sub(".", match["host"].lower())
    if is_own_host(host, site.own_hosts | _EXAMPLE_HOSTS):
        return False
    return match["box"].lower() not in _OFFICE


def _is_home(match: re.Match[str]) -> bool:
    if _KNOWN_TO_ALL.match(match[0]):
        return False
    around = _around(match)
    has_postcode = _POSTCODE.match(match.string, match.end())
    is_along = _ROAD.match(match[0]) and _ALONG.search(match.string[max(0, match.start() - _NEARBY) : match.start()])
    if is_along and not has_postcode:
        return False
    if _PUBLIC_PLACE.search(around.replace(match[0], " ")) and not _AT_HOME.search(around):
        return False
    return bool(has_postcode or _LIVES.search(around))


def _is_plate(match: re.Match[str]) -> bool:
    if re.split("[- ]", match[0])[0] in _NO_DISTRICT or _LAW.match(match[0]):
        return False
    return bool(_PLATE_WORDS.search(_around(match).replace(match[0], " ")))


def _without_overlaps(spans: Iterable[Span]) -> list[Span]:
    """In order; of two in the same place the one that comes first, or else the one whose kind was looked for first."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept
