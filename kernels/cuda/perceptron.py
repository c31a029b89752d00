"""The perceptron of `kernels.perceptron` on a GPU: the same names, the same arguments, the same mistakes.

A run is a chain in which each example waits for the one before, so one thread makes one run, with all its steps in one
launch. One run gains nothing from a GPU; a thousand runs at once do (`train_each`).

Dimensions: R runs, n examples, d columns (the last is 1). x: (n, d), t: (n,) float32, shared by the runs; w: (R, d) float32.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import boolean, float32, int32, int64, uint64
from numpy.typing import NDArray

from kernels.cuda import held
from kernels.cuda.device import cuda, kernel, on_device, plus, times
from kernels.perceptron import MISTAKES, STREAK
from kernels.random import ORDER, below, bits

Floats = NDArray[np.float32]

_BLOCK = 64
"""Threads in a block."""


@on_device
def _score(w: Any, x: Any) -> Any:
    """wᵀx from the first column to the last, each product and each sum rounded on its own."""
    total = np.float32(0.0)
    for j in range(w.shape[0]):
        total = plus(total, times(w[j], x[j]))
    return total


@on_device
def _shuffle(seed: Any, epoch: Any, order: Any) -> None:
    """`kernels.random.shuffle`."""
    n = order.shape[0]
    for i in range(n):
        order[i] = i
    for i in range(n - 1, 0, -1):
        j = np.int64(below(bits(seed, np.uint64(ORDER), epoch, np.uint64(i)), np.uint64(i + 1)))
        order[i], order[j] = order[j], order[i]


_ROW, _ROWS = float32[::1], float32[:, ::1]


@kernel(_ROWS, int32[:, ::1], int64[:, ::1], _ROWS, _ROW, uint64[::1], _ROW, boolean, int64, int64)
def _train(w: Any, order: Any, tally: Any, x: Any, t: Any, seed: Any, rate: Any, shuffled: Any, start: Any, steps: Any) -> None:
    """`kernels.perceptron.train` for one run a thread."""
    run = cuda.grid(1)
    if run >= w.shape[0]:
        return
    n = x.shape[0]
    for step in range(start, start + steps):
        place = step % n
        if place == 0 and shuffled:
            _shuffle(seed[run], np.uint64(step // n), order[run])
        i = order[run, place]
        if times(t[i], _score(w[run], x[i])) <= np.float32(0.0):
            move = times(rate[run], t[i])
            for j in range(w.shape[1]):
                w[run, j] = plus(w[run, j], times(move, x[i, j]))
            tally[run, MISTAKES] += 1
            tally[run, STREAK] = 0
        else:
            tally[run, STREAK] += 1


@kernel(_ROW, _ROWS, _ROW)
def _decide(w: Any, x: Any, out: Any) -> None:
    """`kernels.perceptron.decide`, a row of x a thread."""
    i = cuda.grid(1)
    if i < x.shape[0]:
        out[i] = _score(w, x[i])


def train_each(
    w: Floats,
    order: NDArray[np.int32],
    tally: NDArray[np.int64],
    x: Floats,
    t: Floats,
    seed: NDArray[np.uint64],
    rate: Floats,
    shuffled: bool,
    start: int,
    steps: int,
) -> None:
    """Train R perceptrons at once, each with its own seed and rate. In place: w (R, d), order (R, n), tally (R, 2).

    seed: (R,) uint64. rate: (R,) float32. The rest as in `train`.
    """
    runs = w.shape[0]
    changed: tuple[NDArray[Any], ...] = (w, order, tally)
    there = [held.changing(array) for array in changed]
    given = [held.constant(x), held.constant(t), cuda.to_device(seed), cuda.to_device(rate)]
    _train[(runs + _BLOCK - 1) // _BLOCK, min(runs, _BLOCK)](*there, *given, bool(shuffled), int(start), int(steps))
    for array, copy in zip(changed, there, strict=True):
        held.fetch(array, copy)


def train(
    w: Floats,
    order: NDArray[np.int32],
    tally: NDArray[np.int64],
    x: Floats,
    t: Floats,
    seed: int,
    rate: float,
    shuffled: bool,
    start: int,
    steps: int,
) -> None:
    """As `kernels.perceptron.train`, in one launch. In place: w (d,), order (n,), tally (2,)."""
    one = (np.array([seed], np.uint64), np.array([rate], np.float32))
    train_each(w[None], order[None], tally[None], x, t, *one, shuffled, start, steps)


def decide(w: Floats, x: Floats, out: Floats) -> None:
    """As `kernels.perceptron.decide`: the weighted sum of every row of x, into out (n,)."""
    rows = x.shape[0]
    sums = held.spare("perceptron.sums", (rows,), np.float32)
    _decide[(rows + _BLOCK - 1) // _BLOCK, _BLOCK](held.changing(w), held.constant(x), sums)
    sums.copy_to_host(out)
