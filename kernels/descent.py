"""Gradient descent: from a place, a step against the gradient, again and again.

A loss is taken by its number: a surface of `kernels.surfaces`, or NEURON, the loss of one neuron over its examples.

Dimensions: R runs, d coordinates, n examples. w: (d,) float64, a place. g: (d,) float64, the gradient there. shape: (3,), for
surfaces. x: (n, d), t: (n,) float64, the neuron's examples (its last column is 1, for the bias) and targets; surfaces do not
look at them. All is float64.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import float64, int64, types, uint64, void
from numpy.typing import NDArray

from kernels.activations import sigmoid, sigmoid_slope
from kernels.jit import exact, part, shared
from kernels.optimizers import momentum
from kernels.random import KICKS, normal
from kernels.surfaces import NAMES, given_double_rows, given_doubles, height
from kernels.trail import leave

NEURON = len(NAMES)
"""The number of the neuron's loss: the one after the surfaces."""
WORLD = 1e4
"""So far from the origin a run is lost, and is stopped before its numbers overflow."""
NEAR = 1e-6
"""So close to a minimum a run has arrived; it goes on all the same."""
NOT_YET = -1
"""Instead of the step at which a run arrived, or was lost."""
ARRIVED, LOST = 0, 1
"""The places of a fate (2,) int64: the steps at which these happened."""

Array = NDArray[Any]
doubles = types.float64[::1]
double_rows = types.float64[:, ::1]


@part
def neuron_loss(w: Array, x: Array, t: Array, g: Array) -> Any:
    """L = 1/n Σ (σ(z) − t)² with z = wᵀx; ∂L/∂w = 2/n Σ (σ(z) − t) σ′(z) x. Returns L, fills g."""
    n, d = x.shape
    total = 0.0
    for j in range(d):
        g[j] = 0.0
    for i in range(n):
        z = 0.0
        for j in range(d):
            z += w[j] * x[i, j]
        a = sigmoid(z)
        miss = a - t[i]
        total += miss * miss
        for j in range(d):
            g[j] += 2.0 * miss * sigmoid_slope(z, a) * x[i, j]
    for j in range(d):
        g[j] /= n
    return total / n


@part
def loss_and_gradient(number: int, w: Array, shape: Array, x: Array, t: Array, g: Array) -> Any:
    """The loss with this number at w. Returns a float, fills g."""
    if number == NEURON:
        return neuron_loss(w, x, t, g)
    return height(number, w, shape, g)


@exact(float64(int64, given_doubles, given_doubles, given_double_rows, given_doubles, doubles))
def measure(number: int, w: Array, shape: Array, x: Array, t: Array, g: Array) -> Any:
    """The same, to be called from Python."""
    return loss_and_gradient(number, w, shape, x, t, g)


@exact(void(int64, given_double_rows, given_doubles, given_double_rows, given_doubles, doubles))
def measure_all(number: int, places: Array, shape: Array, x: Array, t: Array, out: Array) -> None:
    """The loss at each of many places (m, d), into out (m,)."""
    g = np.empty(places.shape[1])
    for i in range(places.shape[0]):
        out[i] = loss_and_gradient(number, places[i], shape, x, t, g)


@shared
def judge(w: Array, minima: Array, fate: Array, step: int) -> None:
    """Note in its fate (2,) whether a run at w (d,), after this step, has arrived or is lost; a lost one is put on the rim."""
    d = w.shape[0]
    for j in range(d):
        if not abs(w[j]) <= WORLD:
            w[j] = WORLD if w[j] > 0.0 else -WORLD
            fate[LOST] = step
    if fate[ARRIVED] == NOT_YET:
        for k in range(minima.shape[0]):
            square = 0.0
            for j in range(d):
                square += (w[j] - minima[k, j]) ** 2
            if square <= NEAR * NEAR:
                fate[ARRIVED] = step


@exact(
    void(
        double_rows, double_rows, double_rows, types.int64[:, ::1], types.float64[:, :, ::1], types.int64[:, ::1],
        int64, given_doubles, given_double_rows, given_double_rows, given_doubles, given_double_rows, uint64, int64, int64,
    )
)  # fmt: skip
def descend(
    w: Array, before: Array, velocity: Array, fates: Array, trails: Array, tallies: Array,
    number: int, shape: Array, minima: Array, x: Array, t: Array, settings: Array, seed: int, start: int, steps: int,
) -> None:  # fmt: skip
    """Steps start … start + steps − 1 (from 0) of all runs that are not lost. In place: the first six.

    settings: (R, 3), the rate, the momentum and the noise of each run: v ← momentum·v + g + noise·ξ, w ← w − rate·v, with ξ
    normal and of its own for each step and coordinate. w, before, velocity: (R, d), the places, those one step ago, and v.
    fates: (R, 2), the step at which a run first came NEAR one of the minima (k, d), and that at which it left the WORLD; or
    NOT_YET. trails, tallies: see `kernels.trail`; of the first and the last coordinate.
    """
    runs, d = w.shape
    g, kicks, noisy = np.empty(d), np.zeros(runs * d, np.float32), False
    for r in range(runs):
        noisy = noisy or settings[r, 2] > 0.0
    for step in range(start, start + steps):
        if noisy:
            normal(seed, KICKS, step, kicks)
        for r in range(runs):
            if fates[r, LOST] != NOT_YET:
                continue
            leave(trails[r], tallies[r], step, w[r, 0], w[r, d - 1])
            loss_and_gradient(number, w[r], shape, x, t, g)
            for j in range(d):
                before[r, j] = w[r, j]
                g[j] += settings[r, 2] * kicks[r * d + j]
            momentum(w[r], g, velocity[r], settings[r, 0], settings[r, 1])
            judge(w[r], minima, fates[r], step + 1)
