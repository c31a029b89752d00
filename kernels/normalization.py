"""Batch normalization: each channel of a batch is brought to mean 0 and deviation 1, then stretched by γ and moved by β.

    y = γ · x̂ + β,  x̂ = (x − mean) / √(variance + ε)

Mean and variance are those of a channel over all its pixels and the B examples of the batch; when the net is asked and not
trained, those that were met on the way, in running means. Ioffe & Szegedy 2015.

x and y (C, pixels, P), flat. theta, from the layer's WEIGHTS on: γ (C,), β (C,), running means (C,), running variances (C,).
"""

from __future__ import annotations

import math
from typing import Any

from numba import int64, void
from numpy.typing import NDArray

from kernels.architecture import COLUMNS, FILTERS, ROWS, WEIGHTS
from kernels.jit import fast, floats, integers
from kernels.simd import span

Array = NDArray[Any]

EPSILON = 1e-5
NEWS = 0.1
"""So much of a batch's mean and variance goes into the running ones at each step."""


@fast(void(integers, int64, int64, floats, floats, int64, int64, floats, int64, int64))
def normalize(
    g: Any, P: int, B: int, theta: Array, a: Array, lower: int, here: int, met: Array, at: int, training: int
) -> None:
    """y from x, both in a. met, from `at` on: of each channel its mean and 1 / √(variance + ε) are left there.

    training 1: of this batch; 0: the running ones.
    """
    pixels, channels, w = g[ROWS] * g[COLUMNS], g[FILTERS], g[WEIGHTS]
    one = a.dtype.type(1)
    for c in range(channels):
        first = lower + c * pixels * P
        mean, variance = theta[w + 2 * channels + c], theta[w + 3 * channels + c]
        if training == 1:
            total = a.dtype.type(0)
            for p in range(pixels):
                row = span(a, first + p * P, B)
                for i in range(B):
                    total += row[i]
            mean = total / a.dtype.type(pixels * B)
            total = a.dtype.type(0)
            for p in range(pixels):
                row = span(a, first + p * P, B)
                for i in range(B):
                    total += (row[i] - mean) * (row[i] - mean)
            variance = total / a.dtype.type(pixels * B)
        narrow = one / a.dtype.type(math.sqrt(variance + a.dtype.type(EPSILON)))
        met[at + 2 * c], met[at + 2 * c + 1] = mean, narrow
        gamma, beta = theta[w + c] * narrow, theta[w + channels + c]
        x, y = span(a, first, pixels * P), span(a, here + c * pixels * P, pixels * P)
        for i in range(pixels * P):
            y[i] = gamma * (x[i] - mean) + beta


@fast(void(integers, int64, int64, floats, floats, floats, int64, int64, floats, int64, int64, floats))
def normalize_back(
    g: Any,
    P: int,
    B: int,
    theta: Array,
    a: Array,
    d: Array,
    lower: int,
    here: int,
    met: Array,
    at: int,
    training: int,
    grad: Array,
) -> None:
    """From ∂L/∂y to ∂L/∂x, both in d, to ∂L/∂γ = Σ d·x̂ and to ∂L/∂β = Σ d.

    In training mean and variance depend on x as well: ∂L/∂x = γ / √(variance + ε) · (d − mean d − x̂ · mean (d·x̂)).
    """
    pixels, channels, w = g[ROWS] * g[COLUMNS], g[FILTERS], g[WEIGHTS]
    share = a.dtype.type(training / (pixels * B))
    for c in range(channels):
        first, mean, narrow = c * pixels * P, met[at + 2 * c], met[at + 2 * c + 1]
        x, slopes, below = (
            span(a, lower + first, pixels * P),
            span(d, here + first, pixels * P),
            span(d, lower + first, pixels * P),
        )
        to_beta, to_gamma = a.dtype.type(0), a.dtype.type(0)
        for i in range(pixels * P):  # d is 0 from column B on
            to_beta += slopes[i]
            to_gamma += slopes[i] * (x[i] - mean)
        to_gamma *= narrow
        grad[w + c], grad[w + channels + c] = to_gamma, to_beta
        grad[w + 2 * channels + c], grad[w + 3 * channels + c] = 0, 0
        gamma, all_d, all_dx = theta[w + c] * narrow, to_beta * share, to_gamma * share * narrow
        for i in range(pixels * P):
            below[i] = gamma * (slopes[i] - all_d - all_dx * (x[i] - mean))
        for p in range(pixels):
            for i in range(p * P + B, p * P + P):
                below[i] = 0


@fast(void(integers, int64, floats, floats, int64))
def remember(g: Any, B: int, theta: Array, met: Array, at: int) -> None:
    """Bring the running means and variances of a layer up to date with the batch that was just met."""
    count, channels, w = g[ROWS] * g[COLUMNS] * B, g[FILTERS], g[WEIGHTS]
    news, unbiased = theta.dtype.type(NEWS), theta.dtype.type(count / max(count - 1, 1))
    for c in range(channels):
        mean, narrow = met[at + 2 * c], met[at + 2 * c + 1]
        variance = theta.dtype.type(1) / (narrow * narrow) - theta.dtype.type(EPSILON)
        theta[w + 2 * channels + c] += news * (mean - theta[w + 2 * channels + c])
        theta[w + 3 * channels + c] += news * (unbiased * variance - theta[w + 3 * channels + c])
