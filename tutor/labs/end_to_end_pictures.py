"""What the lab `end-to-end` shows. `state` is the state of that lab, `net` its net."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs.end_to_end_data import REACH
from tutor.labs.plane import Limits, grid
from tutor.labs.spec import State
from tutor.labs.training import responses
from tutor.pictures import Columns, Field, Path, Points, Segment, Text

if TYPE_CHECKING:
    from kernels.mlp import Net

Array = NDArray[Any]

_ROLES = ("a", "b", "c", "d", "e", "f", "g", "h")
_BLANK = np.zeros((2, 2), np.float32)
"""A plane without a colour."""
_LINES, _DOTS = 9, 60
"""Lines of the grid in either direction, and points of each."""


def spaces(state: State, net: Net, activation: str, names: tuple[str, ...], size: tuple[int, int]) -> Columns:
    """The examples in the input space and in the last hidden layer, with what the net answers in both."""
    half = (max(1, size[0] // 2), size[1])
    legend = tuple(zip(_ROLES, names, strict=False))
    wrong = mistaken(state, net) if state["step"][0] else None
    left = _plane(state, net, wrong, half) if state["x"].shape[1] == 2 else _directions(state, wrong)
    return Columns((_named(left, legend), hidden(state, net, activation, wrong, half)))


def hidden(state: State, net: Net, activation: str, wrong: Array | None, size: tuple[int, int]) -> Field:
    """The last hidden layer: its two units are the axes, and the boundary of the logistic regression on them is straight."""
    from kernels import mlp

    places, (w, b) = last_hidden(state, net, state["x"]), mlp.views(net, state["theta"])[-1]
    limits = limits_of(activation, places)
    points, shape = grid(limits, size)
    values, level = _BLANK, None
    if len(b) == 2:
        values, level = _leaning(points @ w.T + b).reshape(shape), 0.0
    return Field(
        values, limits, limits, level=level, points=Points(places, state["kind"], wrong),
        segments=boundaries(w, b, limits) if len(b) > 2 else (),
        title="last hidden layer", x_label="unit 1", y_label="2", legend=(("accent", "the last layer's line"),),
    )  # fmt: skip


def folded(state: State, net: Net, activation: str) -> Columns:
    """A grid over the input plane, and the same grid where the hidden layers take it."""
    along = np.linspace(-REACH, REACH, _DOTS)
    lines = []
    for at in np.linspace(-REACH, REACH, _LINES):
        lines += [np.stack((np.full(_DOTS, at), along), axis=1), np.stack((along, np.full(_DOTS, at)), axis=1)]
    moved = last_hidden(state, net, np.concatenate(lines)).reshape(len(lines), _DOTS, 2)
    places = last_hidden(state, net, state["x"])
    limits = limits_of(activation, places)
    parts = []
    for paths, xy, within, title, names in (
        (lines, state["x"], (-REACH, REACH), "a grid over the input", ("x1", "x2")),
        (list(moved), places, limits, "where it goes", ("unit 1", "2")),
    ):
        drawn = tuple(Path(path.astype(np.float32), "muted") for path in paths)
        marks = Points(xy, state["kind"])
        field = Field(
            _BLANK, within, within, level=None, points=marks, paths=drawn, title=title, x_label=names[0], y_label=names[1]
        )
        parts.append(field)
    return Columns(tuple(parts))


def no_grid() -> Text:
    """Pixels have no plane to lay a grid over."""
    return Text(
        ("The digits have 64 inputs, not two: there is no plane to lay a grid over.", "Choose other data for this view.")
    )


def last_hidden(state: State, net: Net, x: Array) -> Array:
    """(m, 2): what the two units of the last hidden layer say of x (m, inputs)."""
    return responses(net, state["theta"], x, int(net.units[-3]))[:2].T.copy()


def mistaken(state: State, net: Net) -> Array:
    """(n,) bool: the examples to learn from that are wrong now."""
    logits = responses(net, state["theta"], state["x"], int(net.units[-2]))
    return np.asarray(logits.argmax(axis=0) != state["kind"])


def limits_of(activation: str, places: Array) -> Limits:
    """Limits for both axes of the hidden layer: its range where it is bounded, otherwise in steps as the answers grow."""
    if activation == "tanh":
        return (-1.15, 1.15)
    if activation == "sigmoid":
        return (-0.08, 1.08)
    finite = places[np.isfinite(places)]
    most = max(float(np.abs(finite).max()) if finite.size else 1.0, 1e-3)
    reach = 2.0 ** (math.ceil(2 * math.log2(most)) / 2) * 1.05
    low = (
        -reach
        if activation == "linear"
        else max(-reach, 1.3 * min(0.0, float(finite.min()) if finite.size else 0.0) - 0.08 * reach)
    )
    return (low, reach)


def boundaries(w: Array, b: Array, limits: Limits) -> tuple[Segment, ...]:
    """Where two classes tie for the largest logit, within the square: one straight piece for each pair of neighbours.

    w: (classes, 2), b: (classes,) of the last layer.
    """
    found = []
    for i, j in combinations(range(len(b)), 2):
        normal, offset = (w[i] - w[j]).astype(np.float64), float(b[i] - b[j])
        length = float(np.hypot(*normal))
        if not length > 1e-9:
            continue
        foot, along = -normal * offset / length**2, np.array([-normal[1], normal[0]]) / length
        # The line is foot + s·along; each condition keeps the s on one side of a bound.
        ends = [-math.inf, math.inf]
        tied = w[i] @ foot + b[i], w[i] @ along
        rest = [(w[k] @ foot + b[k], w[k] @ along) for k in range(len(b)) if k not in (i, j)]
        conditions = [(tied[0] - at, tied[1] - slope) for at, slope in rest]
        for axis in range(2):
            conditions += [(foot[axis] - limits[0], along[axis]), (limits[1] - foot[axis], -along[axis])]
        for at, slope in conditions:  # at + s·slope ≥ 0
            if abs(slope) < 1e-12:
                ends = ends if at >= 0 else [1.0, 0.0]
            elif slope > 0:
                ends[0] = max(ends[0], -at / slope)
            else:
                ends[1] = min(ends[1], -at / slope)
        if ends[0] < ends[1] and all(map(math.isfinite, ends)):
            (x0, y0), (x1, y1) = foot + ends[0] * along, foot + ends[1] * along
            found.append(Segment(float(x0), float(y0), float(x1), float(y1)))
    return tuple(found)


def _plane(state: State, net: Net, wrong: Array | None, size: tuple[int, int]) -> Field:
    """The plane of inputs: what the net answers everywhere, and the best straight line on the input."""
    limits = (-REACH, REACH)
    points, shape = grid(limits, size)
    values = _leaning(responses(net, state["theta"], points, int(net.units[-2])).T).reshape(shape)
    w, b = state["line"][:4].reshape(2, 2), state["line"][4:]
    lines = tuple(Segment(s.x0, s.y0, s.x1, s.y1, "guess") for s in boundaries(w, b, limits))
    marks = Points(state["x"], state["kind"], wrong)
    return Field(values, limits, limits, points=marks, segments=lines, title="input", legend=(("guess", "line"),))


def _directions(state: State, wrong: Array | None) -> Field:
    """Many inputs: the two directions in which the examples differ most (their first two principal components)."""
    x = state["x"].astype(np.float64)
    away = x - x.mean(axis=0)
    _, turns = np.linalg.eigh(away.T @ away)
    places = away @ turns[:, :-3:-1]
    places *= np.where(places[0] < 0, -1, 1)
    reach = math.ceil(float(np.abs(places).max()))
    marks = Points(places.astype(np.float32), state["kind"], wrong)
    return Field(
        _BLANK, (-reach, reach), (-reach, reach), level=None, points=marks, title=f"input: {x.shape[1]} pixels",
        x_label="1st direction", y_label="2nd",
    )  # fmt: skip


def _leaning(logits: Array) -> Array:
    """p(second class) − p(first class) of logits (m, 2): (m,) float32 from −1 to 1."""
    with np.errstate(all="ignore"):
        return np.tanh((logits[:, 1] - logits[:, 0]) / 2).astype(np.float32)


def _named(field: Field, legend: tuple[tuple[str, str], ...]) -> Field:
    """The field with the names of the classes before its own legend."""
    return replace(field, legend=(*legend, *field.legend))
