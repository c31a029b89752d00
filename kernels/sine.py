"""A sine of unknown frequency, fitted to data: a loss of one number with many valleys, and descents that get out of them.

x, y: (n,) float64, the data. w: a frequency. For one example L = (sin wx − y)², ∂L/∂w = 2 (sin wx − y) x cos wx.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import float64, int64, types, uint64, void
from numpy.typing import NDArray

from kernels.jit import exact, part
from kernels.stochastic import drawn, given_doubles

Array = NDArray[Any]
doubles = types.float64[::1]


@part
def sine_gradient(w: float, x: float, y: float) -> Any:
    """2 (sin wx − y) x cos wx, all numbers. Returns a float."""
    return 2.0 * (np.sin(w * x) - y) * x * np.cos(w * x)


@exact(void(doubles, doubles, given_doubles, given_doubles, uint64, float64, int64, int64, int64))
def escape(w: Array, whole: Array, x: Array, y: Array, seed: int, rate: float, batch: int, start: int, steps: int) -> None:
    """Steps start … start + steps − 1 of many stochastic descents at once, and of one on all examples.

    w: (runners,), a frequency each; every runner draws its own `batch` examples, with replacement. whole: (1,), the frequency
    that moves by the gradient of all examples. x, y: (n,).
    """
    n = x.shape[0]
    for step in range(start, start + steps):
        for runner in range(w.shape[0]):
            total = 0.0
            for k in range(batch):
                i = drawn(seed, step, runner * n + k, n)
                total += sine_gradient(w[runner], x[i], y[i])
            w[runner] -= rate * total / batch
        total = 0.0
        for i in range(n):
            total += sine_gradient(whole[0], x[i], y[i])
        whole[0] -= rate * total / n


@exact(void(given_doubles, given_doubles, given_doubles, doubles, doubles, doubles))
def landscape(w: Array, x: Array, y: Array, loss: Array, slope: Array, noise: Array) -> None:
    """Over the frequencies w (points,): the loss, its slope, and the noise of one example's slope (its standard deviation).

    x, y: (n,). Fills loss, slope, noise: (points,).
    """
    n = x.shape[0]
    for p in range(w.shape[0]):
        total, first, second = 0.0, 0.0, 0.0
        for i in range(n):
            miss = np.sin(w[p] * x[i]) - y[i]
            g = sine_gradient(w[p], x[i], y[i])
            total += miss * miss
            first += g
            second += g * g
        loss[p], slope[p] = total / n, first / n
        noise[p] = np.sqrt(max(0.0, second / n - slope[p] * slope[p]))
