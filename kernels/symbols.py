"""Symbols in and out of a net: the weights of a symbol by its number, and the loss of predicting the next one.

Dimensions: V symbols, R rows of weights, P columns of which the first B are examples. A symbol is a whole number from 0 on. A
one-hot vector times a matrix is one column of that matrix: so nothing is multiplied here, numbers are only looked up.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernels.elementary import exp, log
from kernels.jit import part
from kernels.simd import span

Array = NDArray[Any]
Integers = NDArray[np.int64]

_ZERO, _ONE = np.float32(0.0), np.float32(1.0)


@part
def look_up(W: Array, b: Array, x: Integers, z: Array) -> None:
    """z = W·onehot(x) + b. W: (R·V,), b: (R,), x: (P,), z: (R·P,)."""
    R, P = b.shape[0], x.shape[0]
    V = W.shape[0] // R
    for r in range(R):
        row, weights, bias = span(z, r * P, P), span(W, r * V, V), b[r]
        for i in range(P):
            row[i] = weights[x[i]] + bias


@part
def look_up_backward(d: Array, x: Integers, B: int, dW: Array, db: Array) -> None:
    """dW += d·onehot(x)ᵀ, db += Σ d: each example adds to the column of its own symbol. d: (R·P,) = ∂L/∂z."""
    R, P = db.shape[0], x.shape[0]
    V = dW.shape[0] // R
    for r in range(R):
        row, slopes, total = span(d, r * P, P), span(dW, r * V, V), d.dtype.type(_ZERO)
        for i in range(B):
            slopes[x[i]] += row[i]
        for i in range(P):
            total += row[i]
        db[r] += total


@part
def cross_entropy(y: Array, t: Integers, spare: Array, B: int, count: int) -> Any:
    """L = −Σ log softmax(y)[t] / count, over the examples with a target; y becomes (softmax(y) − onehot(t)) / count, its slope.

    y: (V·P,) logits. t: (P,), −1 where there is no target: 0 there, and beyond B. spare: (2·P,), overwritten.
    """
    P = t.shape[0]
    V = y.shape[0] // P
    share, total = y.dtype.type(_ONE) / y.dtype.type(count), y.dtype.type(_ZERO)
    top, sums = span(spare, 0, P), span(spare, P, P)
    for i in range(P):
        top[i], sums[i] = y[i], y.dtype.type(_ZERO)
    for v in range(1, V):
        row = span(y, v * P, P)
        for i in range(P):
            top[i] = row[i] if row[i] > top[i] else top[i]
    for i in range(B):
        if t[i] >= 0:
            total += top[i] - y[t[i] * P + i]
    for v in range(V):
        row = span(y, v * P, P)
        for i in range(P):
            row[i] = exp(row[i] - top[i])
            sums[i] += row[i]
    for i in range(P):
        if i < B and t[i] >= 0:
            total += log(sums[i])
            sums[i] = share / sums[i]
        else:
            sums[i] = y.dtype.type(_ZERO)
    for v in range(V):
        row = span(y, v * P, P)
        for i in range(P):
            row[i] *= sums[i]
    for i in range(B):
        if t[i] >= 0:
            y[t[i] * P + i] -= share
    return total * share
