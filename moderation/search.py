"""What the desk's search compares: words without case and marks, so that "muller" finds "Müller" in every database.

Texts are folded here and not by the database: PostgreSQL and SQLite then agree on what a word is, whatever their locale,
and no dictionary stands between a moderator and the word that was typed. Words are not reduced to stems: readers write
German and English on one page, and a prefix does for both what a stemmer does for one ("impf" finds "Impfung").
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import BooleanField, F, Func, Q, QuerySet

from moderation.flaggers.links import find_links
from moderation.models import SearchDocument

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.sql.compiler import SQLCompiler

# The virtual table of SQLite, made by a migration.
SQLITE_INDEX = "marginalia_moderation_search"
# The words of a text as a `tsvector`, made by a migration with the cost that the conversion really has.
POSTGRESQL_FUNCTION = "marginalia_words"
# PostgreSQL takes words of up to 2,046 bytes; nobody searches for the end of a longer one.
WORD_LENGTH = 64
# Each phrase of a query costs one comparison a row.
MOST_TERMS = 16
MOST_DOMAINS = 50
# So many comments are found before the order of the queue is walked instead: it then meets one soon.
MOST_FOUND = 5_000
_DOMAIN_LENGTH = 253

_WORD = re.compile(r"[^\W_]+")
_QUOTATION_MARK = re.compile('["„“”«»]')
# How umlauts are written where the keyboard has none.
_TRANSCRIBED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "ae", "Ö": "oe", "Ü": "ue"})
_TRANSCRIPTION = re.compile("([aou])e")


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that has to be there: a word or several in a row, in any of these spellings."""

    spellings: tuple[tuple[str, ...], ...]
    # Whether the last word may go on.
    is_prefix: bool


def words_of(text: str) -> list[str]:
    """The words of a text: small letters and digits, without accents and umlaut dots, "ß" as "ss". Defined for any text."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    letters = "".join(char for char in decomposed if unicodedata.category(char)[0] != "M")
    return [word[:WORD_LENGTH] for word in _WORD.findall(unicodedata.normalize("NFC", letters))]


def searchable_text(*, author_name: str, body: str) -> str:
    """A comment as `SearchDocument` keeps it: its words and those of the name, one space between two."""
    return " ".join([*words_of(body), *words_of(author_name)])


def linked_domains(body: str) -> list[str]:
    """The hosts that a text links to, without "www." and port, each once in order; of very many the first 50."""
    hosts = dict.fromkeys(link.host for link in find_links(body) if 0 < len(link.host) <= _DOMAIN_LENGTH)
    return list(hosts)[:MOST_DOMAINS]


def read_query(query: str) -> tuple[Term, ...]:
    """What somebody typed into the search: words are beginnings of words, "quoted ones" a phrase. Never raises.

    All of the terms have to be found. None for a query without a letter or digit, which finds nothing.
    """
    return tuple(term for text, is_quoted in _pieces(query) if (term := _term(text, is_quoted=is_quoted)))[:MOST_TERMS]


def matching(query: str) -> QuerySet[SearchDocument]:
    """The documents that hold everything a query asks for. No text makes it fail."""
    terms = read_query(query)
    if not terms:
        return SearchDocument.objects.none()
    return SearchDocument.objects.filter(_Matches(terms))


def comments_matching(query: str) -> Q:
    """The condition that a comment is found: by its key while few are, else by a query for the database to join. 1 query.

    A database guesses how often a word occurs. Guessing wrong it would walk through a million comments in their order,
    looking for a word that is in three of them; found words are counted, up to MOST_FOUND, and need no guess.
    """
    found = matching(query)
    keys = list(found.order_by().values_list("comment_id", flat=True)[: MOST_FOUND + 1])
    return Q(pk__in=keys if len(keys) <= MOST_FOUND else found.values("comment_id"))


def _pieces(query: str) -> Iterator[tuple[str, bool]]:
    """The parts of a query, each with whether it stood in quotation marks that were closed again."""
    parts = _QUOTATION_MARK.split(query)
    for number, part in enumerate(parts):
        if number % 2 and number < len(parts) - 1:
            yield part, True
        else:
            yield from ((chunk, False) for chunk in part.split())


def _term(text: str, *, is_quoted: bool) -> Term | None:
    plain = " ".join(words_of(text))
    transcribed = " ".join(words_of(unicodedata.normalize("NFC", text).translate(_TRANSCRIBED)))
    spellings = dict.fromkeys((plain, transcribed, _TRANSCRIPTION.sub(r"\1", plain)))
    return Term(tuple(tuple(one.split()) for one in spellings), is_prefix=not is_quoted) if plain else None


class _Matches(Func):
    """Whether a document holds all terms: by the GIN index of PostgreSQL, by FTS5 of SQLite.

    Words are letters and digits alone, so nothing in them is syntax.
    """

    output_field = BooleanField()

    def __init__(self, terms: tuple[Term, ...]) -> None:
        super().__init__(F("text"), F("comment_id"))
        self.terms = terms

    def __repr__(self) -> str:
        return f"_Matches({self.terms!r})"

    @property
    def identity(self) -> tuple[object, ...]:
        """Two conditions are the same when they ask for the same terms."""
        return (self.__class__, self.terms)

    def as_postgresql(
        self, compiler: SQLCompiler, _connection: BaseDatabaseWrapper, **_context: Any
    ) -> tuple[str, list[str]]:
        text, _no_values = compiler.compile(self.source_expressions[0])
        condition = f"{POSTGRESQL_FUNCTION}({text}) @@ %s::tsquery"
        values = [" & ".join(_in_tsquery(term) for term in self.terms)]
        for term in self.terms:
            if max(map(len, term.spellings)) > 1:
                # The index knows the words but not their places.
                end = "" if term.is_prefix else " "
                phrases = [f" {' '.join(words)}{end}" for words in term.spellings]
                holds = f"strpos(' ' || {text} || ' ', %s) > 0"
                condition += f" AND ({' OR '.join([holds] * len(phrases))})"
                values += phrases
        return f"({condition})", values

    def as_sqlite(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,
        **extra_context: Any,
    ) -> tuple[str, tuple[str | int, ...]]:
        comment, _no_values = compiler.compile(self.source_expressions[1])
        found = f"SELECT rowid FROM {SQLITE_INDEX} WHERE {SQLITE_INDEX} MATCH %s"  # noqa: S608 - a name of ours
        return f"({comment} IN ({found}))", (" AND ".join(_in_fts5(term) for term in self.terms),)


def _in_tsquery(term: Term) -> str:
    last = ":*" if term.is_prefix else ""
    spellings = [
        " & ".join([*(f"'{word}'" for word in words[:-1]), f"'{words[-1]}'{last}"]) for words in term.spellings
    ]
    return f"({' | '.join(f'({one})' for one in spellings)})"


def _in_fts5(term: Term) -> str:
    last = " *" if term.is_prefix else ""
    phrases = ['"' + " ".join(words) + f'"{last}' for words in term.spellings]
    return f"({' OR '.join(phrases)})"
