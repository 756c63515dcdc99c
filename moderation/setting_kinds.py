"""What a setting may be: its type and its bounds, in words, and how it is read."""

from __future__ import annotations

import base64
import datetime
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar
from urllib.parse import urlsplit

from comments.conf import Limit

Read_co = TypeVar("Read_co", covariant=True)
Other = TypeVar("Other")

SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - what every such secret begins with
_SECRET_BYTES: Final = range(24, 65)


class WrongSettingError(Exception):
    """A value that a setting cannot have; the message says so, as the rest of a sentence that begins with its name."""


@dataclass(frozen=True, slots=True)
class Kind(Generic[Read_co]):
    """`words` say what values are right, as in "a number from 0 to 1"; `read` raises WrongSettingError for all others."""

    words: str
    read: Callable[[object], Read_co]


def _kind(words: str, is_right: Callable[[Any], bool]) -> Kind[Any]:
    """Values that are taken as they are."""

    def read(value: object) -> object:
        if not is_right(value):
            raise WrongSettingError(f"has to be {words}.")
        return value

    return Kind(words, read)


def _several(words: str, is_right: Callable[[object], bool]) -> Kind[tuple[str, ...]]:
    """A list or tuple of texts, read as a tuple."""

    def read(value: object) -> tuple[str, ...]:
        if not isinstance(value, tuple | list) or not all(map(is_right, value)):
            raise WrongSettingError(f"has to be {words}.")
        return tuple(map(str, value))

    return Kind(words, read)


def _is_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
        # A wrong port raises only when it is read.
        has_place = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return has_place and parts.scheme in ("https", "http") and value.isprintable() and " " not in value


def _can_be_written(value: object) -> bool:
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
        return False
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True).encode()
    except (TypeError, ValueError, RecursionError):
        return False
    return True


def _is_secret(value: object) -> bool:
    if not isinstance(value, str) or not value.startswith(SECRET_PREFIX):
        return False
    try:
        return len(base64.b64decode(value.removeprefix(SECRET_PREFIX), validate=True)) in _SECRET_BYTES
    except ValueError:
        return False


FLAG: Final[Kind[bool]] = _kind("True or False", lambda value: isinstance(value, bool))
TEXT: Final[Kind[str]] = _kind(
    "a text without line breaks", lambda value: isinstance(value, str) and value.isprintable()
)
# What can stand in a header of a request.
PLAIN_TEXT: Final[Kind[str]] = _kind(
    "a text of plain letters, digits and signs without line breaks",
    lambda value: isinstance(value, str) and value.isascii() and value.isprintable(),
)
ADDRESS: Final[Kind[str]] = _kind(
    "an address with a host that begins with https:// or http://",
    lambda value: isinstance(value, str) and (not value or _is_address(value)),
)
# What a request to a judge has besides what it is made of.
REQUEST_OPTIONS: Final[Kind[dict[str, object]]] = _kind(
    "a dictionary that JSON can write, without model, messages, response_format and stream",
    lambda value: _can_be_written(value) and not {"model", "messages", "response_format", "stream"} & value.keys(),
)
SIGNING_SECRETS: Final = _several("a tuple of secrets, each whsec_ and 24 to 64 bytes in base64", _is_secret)
# What is no path is for whoever imports it to refuse, so that the others are there.
PATHS: Final = _several("a list or tuple of dotted paths", lambda _value: True)


def whole(least: int, most: int | None = None) -> Kind[int]:
    """A whole number within bounds, themselves included."""
    words = f"a whole number from {least} " + ("on" if most is None else f"to {most}")
    return _kind(words, lambda value: type(value) is int and least <= value and (most is None or value <= most))


def number(least: float, most: float) -> Kind[float]:
    """A number within bounds, themselves included."""
    return _kind(
        f"a number from {least:g} to {most:g}", lambda value: type(value) in (int, float) and least <= value <= most
    )


def duration(least: datetime.timedelta, most: datetime.timedelta) -> Kind[datetime.timedelta]:
    """A duration within bounds, themselves included."""
    return _kind(
        f"a datetime.timedelta of {least.total_seconds():g} to {most.total_seconds():g} seconds",
        lambda value: isinstance(value, datetime.timedelta) and least <= value <= most,
    )


def either(one: Other, kind: Kind[Read_co]) -> Kind[Other | Read_co]:
    """One value besides those of a kind."""
    words = f"{one} or {kind.words}"

    def read(value: object) -> Other | Read_co:
        if value is one or (type(value) is type(one) and value == one):
            return one
        try:
            return kind.read(value)
        except WrongSettingError as error:
            raise WrongSettingError(f"has to be {words}.") from error

    return Kind(words, read)


def limits(*scopes: str) -> Kind[Mapping[str, tuple[Limit, ...]]]:
    """Of each scope how fast one may act."""
    words = f"a dictionary of {' and '.join(scopes)}, each a tuple of comments.conf.Limit of at least a second"

    def read(value: object) -> Mapping[str, tuple[Limit, ...]]:
        if not isinstance(value, dict) or set(value) != set(scopes):
            raise WrongSettingError(f"has to be {words}.")
        if not all(isinstance(some, tuple | list) and all(map(_is_limit, some)) for some in value.values()):
            raise WrongSettingError(f"has to be {words}.")
        return {scope: tuple(value[scope]) for scope in scopes}

    return Kind(words, read)


def _is_limit(value: object) -> bool:
    if not isinstance(value, Limit) or type(value.count) is not int:
        return False
    window: object = value.window
    return isinstance(window, datetime.timedelta) and window >= datetime.timedelta(seconds=1)


def fields(make: Callable[..., Read_co], kinds: Mapping[str, Kind[Any]], *, needs: str) -> Kind[Read_co]:
    """A dictionary of what is known of a service, of which each may be left out; whoever gives a `url` has to give `needs`."""
    words = f"a dictionary of {', '.join(kinds)}"

    def read(value: object) -> Read_co:
        if not isinstance(value, dict):
            raise WrongSettingError(f"has to be {words}.")
        for name in value:
            if name not in kinds:
                raise WrongSettingError(f"has {name!r}, which there is not; there are {', '.join(kinds)}.")
        values: dict[str, object] = {}
        for name, given in value.items():
            try:
                values[name] = kinds[name].read(given)
            except WrongSettingError as error:
                raise WrongSettingError(f"has a value of {name!r} that {error}") from error
        if values.get("url") and not values.get(needs):
            raise WrongSettingError(f"has a 'url', so it has to have {needs!r}, too.")
        return make(**values)

    return Kind(words, read)
