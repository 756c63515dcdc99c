"""Words for the generated newsroom: the sentences of the demo's own comments, shuffled."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from dataclasses import dataclass

from comments.markup import render
from demo.contents import article_contents, author_contents, comment_contents

# So many texts are composed and rendered for each language; comments share them, since rendering is the dear part.
POOL_SIZE = 400
_SENTENCE_END = re.compile(r"(?<=[.!?]) +(?=[A-ZÄÖÜ])")
# Sentences in a comment: mostly a few, now and then many.
_LENGTHS = (1, 2, 3, 4, 5, 6, 8, 12, 20)
_LENGTH_WEIGHTS = (14, 22, 22, 16, 10, 7, 5, 3, 1)
SENTENCES_IN_PARAGRAPH = 5


@dataclass(frozen=True, slots=True)
class Text:
    """A comment's text and its HTML."""

    body: str
    body_html: str


class Words:
    """Texts, titles and names drawn with one random generator: the same every time."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._sentences = _sentences()
        self._pools = {
            language: [self._compose(language) for _number in range(POOL_SIZE)] for language in self._sentences
        }
        names = [author["name"].split() for author in author_contents() if not author["badge"]]
        self._first_names = [name[0] for name in names]
        self._last_names = [name[-1] for name in names if len(name) > 1]

    def text(self, language: str) -> Text:
        return self._chance.choice(self._pools[language])

    def line(self, language: str, limit: int) -> str:
        """A sentence of at most `limit` characters, without its full stop."""
        short = [sentence for sentence in self._sentences[language] if len(sentence) <= limit]
        return self._chance.choice(short).rstrip(".")

    def name(self) -> str:
        return f"{self._chance.choice(self._first_names)} {self._chance.choice(self._last_names)}"[:60]

    def _compose(self, language: str) -> Text:
        count = self._chance.choices(_LENGTHS, _LENGTH_WEIGHTS)[0]
        chosen = self._chance.choices(self._sentences[language], k=count)
        paragraphs = [
            " ".join(chosen[start : start + SENTENCES_IN_PARAGRAPH])
            for start in range(0, count, SENTENCES_IN_PARAGRAPH)
        ]
        body = "\n\n".join(paragraphs)
        return Text(body, str(render(body)))


def _sentences() -> dict[str, list[str]]:
    """Every plain sentence of the published comments, by language."""
    languages = {content["key"]: content["language"] for content in article_contents()}
    found: dict[str, list[str]] = defaultdict(list)
    for content in comment_contents():
        if content["outcome"] == "approved":
            for line in content["body"].splitlines():
                if line and line[0] not in ">-":
                    found[languages[content["article"]]] += _SENTENCE_END.split(line)
    return found
