"""How long flaggers look at a comment of 50 words, and what memory they take: `python -m bench.flaggers`, without a database.

For each that MODERATION_FLAGGERS names: median and 95th percentile of processor time in milliseconds, German and English, and
the memory that this process grew by until it had looked at all texts. Those that the author waits for have 5 ms each and 10 ms
together; those afterwards 60 ms together. A site of 500 terms, and for those afterwards 500 recent texts and 60 articles of eight
paragraphs with ten comments each, which are read once for each language: they are the same for hours. What is over is marked, and
makes the exit code 1.
"""

from __future__ import annotations

import gc
import os
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

# Only after the settings are loaded.
from comments.screening import ScreeningInput  # noqa: E402
from moderation.conf import settings  # noqa: E402
from moderation.flaggers.base import (  # noqa: E402
    Arrival,
    ArticleWords,
    Flagger,
    RecentText,
    SiteKnowledge,
    Stage,
    TermEntry,
    speaks,
)
from moderation.flaggers.inline import run_inline  # noqa: E402
from moderation.flaggers.registry import load_flagger  # noqa: E402

TEXTS, WORDS, TERMS, RECENT, ARTICLES = 400, 50, 500, 500, 60
EACH_INLINE_MS, INLINE_MS, AFTERWARDS_MS = 5, 10, 60
# With the extra for the encoder, and without.
MEMORY_MIB = 200 if find_spec("onnxruntime") else 30
VOCABULARY = {
    "de": "die Brücke soll weg und niemand hat uns gefragt, ob wir jeden Tag darüber fahren. Stadtrat Gutachten kostet Millionen, "
    "aber Radfahrer brauchen keine Autobahn. Ich finde das falsch! Wer bezahlt eigentlich diese Planung? Meine Nachbarin sagt "
    "seit Jahren: Sanieren statt abreißen. Natürlich gibt es Gründe, trotzdem fehlt jede Erklärung der Verwaltung, schade.",
    "en": "the bridge is to go and nobody asked us whether we drive over it every day. The council's report costs millions, but "
    "cyclists need no motorway. I think that is wrong! Who pays for all this planning? My neighbour has said for years: repair "
    "it instead of tearing it down. There are reasons, of course, yet any explanation is missing, which is a pity.",
}
# What some comments have besides, so that each flagger has something to look at.
SPICE = (
    "https://example.org/gutachten?id=4711",
    "www.example.com",
    "WAHNSINN!!!!",
    "0171 2345678",
    "hanna@reader.example",
    "sooooo",
)


def main() -> int:
    """Print the figures; 1 where one is over its bound."""
    chance = random.Random(6)
    comments = [make_comment(("de", "en")[number % 2], chance) for number in range(TEXTS)]
    site = make_site(chance)
    print(f"{'flagger':<18}{'stage':<14}{'median':>9}{'p95':>9}{'MiB':>9}")
    flaggers: dict[Stage, list[Flagger]] = {stage: [] for stage in Stage}
    is_over, begun_with = False, memory_mib()
    for path in settings.flaggers:
        before = memory_mib()
        flagger = load_flagger(path)
        asked = [number for number, comment in enumerate(comments) if speaks(flagger, comment.language)]
        # Once without a clock: some read their weights with the first text.
        flagger.check(comments[asked[0]], site)
        taken = [milliseconds(partial(flagger.check, comments[number], site)) for number in asked]
        flaggers[flagger.stage].append(flagger)
        limit = EACH_INLINE_MS if flagger.stage is Stage.INLINE else AFTERWARDS_MS
        is_over |= print_line(flagger.name, flagger.stage.value, taken, limit, memory_mib() - before)
    grown = memory_mib() - begun_with
    inline = flaggers[Stage.INLINE]
    is_over |= print_line("all inline", "one by one", one_by_one(inline, comments, site), INLINE_MS, grown)
    at_once = [milliseconds(partial(run_inline, inline, one, site)) for one in comments]
    is_over |= print_line("all inline", "in threads", at_once, INLINE_MS, 0)
    afterwards = one_by_one(flaggers[Stage.ASYNCHRONOUS], comments, site)
    is_over |= print_line("all afterwards", "one by one", afterwards, AFTERWARDS_MS, 0)
    print(f"memory: {grown:.1f} MiB; at most {MEMORY_MIB}.")
    return int(is_over or grown > MEMORY_MIB)


def one_by_one(flaggers: list[Flagger], comments: list[ScreeningInput], site: SiteKnowledge) -> list[float]:
    """What all of them take for each comment: those that read it by the encoder read it once."""

    def check(comment: ScreeningInput) -> None:
        for flagger in flaggers:
            if speaks(flagger, comment.language):
                flagger.check(comment, site)

    return [milliseconds(partial(check, comment)) for comment in comments]


def make_comment(language: str, chance: random.Random) -> ScreeningInput:
    """50 words as people write them, more or less."""
    words = chance.choices(VOCABULARY[language].split(), k=WORDS - 1)
    words.insert(chance.randrange(WORDS), chance.choice(SPICE) if chance.random() < 0.2 else "also")
    return ScreeningInput(
        site="news", article_key="bridge", article_title="Die alte Brücke soll weg", language=language, mode="pre",
        body=" ".join(words), author_name="Hanna Kuhl", author_kind="guest", revision=1,
    )  # fmt: skip


def make_site(chance: random.Random) -> SiteKnowledge:
    """A site with a long list of terms, on which much was written lately."""
    letters = "abcdefghiklmnoprstuw"
    terms = tuple(TermEntry("".join(chance.choices(letters, k=chance.randint(4, 12)))) for _number in range(TERMS))
    recent = tuple(
        RecentText(f"c{number}", make_comment("de", chance).body, False, author=str(number), article=str(number % 20))  # noqa: FBT003
        for number in range(RECENT)
    )
    articles = tuple(make_article(("de", "en")[number % 2], number, chance) for number in range(ARTICLES))
    return SiteKnowledge(
        terms=terms,
        recent_texts=recent,
        arrival=Arrival(author="0", article="0"),
        article=articles[0],
        other_articles=articles[1:],
    )


def make_article(language: str, number: int, chance: random.Random) -> ArticleWords:
    """With as many paragraphs and published comments as count."""

    def texts(count: int) -> tuple[str, ...]:
        return tuple(make_comment(language, chance).body for _number in range(count))

    return ArticleWords(
        str(number), language, f"Die alte Brücke {number} soll weg", "Ein Gutachten.", texts(8), texts(10)
    )


def milliseconds(function: Callable[[], object]) -> float:
    """Processor time of this process, threads included: what else the machine does is not counted."""
    begun = time.process_time()
    function()
    return (time.process_time() - begun) * 1_000


def memory_mib() -> float:
    """What this process holds; the most it ever held where the system says no more."""
    gc.collect()
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text(encoding="ascii").split()[1]) * resource.getpagesize() / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def print_line(name: str, stage: str, taken: list[float], limit_ms: float, grown_mib: float) -> bool:
    """Whether the 95th percentile is over the limit."""
    p95 = statistics.quantiles(taken, n=20)[-1]
    mark = f"  over {limit_ms} ms" if p95 > limit_ms else ""
    memory = f"{grown_mib:>9.1f}" if grown_mib else " " * 9
    print(f"{name:<18}{stage:<14}{statistics.median(taken):>9.2f}{p95:>9.2f}{memory}{mark}")
    return bool(mark)


if __name__ == "__main__":
    sys.exit(main())
