"""The nets of the lab `approx`: where they start, how they are set by hand, and what they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs.draws import uniforms
from tutor.labs.expressions import Function, parse_function, tabulated
from tutor.labs.spec import Knobs, State
from tutor.labs.training import responses

if TYPE_CHECKING:
    from kernels.mlp import Net

Array = NDArray[Any]

FUNCTIONS = {
    "waves": "sin(2*x) + 0.4*cos(5*x)",
    "sine": "sin(2*x)",
    "bump": "exp(-2*x**2)",
    "kink": "abs(x)",
    "jump": "sign(x)",
    "chirp": "sin(x**3/2)",
    "line": "x/2",
}
ACTIVATIONS = ("relu", "leaky relu", "softplus", "gelu", "elu", "sigmoid", "tanh", "linear")
OPTIMIZERS = ("adam", "gradient descent", "momentum", "nesterov", "rmsprop", "adagrad")
STARTS = ("spread", "glorot", "he", "uniform", "small", "large", "zero")
LOW, HIGH = -3.0, 3.0
"""The interval that the function is followed on."""
EXAMPLES, FINE = 256, 1536
"""Pieces that the interval is cut into for training, and for measuring the error."""
STILL = 1e-5
"""A unit whose share changes by less than this, of half the function's range, is constant."""
_SHARP = {"softplus": 60.0, "gelu": 60.0, "elu": 200.0}
"""From how far away these look like a hinge."""
_STEEP = 8.0
"""How steep a stair is, in widths of a step."""


@dataclass(frozen=True, eq=False)
class Answer:
    """What a net says at the points of the fine grid, in the function's own units."""

    total: Array
    """(FINE + 1,)"""
    units: Array
    """(n, FINE + 1): what each unit adds; of a unit not yet in place, the constant that stands for it."""
    placed: int
    """Units in place; all of them when the net is trained."""


def grid(pieces: int) -> Array:
    """(pieces + 1,) float64: the ends of so many equal pieces of the interval."""
    return np.linspace(LOW, HIGH, pieces + 1)


def function_of(knobs: Knobs) -> Function:
    """The function that these knobs name. Raises BadData when it cannot be read."""
    return parse_function(FUNCTIONS.get(str(knobs["function"]), str(knobs["expression"])))


def scale_of(y: Array) -> tuple[float, float]:
    """The middle and half of the range of the values; half is 1 where they are all the same."""
    low, high = float(y.min()), float(y.max())
    return (low + high) / 2, (high - low) / 2 or 1.0


def net_of(knobs: Knobs) -> Net:
    from kernels import mlp

    return mlp.net((1, int(knobs["hidden"]), 1), str(knobs["activation"]))


def started(knobs: Knobs, seed: int) -> Array:
    """theta before training. "spread": each unit bends the line in a part of the interval of its own, either way up."""
    from kernels import mlp

    net, name = net_of(knobs), str(knobs["start"])
    theta = mlp.parameters(net, "glorot" if name == "spread" else name, seed)
    if name == "spread":
        n = int(knobs["hidden"])
        (w1, b1), _ = mlp.views(net, theta)
        u = uniforms(seed, 0, 2, n)
        places = LOW + (HIGH - LOW) * (np.arange(n) + u[0]) / n
        slopes = np.where(u[1] < 0.5, -1.0, 1.0)
        w1[:, 0], b1[:] = slopes, -slopes * places
    return theta


def knots(n: int) -> Array:
    """(n + 1,): where a net of n hinges passes through the function."""
    return grid(n)


def middles(n: int) -> Array:
    """(n + 1,): where stairs with n edges have the height of the function: the middles of n + 1 equal pieces."""
    return LOW + (HIGH - LOW) * (np.arange(n + 1) + 0.5) / (n + 1)


def set_by_hand(knobs: Knobs, middle: float, half: float) -> Array:
    """theta of the net that is computed, not learned: hinges or stairs, by the activation."""
    from kernels import approximation

    n, phi, function = int(knobs["hidden"]), str(knobs["activation"]), function_of(knobs)
    if phi in ("sigmoid", "tanh"):
        edges, gap = grid(n + 1)[1:-1], (HIGH - LOW) / (n + 1)
        low, steepness = (-1.0, _STEEP / gap) if phi == "tanh" else (0.0, 2 * _STEEP / gap)
        found = approximation.stairs(edges, tabulated(function, middles(n)), steepness, low)
    elif phi == "linear":
        ends = tabulated(function, knots(1))
        slope = (ends[1] - ends[0]) / (HIGH - LOW)
        found = np.ones(n), np.full(n, -LOW), np.full(n, slope / n), float(ends[0])
    else:
        leak = 0.01 if phi == "leaky relu" else 0.0
        at, sharpness = knots(n), _SHARP[phi] * n / (HIGH - LOW) if phi in _SHARP else 1.0
        found = approximation.hinges(at, tabulated(function, at), leak, sharpness)
    return packed(*found, middle, half)


def packed(w1: Array, b1: Array, w2: Array, b2: float, middle: float, half: float) -> Array:
    """theta (float32) of a net that says what this one does, in the scale that training uses."""
    return np.concatenate((w1, b1, w2 / half, [(b2 - middle) / half])).astype(np.float32)


def look(state: State, knobs: Knobs) -> Answer:
    """What the net says now."""
    from kernels import mlp

    net = net_of(knobs)
    middle, half = state["scale"].tolist()
    _, (w2, b2) = mlp.views(net, state["theta"])
    hidden = responses(net, state["theta"], state["fine"][:, None], 1)[:-1].astype(np.float64)
    units = half * w2[0][:, None] * hidden
    placed = len(units)
    if state["by_hand"][0]:
        placed = min(placed, int(state["step"][0]))
        units[placed:] = units[placed:, :1]
    return Answer(middle + half * float(b2[0]) + units.sum(axis=0), units, placed)


def errors_by_hand(knobs: Knobs, sizes: Sequence[int]) -> tuple[list[float], list[float]]:
    """The largest error of the net set by hand with so many units, and the most that theory allows, each for every size.

    The net is taken in its ideal form: corners without rounding, stairs without slopes. The bound is infinite where the
    derivative that it needs is.
    """
    from kernels import approximation

    function, phi, x = function_of(knobs), str(knobs["activation"]), grid(FINE)
    y, width = tabulated(function, x), HIGH - LOW
    if phi in ("sigmoid", "tanh"):
        slope = steepest(function, 1)
        ideal = [tabulated(function, middles(n))[np.searchsorted(grid(n + 1)[1:-1], x, side="right")] for n in sizes]
        bounds = [approximation.stairs_bound(slope, width / (n + 1)) for n in sizes]
    else:
        curvature = steepest(function, 2)
        pieces = [1 if phi == "linear" else n for n in sizes]
        ideal = [np.interp(x, knots(n), tabulated(function, knots(n))) for n in pieces]
        bounds = [approximation.hinges_bound(curvature, width / n) for n in pieces]
    return [float(np.abs(y - shape).max()) for shape in ideal], bounds


def steepest(function: Function, order: int) -> float:
    """The largest |f′| (order 1) or |f″| (order 2) by differences; infinite where finer differences disagree."""
    found = []
    for pieces in (2 * FINE, 8 * FINE):
        difference = np.diff(tabulated(function, grid(pieces)), n=order) / ((HIGH - LOW) / pieces) ** order
        found.append(float(np.abs(difference).max()))
    coarse, fine = found
    return float("inf") if fine > 1.1 * coarse + 1e-3 else fine
