"""The perceptron: one formal neuron that learns from its mistakes. Rosenblatt 1957.

Examples are augmented: the last column of x is 1, so that the last weight is the bias. With n examples and d columns, that one
included: x: (n, d) float32. t: (n,) float32, the targets, each −1 or +1. w: (d,) float32.

Sums run from the first column to the last, one rounding an operation, here as in `kernels.cuda.perceptron`:
both make the same mistakes on the same examples.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import boolean, float32, int64, uint64, void
from numpy.typing import NDArray

from kernels.jit import exact, floats, given_floats, given_rows, indices, integers
from kernels.random import shuffle

Floats = NDArray[np.float32]

MISTAKES, STREAK = 0, 1
"""The places of a tally (2,) int64: mistakes so far, and examples right in a row since the last one."""


@exact(float32(given_floats, given_floats))
def score(w: Floats, x: Floats) -> Any:
    """The weighted sum wᵀx: positive says +1, negative says −1, zero says nothing. w, x: (d,). Returns a float32."""
    total = np.float32(0.0)
    for j in range(w.shape[0]):
        total += w[j] * x[j]
    return total


@exact(void(floats, indices, integers, given_rows, given_floats, uint64, float32, boolean, int64, int64))
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
    """Show examples start … start + steps − 1 of the run; where w is wrong, add rate·t·x to it. In place: w, order, tally.

    An example with t·wᵀx ≤ 0 is a mistake: the boundary itself is nobody's side. order: (n,), the order of the examples in
    this epoch; made anew at each epoch's first step when `shuffled`, otherwise left as it is. tally: see MISTAKES, STREAK.
    """
    n = x.shape[0]
    for step in range(start, start + steps):
        place = step % n
        if place == 0 and shuffled:
            shuffle(seed, np.uint64(step // n), order)
        i = order[place]
        if t[i] * score(w, x[i]) <= np.float32(0.0):
            move = rate * t[i]
            for j in range(w.shape[0]):
                w[j] += move * x[i, j]
            tally[MISTAKES] += 1
            tally[STREAK] = 0
        else:
            tally[STREAK] += 1


@exact(void(given_floats, given_rows, floats))
def decide(w: Floats, x: Floats, out: Floats) -> None:
    """The weighted sum of every row of x, into out (n,)."""
    for i in range(x.shape[0]):
        out[i] = score(w, x[i])


@exact(int64(given_floats, given_rows, given_floats))
def errors(w: Floats, x: Floats, t: Floats) -> Any:
    """How many examples w gets wrong now, those on the boundary included. Returns an int."""
    wrong = 0
    for i in range(x.shape[0]):
        if not t[i] * score(w, x[i]) > np.float32(0.0):
            wrong += 1
    return wrong


@exact(float32(given_floats, given_rows, given_floats))
def criterion(w: Floats, x: Floats, t: Floats) -> Any:
    """The loss that the perceptron goes down: the mean of max(0, −t·wᵀx). Returns a float32."""
    total = np.float32(0.0)
    for i in range(x.shape[0]):
        total += max(np.float32(0.0), -t[i] * score(w, x[i]))
    return total / np.float32(x.shape[0])
