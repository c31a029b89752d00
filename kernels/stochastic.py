"""Gradient descent on all examples, on one, and on a few at a time, for linear regression.

Dimensions: n examples, d weights. x: (n, d) float64, a row each; where there is a bias, the last column is 1. y: (n,) float64,
what is wanted. L = (wᵀx − y)² for one example, ∂L/∂w = 2 (wᵀx − y) x. `seed` and the number of a step decide which examples are
drawn, so a run is the same however it is cut.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import boolean, float64, int64, types, uint64, void
from numpy.typing import NDArray

from kernels.jit import exact, indices, integers, part, shared
from kernels.optimizers import gradient_descent
from kernels.random import DRAWN, TRIALS, below, bits, shuffle
from kernels.trail import leave

METHODS = ("batch", "sgd", "mini")
"""In the order of their numbers: a step after all examples, after one, after a few."""
BATCH, SINGLE, MINI = range(3)

Array = NDArray[Any]
double_rows = types.float64[:, ::1]
given_doubles = types.Array(types.float64, 1, "C", readonly=True)
given_double_rows = types.Array(types.float64, 2, "C", readonly=True)


@shared
def drawn(seed: int, step: int, index: int, n: int) -> Any:
    """An example, each as likely as any other, whatever came before. Returns an int64."""
    return np.int64(below(bits(seed, np.uint64(DRAWN), np.uint64(step), np.uint64(index)), np.uint64(n)))


@part
def squared_gradient(w: Array, x: Array, y: float, g: Array) -> None:
    """g ← g + 2 (wᵀx − y) x. w, x, g: (d,)."""
    miss = -y
    for j in range(w.shape[0]):
        miss += w[j] * x[j]
    for j in range(w.shape[0]):
        g[j] += 2.0 * miss * x[j]


@part
def height_above(w: Array, best: Array, curvature: Array) -> Any:
    """The loss at w above the least one: for a mean of squares exactly (w − best)ᵀ XᵀX/n (w − best). Returns a float."""
    total = 0.0
    for j in range(w.shape[0]):
        for k in range(w.shape[0]):
            total += (w[j] - best[j]) * curvature[j, k] * (w[k] - best[k])
    return total


@exact(
    void(
        double_rows, double_rows, integers, indices, types.float64[::1], types.float64[:, :, ::1], types.int64[:, ::1],
        given_double_rows, given_doubles, given_doubles, given_double_rows, uint64, float64, int64, boolean, int64, int64,
    )
)  # fmt: skip
def regression(
    w: Array, sums: Array, counts: Array, order: Array, excess: Array, trails: Array, tallies: Array, x: Array, y: Array,
    best: Array, curvature: Array, seed: int, rate: float, batch: int, replace: bool, start: int, steps: int,
) -> None:  # fmt: skip
    """Show samples start … start + steps − 1 of the run to three methods at once; each moves when its batch is full.

    w: (3, d), by method: BATCH has seen every example before it moves, SINGLE moves after each that it draws, MINI after
    `batch` of them, drawn with replacement or else, shuffled, once each in every pass. sums: (3, d) and counts: (3,), the
    gradients since the last move. order: (n,), the shuffled order of this pass. excess: (3,), the loss above that of `best`
    (d,), for which `curvature` (d, d) is XᵀX/n: smoothed over the last quarter of a pass, since it is noisy.
    trails, tallies: see `kernels.trail`; of the first two weights.
    """
    n = x.shape[0]
    for step in range(start, start + steps):
        place = step % n
        if place == 0:
            shuffle(seed, np.uint64(step // n), order)
        for method in range(3):
            leave(trails[method], tallies[method], step, w[method, 0], w[method, 1])
            if method == BATCH:
                i = np.int64(place)
            elif method == SINGLE or replace:
                i = drawn(seed, step, method, n)
            else:
                i = np.int64(order[place])
            squared_gradient(w[method], x[i], y[i], sums[method])
            counts[method] += 1
            wanted = n if method == BATCH else 1 if method == SINGLE else batch
            if counts[method] >= wanted or place == n - 1:
                gradient_descent(w[method], sums[method], rate / counts[method])
                sums[method, :] = 0.0
                counts[method] = 0
            excess[method] += (height_above(w[method], best, curvature) - excess[method]) * min(1.0, 4.0 / n)


@exact(float64(given_doubles, given_double_rows, given_doubles))
def squared_loss(w: Array, x: Array, y: Array) -> Any:
    """The mean of (wᵀx − y)². Returns a float."""
    total = 0.0
    for i in range(x.shape[0]):
        miss = -y[i]
        for j in range(w.shape[0]):
            miss += w[j] * x[i, j]
        total += miss * miss
    return total / x.shape[0]


@exact(float64(given_doubles, given_double_rows, given_doubles, uint64, int64, boolean, int64))
def spread(w: Array, x: Array, y: Array, seed: int, batch: int, replace: bool, trials: int) -> Any:
    """How far a mini-batch's gradient lies from the true one: the mean of ‖g_batch − g‖² over so many drawn batches.

    Theory, with σ² the same for a single example: σ²/m with replacement, σ²/m · (n − m)/(n − 1) without. Returns a float.
    """
    n, d = x.shape
    g, mean = np.empty(d), np.zeros(d)
    places = np.arange(n)
    for i in range(n):
        squared_gradient(w, x[i], y[i], mean)
    mean /= n
    total = 0.0
    for trial in range(trials):
        g[:] = 0.0
        for k in range(batch):
            word = bits(seed, np.uint64(TRIALS), np.uint64(trial), np.uint64(k))
            if replace:
                chosen = np.int64(below(word, np.uint64(n)))
            else:  # the first steps of a shuffle: from any order, each set of m is as likely as any other
                other = k + np.int64(below(word, np.uint64(n - k)))
                places[k], places[other] = places[other], places[k]
                chosen = places[k]
            squared_gradient(w, x[chosen], y[chosen], g)
        for j in range(d):
            total += (g[j] / batch - mean[j]) ** 2
    return total / trials
