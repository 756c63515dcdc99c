"""Runs flaggers over labelled texts and gathers what they said."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from comments.enums import ArticleMode, CheckOutcome
from comments.screening import Finding, ScreeningInput
from moderation.evaluation.metrics import Judged
from moderation.flaggers.base import ArticleWords, Flagger, SiteKnowledge, is_guess, speaks
from moderation.flaggers.guard import check_safely


class BadLineError(Exception):
    """A line that is no labelled text; the message names it and says why."""


@dataclass(frozen=True, slots=True)
class Example:
    """One line of the file. `labels` has the flaggers' names; `slice` is any name for a part of the file."""

    text: str
    language: str
    article: ArticleWords
    parent: str
    slice: str
    labels: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class Answers:
    """What one flagger said of the texts of one part; how long it took for each in seconds; how often it gave no answer."""

    judged: list[Judged]
    seconds: list[float]
    failed: int


def read_examples(lines: Iterable[bytes]) -> Iterator[Example]:
    """The examples of a JSONL file in UTF-8, opened as bytes; empty lines count nothing. Raises BadLineError."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _read_line(number, line)


def ask(flagger: Flagger, examples: Iterable[Example]) -> dict[tuple[str, str], Answers]:
    """Its answers to the examples that have a label of its name, by language and slice; ("", "") are all.

    All articles of the examples are those of one site. What it reads when it is asked for the first time takes none of the time.
    """
    examples = list(examples)
    articles = tuple(dict.fromkeys(example.article for example in examples if example.article.title))
    judged: dict[tuple[str, str], list[tuple[Judged | None, float]]] = defaultdict(list)
    asked = [one for one in examples if flagger.name in one.labels and speaks(flagger, one.language)]
    for example in asked[:1]:
        _ask_once(flagger, example, articles)
    for example in asked:
        answer = _ask_once(flagger, example, articles)
        for part in dict.fromkeys((("", ""), (example.language, ""), (example.language, example.slice))):
            judged[part].append(answer)
    return {part: _sum_up(answers) for part, answers in judged.items()}


def _sum_up(answers: list[tuple[Judged | None, float]]) -> Answers:
    known = [one for one, _seconds in answers if one is not None]
    return Answers(known, [seconds for _one, seconds in answers], len(answers) - len(known))


def _ask_once(flagger: Flagger, example: Example, articles: tuple[ArticleWords, ...]) -> tuple[Judged | None, float]:
    published = tuple(text for text in example.article.published if text != example.text)
    article = replace(example.article, published=published) if example.article.title else None
    site = SiteKnowledge(article=article, other_articles=articles)
    comment = ScreeningInput(
        site="evaluation",
        article_key=example.article.key,
        article_title=example.article.title,
        language=example.language,
        mode=ArticleMode.PRE_MODERATED,
        body=example.text,
        author_name="",
        author_kind="guest",
        revision=1,
        parent_body=example.parent,
    )
    started = time.perf_counter()
    finding = check_safely(flagger, comment, site)
    seconds = time.perf_counter() - started
    if finding.outcome not in (CheckOutcome.FLAGGED, CheckOutcome.CLEAR) or _cannot_tell(flagger, finding):
        return None, seconds
    is_flagged = finding.outcome == CheckOutcome.FLAGGED
    score = float(is_flagged) if finding.score is None else finding.score
    return Judged(score, is_flagged, example.labels[flagger.name]), seconds


def _cannot_tell(flagger: Flagger, finding: Finding) -> bool:
    """Whether a check that guesses found nothing and does not say how sure it is: 0 would be the greatest certainty."""
    return is_guess(flagger) and finding.outcome == CheckOutcome.CLEAR and finding.score is None


def _read_line(number: int, line: bytes) -> Example:
    try:
        # Some editors begin a file with a byte order mark.
        found = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
        # JSON can write half a character, with which nothing can be counted, kept or printed.
        json.dumps(found, ensure_ascii=False).encode()
        return _read(found)
    except UnicodeDecodeError as error:
        raise BadLineError(f"Line {number} is not in UTF-8.") from error
    except UnicodeEncodeError as error:
        half = f"{ord(error.object[error.start]):04x}"
        raise BadLineError(
            f"Line {number} has half a character in it, as an emoji that was cut in two: \\u{half}."
        ) from error
    except KeyError as error:
        raise BadLineError(f"Line {number} has no {error.args[0]!r}.") from error
    except json.JSONDecodeError as error:
        raise BadLineError(f"Line {number} is no JSON: {error.msg} at character {error.colno}.") from error
    except (ValueError, TypeError, RecursionError) as error:
        raise BadLineError(f"Line {number}: {error}") from error


def _read(line: object) -> Example:
    if not isinstance(line, dict):
        raise TypeError('it is no object, as in {"text": ..., "language": "de", "labels": {"respect": 1}}.')
    labels = line["labels"]
    if not isinstance(labels, dict) or any(label not in (0, 1) for label in labels.values()):
        raise ValueError("its labels are no object of 0 and 1 by the names of flaggers.")
    if not isinstance(line["text"], str) or not isinstance(line["language"], str):
        raise TypeError("its text or language is no text.")
    # What is not known may be missing or null.
    parent, part = line.get("parent") or "", str(line.get("slice") or "")
    if not isinstance(parent, str):
        raise TypeError("its parent is no text.")
    if not all(map(str.isprintable, (part, line["language"], *labels))):
        raise ValueError("its slice, its language or the name of a label cannot be printed.")
    return Example(
        text=line["text"],
        language=line["language"],
        article=_read_article(line.get("article") or "", line["language"]),
        parent=parent,
        slice=part,
        labels={str(name): bool(label) for name, label in labels.items()},
    )


def _read_article(raw: object, language: str) -> ArticleWords:
    """From a title, a text whose first line is the title, or an object with title, teaser, paragraphs and published."""
    if isinstance(raw, str):
        title, _line, body = raw.strip().partition("\n")
        return _read_article({"title": title, "paragraphs": body.splitlines()}, language)
    if not isinstance(raw, dict) or not isinstance(raw.get("title"), str):
        raise TypeError("its article is no text and no object with a title.")
    parts = raw.get("paragraphs") or raw.get("body") or ""
    paragraphs = parts.splitlines() if isinstance(parts, str) else _read_texts(parts, "paragraphs")
    teaser = str(raw.get("teaser") or "")
    return ArticleWords(
        key=f"{raw['title']}\n{teaser}",
        language=language,
        title=raw["title"],
        teaser=teaser,
        paragraphs=tuple(part.strip() for part in paragraphs if part.strip()),
        published=tuple(_read_texts(raw.get("published") or [], "published")),
    )


def _read_texts(raw: object, name: str) -> list[str]:
    if not isinstance(raw, list) or not all(isinstance(one, str) for one in raw):
        raise TypeError(f"{name!r} of its article is no list of texts.")
    return raw
