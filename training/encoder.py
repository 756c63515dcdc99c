"""Fine-tunes the encoder. What is learnt goes to a folder after every few steps, from where it goes on.

The rate of learning rises, stays, and falls over the second half. What counts is the mean of the weights that the network had on its
way (Izmailov and others 2018, "Averaging weights leads to wider optima and better generalization",
https://arxiv.org/abs/1803.05407). The vectors are kept near those of the base, and taught to tell apart what texts are about.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from moderation.flaggers.pieces import Pieces
from training.encoder_base import Base, base_file, kept_pieces, read_base
from training.encoder_graph import worth_of
from training.encoder_network import Encoder, batch_of
from training.encoder_rows import SEED, Lesson, is_held_out, lessons
from training.encoder_subjects import Subjects
from training.sources import respect_rows, spam_rows

PIECES: Final = 34_000
LONGEST: Final = 64
BATCH: Final = 32
RATE: Final = 1e-4
HEAD_RATE: Final = 1e-3
WARM: Final = 100
# The rate falls over the last half of a course, to this share.
FALL: Final = 0.5
LEAST_RATE: Final = 0.2
# From this share of a course on, each so many steps, the weights count to the mean.
AVERAGED_FROM: Final = 0.35
AVERAGED: Final = 5
# Each so many steps the vectors are compared with the base's.
COMPARE: Final = 4
COMPARED_WEIGHT: Final = 5.0
SUBJECTS_WEIGHT: Final = 0.5
_SORTED_TOGETHER: Final = 16
_SAVE: Final = 50
# The orders in which the shipped weights were learnt come after this one.
_ORDER: Final = 10


@dataclass(frozen=True, slots=True)
class Plan:
    """Of a course: its steps, of how many each time one looks at pairs of texts about the same, and whether it learns from what was
    written last: some kinds of sentences, posts in pairs, more articles with comments, more lines of spam."""

    steps: int
    pairs_each: int
    with_late: bool


# One after the other, each in an order of its own and from the mean of the one before.
COURSES: Final = (Plan(2_200, pairs_each=4, with_late=False), Plan(2_500, pairs_each=4, with_late=True))


def vocabulary(base: Base, data: Path, work: Path) -> list[int]:
    """The kept pieces, counted once."""
    path = work / "kept.txt"
    if not path.exists():
        texts = [row.text for row in (*respect_rows(data), *spam_rows(data))]
        path.write_text("\n".join(map(str, kept_pieces(base, texts, PIECES))), encoding="ascii")
    return [int(line) for line in path.read_text(encoding="ascii").split()]


def learnt_files(work: Path) -> list[Path]:
    """One of each course."""
    return [work / f"learnt-{number}.pt" for number, _plan in enumerate(COURSES, start=1)]


def train(data: Path, work: Path) -> None:
    """All courses; what lies in the folder already is not learnt again."""
    for number, plan in enumerate(COURSES, start=1):
        _take_course(data, work, plan, number)


def _take_course(data: Path, work: Path, plan: Plan, number: int) -> None:
    path = learnt_files(work)[number - 1]
    work.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(2)
    base = read_base(base_file())
    kept = vocabulary(base, data, work)
    pieces = Pieces([base.pieces[number] for number in kept], [base.scores[number] for number in kept])
    course = Course(base, kept, pieces, data, plan, SEED + (_ORDER + number) * 1_000_000)
    steps, step = plan.steps, course.load(path)
    if not step and number > 1:
        course.begin_at_mean_of(learnt_files(work)[number - 2])
    started, losses = time.monotonic(), [0.0, 0.0, 0.0]
    while step < steps:
        share = min(1.0, (step + 1) / WARM, max(LEAST_RATE, (steps - step) / (FALL * steps)))
        for sum_of, loss in enumerate(course.learn(step, share)):
            losses[sum_of] += loss
        if step >= AVERAGED_FROM * steps and step % AVERAGED == 0:
            course.average()
        step += 1
        if step % _SAVE == 0 or step == steps:
            course.save(path, step)
            own, apart, subjects = losses[0] / _SAVE, losses[1] * COMPARE / _SAVE, losses[2] * plan.pairs_each / _SAVE
            said = f"loss {own:.4f}, apart {apart:.4f}, subjects {subjects:.4f}"
            print(f"step {step}: {said}, {time.monotonic() - started:.0f} s", flush=True)
            losses = [0.0, 0.0, 0.0]


class Course:
    """The network, what it learns from, and how far it is."""

    def __init__(self, base: Base, kept: list[int], pieces: Pieces, data: Path, plan: Plan, seed: int) -> None:
        """At its beginning; the seed says in which order it learns."""
        self.plan, self.seed = plan, seed
        torch.manual_seed(seed)
        self.lessons = [lesson for lesson in lessons(data, with_late=plan.with_late) if not is_held_out(lesson.row)]
        self.cut = [pieces.encode(lesson.row.text)[: LONGEST - 2] for lesson in self.lessons]
        print(f"{len(self.lessons)} texts, {sum(map(len, self.cut))} pieces", flush=True)
        self.prompt = pieces.encode("query:")
        self.subjects = Subjects(
            data, pieces, worth_of([base.scores[number] for number in kept]), with_late=plan.with_late
        )
        self.network, self.original = Encoder(base, kept), Encoder(base, kept).eval()
        self.sources = sorted({lesson.row.source for lesson in self.lessons})
        self.own = nn.Linear(2 * base.width, len(self.sources))
        nn.init.zeros_(self.own.weight)
        nn.init.zeros_(self.own.bias)
        # The mean of the weights on the way, and of how many.
        self.mean: dict[str, dict[str, Tensor]] = {}
        self.averaged = 0
        self.weights = list(self.network.parameters())
        heads = {id(value) for value in self.network.head.parameters()}
        self.optimizer = torch.optim.AdamW(
            [
                {
                    "params": [value for value in self.weights if id(value) not in heads],
                    "lr": RATE,
                    "most": RATE,
                    "weight_decay": 0.01,
                },
                {
                    "params": [*self.network.head.parameters(), *self.own.parameters()],
                    "lr": HEAD_RATE,
                    "most": HEAD_RATE,
                    "weight_decay": 0.0,
                },
            ],
            fused=True,
        )

    def learn(self, step: int, share: float) -> tuple[float, float, float]:
        """One step at this share of the rate. The loss, how far the vectors are from the base's, and the loss of the pairs (0: not
        looked at)."""
        at = batch_at(step, [len(one) for one in self.cut], self.seed)
        torch.manual_seed(self.seed + step)
        self.network.train()
        vectors, said, both = self.network(*batch_of([self.cut[number] for number in at]))
        loss = loss_of(said, self.own(both), [self.lessons[number] for number in at], self.sources)
        learnt, moved, paired = float(loss.detach()), 0.0, 0.0
        if step % COMPARE == 0:
            with torch.no_grad():
                wanted, _said, _both = self.original(*batch_of([self.cut[number] for number in at], self.prompt))
            apart = (1 - (vectors * wanted).sum(1)).mean()
            moved = float(apart.detach())
            loss = loss + COMPARED_WEIGHT * apart
        elif step % self.plan.pairs_each == self.plan.pairs_each // 2:
            pairs = self.subjects.loss(self.network, step // self.plan.pairs_each, self.seed)
            paired = float(pairs.detach())
            loss = loss + SUBJECTS_WEIGHT * pairs
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.weights, 1.0)
        for group in self.optimizer.param_groups:
            group["lr"] = group["most"] * share
        self.optimizer.step()
        self.optimizer.zero_grad()
        return learnt, moved, paired

    def average(self) -> None:
        """Count the weights as they are to the mean."""
        self.averaged += 1
        for name, part in (("network", self.network), ("own", self.own)):
            mean = self.mean.setdefault(name, {})
            for key, value in part.state_dict().items():
                mean[key] = torch.lerp(mean.get(key, value), value, 1 / self.averaged)

    def save(self, path: Path, step: int) -> None:
        """Whole or not at all."""
        state = {
            "network": self.network.state_dict(),
            "own": self.own.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "mean": self.mean,
            "averaged": self.averaged,
            "sources": self.sources,
            "step": step,
        }
        following = path.with_suffix(".next")
        torch.save(state, following)
        following.replace(path)

    def load(self, path: Path) -> int:
        """Goes on from a file, if there is one; after how many steps."""
        if not path.exists():
            return 0
        state = torch.load(path)
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.own.load_state_dict(state["own"])
        self.mean, self.averaged = state["mean"], state["averaged"]
        return int(state["step"])

    def begin_at_mean_of(self, path: Path) -> None:
        """With the weights that another course came to; the head of a source that it had not begins at nothing."""
        before = torch.load(path)
        self.network.load_state_dict(before["mean"]["network"])
        known = [self.sources.index(source) for source in before["sources"]]
        with torch.no_grad():
            self.own.weight[known] = before["mean"]["own"]["weight"]
            self.own.bias[known] = before["mean"]["own"]["bias"]


def batch_at(step: int, lengths: list[int], seed: int) -> list[int]:
    """The numbers of the texts of one step: all texts once in a random order, those of like length together."""
    per_round = len(lengths) // BATCH
    chance = random.Random(seed + step // per_round)  # noqa: S311 - the same order each time
    order = chance.sample(range(len(lengths)), len(lengths))
    together = BATCH * _SORTED_TOGETHER
    batches = []
    for start in range(0, len(order), together):
        part = sorted(order[start : start + together], key=lambda number: lengths[number])
        some = [part[first : first + BATCH] for first in range(0, len(part), BATCH)]
        chance.shuffle(some)
        batches += some
    return batches[step % per_round]


def loss_of(said: Tensor, own: Tensor, rows: list[Lesson], sources: list[str]) -> Any:
    """Half of it of the head that each row is for, half of the head that only the row's source has.

    What counts as an insult differs between the sources: a head of its own lets each keep to its own bound without
    the others' having to move.
    """
    heads = torch.tensor([lesson.head for lesson in rows])
    origins = torch.tensor([sources.index(lesson.row.source) for lesson in rows])
    wanted = torch.tensor([float(lesson.row.is_bad) for lesson in rows])
    weights = torch.tensor([lesson.row.weight for lesson in rows])
    found = [
        functional.binary_cross_entropy_with_logits(numbers.gather(1, at[:, None])[:, 0], wanted, reduction="none")
        for numbers, at in ((said, heads), (own, origins))
    ]
    return ((found[0] + found[1]) / 2 * weights).mean()
