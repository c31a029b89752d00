"""What the lab `activations` shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs.clouds import REACH
from tutor.labs.plane import grid
from tutor.labs.spec import State
from tutor.labs.training import responses
from tutor.labs.words import said
from tutor.pictures import Bars, Columns, Field, Guide, Lines, Picture, Points, Series, Text

if TYPE_CHECKING:
    from kernels.mlp import Net

Array = NDArray[Any]

_SPAN = 6.0
_DOTS = 60
"""So many of the units' sums are drawn on the curve."""


def curves(activation: str, z: float, sums: Array) -> Lines:
    """φ and φ′, where they are read off, and on φ a sample of the sums that the units have now. sums: (n,), perhaps none."""
    from tutor.labs.activations import value_and_slope

    x = np.linspace(-_SPAN, _SPAN, 193).astype(np.float32)
    phi, slope = value_and_slope(activation, x)
    here, here_slope = value_and_slope(activation, np.array([z]))
    shown = np.clip(np.nan_to_num(np.sort(sums)[:: max(1, len(sums) // _DOTS)]), -_SPAN, _SPAN).astype(np.float32)
    series = [Series("φ", x, phi, "a"), Series("φ′", x, slope, "b")]
    if len(shown):
        series.append(Series("the units' sums", shown, value_and_slope(activation, shown)[0], "c", dots=True))
    bounded = activation in ("sigmoid", "tanh")
    return Lines(
        tuple(series),
        f"{activation}: φ({said(z)}) = {said(float(here[0]))}, φ′ = {said(float(here_slope[0]))}",
        "z",
        guides=(Guide("z", z, "x"),),
        x_limits=(-_SPAN, _SPAN),
        y_limits=(-1.1, 1.1) if activation == "tanh" else (-0.1, 1.1) if bounded else (-2.0, 4.0),
    )


def boundary(net: Net, state: State, title: str, size: tuple[int, int]) -> Field:
    """The net's answer over the plane, from 0 to 1, with the training points."""
    points, shape = grid((-REACH, REACH), size)
    logits = responses(net, state["theta"], points, int(net.units[-2]))[0]
    # σ(o) is half of 1 + tanh(o / 2), which cannot overflow.
    values = (0.5 + 0.5 * np.tanh(0.5 * logits)).astype(np.float32).reshape(shape)
    found = responses(net, state["theta"], state["x"], int(net.units[-2]))[0]
    target = state["t"][:, 0] > 0.5
    wrong = (found > 0) != target if state["step"][0] else None
    return Field(
        values, (-REACH, REACH), (-REACH, REACH), 0.0, 1.0, 0.5,
        Points(state["x"], target.astype(np.int64), wrong), title=title, legend=(("a", "class 0"), ("b", "class 1")),
    )  # fmt: skip


def layers(net: Net, state: State, slopes: list[Array], activation: str) -> Picture:
    """Each layer's mean slope and its share of dead units; for a linear φ the one layer that they all make."""
    if activation == "linear" or not slopes:
        return _collapsed(net, state, len(slopes))
    labels = tuple(f"layer {k + 1}" for k in range(len(slopes)))
    means = np.array([np.abs(s).mean() for s in slopes], np.float32)
    dead = np.array([(s == 0).all(axis=1).mean() for s in slopes], np.float32)
    roles = tuple("bad" if share else "good" for share in dead)
    return Columns((Bars(labels, means, "mean slope φ′"), Bars(labels, dead, "share of dead units", roles=roles)))


def _collapsed(net: Net, state: State, hidden: int) -> Text:
    """The product of the layers, which is what a net without non-linearity computes."""
    w, b = collapsed(net, state["theta"])
    sign = "−" if w[1] < 0 else "+"
    line = f"o = {said(float(w[0]))}·x1 {sign} {said(abs(float(w[1])))}·x2 {'−' if b < 0 else '+'} {said(abs(float(b)))}"
    count = "There is one layer only:" if not hidden else f"{hidden + 1} layers without a bend between them, multiplied out:"
    return Text((count, "", f"  {line}", "", "One weighted sum: its boundary is a straight line."), "one layer")


def collapsed(net: Net, theta: Array) -> tuple[Array, float]:
    """The weights (inputs,) and the bias of the one layer that linear layers make together, float64."""
    from kernels import mlp

    product, offset = np.eye(int(net.sizes[0])), np.zeros(int(net.sizes[0]))
    for W, b in mlp.views(net, theta.astype(np.float64)):
        product, offset = W @ product, W @ offset + b
    return product[0], float(offset[0])
