"""What the lab `sgd` shows. `state` is the state of that lab."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs.plane import grid
from tutor.labs.spec import State
from tutor.labs.trails import trail
from tutor.pictures import Field, Lines, Path, Series

Array = NDArray[Any]

NAMES = {"batch": "batch", "sgd": "sgd", "mini": "mini-batch"}
ROLES = ("a", "b", "c")
_TRIALS = 256


def paths(state: State, size: tuple[int, int]) -> Field:
    """The ways down over the loss of each slope and intercept; rings of one colour are evenly spaced for a round bowl."""
    x_limits, y_limits = (-1.7, 3.2), (-2.2, 2.5)
    points, shape = grid(x_limits, size, y_limits=y_limits)
    away = points - state["best"]
    heights = np.sqrt(np.einsum("ki,ij,kj->k", away, state["curvature"], away))
    ways = zip(state["trails"], state["tallies"], state["w"], ROLES, strict=True)
    found = [Path(trail(places, tally, now), role) for places, tally, now, role in ways]
    return Field(
        heights.astype(np.float32).reshape(shape), x_limits, y_limits, 0.0, float(heights.max()), None,
        title="Loss by slope and intercept", x_label="slope", y_label="intercept",
        # The calm ones are drawn over the noisy one.
        paths=(found[1], found[2], found[0]),
        legend=tuple(zip(ROLES, NAMES.values(), strict=True)),
    )  # fmt: skip


def variance(state: State, replace: bool) -> Lines:
    """The variance of the gradient for every power of two as a batch, measured, and what theory has for both ways to draw."""
    from kernels.stochastic import MINI, spread

    x, y, w, seed = state["x"], state["y"], state["w"][MINI], int(state["seed"][0])
    n = len(y)
    sizes = [2**k for k in range(n.bit_length()) if 2**k <= n]
    least = 0.2 * variance_of_one(w, x, y) / n  # without replacement nothing is left for m = n: off the scale
    one, across = variance_of_one(w, x, y), np.exp2(np.linspace(0, np.log2(n), 60))
    with_it = Series("theory, with replacement", np.log2(across), one / across, "a")
    less = one / across * (n - across) / (n - 1)
    without = Series("without", np.log2(across), np.where(less > least, less, np.nan), "c")
    found = np.array([spread(w, x, y, seed, m, replace, _TRIALS) for m in sizes])
    measured = Series("measured", np.log2(np.array(sizes)), np.where(found > least, found, np.nan), "accent", dots=True)
    return Lines(
        (with_it, without, measured),
        title="Variance of the gradient",
        x_label="batch size m, as a power of 2",
        x_limits=(0.0, float(np.ceil(np.log2(n)))),
        y_log=True,
    )


def variance_of_one(w: Array, x: Array, y: Array) -> float:
    """The mean of ‖g_i − g‖² over the examples, with g_i = 2 (wᵀx_i − y_i) x_i."""
    with np.errstate(over="ignore", invalid="ignore"):
        g = 2 * (x @ w - y)[:, None] * x
        return float(((g - g.mean(axis=0)) ** 2).sum(axis=1).mean())


def fit(state: State) -> Lines:
    """The points and the three lines."""
    x, y = state["x"][:, 0], state["y"]
    ends = np.array([x.min(), x.max()])
    lines = tuple(
        Series(name, ends, w[0] * ends + w[1], role) for name, w, role in zip(NAMES.values(), state["w"], ROLES, strict=True)
    )
    room = 0.1 * float(np.ptp(y)) + 0.1
    return Lines(
        (*lines, Series("examples", x, y, "muted", dots=True)),
        title="The three lines",
        x_label="x",
        y_limits=(float(y.min()) - room, float(y.max()) + room),
    )
