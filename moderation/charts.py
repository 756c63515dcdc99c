"""The geometry of the desk's graphics: numbers in, places on the paper out. No markup, no database.

Along the line everything is in per cent and up and down in pixels, so that a graphic fits every width and its words keep
their size. Every place is text with a point in it, whatever the language: SVG knows no decimal comma.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

# The room above the highest bar, for its label.
HEAD = 16
# The room below, for the names of the hours or days.
FOOT = 20


@dataclass(frozen=True, slots=True)
class Rect:
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, slots=True)
class Line:
    x1: str
    y1: str
    x2: str
    y2: str


@dataclass(frozen=True, slots=True)
class Label:
    """Words at a place; `anchor` is SVG's: start, middle or end."""

    x: str
    y: str
    text: str
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Chart:
    """A graphic: its kind names the template, title and description are for who hears it."""

    kind: str
    name: str
    title: str
    description: str
    height: int


@dataclass(frozen=True, slots=True)
class Flows(Chart):
    """Bars up from a line for what came, and down for what went."""

    zero: str = "0"
    up: tuple[Rect, ...] = ()
    down: tuple[Rect, ...] = ()
    grid: tuple[Line, ...] = ()
    labels: tuple[Label, ...] = ()
    words: tuple[Label, ...] = ()


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a graphic, broken where nothing is known; single points are dots."""

    lines: tuple[Line, ...]
    dots: tuple[tuple[str, str], ...]
    is_main: bool


@dataclass(frozen=True, slots=True)
class Lines(Chart):
    """Lines over time, with a dashed one for what was promised."""

    series: tuple[Series, ...] = ()
    grid: tuple[Line, ...] = ()
    reference: Line | None = None
    labels: tuple[Label, ...] = ()
    words: tuple[Label, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A line of words with a bar of this width below it; or, with a reach from low to high, a dot there."""

    label: str
    value: str
    width: str
    low: str = ""
    high: str = ""


@dataclass(frozen=True, slots=True)
class Rows(Chart):
    """Bars or dots one below the other. Their words are words of the page, which break where there is no room."""

    rows: tuple[Row, ...] = ()


LABEL_HEIGHT = 15
# A name of an hour or day that begins further right has no room.
LABEL_ROOM = 92


def percent(share: float) -> str:
    return f"{share:.3f}%"


def pixels(value: float) -> str:
    return f"{value:.1f}"


def round_up(value: float) -> float:
    """The next number that is 1, 2 or 5 with noughts: a scale that people can read."""
    if value <= 1:
        return 1
    magnitude: float = 10 ** math.floor(math.log10(value))
    return next(step * magnitude for step in (1, 2, 5, 10) if step * magnitude >= value)


def time_labels(names: Sequence[str], y: int, *, wanted: int = 5) -> tuple[Label, ...]:
    """Names under the axis, where there are any; of many every second or third, so that a phone has room for them."""
    places = [place for place, name in enumerate(names) if name]
    step = max(1, math.ceil(len(places) / (wanted + 2)))
    labels = []
    for place in places[::step]:
        x = 100 * place / len(names)
        if x <= LABEL_ROOM:
            labels.append(Label(percent(x), str(y), names[place]))
    return tuple(labels)


def make_flows(
    name: str,
    title: str,
    description: str,
    *,
    came: Sequence[int],
    went: Sequence[int],
    names: Sequence[str],
    words: tuple[str, str],
    half: int = 88,
) -> Flows:
    """Bars for what came, up, and for what went, down, on one scale."""
    top = round_up(max([*came, *went, 1]))
    zero = HEAD + half
    height = zero + half + FOOT
    step = 100 / max(1, len(came))
    width = percent(step * 0.72)

    def bars(values: Sequence[int], *, upwards: bool) -> tuple[Rect, ...]:
        found = []
        for place, value in enumerate(values):
            if value:
                tall = half * value / top
                y = zero - tall if upwards else zero
                found.append(Rect(percent(place * step + step * 0.14), pixels(y), width, pixels(tall)))
        return tuple(found)

    scale = f"{int(top):d}"
    return Flows(
        kind="flows",
        name=name,
        title=title,
        description=description,
        height=height,
        zero=pixels(zero),
        up=bars(came, upwards=True),
        down=bars(went, upwards=False),
        grid=(
            Line("0%", pixels(zero - half), "100%", pixels(zero - half)),
            Line("0%", pixels(zero + half), "100%", pixels(zero + half)),
        ),
        labels=(
            Label("100%", pixels(zero - half - 4), scale, "end"),
            Label("100%", pixels(zero + half - 4), scale, "end"),
            *time_labels(names, height - 4),
        ),
        words=(Label("0%", pixels(zero - half - 4), words[0]), Label("0%", pixels(zero + half - 4), words[1])),
    )


