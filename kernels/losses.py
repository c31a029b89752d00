"""Losses: how wrong a net's answers are, and which way they should move.

Dimensions: U outputs, P columns of which the first B are the examples of a batch. a, d: (U·P,), the output units' answers and
∂L/∂a, row after row; t: the targets, laid out as a. L is the mean over the B examples.

A loss is taken by its number, its place in NAMES. The last two take a net whose last layer is linear (its answers are logits),
so that softmax or sigmoid and logarithm are one well-behaved formula.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernels.elementary import exp, log, log1p
from kernels.jit import part, written_in
from kernels.simd import span

NAMES = ("squared", "cross-entropy", "binary cross-entropy")
"""In the order of their numbers."""
SQUARED, CROSS_ENTROPY, BINARY_CROSS_ENTROPY = range(3)

Array = NDArray[Any]

_ZERO, _HALF, _ONE = np.float32(0.0), np.float32(0.5), np.float32(1.0)


@part
def squared(a: Array, t: Array, d: Array, P: int, B: int) -> Any:
    """L = ½ Σ (a − t)², summed over the outputs, as TensorFlow Playground has it; ∂L/∂a = a − t. Returns L, fills d.

    In physics' manner half the square, so that the gradient has no factor. (PyTorch's `mse_loss` is 2/U times this.)
    """
    share = a.dtype.type(_ONE) / a.dtype.type(B)
    total = a.dtype.type(_ZERO)
    for start in range(0, a.shape[0], P):
        answers, targets, slopes = span(a, start, B), span(t, start, B), span(d, start, P)
        for i in range(B):
            miss = answers[i] - targets[i]
            total += miss * miss
            slopes[i] = miss * share
        for i in range(B, P):
            slopes[i] = _ZERO
    return _HALF * total * share


@written_in
def binary_term(z: Any, t: Any) -> Any:
    """−t log σ(z) − (1 − t) log(1 − σ(z)).

    Written as max(z, 0) − z t + log(1 + e^(−|z|)), which neither overflows nor takes the logarithm of 0.
    """
    return (_ZERO if z < _ZERO else z) - z * t + log1p(exp(-abs(z)))


@written_in
def binary_slope(z: Any, t: Any) -> Any:
    """σ(z) − t."""
    return _ONE / (_ONE + exp(-z)) - t


@part
def binary_cross_entropy(a: Array, t: Array, d: Array, P: int, B: int) -> Any:
    """L = −Σ t log σ(a) + (1 − t) log(1 − σ(a)), summed over the outputs; ∂L/∂a = σ(a) − t. t in [0, 1]. Returns L, fills d."""
    share = a.dtype.type(_ONE) / a.dtype.type(B)
    total = a.dtype.type(_ZERO)
    for start in range(0, a.shape[0], P):
        answers, targets, slopes = span(a, start, B), span(t, start, B), span(d, start, P)
        for i in range(B):
            total += binary_term(answers[i], targets[i])
            slopes[i] = binary_slope(answers[i], targets[i]) * share
        for i in range(B, P):
            slopes[i] = _ZERO
    return total * share


@part
def cross_entropy(a: Array, t: Array, d: Array, spare: Array, P: int, B: int) -> Any:
    """L = −Σ t log softmax(a); ∂L/∂a = softmax(a) − t. The targets of an example sum to 1. Returns L, fills d.

    softmax(a) = e^a / Σ e^a over the outputs of one example; the largest a is subtracted first, so that nothing overflows.
    spare: (2·P,), overwritten.
    """
    share = a.dtype.type(_ONE) / a.dtype.type(B)
    total = a.dtype.type(_ZERO)
    top, sums = span(spare, 0, B), span(spare, P, B)
    for i in range(B):
        top[i] = a[i]
        sums[i] = _ZERO
    for start in range(P, a.shape[0], P):
        answers = span(a, start, B)
        for i in range(B):
            top[i] = answers[i] if answers[i] > top[i] else top[i]
    for start in range(0, a.shape[0], P):
        answers, slopes = span(a, start, B), span(d, start, B)
        for i in range(B):
            slopes[i] = exp(answers[i] - top[i])
            sums[i] += slopes[i]
    for i in range(B):
        top[i] += log(sums[i])
        sums[i] = share / sums[i]
    for start in range(0, a.shape[0], P):
        answers, targets, slopes = span(a, start, B), span(t, start, B), span(d, start, P)
        for i in range(B):
            total += targets[i] * (top[i] - answers[i])
            slopes[i] = slopes[i] * sums[i] - targets[i] * share
        for i in range(B, P):
            slopes[i] = _ZERO
    return total * share


@written_in
def loss(number: int, a: Array, t: Array, d: Array, spare: Array, P: int, B: int) -> Any:
    """The loss with this number: returns L, fills d with ∂L/∂a, 0 in the columns that hold no example. spare: (2·P,)."""
    if number == CROSS_ENTROPY:
        return cross_entropy(a, t, d, spare, P, B)
    if number == BINARY_CROSS_ENTROPY:
        return binary_cross_entropy(a, t, d, P, B)
    return squared(a, t, d, P, B)


def mean(number: int, outputs: Array, targets: Array) -> float:
    """The same loss for many answers at once, in NumPy: for a whole data set, now and then.

    outputs: (U, n), as `kernels.mlp.evaluate` gives them. targets: (n, U), as data are kept.
    """
    a, t = np.asarray(outputs, np.float64), np.asarray(targets, np.float64).T
    with np.errstate(over="ignore", invalid="ignore"):  # a net that has blown up has an infinite loss, and says so
        if number == CROSS_ENTROPY:
            top = a.max(axis=0)
            return float((t * (top + np.log(np.exp(a - top).sum(axis=0)) - a)).sum(axis=0).mean())
        if number == BINARY_CROSS_ENTROPY:
            return float((np.maximum(a, 0) - a * t + np.log1p(np.exp(-np.abs(a)))).sum(axis=0).mean())
        return float((0.5 * (a - t) ** 2).sum(axis=0).mean())
