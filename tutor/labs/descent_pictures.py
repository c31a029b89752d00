"""What the labs of gradient descent show. `state` is a state of `tutor.labs.descents`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs.descents import heights, is_lost, measured
from tutor.labs.plane import grid
from tutor.labs.spec import State
from tutor.labs.trails import trail
from tutor.labs.words import said
from tutor.pictures import Field, Guide, Lines, Path, Picture, Points, Series, Surface

Array = NDArray[Any]

ROLES = ("a", "b", "c")
TITLES = {"parabola": "Loss by w", "bowl": "Loss over the plane of w", "neuron": "A neuron's loss: weight and bias"}
_MINIMUM = 3
"""The kind of the mark on a minimum: role "d"."""
_CONTOURS = tuple(k / 12 for k in range(1, 12))
_RELIEF = (40, 20)
_ZIGZAG = 60
"""So many last places are joined by lines in a plot of one direction; the older ones are dots."""


def path(state: State, title: str, names: Sequence[str], size: tuple[int, int], squash: float = 0.5) -> Picture:
    """The way of every run so far. names: of the runs. squash: heights are shown to this power, so that valleys show too."""
    if state["w"].shape[1] == 1:
        return _on_curve(state, title, names)
    x_limits, y_limits = _limits(state)
    points, shape = grid(x_limits, size, y_limits=y_limits)
    ways = [way(state, r) for r in range(len(names))]
    minima = state["minima"]
    return Field(
        _squashed(state, points, squash).reshape(shape), x_limits, y_limits, 0.0, 1.0, None,
        Points(minima.astype(np.float32), np.full(len(minima), _MINIMUM)),
        title=title, x_label="w1", y_label="w2",
        legend=(*((role, name) for role, name in zip(ROLES, names, strict=False)), ("d", "minimum")),
        paths=tuple(Path(xy, role) for xy, role in reversed(list(zip(ways, ROLES, strict=False)))),
        contours=_CONTOURS,
    )  # fmt: skip


def way(state: State, r: int) -> Array:
    """The places of a run so far, (n, 2) float32; the last two steps are there however long it is."""
    now, before = (np.broadcast_to(state[name][r], 2) for name in ("w", "before"))
    found = trail(state["trails"][r], state["tallies"][r], before)
    if len(found) > 1 and bool((found[-1] == found[-2]).all()):
        found = found[:-1]
    return np.concatenate((found, now[None])).astype(np.float32)


def _on_curve(state: State, title: str, names: Sequence[str]) -> Lines:
    """The loss of one weight as a curve, and the runs going to and fro on it."""
    limits = _limits(state)[0]
    w = np.linspace(*limits, 121)
    curve = heights(state, w[:, None])
    runs = []
    for r, (role, name) in enumerate(zip(ROLES, names, strict=False)):
        xs = way(state, r)[:, :1]
        loss = heights(state, xs)
        runs.append(Series(name, xs[-_ZIGZAG:, 0], loss[-_ZIGZAG:].astype(np.float32), role))
        runs.append(Series("", xs[:, 0], loss.astype(np.float32), role, dots=True))
    top = float(curve.max())
    return Lines(
        (Series("loss", w.astype(np.float32), curve.astype(np.float32), "muted"), *runs),
        title, x_label="w", x_limits=limits, y_limits=(-0.02 * top, top),
    )  # fmt: skip


def step(state: State, rate: float) -> Lines:
    """The loss straight down the slope from where the first run is: its curve, its tangent, and the step that comes next.

    With one weight across is the weight itself; with two it is the rate, since the step goes as far as the rate says.
    """
    w = state["w"][0]
    loss, g = measured(state, w)
    square = float(g @ g)
    if is_lost(state)[0] or square < 1e-24:
        return Lines((), "There is no slope here to follow", x_label="rate")
    if len(w) == 1:
        limits = _limits(state)[0]
        across = np.linspace(*limits, 161)
        curve, tangent = heights(state, across[:, None]), loss + g[0] * (across - w[0])
        here, there = float(w[0]), float(w[0] - rate * g[0])
        return _stepped(across, curve, tangent, (here, there), loss, measured(state, w - rate * g)[0], rate, "w")
    across = np.linspace(-0.5 * rate, 2.5 * rate, 161)
    curve, tangent = heights(state, w - across[:, None] * g), loss - across * square
    return _stepped(across, curve, tangent, (0.0, rate), loss, measured(state, w - rate * g)[0], rate, "rate")


def _stepped(
    across: Array, curve: Array, tangent: Array, ends: tuple[float, float], loss: float, after: float, rate: float, label: str
) -> Lines:
    shown = curve if label == "w" else np.array([*curve[np.abs(across) <= rate], loss, after])
    low, high = float(shown.min()), float(max(shown.max(), loss))
    room = 0.08 * (high - low) or 1.0
    return Lines(
        (
            Series("loss", across.astype(np.float32), curve.astype(np.float32), "muted"),
            Series("tangent", across.astype(np.float32), tangent.astype(np.float32), "guess"),
            Series("step", np.array(ends, np.float32), np.array([loss, after], np.float32), "a"),
            Series("", np.array(ends, np.float32), np.array([loss, after], np.float32), "a", dots=True),
        ),
        f"The next step: from {said(loss)} to {said(after)}",
        x_label="w" if label == "w" else "rate of the step",
        guides=() if label == "w" else (Guide("ρ", rate, "x"),),
        x_limits=(float(across[0]), float(across[-1])),
        y_limits=(low - room, high + room),
    )


def relief(state: State, title: str, squash: float = 0.5) -> Picture:
    """The loss seen from the side; with one weight there is only its curve."""
    if state["w"].shape[1] == 1:
        return _on_curve(state, title, [])
    x_limits, y_limits = _limits(state)
    points, shape = grid(x_limits, _RELIEF, y_limits=y_limits)
    return Surface(_squashed(state, points, squash).reshape(shape), x_limits, y_limits, 0.0, 1.0, title, "low to high")


def _squashed(state: State, points: Array, squash: float) -> Array:
    """The heights at these points (m, 2) from 0, the least there is, to 1, the greatest of them: (m,) float32."""
    above = np.maximum(heights(state, points) - float(state["least"][0]), 0.0)
    return np.asarray((above / (above.max() or 1.0)) ** squash, np.float32)


def _limits(state: State) -> tuple[tuple[float, float], tuple[float, float]]:
    (left, right), (bottom, top) = state["limits"].tolist()
    return (left, right), (bottom, top)
