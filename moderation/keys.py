"""What the keys of the desk do: names, the standard keys, another set, and which keys may be chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

# On a German keyboard these need AltGr, which is Ctrl and Alt to a browser.
ALTGR = frozenset("[]{}@\\|~€")
# A key after which another one says where to go.
PREFIX = "g"
CLAUSES = frozenset("123456789")


@dataclass(frozen=True, slots=True)
class Command:
    """Something that a key does. `name` is what the page's `data-key` says; `key` is the standard one."""

    name: str
    key: str
    label: StrOrPromise


# In the order in which the help lists them. A key is what `event.key` says; two of them are pressed one after the other.
GROUPS: tuple[tuple[StrOrPromise, tuple[Command, ...]], ...] = (
    (
        _("Decide"),
        (
            Command("approve", "a", _("Publish")),
            Command("spam", "s", _("Spam")),
            Command("return", "e", _("Return for revision, then the number of the clause")),
            Command("sentence", "r", _("Write a sentence for the author; Escape leads back to the decisions")),
            Command("defer", "d", _("Put aside until later")),
            Command("repeat", ".", _("Once more what was decided last, with its sentence")),
            Command("undo", "z", _("Take the last decision back")),
            Command("opinion", "f", _("Ask a colleague")),
            Command("wrong", "m", _("The flag was wrong; once more takes it back; with Shift to the next flag")),
        ),
    ),
    (
        _("Look"),
        (
            Command("next", "j", _("Next comment to decide; the arrow keys stop at every one")),
            Command("previous", "k", _("Previous comment to decide")),
            Command("context", "o", _("Context: article and conversation")),
            Command("article", "v", _("Open in the article")),
            Command("reveal", "i", _("Show a severe text, or hide it again")),
            Command("history", "h", _("History of the comment")),
            Command("note", "n", _("Note on the author, for colleagues")),
            Command("restrict", "b", _("Restrict the author")),
        ),
    ),
    (
        _("The list"),
        (
            Command("select", "x", _("Select; Shift with next or previous selects more")),
            Command("take", "t", _("Take the next 20")),
            Command("single", "w", _("One comment at a time, without the list")),
            Command("back", "u", _("Back to the list")),
            Command("search", "/", _("Search")),
            Command("queue", "g q", _("To what waits")),
            Command("appeals", "g a", _("To the appeals")),
            Command("mine", "g m", _("To my decisions")),
            Command("figures", "g f", _("To the figures")),
            Command("help", "?", _("These keys")),
        ),
    ),
)
COMMANDS: dict[str, Command] = {command.name: command for _title, commands in GROUPS for command in commands}
STANDARD: dict[str, str] = {name: command.key for name, command in COMMANDS.items()}
# As moderators know them who come from Coral: f publishes, d writes the reason, z shows one comment at a time.
CORAL: dict[str, str] = {"approve": "f", "sentence": "d", "defer": "l", "single": "z", "undo": "y", "opinion": "c"}


def key_map(chosen: Mapping[str, str]) -> dict[str, str]:
    """The key of every command: the standard ones, with those that somebody chose in their place."""
    return STANDARD | {name: key for name, key in chosen.items() if name in STANDARD}


def differing(keys: Mapping[str, str]) -> dict[str, str]:
    """Of a whole map, what is not as it comes."""
    return {name: key for name, key in keys.items() if STANDARD.get(name) not in (None, key)}
