"""One training step of a net with one hidden layer, as one would write it first: in Python's own lists, then in NumPy.

The same mathematics as `kernels.mlp`: ReLU, softmax cross-entropy averaged over the batch, gradient descent. They are here to
be compared with it, and to be read beside it.

x: B examples of I numbers. t: for each a row of C numbers, 1 in the column of its class. A net is W1 (H, I), b1 (H), W2 (C, H)
and b2 (C).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Rows = list[list[float]]
Lists = tuple[Rows, list[float], Rows, list[float]]
"""A net in lists: W1, b1, W2, b2."""
Arrays = tuple[Array, Array, Array, Array]
"""The same in arrays."""


def step_in_lists(net: Lists, x: Rows, t: Rows, rate: float) -> Lists:
    """The net after one step of gradient descent; the given one is left alone. Every number is Python's: a float64 in a box."""
    w1, b1, w2, b2 = net
    inputs, hidden, classes, batch = range(len(x[0])), range(len(w1)), range(len(w2)), len(x)
    grad_w1, grad_b1 = [[0.0 for _ in inputs] for _ in hidden], [0.0 for _ in hidden]
    grad_w2, grad_b2 = [[0.0 for _ in hidden] for _ in classes], [0.0 for _ in classes]
    for example, target in zip(x, t, strict=True):
        z = [sum(w1[h][i] * example[i] for i in inputs) + b1[h] for h in hidden]
        a = [max(0.0, number) for number in z]
        logits = [sum(w2[c][h] * a[h] for h in hidden) + b2[c] for c in classes]
        powers = [math.exp(number - max(logits)) for number in logits]
        total = sum(powers)
        d2 = [(powers[c] / total - target[c]) / batch for c in classes]
        d1 = [sum(w2[c][h] * d2[c] for c in classes) if z[h] > 0 else 0.0 for h in hidden]
        for c in classes:
            grad_b2[c] += d2[c]
            for h in hidden:
                grad_w2[c][h] += d2[c] * a[h]
        for h in hidden:
            grad_b1[h] += d1[h]
            for i in inputs:
                grad_w1[h][i] += d1[h] * example[i]
    return (
        [[w1[h][i] - rate * grad_w1[h][i] for i in inputs] for h in hidden],
        [b1[h] - rate * grad_b1[h] for h in hidden],
        [[w2[c][h] - rate * grad_w2[c][h] for h in hidden] for c in classes],
        [b2[c] - rate * grad_b2[c] for c in classes],
    )


def step_in_numpy(net: Arrays, x: Array, t: Array, rate: float) -> Arrays:
    """The same with one NumPy call for each loop over numbers. x (B, I), t (B, C), all of one floating type, which it keeps."""
    w1, b1, w2, b2 = net
    z = x @ w1.T + b1
    a = np.maximum(z, 0)
    logits = a @ w2.T + b2
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    d2 = (powers / powers.sum(axis=1, keepdims=True) - t) / x.dtype.type(len(x))
    d1 = np.where(z > 0, d2 @ w2, 0)
    rate = x.dtype.type(rate)
    return w1 - rate * (d1.T @ x), b1 - rate * d1.sum(axis=0), w2 - rate * (d2.T @ a), b2 - rate * d2.sum(axis=0)
