"""A site's list of terms as a table: out for a spreadsheet, in again after somebody edited it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from comments.exceptions import InvalidInputError
from comments.models import Site
from moderation.flaggers.knowledge import forget_knowledge
from moderation.models import Term
from moderation.services.policies import current_clauses
from moderation.services.term_list import (
    MOST_WORDS,
    clean_cell,
    name_of_word,
    require_language,
    require_word,
    too_many_words,
)

COLUMNS = ("phrase", "language", "clause", "note", "active")
_YES = ("", "1", "yes", "true", "ja", "x")
_NO = ("0", "no", "false", "nein")
# A spreadsheet takes a cell that begins so for a formula; one with a quotation mark before it is text. Of a cell that says such
# a mark itself, it is the second.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(slots=True)
class TermImport:
    """What became of a table: how many terms were added, changed and left as they were; `refused` by line, from 1."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: dict[int, str] = field(default_factory=dict)


def export_terms(site: Site) -> Iterator[str]:
    """The terms of a site as lines of CSV in UTF-8, with a heading; by language and phrase. 1 query."""
    yield _line(COLUMNS)
    for term in Term.objects.filter(site=site).order_by("language", "phrase"):
        cells = (term.phrase, term.language, term.clause, term.note, "yes" if term.is_active else "no")
        yield _line([f"'{cell}" if _is_like_formula(cell) else cell for cell in cells])


def import_terms(*, site: Site, text: str) -> TermImport:
    """Add and change the terms of a table with a heading, all of them or, where a line is refused, none.

    Comma, semicolon or tab between the cells; columns in any order, `phrase` alone is needed, and what is not there stays
    as it was, as do the capitals of a phrase that is there. Terms that are not in the table stay. Flaggers know it at once in
    this process, within MODERATION_KNOWLEDGE_MAX_AGE in the others. 2 queries and 2 for each term that is new or changed.
    """
    result = TermImport()
    rows = _read(text, result)
    clauses = [clause.slug for clause in current_clauses(site)]
    stored: dict[tuple[str, str], Term] = {}
    for term in Term.objects.filter(site=site).order_by("pk"):
        stored.setdefault(name_of_word(term.language, term.phrase), term)
    with transaction.atomic():
        for number, row in rows:
            _store(site, stored, clauses, number, row, result)
            if result.added and len(stored) > MOST_WORDS:
                result.refused[number] = str(too_many_words().message)
                break
        if result.refused:
            transaction.set_rollback(True)
        else:
            transaction.on_commit(forget_knowledge)
    return result


def _store(
    site: Site,
    stored: dict[tuple[str, str], Term],
    clauses: list[str],
    number: int,
    row: dict[str, str],
    result: TermImport,
) -> None:
    try:
        language = require_language(row.get("language", ""))
    except InvalidInputError as error:
        result.refused[number] = str(error.message)
        return
    key = name_of_word(language, row["phrase"])
    is_new = key not in stored
    term = stored.get(key) or Term(site=site, language=language, phrase=row["phrase"])
    before = (term.clause, term.note, term.is_active)
    term.clause = row.get("clause", term.clause)
    term.note = row.get("note", term.note)
    if "active" in row:
        term.is_active = row["active"].lower() in _YES
        if row["active"].lower() not in (*_YES, *_NO):
            result.refused[number] = _("“%(value)s” is neither yes nor no.") % {"value": row["active"]}
            return
    if not is_new and before == (term.clause, term.note, term.is_active):
        result.unchanged += 1
        return
    try:
        _require_short(term)
        require_word(term.phrase)
        _require_known(term, clauses, clause_before=before[0])
    except InvalidInputError as error:
        result.refused[number] = str(error.message)
        return
    if is_new:
        result.added += 1
    else:
        result.changed += 1
    term.save()
    stored[key] = term


def _require_short(term: Term) -> None:
    """Raises InvalidInputError for a cell that cannot be stored."""
    for column in Term._meta.fields:  # noqa: SLF001 - Django's own way to ask
        name, limit = column.name, column.max_length
        if limit is not None and (count := len(getattr(term, name))) > limit:
            message = _("The cell under %(column)s has %(count)d characters; at most %(limit)d go into it.")
            raise InvalidInputError(name, message % {"column": name, "count": count, "limit": limit})


def _require_known(term: Term, clauses: list[str], *, clause_before: str) -> None:
    """Raises InvalidInputError for a clause that the policy in force does not have.

    A term keeps a clause that an earlier policy had; a site without a policy knows none.
    """
    if clauses and term.clause not in ("", clause_before, *clauses):
        message = _("The policy has no clause “%(value)s”; it has: %(clauses)s.")
        raise InvalidInputError("clause", message % {"value": term.clause, "clauses": ", ".join(clauses)})


def _read(text: str, result: TermImport) -> list[tuple[int, dict[str, str]]]:
    text = text.removeprefix("\ufeff")
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    table = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        names = [name.strip().lower() for name in next(table, [])]
    except csv.Error:
        names = []
    if "phrase" not in names or len(set(names)) < len(names) or not set(names) <= set(COLUMNS):
        result.refused[1] = _("The heading has to be made of %(columns)s; phrase has to be among them.") % {
            "columns": ", ".join(COLUMNS)
        }
        return []
    rows: list[tuple[int, dict[str, str]]] = []
    try:
        for cells in table:
            values = [_readable(cell) for cell in cells]
            row = dict(zip(names, values, strict=False))
            if len(values) > len(names):
                result.refused[table.line_num] = _("There are more cells than the heading has.")
            elif any(values) and not row.get("phrase"):
                result.refused[table.line_num] = _("There is no phrase.")
            elif any(values):
                rows.append((table.line_num, row))
    except csv.Error:
        result.refused[table.line_num] = _("A quotation mark is missing, or a cell is far too long.")
    return rows


def _readable(cell: str) -> str:
    """What a cell says, without the mark by which it is text."""
    value = clean_cell(cell)
    return value[1:] if value.startswith("'") and _is_like_formula(value) else value


def _is_like_formula(cell: str) -> bool:
    """Whether a spreadsheet would take a cell for a formula, were it not for quotation marks before that."""
    return cell.lstrip("'").startswith(_FORMULA)


def _line(cells: tuple[str, ...] | list[str]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerow(cells)
    return written.getvalue()
