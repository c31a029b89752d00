"""Batch normalization of `kernels.normalization` on a GPU: a channel a block, whose threads always add up in the same order."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import float32, int64

from kernels.architecture import COLUMNS, FILTERS, HERE, LOWER, ROWS, STATISTICS, WEIGHTS
from kernels.cuda.device import cuda, kernel, on_device
from kernels.cuda.matmul import Launch
from kernels.normalization import EPSILON, NEWS

THREADS = 128
"""Of a block."""

_ZERO, _ONE = np.float32(0.0), np.float32(1.0)
_EPSILON, _NEWS = np.float32(EPSILON), np.float32(NEWS)
_ROW, _LAYER = float32[::1], int64[::1]


@on_device
def sum_of(number: Any, parts: Any) -> Any:
    """The sum of one number of every thread of a block, for all of them. parts: (threads,) shared."""
    cuda.syncthreads()
    parts[cuda.threadIdx.x] = number
    cuda.syncthreads()
    total = _ZERO
    for other in range(cuda.blockDim.x):
        total += parts[other]
    return total


@kernel(_LAYER, int64, int64, _ROW, _ROW, int64, int64, _ROW, int64, int64)
def _normalize(g: Any, P: Any, B: Any, theta: Any, a: Any, lower: Any, here: Any, met: Any, at: Any, training: Any) -> None:
    """`kernels.normalization.normalize`."""
    parts = cuda.shared.array(THREADS, float32)
    c, me, threads = cuda.blockIdx.x, cuda.threadIdx.x, cuda.blockDim.x
    pixels, channels, w = g[ROWS] * g[COLUMNS], g[FILTERS], g[WEIGHTS]
    first, count = lower + c * pixels * P, pixels * B
    mean, variance = theta[w + 2 * channels + c], theta[w + 3 * channels + c]
    if training == 1:
        total = _ZERO
        for job in range(me, count, threads):
            total += a[first + job // B * P + job % B]
        mean = sum_of(total, parts) / np.float32(count)
        total = _ZERO
        for job in range(me, count, threads):
            off = a[first + job // B * P + job % B] - mean
            total += off * off
        variance = sum_of(total, parts) / np.float32(count)
    narrow = _ONE / np.float32(math.sqrt(variance + _EPSILON))
    if me == 0:
        met[at + 2 * c], met[at + 2 * c + 1] = mean, narrow
    gamma, beta = theta[w + c] * narrow, theta[w + channels + c]
    for i in range(me, pixels * P, threads):
        a[here + c * pixels * P + i] = gamma * (a[first + i] - mean) + beta


@kernel(_LAYER, int64, int64, _ROW, _ROW, _ROW, int64, int64, _ROW, int64, int64, _ROW)
def _normalize_back(
    g: Any, P: Any, B: Any, theta: Any, a: Any, d: Any, lower: Any, here: Any, met: Any, at: Any, training: Any, grad: Any
) -> None:
    """`kernels.normalization.normalize_back`."""
    parts = cuda.shared.array(THREADS, float32)
    c, me, threads = cuda.blockIdx.x, cuda.threadIdx.x, cuda.blockDim.x
    pixels, channels, w = g[ROWS] * g[COLUMNS], g[FILTERS], g[WEIGHTS]
    first, mean, narrow = c * pixels * P, met[at + 2 * c], met[at + 2 * c + 1]
    to_beta, to_gamma = _ZERO, _ZERO
    for i in range(me, pixels * P, threads):  # d is 0 from column B on
        to_beta += d[here + first + i]
        to_gamma += d[here + first + i] * (a[lower + first + i] - mean)
    to_beta, to_gamma = sum_of(to_beta, parts), sum_of(to_gamma, parts) * narrow
    if me == 0:
        grad[w + c], grad[w + channels + c] = to_gamma, to_beta
        grad[w + 2 * channels + c], grad[w + 3 * channels + c] = _ZERO, _ZERO
    share = np.float32(training) / np.float32(pixels * B)
    gamma, all_d, all_dx = theta[w + c] * narrow, to_beta * share, to_gamma * share * narrow
    for i in range(me, pixels * P, threads):
        moved = gamma * (d[here + first + i] - all_d - all_dx * (a[lower + first + i] - mean))
        d[lower + first + i] = moved if i % P < B else _ZERO


@kernel(_LAYER, int64, _ROW, _ROW, int64)
def _remember(g: Any, B: Any, theta: Any, met: Any, at: Any) -> None:
    """`kernels.normalization.remember`, a channel a thread."""
    count, channels, w = g[ROWS] * g[COLUMNS] * B, g[FILTERS], g[WEIGHTS]
    unbiased = np.float32(count) / np.float32(max(count - 1, 1))
    for c in range(cuda.grid(1), channels, cuda.gridsize(1)):
        mean, narrow = met[at + 2 * c], met[at + 2 * c + 1]
        variance = _ONE / (narrow * narrow) - _EPSILON
        theta[w + 2 * channels + c] += _NEWS * (mean - theta[w + 2 * channels + c])
        theta[w + 3 * channels + c] += _NEWS * (unbiased * variance - theta[w + 3 * channels + c])


# -- on the processor


def normalize(g: Any, there: Any, P: int, B: int, theta: Any, a: Any, met: Any, training: int) -> Launch:
    """g: the layer's row of numbers (`kernels.architecture`); there: the same on the GPU. See `kernels.normalization`."""
    given = (there, P, B, theta, a, int(g[LOWER]) * P, int(g[HERE]) * P, met, int(g[STATISTICS]), training)
    return _normalize, int(g[FILTERS]), THREADS, given


def normalize_back(
    g: Any, there: Any, P: int, B: int, theta: Any, a: Any, d: Any, met: Any, training: int, grad: Any
) -> Launch:
    """See `kernels.normalization.normalize_back`."""
    given = (there, P, B, theta, a, d, int(g[LOWER]) * P, int(g[HERE]) * P, met, int(g[STATISTICS]), training, grad)
    return _normalize_back, int(g[FILTERS]), THREADS, given


def remember(g: Any, there: Any, B: int, theta: Any, met: Any) -> Launch:
    """See `kernels.normalization.remember`."""
    return _remember, -(-int(g[FILTERS]) // THREADS), THREADS, (there, B, theta, met, int(g[STATISTICS]))
