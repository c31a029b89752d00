"""What the lab `neuron` shows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs.neuron_answers import Answers, respond
from tutor.labs.plane import grid, limits_of, normal_arrow
from tutor.labs.words import said, summed
from tutor.pictures import Edge, Field, Network, Node, Points, Surface, Text
from tutor.words import tr

Array = NDArray[Any]

ROWS = ("00", "01", "10", "11")
"""The values of the knob that chooses a row."""
_RANGE = {
    "step": (0.0, 1.0),
    "sign": (-1.0, 1.0),
    "linear": (-3.0, 3.0),
    "sigmoid": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "relu": (-2.0, 3.0),
}
"""The answers at the ends of the colour scale; the middle is where the sides change."""
_SURFACE = 41
"""Rows and columns of the relief."""


def boundary(a: Answers, size: tuple[int, int]) -> Field:
    """The answer over the plane, with the rows, the boundary and the weight vector."""
    limits = limits_of(a.x)
    points, shape = grid(limits, size, fine=2)
    _, y = respond(a.w, a.b, a.activation, points)
    low, high = _RANGE[a.activation]
    return Field(
        y.reshape(shape),
        limits,
        limits,
        low,
        high,
        a.cut if any(a.w) else None,
        Points(a.x, a.true.astype(np.int64), ~a.right),
        normal_arrow(a.w, a.b - a.cut_sum, limits),
        title=f"{a.name.upper()}: {a.activation}(wᵀx + b)",
        legend=(("a", tr("should be {low}", low=said(a.low))), ("b", tr("should be {low}", low=1))),
    )


def surface(a: Answers) -> Surface:
    """The answer as a relief over the same part of the plane."""
    limits = limits_of(a.x)
    points, shape = grid(limits, (_SURFACE, _SURFACE // 2))
    _, y = respond(a.w, a.b, a.activation, points)
    low, high = _RANGE[a.activation]
    if a.activation == "relu":
        low = 0.0
    return Surface(np.clip(y, low, high).reshape(shape), limits, limits, low, high, f"{a.activation}(wᵀx + b)", "answer")


def network(a: Answers, point: str) -> Network:
    """The neuron drawn, with the numbers of one row and its sum written out."""
    row = row_of(a, point)
    inputs = 1 if a.name == "not" else 2
    x = [float(v) for v in a.x[row, :inputs]]
    z, y, t, right = float(a.z[row]), float(a.y[row]), float(a.t[row]), bool(a.right[row])
    before = tuple(Node(f"x{j + 1}", said(value)) for j, value in enumerate(x))
    weights = (*a.w[:inputs], a.b)
    return Network(
        layers=(
            (*before, Node("1", "bias")),
            (Node("Σ", said(z), "accent"),),
            (Node("φ", said(y), "good" if right else "bad"),),
        ),
        edges=(
            *(Edge(0, j, 0, weight, said(weight)) for j, weight in enumerate(weights)),
            Edge(1, 0, 0, 1.0, a.activation),
        ),
        title="φ(wᵀx + b)",
        caption=(
            f"Σ = {summed(list(zip(a.w[:inputs], x, strict=True)), a.b)} = {said(z)}",
            f"{a.activation}({said(z)}) = {said(y)}; "
            + tr("it should be {target}: {verdict}", target=said(t), verdict=tr("right") if right else tr("wrong")),
        ),
    )


def row_of(a: Answers, point: str) -> int:
    """The row with these inputs; for one input, the row with this first one."""
    wanted = [int(digit) for digit in point]
    if a.name == "not":
        wanted[1] = 0
    return int(np.flatnonzero((a.x == wanted).all(axis=1))[0])


def truth(a: Answers) -> Text:
    """The truth table, with the sum and the answer of each row."""
    one_input = a.name == "not"
    lines = ["  x1" + ("" if one_input else "  x2") + "".join(f"{tr(word):>9}" for word in ("sum", "answer", "target"))]
    for x, z, y, t, right in zip(a.x, a.z, a.y, a.t, a.right, strict=True):
        second = "" if one_input else f"{said(x[1]):>4}"
        lines.append(f"{said(x[0]):>4}{second}{said(z):>9}{said(y):>9}{said(t):>9}   {tr('right') if right else tr('wrong')}")
    return Text(tuple(lines), f"{a.name.upper()}: " + tr("{right} of {n} right", right=int(a.right.sum()), n=len(a.t)))
