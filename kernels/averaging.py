"""Stochastic gradient descent, its average, and SAGA, on ridge logistic regression.

Dimensions: n examples, d weights. x: (n, d) float64, a row each. y: (n,) float64, each −1 or +1. For one example
L = log(1 + e^(−y wᵀx)) + ½ l2 ‖w‖². All is float64: SAGA goes on down where float32 has no digits left.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import float64, int64, types, uint64, void
from numpy.typing import NDArray

from kernels.jit import exact, part
from kernels.optimizers import averaged, gradient_descent, saga
from kernels.stochastic import double_rows, drawn, given_double_rows, given_doubles

Array = NDArray[Any]
doubles = types.float64[::1]


@part
def logistic_gradient(w: Array, x: Array, y: float, l2: float, g: Array) -> None:
    """g ← −y x / (1 + e^(y wᵀx)) + l2 w. w, x, g: (d,)."""
    score = 0.0
    for j in range(w.shape[0]):
        score += w[j] * x[j]
    slope = -y / (1.0 + np.exp(y * score))
    for j in range(w.shape[0]):
        g[j] = slope * x[j] + l2 * w[j]


@exact(
    void(
        doubles, doubles, doubles, double_rows, doubles, double_rows, given_double_rows, given_doubles,
        uint64, float64, float64, float64, int64, int64, int64,
    )
)  # fmt: skip
def averaging(
    w: Array, mean: Array, v: Array, table: Array, table_mean: Array, recent: Array, x: Array, y: Array,
    seed: int, rate: float, l2: float, fading: float, wait: int, start: int, steps: int,
) -> None:  # fmt: skip
    """Examples start … start + steps − 1 of the run, drawn with replacement: stochastic descent, its average, and SAGA.

    w: (d,), stochastic descent, whose rate is rate / (1 + passes)^fading. mean: (d,), the average of its places since step
    `wait`; until then its place. v: (d,), SAGA at this rate; table: (n, d), the gradient that each example had when it was
    last drawn, and table_mean: (d,), their mean; they start at 0. recent: (places, 2), the last places of w.
    """
    n, d = x.shape
    g = np.empty(d)
    for step in range(start, start + steps):
        i = drawn(seed, step, 0, n)
        logistic_gradient(w, x[i], y[i], l2, g)
        now = rate / (1.0 + step / n) ** fading
        if step >= wait:
            averaged(w, g, mean, step - wait + 1, now)
        else:
            gradient_descent(w, g, now)
            mean[:] = w
        logistic_gradient(v, x[i], y[i], l2, g)
        saga(v, g, table[i], table_mean, rate, n)
        recent[step % recent.shape[0], 0], recent[step % recent.shape[0], 1] = w[0], w[1]


@exact(float64(given_doubles, given_double_rows, given_doubles, float64))
def logistic_loss(w: Array, x: Array, y: Array, l2: float) -> Any:
    """The mean of log(1 + e^(−y wᵀx)), and ½ l2 ‖w‖². Returns a float."""
    total, square = 0.0, 0.0
    for i in range(x.shape[0]):
        score = 0.0
        for j in range(w.shape[0]):
            score += w[j] * x[i, j]
        score *= y[i]
        total += max(0.0, -score) + np.log1p(np.exp(-abs(score)))
    for j in range(w.shape[0]):
        square += w[j] * w[j]
    return total / x.shape[0] + 0.5 * l2 * square
