"""The network that is fine-tuned: the base's layers as they are, and heads of our own on top."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from moderation.flaggers.pieces import END, START
from training.encoder_base import Base, matrix, rows_of

HEADS: Final = ("respect", "spam")
_PAD: Final = 1
_DROPPED: Final = 0.1
_PLACES: Final = 512


class Layer(nn.Module):
    """Attention and a network for each piece, both with what came in added and normalised afterwards."""

    def __init__(self, width: int, inner: int, heads: int, epsilon: float) -> None:
        """Of random weights; see `load`."""
        super().__init__()
        self.heads = heads
        self.q, self.k, self.v, self.ao = (nn.Linear(width, width) for _name in range(4))
        self.fi, self.fo = nn.Linear(width, inner), nn.Linear(inner, width)
        self.aln, self.oln = nn.LayerNorm(width, epsilon), nn.LayerNorm(width, epsilon)
        self.drop = nn.Dropout(_DROPPED)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """From (texts, pieces, width) to the same; `mask` is true where there is a piece."""
        texts, pieces, width = x.shape
        q, k, v = (
            part(x).view(texts, pieces, self.heads, width // self.heads).transpose(1, 2)
            for part in (self.q, self.k, self.v)
        )
        seen = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask[:, None, None, :])
        x = self.aln(x + self.drop(self.ao(seen.transpose(1, 2).reshape(texts, pieces, width))))
        out: Tensor = self.oln(x + self.drop(self.fo(functional.gelu(self.fi(x)))))
        return out


class Encoder(nn.Module):
    """Vectors of texts, and a number for each head. The heads look at the first place and at the mean of all."""

    def __init__(self, base: Base, kept: Sequence[int]) -> None:
        """The base with the kept pieces alone; the heads say nothing yet."""
        super().__init__()
        self.words = nn.Embedding.from_pretrained(torch.tensor(rows_of(base, list(kept))), freeze=False)
        places = base.tensors["emb.pos"].reshape(-1, base.width)[:_PLACES] + base.tensors["emb.type"][: base.width]
        self.places = nn.Parameter(torch.tensor(places))
        self.norm = nn.LayerNorm(base.width, base.epsilon)
        self.norm.weight.data = torch.tensor(base.tensors["emb.ln.w"])
        self.norm.bias.data = torch.tensor(base.tensors["emb.ln.b"])
        inner = len(base.tensors["l0.fi.b"])
        self.layers = nn.ModuleList(
            Layer(base.width, inner, base.heads, base.epsilon) for _number in range(base.layers)
        )
        for number, layer in enumerate(self.layers):
            for name, part in layer.named_children():
                if isinstance(part, nn.Linear):
                    part.weight.data = torch.tensor(matrix(base, f"l{number}.{name}.w", part.in_features))
                    part.bias.data = torch.tensor(base.tensors[f"l{number}.{name}.b"])
                elif isinstance(part, nn.LayerNorm):
                    part.weight.data = torch.tensor(base.tensors[f"l{number}.{name}.w"])
                    part.bias.data = torch.tensor(base.tensors[f"l{number}.{name}.b"])
        self.drop = nn.Dropout(_DROPPED)
        self.head = nn.Linear(2 * base.width, len(HEADS))
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)

    def forward(self, numbers: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Of (texts, pieces): the unit vectors (texts, width), the heads' numbers (texts, heads), and what the heads looked at:
        first place and mean (texts, 2 * width)."""
        x = self._read(numbers, mask)
        share = mask.to(x.dtype)[:, :, None]
        mean = (x * share).sum(1) / share.sum(1)
        both: Tensor = self.drop(torch.cat([x[:, 0], mean], dim=1))
        return functional.normalize(mean, dim=1), self.head(both), both

    def subjects(self, numbers: Tensor, mask: Tensor, worth: Tensor) -> Tensor:
        """Of (texts, pieces) what the texts are about (texts, width): sums in which each piece counts by its worth (pieces)."""
        x = self._read(numbers, mask)
        return ((worth[numbers] * mask)[:, :, None] * x).sum(1)

    def _read(self, numbers: Tensor, mask: Tensor) -> Tensor:
        x: Tensor = self.drop(self.norm(self.words(numbers) + self.places[: numbers.shape[1]]))
        for layer in self.layers:
            x = layer(x, mask)
        return x


def batch_of(cut: Sequence[Sequence[int]], before: Sequence[int] = ()) -> tuple[Tensor, Any]:
    """The pieces of texts between start and end, padded, and where there are any; `before`: pieces before each text."""
    rows = [[START, *before, *one, END] for one in cut]
    longest = max(map(len, rows))
    numbers = torch.tensor([row + [_PAD] * (longest - len(row)) for row in rows])
    return numbers, torch.arange(longest)[None, :] < torch.tensor([[len(row)] for row in rows])
