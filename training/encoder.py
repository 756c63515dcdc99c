"""Fine-tunes the encoder. What is learnt goes to a folder after every few steps, from where it goes on.

The lower half of the layers stays as it was: what it says of a text is computed once. The rate of learning rises,
stays, and falls over the last steps. The vectors are kept near those of the base, so that they still tell topics apart.
"""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor
from torch.nn import functional

from moderation.flaggers.pieces import Pieces
from training.encoder_base import Base, base_file, kept_pieces, read_base
from training.encoder_network import Encoder, batch_of
from training.encoder_rows import SEED, Lesson, is_held_out, lessons
from training.sources import respect_rows, spam_rows

PIECES: Final = 34_000
LONGEST: Final = 64
FROZEN: Final = 6
BATCH: Final = 32
RATE: Final = 1e-4
HEAD_RATE: Final = 1e-3
WARM: Final = 40
FALL: Final = 200
# Each so many steps the vectors are compared with the base's.
COMPARE: Final = 5
COMPARED_WEIGHT: Final = 4.0
_SORTED_TOGETHER: Final = 16
_SAVE: Final = 50


def vocabulary(base: Base, data: Path, work: Path) -> list[int]:
    """The kept pieces, counted once."""
    path = work / "kept.txt"
    if not path.exists():
        texts = [row.text for row in (*respect_rows(data), *spam_rows(data))]
        path.write_text("\n".join(map(str, kept_pieces(base, texts, PIECES))))
    return [int(line) for line in path.read_text().split()]


def train(data: Path, work: Path, steps: int) -> None:
    """So many steps in all, those included that lie in the folder already."""
    work.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(2)
    base = read_base(base_file())
    kept = vocabulary(base, data, work)
    pieces = Pieces([base.pieces[number] for number in kept], [base.scores[number] for number in kept])
    rows = [lesson for lesson in lessons(data) if not is_held_out(lesson.row)]
    cut = [pieces.encode(lesson.row.text)[: LONGEST - 2] for lesson in rows]
    print(f"{len(rows)} texts, {sum(map(len, cut))} pieces", flush=True)
    network = Encoder(base, kept)
    original = Encoder(base, kept).eval()
    sources = sorted({lesson.row.source for lesson in rows})
    origin = torch.zeros(len(sources), requires_grad=True)
    for part in (network.words, network.norm, *list(network.layers)[:FROZEN]):
        part.requires_grad_(requires_grad=False)
    network.places.requires_grad_(requires_grad=False)
    upper = [value for layer in list(network.layers)[FROZEN:] for value in layer.parameters()]
    optimizer = torch.optim.AdamW(
        [
            {"params": upper, "lr": RATE, "most": RATE, "weight_decay": 0.01},
            {"params": [*network.head.parameters(), origin], "lr": HEAD_RATE, "most": HEAD_RATE, "weight_decay": 0.0},
        ]
    )
    saved = work / "learnt.pt"
    step, lower = 0, {}
    if saved.exists():
        state = torch.load(saved)
        network.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
        origin.data = state["origin"]
        step = state["step"]
    if (work / "lower.pt").exists():
        lower = torch.load(work / "lower.pt")
    prompt = pieces.encode("query:")
    started, losses = time.monotonic(), [0.0, 0.0]
    while step < steps:
        at = batch_at(step, [len(one) for one in cut])
        torch.manual_seed(SEED + step)
        network.train()
        x, mask = lower_half(original, [cut[number] for number in at], at, lower)
        vectors, said = upper_half(network, x, mask)
        loss = loss_of(said, [rows[number] for number in at], origin, sources)
        losses[0] += float(loss.detach())
        if step % COMPARE == 0:
            with torch.no_grad():
                wanted, _said = original(*batch_of([cut[number] for number in at], prompt))
            apart = (1 - (vectors * wanted).sum(1)).mean()
            losses[1] += float(apart.detach())
            loss = loss + COMPARED_WEIGHT * apart
        loss.backward()
        torch.nn.utils.clip_grad_norm_(upper, 1.0)
        share = min(1.0, (step + 1) / WARM, (steps - step) / FALL)
        for group in optimizer.param_groups:
            group["lr"] = group["most"] * share
        optimizer.step()
        optimizer.zero_grad()
        step += 1
        if step % _SAVE == 0 or step == steps:
            state = {
                "network": network.state_dict(),
                "optimizer": optimizer.state_dict(),
                "origin": origin.data,
                "step": step,
            }
            torch.save(state, work / "next.pt")
            (work / "next.pt").replace(saved)
            seconds = time.monotonic() - started
            print(
                f"step {step}: loss {losses[0] / _SAVE:.4f}, apart {losses[1] * COMPARE / _SAVE:.4f}, {seconds:.0f} s",
                flush=True,
            )
            losses = [0.0, 0.0]
    torch.save(lower, work / "lower.pt")


def batch_at(step: int, lengths: list[int]) -> list[int]:
    """The numbers of the texts of one step: all texts once in a random order, those of like length together."""
    per_round = len(lengths) // BATCH
    chance = random.Random(SEED + step // per_round)  # noqa: S311 - the same order each time
    order = chance.sample(range(len(lengths)), len(lengths))
    together = BATCH * _SORTED_TOGETHER
    batches = []
    for start in range(0, len(order), together):
        part = sorted(order[start : start + together], key=lambda number: lengths[number])
        some = [part[first : first + BATCH] for first in range(0, len(part), BATCH)]
        chance.shuffle(some)
        batches += some
    return batches[step % per_round]


def lower_half(
    original: Encoder, cut: list[list[int]], at: list[int], known: dict[int, Tensor]
) -> tuple[Tensor, Tensor]:
    """What the frozen layers say of the texts, in half precision as it is kept in `known`."""
    numbers, mask = batch_of(cut)
    if all(number in known for number in at):
        x = torch.nn.utils.rnn.pad_sequence([known[number] for number in at], batch_first=True).float()
        return x, mask
    with torch.no_grad():
        x = original.norm(original.words(numbers) + original.places[: numbers.shape[1]])
        for layer in list(original.layers)[:FROZEN]:
            x = layer(x, mask)
    for place, number in enumerate(at):
        known[number] = x[place, : int(mask[place].sum())].half().clone()
    return x, mask


def upper_half(network: Encoder, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """The rest of `Encoder.forward`."""
    for layer in list(network.layers)[FROZEN:]:
        x = layer(x, mask)
    share = mask.to(x.dtype)[:, :, None]
    mean = (x * share).sum(1) / share.sum(1)
    said: Tensor = network.head(network.drop(torch.cat([x[:, 0], mean], dim=1)))
    return functional.normalize(mean, dim=1), said


def loss_of(said: Tensor, rows: list[Lesson], origin: Tensor, sources: list[str]) -> Any:
    """The loss of the head that each row is for. Each source has an offset of its own, dropped afterwards."""
    heads = torch.tensor([lesson.head for lesson in rows])
    wanted = torch.tensor([float(lesson.row.is_bad) for lesson in rows])
    weights = torch.tensor([lesson.row.weight for lesson in rows])
    offsets = origin[torch.tensor([sources.index(lesson.row.source) for lesson in rows])]
    own = said.gather(1, heads[:, None])[:, 0] + offsets
    return (functional.binary_cross_entropy_with_logits(own, wanted, reduction="none") * weights).mean()
