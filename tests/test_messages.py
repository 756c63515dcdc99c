"""Every text is in the German catalogue, translated, and the compiled catalogues say what their sources say."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

from config.env import PROJECT_DIR

APPS = ("comments", "moderation", "demo", "config")
GERMAN = PROJECT_DIR / "locale" / "de" / "LC_MESSAGES" / "django.po"
SOURCES = sorted(PROJECT_DIR.glob("locale/*/LC_MESSAGES/*.po"))
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2), "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3), "npgettext_lazy": ((1, "c"), 2, 3),
}  # fmt: skip


def read_source(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def translations(catalog: Catalog) -> dict[tuple[str, str], object]:
    """What a catalogue answers: (context, id) -> text, without what is not translated."""
    return {
        (context_of(message), first(message.id)): strings(message.string)
        for message in catalog
        if message.id and not message.fuzzy and any(strings(message.string))
    }


def context_of(message: Message) -> str:
    """Babel reads the contexts of a compiled catalogue as bytes, whatever its types say."""
    context: object = message.context or ""
    return context.decode() if isinstance(context, bytes) else str(context)


def first(message_id: str | tuple[str, ...] | list[str]) -> str:
    return message_id if isinstance(message_id, str) else message_id[0]


def strings(text: str | tuple[str, ...] | list[str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


def marked_texts() -> Iterator[tuple[str, str, str]]:
    """(file, context, text) of everything that code and templates mark for translation."""
    python = [path for app in APPS for path in (PROJECT_DIR / app).rglob("*.py") if "migrations" not in path.parts]
    templates = [path for folder in ("templates", *APPS) for path in (PROJECT_DIR / folder).rglob("*")]
    templates = [path for path in templates if "templates" in path.parts and path.suffix in {".html", ".txt"}]
    for path in [*python, *templates]:
        text = path.read_text(encoding="utf-8")
        code = text if path.suffix == ".py" else without_indentation(templatize(text))
        for _line, message, _comments, context in extract("python", BytesIO(code.encode()), KEYWORDS):
            name = path.relative_to(PROJECT_DIR).as_posix()
            yield name, context or "", first(message)


def without_indentation(code: str) -> str:
    """What templatize makes of a template looks like Python but for the indentation, which Babel's reader minds."""
    return "\n".join(line.strip() for line in code.splitlines())


def test_catalogue_german_holds_every_marked_text() -> None:
    known = {(message.context or "", first(message.id)) for message in read_source(GERMAN) if message.id}
    marked = list(marked_texts())

    assert [one for one in marked if one[1:] not in known] == []
    assert len(marked) > 100  # the search finds what is there


def test_catalogue_german_is_complete() -> None:
    catalog = read_source(GERMAN)
    assert [message.id for message in catalog if message.id and message.fuzzy] == []
    assert [message.id for message in catalog if message.id and not all(strings(message.string))] == []


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.parts[-3])
def test_catalogue_compiled_says_what_its_source_says(source: Path) -> None:
    with source.with_suffix(".mo").open("rb") as file:
        assert translations(read_mo(file)) == translations(read_source(source))
