"""The conversations and lines of our own that the models learn from."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from training import sentences
from training.spam_texts import spam_lines
from training.talks import LEARNT, MEASURED, read_posts, read_talks

SPAM_MEASURED = Path(__file__).resolve().parent.parent / "training" / "data" / "spam_german.jsonl"


def test_talks_are_complete_and_labelled() -> None:
    talks = read_talks(LEARNT)
    assert {talk.part for talk in talks} == {"learn", "weigh"}
    for talk in talks:
        assert talk.words.title, talk
        assert talk.words.teaser, talk
        assert len(talk.words.paragraphs) >= 2, talk
        assert len(talk.comments) == len(talk.is_bad) >= 5, talk


def test_talks_have_enough_articles_of_each_section_for_one_step() -> None:
    sections = Counter((talk.language, talk.section) for talk in read_talks(LEARNT) if talk.part == "learn")
    assert min(sections.values()) >= 12
    assert {language for language, _section in sections} == {"de", "en"}


def test_talks_are_no_more_disrespectful_than_respectful_in_every_section() -> None:
    verdicts: dict[str, list[bool]] = {}
    for talk in read_talks(LEARNT):
        verdicts.setdefault(talk.section, []).extend(talk.is_bad)
    shares = {section: sum(is_bad) / len(is_bad) for section, is_bad in verdicts.items()}
    assert {section: share for section, share in shares.items() if not 0.3 < share <= 0.5} == {}


def test_nothing_that_is_measured_is_learnt_from() -> None:
    learnt = {text for talk in read_talks(LEARNT) for text, _parent in talk.comments}
    measured = {text for talk in read_talks(MEASURED) for text, _parent in talk.comments}
    posts = {one.text for one in read_posts()}
    assert min(len(learnt), len(posts)) > 3_000
    assert (learnt | posts) & (measured | {one.text for one in sentences.testing_sentences()}) == set()
    assert {talk.words.title for talk in read_talks(LEARNT)} & {talk.words.title for talk in read_talks()} == set()
    spam = {json.loads(line)["text"] for line in SPAM_MEASURED.read_text(encoding="utf-8").splitlines()}
    assert {one.text for one in spam_lines(with_late=True)} & spam == set()


def test_lines_of_spam_are_different_and_half_honest() -> None:
    lines = spam_lines(with_late=True)
    assert len({one.text for one in lines}) == len(lines)
    shares = Counter((one.language, one.is_spam) for one in lines)
    for language in ("de", "en"):
        assert abs(shares[language, True] - shares[language, False]) < 0.05 * shares[language, True]


def test_posts_are_pairs_of_a_respectful_and_a_disrespectful_one() -> None:
    posts = read_posts()
    assert len({one.text for one in posts}) == len(posts)
    for first, second in zip(posts[::2], posts[1::2], strict=True):
        assert first.pair == second.pair
        assert first.language == second.language
        assert {first.is_bad, second.is_bad} == {True, False}


def test_what_was_written_last_is_learnt_only_when_it_is_asked_for() -> None:
    assert {one.text for one in spam_lines()} < {one.text for one in spam_lines(with_late=True)}
    assert {talk.is_late for talk in read_talks(LEARNT)} == {True, False}
