"""Writes the network as an ONNX graph with a byte for each weight, one text at a time.

The pieces' vectors have a scale each; the weights of the layers have one for each output and use seven bits, since
processors without VNNI add two products in sixteen bits. What flows between is made bytes as it comes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from onnx import ModelProto, TensorProto, helper, numpy_helper

from moderation.flaggers.pieces import SPECIAL

_WORDS: Final = 127
_WEIGHTS: Final = 63
_OPERATIONS: Final = 20
# What a piece counts to what a text is about: by how much its likelihood is below e^-8, and all pieces a little.
_USUAL: Final = 8.0
_LEAST: Final = 0.05


class Graph:
    """Nodes and constants as they are added; every method returns the name of what it puts out."""

    def __init__(self) -> None:
        """Empty."""
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, value: Any) -> str:
        """A fixed array."""
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.array(value, order="C"), name))
        return name

    def add(self, operation: str, *inputs: str, outputs: int = 1, **attributes: Any) -> Any:
        """A node; the name of its output, or the list of names of several."""
        names = [f"n{len(self.nodes)}_{number}" for number in range(outputs)]
        self.nodes.append(helper.make_node(operation, inputs, names, **attributes))
        return names[0] if outputs == 1 else names

    def linear(self, x: str, weights: Any, bias: Any) -> str:
        """x times the weights (outputs, inputs), with both made bytes; each piece by its own largest number, since a few have numbers
        many times those of the others, which would be left with few steps."""
        scale = np.abs(weights).max(axis=1) / _WEIGHTS
        table = np.round(weights / scale[:, None]).astype(np.int8)
        largest = self.add("ReduceMax", self.add("Abs", x), self.constant(np.array([1], dtype=np.int64)), keepdims=1)
        numbers, step, zero = self.add("DynamicQuantizeLinear", self.add("Div", x, largest), outputs=3)
        product = self.add("MatMulInteger", numbers, self.constant(table.T), zero)
        scales = self.add("Mul", step, self.constant(scale.astype(np.float32)))
        real = self.add("Mul", self.add("Cast", product, to=TensorProto.FLOAT), scales)
        return str(self.add("Add", self.add("Mul", real, largest), self.constant(bias)))

    def normalized(self, x: str, weight: Any, bias: Any, epsilon: float) -> str:
        """Layer normalisation over the last axis."""
        return str(
            self.add("LayerNormalization", x, self.constant(weight), self.constant(bias), axis=-1, epsilon=epsilon)
        )


def graph_of(state: dict[str, Any], scores: Sequence[float], *, layers: int, heads: int, epsilon: float) -> ModelProto:
    """From the arrays of `Encoder` and the logarithms of the pieces' likelihood: in, `numbers` (pieces); out, `mean` and `first`
    (width), `said` (heads), and `subject` (width), a sum in which the rare pieces count most."""
    graph = Graph()
    words = state["words.weight"]
    width = words.shape[1]
    scale = np.abs(words).max(axis=1, keepdims=True) / _WORDS
    table = graph.constant(np.round(words / np.maximum(scale, 1e-12)).astype(np.int8))
    rows = graph.add("Cast", graph.add("Gather", table, "numbers"), to=TensorProto.FLOAT)
    rows = graph.add("Mul", rows, graph.add("Gather", graph.constant(scale.astype(np.float32)), "numbers"))
    length = graph.add("Shape", "numbers")
    zero = graph.constant(np.array([0], dtype=np.int64))
    places = graph.add("Slice", graph.constant(state["places"]), zero, length, zero)
    x = graph.normalized(graph.add("Add", rows, places), state["norm.weight"], state["norm.bias"], epsilon)
    split = graph.constant(np.array([0, 3, heads, width // heads], dtype=np.int64))
    joined = graph.constant(np.array([0, width], dtype=np.int64))
    for number in range(layers):
        own = {name.removeprefix(f"layers.{number}."): value for name, value in state.items()}
        root = np.float32(np.sqrt(width / heads))
        three = graph.linear(
            x,
            np.concatenate([own["q.weight"] / root, own["k.weight"], own["v.weight"]]),
            np.concatenate([own["q.bias"] / root, own["k.bias"], own["v.bias"]]),
        )
        parts = graph.add("Transpose", graph.add("Reshape", three, split), perm=[1, 2, 0, 3])
        query, key, value = (
            graph.add("Squeeze", part, zero) for part in graph.add("Split", parts, outputs=3, axis=0, num_outputs=3)
        )
        seen = graph.add("Softmax", graph.add("MatMul", query, graph.add("Transpose", key, perm=[0, 2, 1])), axis=-1)
        mixed = graph.add("Transpose", graph.add("MatMul", seen, value), perm=[1, 0, 2])
        mixed = graph.linear(graph.add("Reshape", mixed, joined), own["ao.weight"], own["ao.bias"])
        x = graph.normalized(graph.add("Add", x, mixed), own["aln.weight"], own["aln.bias"], epsilon)
        inner = graph.add("Gelu", graph.linear(x, own["fi.weight"], own["fi.bias"]))
        inner = graph.linear(inner, own["fo.weight"], own["fo.bias"])
        x = graph.normalized(graph.add("Add", x, inner), own["oln.weight"], own["oln.bias"], epsilon)
    graph.nodes.append(helper.make_node("Gather", [x, graph.constant(np.array(0, dtype=np.int64))], ["first"]))
    graph.nodes.append(helper.make_node("ReduceMean", [x, zero], ["mean"], keepdims=0))
    worth = graph.add("Gather", graph.constant(worth_of(scores)), "numbers")
    graph.nodes.append(helper.make_node("MatMul", [worth, x], ["subject"]))
    both = graph.add("Concat", "first", "mean", axis=0)
    product = graph.add("MatMul", graph.constant(state["head.weight"]), both)
    graph.nodes.append(helper.make_node("Add", [product, graph.constant(state["head.bias"])], ["said"]))
    made = helper.make_graph(
        graph.nodes,
        "encoder",
        [helper.make_tensor_value_info("numbers", TensorProto.INT64, ["pieces"])],
        [
            helper.make_tensor_value_info("mean", TensorProto.FLOAT, [width]),
            helper.make_tensor_value_info("first", TensorProto.FLOAT, [width]),
            helper.make_tensor_value_info("said", TensorProto.FLOAT, [len(state["head.bias"])]),
            helper.make_tensor_value_info("subject", TensorProto.FLOAT, [width]),
        ],
        graph.constants,
    )
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", _OPERATIONS)], ir_version=9)


def worth_of(scores: Sequence[float]) -> Any:
    """How much each piece counts to what a text is about, from the logarithms of their likelihood: (pieces,)."""
    rarity = np.maximum(0, -np.array(scores) - _USUAL) + _LEAST
    rarity[:SPECIAL] = 0
    return rarity.astype(np.float32)