def make_lines(
    name: str,
    title: str,
    description: str,
    *,
    values: Sequence[tuple[str, Sequence[float | None]]],
    names: Sequence[str],
    unit: str,
    reference: tuple[str, float] | None = None,
    room: int = 150,
) -> Lines:
    """Lines over time on one scale, the first one the main one. Each is named at its last point."""
    known = [value for _label, series in values for value in series if value is not None]
    highest = max([*known, reference[1] if reference else 0, 0])
    top = round_up(highest)
    height = HEAD + room + FOOT
    count = max(1, len(names))

    def x(place: int) -> str:
        return percent(100 * (place + 0.5) / count)

    def y(value: float) -> float:
        return HEAD + room - room * value / top

    drawn, words = [], []
    taken: list[float] = []
    for number, (label, series) in enumerate(values):
        drawn.append(_strokes(series, x, y, is_main=number == 0))
        last = next((value for value in reversed(series) if value is not None), None)
        if last is not None and label:
            at = y(last) - 6
            # Two names in the same place would be none.
            while any(abs(at - other) < LABEL_HEIGHT for other in taken):
                at -= LABEL_HEIGHT
            taken.append(at)
            words.append(Label("100%", pixels(max(at, 11)), label, "end"))
    line = None
    labels = [Label("0%", pixels(HEAD - 4), f"{_short(top)} {unit}".strip()), *time_labels(names, height - 4)]
    if reference is not None:
        place = y(reference[1])
        line = Line("0%", pixels(place), "100%", pixels(place))
        labels.append(Label("0%", pixels(place - 4 if place > HEAD + 24 else place + 14), reference[0]))
    return Lines(
        kind="lines",
        name=name,
        title=title,
        description=description,
        height=height,
        series=tuple(drawn),
        grid=(Line("0%", str(HEAD), "100%", str(HEAD)), Line("0%", str(HEAD + room), "100%", str(HEAD + room))),
        reference=line,
        labels=tuple(labels),
        words=tuple(words),
    )


def make_bars(name: str, title: str, description: str, rows: Sequence[tuple[str, int, str]]) -> Rows:
    """Bars one below the other: label, number, and the number as it is written."""
    highest = max([value for _label, value, _written in rows], default=1) or 1
    made = (Row(label, written, percent(100 * value / highest)) for label, value, written in rows)
    return Rows("bars", name, title, description, 0, tuple(made))


def make_shares(
    name: str, title: str, description: str, rows: Sequence[tuple[str, float, tuple[float, float], str]]
) -> Rows:
    """Shares from 0 to 1 as dots, each with the interval it lies in, and what is written beside its name."""
    made = (
        Row(label, written, percent(100 * share), percent(100 * low), percent(100 * high))
        for label, share, (low, high), written in rows
    )
    return Rows("shares", name, title, description, 0, tuple(made))


def make_spark(name: str, title: str, description: str, values: Sequence[int]) -> Lines:
    """A line without words, as wide as the words beside it."""
    return make_lines(name, title, description, values=[("", list(values))], names=[""] * len(values), unit="", room=20)


def _strokes(
    series: Sequence[float | None], x: Callable[[int], str], y: Callable[[float], float], *, is_main: bool
) -> Series:
    """The strokes from value to value, and a dot for each that has no neighbour."""
    lines, dots = [], []
    for place, value in enumerate(series):
        before = series[place - 1] if place else None
        after = series[place + 1] if place + 1 < len(series) else None
        if value is not None and before is not None:
            lines.append(Line(x(place - 1), pixels(y(before)), x(place), pixels(y(value))))
        elif value is not None and after is None:
            dots.append((x(place), pixels(y(value))))
    return Series(tuple(lines), tuple(dots), is_main=is_main)


def _short(value: float) -> str:
    return f"{int(value):d}" if value == int(value) else f"{value:.1f}"
