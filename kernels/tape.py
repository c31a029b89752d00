"""Reverse-mode automatic differentiation on a tape of scalars. Linnainmaa 1970; the form of a tape is Wengert's, 1964.

A tape is a list of small computations in the order in which they were made, each from one or two earlier ones. Entry i:
    kind[i]   which computation, a place in KINDS
    left[i]   the entry that it is made from; right[i]: the second one, for those that have two
    value[i]  its number
    grad[i]   ∂(last entry)/∂(entry i), once the tape has been walked back
All arrays are (n,): kind, left, right int64; value, grad float64. For an input, value is set by the caller.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import int64, types, void
from numpy.typing import NDArray

from kernels.jit import exact, integers

KINDS = ("input", "+", "-", "*", "/", "**", "neg", "exp", "log", "tanh", "relu", "sigmoid", "sin", "cos", "sqrt")
"""In the order of their numbers."""
INPUT, PLUS, MINUS, TIMES, OVER, POWER, NEGATIVE, EXP, LOG, TANH, RELU, SIGMOID, SIN, COS, SQRT = range(15)
PAIRS = KINDS[PLUS : POWER + 1]
"""Those that are made from two."""

Numbers = NDArray[np.float64]
Integers = NDArray[np.int64]
_doubles = types.float64[::1]


@exact(void(integers, integers, integers, _doubles, int64, int64))
def record(kind: Integers, left: Integers, right: Integers, value: Numbers, first: int, last: int) -> None:
    """Compute the values of entries first … last − 1; those before must be there. Never raises: 1/0 is infinite."""
    for i in range(first, last):
        k = kind[i]
        x, y = value[left[i]], value[right[i]]
        if k == PLUS:
            value[i] = x + y
        elif k == MINUS:
            value[i] = x - y
        elif k == TIMES:
            value[i] = x * y
        elif k == OVER:
            value[i] = x / y
        elif k == POWER:
            value[i] = x**y
        elif k == NEGATIVE:
            value[i] = -x
        elif k == EXP:
            value[i] = np.exp(x)
        elif k == LOG:
            value[i] = np.log(x)
        elif k == TANH:
            value[i] = np.tanh(x)
        elif k == RELU:
            value[i] = 0.0 if x < 0.0 else x
        elif k == SIGMOID:
            value[i] = 1.0 / (1.0 + np.exp(-x))
        elif k == SIN:
            value[i] = np.sin(x)
        elif k == COS:
            value[i] = np.cos(x)
        elif k == SQRT:
            value[i] = np.sqrt(x)


@exact(void(integers, integers, integers, _doubles, int64, _doubles))
def partials(kind: Integers, left: Integers, right: Integers, value: Numbers, i: int, out: Numbers) -> None:
    """How entry i changes with the one or two that it is made from: ∂value[i]/∂value[left[i]], …[right[i]], into out (2,)."""
    k, x, y, z = kind[i], value[left[i]], value[right[i]], value[i]
    out[0], out[1] = 0.0, 0.0
    if k == PLUS:
        out[0], out[1] = 1.0, 1.0
    elif k == MINUS:
        out[0], out[1] = 1.0, -1.0
    elif k == TIMES:
        out[0], out[1] = y, x
    elif k == OVER:
        out[0], out[1] = 1.0 / y, -z / y
    elif k == POWER:
        out[0] = 0.0 if y == 0.0 else y * x ** (y - 1.0)
        # A constant exponent is not asked for its gradient; the logarithm of a negative base would be no number.
        out[1] = z * np.log(x) if x > 0.0 else 0.0
    elif k == NEGATIVE:
        out[0] = -1.0
    elif k == EXP:
        out[0] = z
    elif k == LOG:
        out[0] = 1.0 / x
    elif k == TANH:
        out[0] = 1.0 - z * z
    elif k == RELU:
        out[0] = 1.0 if x > 0.0 else 0.0
    elif k == SIGMOID:
        out[0] = z * (1.0 - z)
    elif k == SIN:
        out[0] = np.cos(x)
    elif k == COS:
        out[0] = -np.sin(x)
    elif k == SQRT:
        out[0] = 0.5 / z


@exact(void(integers, integers, integers, _doubles, _doubles, int64, int64))
def walk_back(kind: Integers, left: Integers, right: Integers, value: Numbers, grad: Numbers, first: int, last: int) -> None:
    """Visit entries first, first − 1, … last: each hands its gradient, times a partial, to what it is made from.

    Handing on adds: an entry that is used twice gets two shares, and their sum is its gradient. Before the first visit grad
    is 0 but for a 1 at the tape's last entry. An entry is complete when all later ones have been visited.
    """
    share = np.empty(2)
    for i in range(first, last - 1, -1):
        if kind[i] == INPUT:
            continue
        partials(kind, left, right, value, i, share)
        grad[left[i]] += grad[i] * share[0]
        if kind[i] <= POWER:
            grad[right[i]] += grad[i] * share[1]


def run(kind: Integers, left: Integers, right: Integers, value: Numbers) -> tuple[Numbers, Numbers]:
    """The whole tape forward and back, on a copy of `value`. Returns the values and the gradients (n,)."""
    value, grad = value.copy(), np.zeros(len(value))
    record(kind, left, right, value, 0, len(value))
    grad[-1] = 1.0
    walk_back(kind, left, right, value, grad, len(value) - 1, 0)
    return value, grad


def difference(kind: Integers, left: Integers, right: Integers, value: Numbers, i: int, step: float) -> Any:
    """∂(last entry)/∂(entry i) by trying: the entry is set a little higher and a little lower, and all after it made anew.

    Returns a float. Central difference, two runs of the tape.
    """
    ends = []
    for shift in (step, -step):
        changed = value.copy()
        changed[i] += shift
        record(kind, left, right, changed, i + 1, len(value))
        ends.append(float(changed[-1]))
    return (ends[0] - ends[1]) / (2.0 * step)
