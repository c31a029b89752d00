"""Every optimizer at once, each on its own way down one surface.

Dimensions: K racers, d coordinates. A racer goes on until it arrives, within TARGET of its way, or leaves the world. All is
float64.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import int64, types, void
from numpy.typing import NDArray

from kernels.jit import exact, shared
from kernels.optimizers import SLOTS, Rule, update
from kernels.surfaces import given_double_rows, given_doubles, height
from kernels.trail import leave

TARGET = 1e-6
"""A racer has arrived when this share of its way to the minimum is left."""
WORLD = 1e4
"""So far from the origin a racer has left the world, and is stopped before its numbers overflow."""
RUNNING, ARRIVED, LOST = range(3)
"""What becomes of a racer."""
FATE, WHEN = 0, 1
"""The places of a racer's tally (2,) int64: see above, and the step since which it holds."""

Array = NDArray[Any]
double_rows = types.float64[:, ::1]
integer_rows = types.int64[:, ::1]


@shared
def left(w: Array, minima: Array) -> Any:
    """The distance from w (d,) to the nearest of the minima (k, d). Returns a float."""
    nearest = np.inf
    for k in range(minima.shape[0]):
        square = 0.0
        for i in range(w.shape[0]):
            square += (w[i] - minima[k, i]) ** 2
        nearest = min(nearest, square)
    return math.sqrt(nearest)


@shared
def judge(w: Array, minima: Array, way: float, tally: Array, step: int) -> None:
    """Whether the racer, at w after this step, has arrived or left the world; into its tally. way: from start to minimum."""
    for i in range(w.shape[0]):
        if not abs(w[i]) <= WORLD:
            w[i] = WORLD if w[i] > 0 else -WORLD
            tally[FATE], tally[WHEN] = LOST, step
    if tally[FATE] == RUNNING and left(w, minima) <= TARGET * way:
        tally[FATE], tally[WHEN] = ARRIVED, step


@exact(
    void(
        double_rows, double_rows, integer_rows, types.float64[:, :, ::1], integer_rows,
        int64, given_doubles, given_double_rows, types.Array(int64, 1, "C", readonly=True), given_double_rows, int64, int64,
    )
)  # fmt: skip
def race(
    w: Array, memory: Array, fates: Array, trails: Array, tallies: Array, number: int, shape: Array, minima: Array,
    rules: Array, settings: Array, start: int, steps: int,
) -> None:  # fmt: skip
    """Steps start … start + steps − 1 (from 0) of all racers that have a rule.

    w: (K, d). memory: (K, 2 d), what the optimizers remember. fates: (K, 2), see FATE. trails, tallies: see `kernels.trail`; of
    the first and the last coordinate. number, shape: see `kernels.surfaces`. minima: (k, d). rules: (K,), the optimizers by
    number, −1: this racer does not move. settings: (K, 5): rate, beta1, beta2, epsilon, and the distance at the start.
    """
    d = w.shape[1]
    g = np.empty(d)
    for step in range(start, start + steps):
        for k in range(w.shape[0]):
            if rules[k] < 0 or fates[k, FATE] != RUNNING:
                continue
            leave(trails[k], tallies[k], step, w[k, 0], w[k, d - 1])
            height(number, w[k], shape, g)
            rule = Rule(rules[k], settings[k, 0], settings[k, 1], settings[k, 2], settings[k, 3], 0.0, 0.0, 0.0)
            update(rule, step + 1, w[k], g, memory[k, : SLOTS * d])
            judge(w[k], minima, settings[k, 4], fates[k], step + 1)
