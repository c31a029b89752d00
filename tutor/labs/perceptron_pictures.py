"""What the lab `perceptron` shows. `state` is the state of that lab."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs.plane import augmented, grid, limits_of, normal_arrow
from tutor.labs.spec import State
from tutor.labs.words import said, summed
from tutor.pictures import Columns, Edge, Field, Images, Network, Node, Picture, Points, Text
from tutor.words import tr

Array = NDArray[Any]

_TITLES = {"blobs": "two separable blobs", "overlap": "two overlapping blobs"}
_DIGIT_CELLS = (10, 6)
"""Columns and rows of cells that one digit takes with its caption and the space around it."""


def boundary(state: State, data: str, size: tuple[int, int]) -> Field:
    """The signed distance to the boundary over the plane, the points, the example shown last, and the weight vector."""
    w, xy = state["w"], state["x"][:, :2]
    limits = limits_of(xy)
    points, shape = grid(limits, size)
    reach = (limits[1] - limits[0]) / 2
    # Weights of 0 make no boundary: the whole plane is on one side, or (bias 0 too) on none.
    length = math.hypot(float(w[0]), float(w[1]))
    heights = decisions(w, augmented(points)) / np.float32(length) if length else np.full(len(points), np.sign(w[2]) * reach)
    return Field(
        np.clip(heights, -reach, reach).astype(np.float32).reshape(shape),
        limits,
        limits,
        -reach,
        reach,
        0.0 if length else None,
        Points(xy, (state["t"] > 0).astype(np.int64), wrong(state), shown_last(state)),
        normal_arrow((float(w[0]), float(w[1])), float(w[2]), limits),
        title=tr(_TITLES[data]) if data in _TITLES else data.upper(),
        legend=(("a", tr("target {target}", target="−1")), ("b", tr("target {target}", target="+1"))),
    )


def digit_boundary(state: State, classes: tuple[int, int], size: tuple[int, int]) -> Columns:
    """The weights as a picture, beside the digits that are still wrong."""
    return Columns((weights(state, classes), still_wrong(state, classes, size)), (1.0, 2.0))


def weights(state: State, classes: tuple[int, int]) -> Images:
    """The weights of the pixels as one signed picture."""
    w = state["w"][:-1]
    most = float(np.abs(w).max()) or 1.0
    caption = f"−: {classes[0]}, +: {classes[1]}"
    return Images(w.reshape(1, 8, 8).copy(), (caption,), -most, most, signed=True, title="weights")


def still_wrong(state: State, classes: tuple[int, int], size: tuple[int, int]) -> Picture:
    """The digits that the weights get wrong, then the held-out ones among them, as many as there is room for."""
    parts = (("", state["x"], state["t"]), ("unseen", state["test_x"], state["test_t"]))
    chosen = [(note, x, t, np.flatnonzero(~(t * decisions(state["w"], x) > 0))) for note, x, t in parts]
    counts = tr(
        "{wrong} of {n} wrong; unseen: {unseen} of {held_out}",
        wrong=len(chosen[0][3]), n=len(state["t"]), unseen=len(chosen[1][3]), held_out=len(state["test_t"]),
    )  # fmt: skip
    room = max(1, size[0] * 2 // 3 // _DIGIT_CELLS[0]) * max(1, size[1] // _DIGIT_CELLS[1])
    pixels = [x[i, :-1].reshape(8, 8) for _, x, _, found in chosen for i in found][:room]
    captions = [f"{classes[int(t[i] > 0)]} {note}".strip() for note, _, t, found in chosen for i in found][:room]
    if not pixels:
        return Text((tr("No digit is wrong."),), counts)
    return Images(np.stack(pixels), tuple(captions), title=counts)


def network(state: State) -> Network:
    """The neuron with its weights, and its sum for the example shown last (before any: for the first one)."""
    w, i = state["w"], shown_last(state) or 0
    x, t = state["x"][i], float(state["t"][i])
    z = float(decisions(w, state["x"][i : i + 1])[0])
    says = float(np.sign(z))
    verdict = tr("on the boundary" if z == 0 else "right now" if says == t else "wrong now")
    inputs = tuple(Node(f"x{j + 1}", said(float(x[j]))) for j in range(2))
    return Network(
        layers=(
            (*inputs, Node("1", "bias")),
            (Node("Σ", said(z), "accent"),),
            (Node("φ", said(says), "good" if says == t else "bad"),),
        ),
        edges=(*(Edge(0, j, 0, float(w[j]), said(float(w[j]))) for j in range(3)), Edge(1, 0, 0, 1.0, "sign")),
        title="sign(wᵀx + b)",
        caption=(
            f"Σ = {summed([(float(w[j]), float(x[j])) for j in range(2)], float(w[2]))} = {said(z)}",
            tr("target {target}: {verdict}", target=said(t), verdict=verdict) + f", {after_mistakes(int(state['tally'][0]))}",
        ),
    )


def decisions(w: Array, x: Array) -> Array:
    """The weighted sums (n,) float32 of the rows of x (n, d), which end in 1."""
    from kernels.perceptron import decide

    out = np.empty(len(x), np.float32)
    decide(w, x, out)
    return out


def wrong(state: State) -> Array:
    """(n,) bool: the examples that are not strictly on their side. Before the first step none is marked."""
    if state["step"][0] == 0:
        return np.zeros(len(state["t"]), np.bool_)
    return np.asarray(~(state["t"] * decisions(state["w"], state["x"]) > 0))


def shown_last(state: State) -> int | None:
    """The example that the last step showed, or None before the first."""
    step, order = int(state["step"][0]), state["order"]
    return int(order[(step - 1) % len(order)]) if step else None


def after_mistakes(mistakes: int) -> str:
    """ "after 1 mistake", "after 2 mistakes"."""
    return tr("after 1 mistake") if mistakes == 1 else tr("after {mistakes} mistakes", mistakes=mistakes)
