"""What the lab `xor` shows. `state` is the state of that lab."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs import xor_nets as nets
from tutor.labs.plane import crossing, grid
from tutor.labs.spec import Knobs, State
from tutor.labs.words import said, summed
from tutor.labs.xor_nets import ROWS, Answers, Layered
from tutor.pictures import Columns, Edge, Field, Images, Network, Node, Picture, Points, Segment, Text

Array = NDArray[Any]

LIMITS = (-0.5, 1.5)
_LINES = ("c", "d", "e", "f")
"""Roles of the hidden units' lines; with more units there are too many to follow."""
_WIDE = 76
"""Columns from which two planes lie side by side."""
_RANGES = {"tanh": (-1.25, 1.25), "sigmoid": (-0.25, 1.25), "step": (-0.25, 1.25)}
"""Where a hidden unit's answers lie."""
_SIDES = (24, 20, 16, 12, 10, 8, 6, 4)
"""Pixels along the side of a small map."""


def boundary(state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
    """What the net answers over the plane of the inputs, with the rows and the line of each hidden unit."""
    columns, rows = size
    if columns >= _WIDE and int(knobs["hidden"]):
        half = (columns // 2 - 1, rows)
        return Columns((_input_plane(state, knobs, half), _hidden_plane(state, knobs, half)))
    return _input_plane(state, knobs, size)


def hidden(state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
    """The rows where the hidden layer puts them, and what the last layer says there."""
    if not int(knobs["hidden"]):
        return Text(
            ("There is no hidden unit.", "The last layer sees the inputs themselves, and can only draw one straight line."),
            "no hidden space",
        )
    return _hidden_plane(state, knobs, size)


def _input_plane(state: State, knobs: Knobs, size: tuple[int, int]) -> Field:
    points, shape = grid(LIMITS, size)
    y = nets.answers(state, knobs, points).y
    here, one = nets.answers(state, knobs, state["x"]), nets.layered(state, knobs)
    lines, legend = _unit_lines(one)
    return Field(
        y.reshape(shape),
        LIMITS,
        LIMITS,
        0.0,
        1.0,
        0.5,
        _points(state["x"], here, state),
        lines,
        title=f"{str(knobs['data']).upper()}: the inputs",
        legend=(("a", "target 0"), ("b", "target 1"), *legend),
    )


def _unit_lines(one: Layered) -> tuple[tuple[Segment, ...], tuple[tuple[str, str], ...]]:
    """Where each hidden unit's sum is 0."""
    if one.w1 is None or one.b1 is None or len(one.w1) > len(_LINES):
        return (), ()
    found, legend = [], []
    for number, (role, w, b) in enumerate(zip(_LINES, one.w1, one.b1, strict=False), 1):
        ends = crossing((float(w[0]), float(w[1])), float(b), LIMITS)
        if ends is not None:
            found.append(Segment(*ends, role))
            legend.append((role, f"h{number}"))
    return tuple(found), tuple(legend)


def _points(xy: Array, here: Answers, state: State) -> Points:
    return Points(xy.astype(np.float32), (state["t"][:, 0] > 0.5).astype(np.int64), ~nets.right(here, state))


def _hidden_plane(state: State, knobs: Knobs, size: tuple[int, int]) -> Field:
    """The plane of the hidden units' answers: of one or two units as it is, of more the one that shows the rows best."""
    one, here = nets.layered(state, knobs), nets.answers(state, knobs, state["x"])
    h = here.hidden.astype(np.float64)
    count = h.shape[1]
    if count <= 2:
        centre, basis = np.zeros(count), np.eye(2)[:, :count]
        limits = _limits(h, one.phi)
        labels = ("h1", "h2" if count == 2 else "")
        title = "the hidden space"
    else:
        # The plane of the greatest spread, through the middle of the four rows.
        centre = h.mean(axis=0)
        basis = np.linalg.svd(h - centre)[2][:2]
        basis *= np.where(basis[np.arange(2), np.abs(basis).argmax(axis=1)] < 0, -1.0, 1.0)[:, None]
        reach = 1.4 * float(np.abs((h - centre) @ basis.T).max()) or 1.0
        limits, labels, title = (-reach, reach), ("", ""), f"the hidden space of {count} units, seen flat"
    at = (h - centre) @ basis.T
    points, shape = grid(limits, size)
    logits = (centre + points.astype(np.float64) @ basis) @ one.w2.astype(np.float64) + one.b2
    y = (logits >= 0).astype(np.float32) if one.phi == "step" else nets.squashed(logits)
    rows = [("b" if t > 0.5 else "a", f"{row}: {_place(p)}") for row, t, p in zip(ROWS, state["t"][:, 0], at, strict=True)]
    return Field(
        y.reshape(shape), limits, limits, 0.0, 1.0, 0.5, _points(at, here, state),
        title=title, x_label=labels[0], y_label=labels[1], legend=tuple(rows),
    )  # fmt: skip


def _limits(h: Array, phi: str) -> tuple[float, float]:
    low, high = _RANGES.get(phi, (0.0, 0.0))
    if low < high:
        return low, high
    reach = 1.25 * max(float(np.abs(h).max()), 0.5)
    return (-0.2 * reach, reach) if phi in ("relu", "softplus") else (-reach, reach)


def _place(point: Array) -> str:
    return "(" + ", ".join(said(round(float(v), 2) + 0.0) for v in point) + ")"


def starts(state: State, knobs: Knobs, size: tuple[int, int]) -> Images:
    """What each net of the run has come to, as small maps of the inputs' plane."""
    rows = nets.solved(state, knobs)
    count, seed, own = len(rows), int(state["seed"][0]), nets.by_hand(state)
    captions = tuple(f"{'yours' if own else seed + number}: {good}/4" for number, good in enumerate(rows.tolist()))
    side = _side(count, size, max(map(len, captions)))
    along = (np.arange(side) + 0.5) / side * 1.5 - 0.25
    points = np.stack([axis.ravel() for axis in np.meshgrid(along, along[::-1])], axis=1).astype(np.float32)
    maps = nets.answers(state, knobs, points).y if own else nets.squashed(nets.everyone(state["theta"], knobs, points)[1])
    title = "your weights" if own else f"{int((rows == 4).sum())} of {count} starts have all four rows right"
    return Images(maps.reshape(count, side, side), captions, signed=True, title=title)


def _side(count: int, size: tuple[int, int], caption: int) -> int:
    """The most pixels along the side of a map with which all of them fit, with their captions."""
    columns, rows = size
    for side in _SIDES:
        if ((columns + 2) // (max(side, min(8, caption)) + 2)) * ((rows - 1) // (side // 2 + 1)) >= count:
            return side
    return _SIDES[-1]


def network(state: State, knobs: Knobs) -> Network:
    """The net with its weights, and every sum written out for one row."""
    number = ROWS.index(str(knobs["point"]))
    one, here = nets.layered(state, knobs), nets.answers(state, knobs, state["x"])
    x, h, y = state["x"][number], here.hidden[number], float(here.y[number])
    good = bool(nets.right(here, state)[number])
    layers = [tuple(Node(f"x{j + 1}", said(float(v))) for j, v in enumerate(x))]
    edges: list[Edge] = []
    caption = []
    if one.w1 is not None and one.b1 is not None:
        layers.append(tuple(Node(f"h{j + 1}", said(float(v), 2), "accent") for j, v in enumerate(h)))
        edges = [Edge(0, i, j, float(w), said(float(w), 2)) for j, row in enumerate(one.w1) for i, w in enumerate(row)]
        caption = [
            f"h{j + 1} = {one.phi}({_sum(w, x, float(b))}) = {said(float(h[j]), 2)}"
            for j, (w, b) in enumerate(zip(one.w1, one.b1, strict=True))
        ]
    last = "step" if one.phi == "step" else "σ"
    layers.append((Node("y", said(y, 2), "good" if good else "bad"),))
    edges += [Edge(len(layers) - 2, j, 0, float(w), said(float(w), 2)) for j, w in enumerate(one.w2)]
    target = said(float(state["t"][number, 0]))
    caption.append(f"y = {last}({_sum(one.w2, h, one.b2)}) = {said(y, 2)}; target {target}")
    return Network(tuple(layers), tuple(edges), f"row {ROWS[number]}", tuple(caption))


def _sum(w: Array, x: Array, b: float) -> str:
    """A weighted sum written out in few digits."""
    return summed([(_brief(a), _brief(v)) for a, v in zip(w, x, strict=True)], _brief(b))


def _brief(value: float) -> float:
    """The number rounded to two significant digits, and to four decimal places."""
    return round(float(f"{value:.2g}"), 4)


def truth(state: State, knobs: Knobs) -> Text:
    """The truth table with the hidden units' answers."""
    here, t = nets.answers(state, knobs, state["x"]), state["t"][:, 0]
    good = nets.right(here, state)
    count = here.hidden.shape[1] if int(knobs["hidden"]) else 0
    lines = ["row " + "".join(f"{f'h{j + 1}':>7}" for j in range(count)) + f"{'y':>8}  target"]
    for number, row in enumerate(ROWS):
        units = "".join(f"{said(float(v), 2):>7}" for v in here.hidden[number][:count])
        answer = said(round(float(here.y[number]), 3))
        lines.append(f" {row} {units}{answer:>8}{said(float(t[number])):>6}    {'right' if good[number] else 'wrong'}")
    return Text(tuple(lines), f"{str(knobs['data']).upper()}: {int(good.sum())} of 4 right")
