"""Three recurrent cells: how the state h of one time follows from the weighted sums z = W·x + U·h + b, and the way back.

Dimensions: n = H units times P columns; every array named below is (n,), or a few such blocks one after another. What a cell
needs for its way back it leaves in the place of z; the way back leaves ∂L/∂z there.

    vanilla  h = tanh(z)
    lstm     i, f, o = σ(z), g = tanh(z);  c = f·c′ + i·g;  h = o·tanh(c)              blocks i, f, o, g
    gru      r, u = σ(z), m = U·h′, g = tanh(z + r·m);  h = u·h′ + (1 − u)·g          blocks r, u, g, m

A prime marks what came from the time before. Elman 1990; Hochreiter & Schmidhuber 1997, with the forget gate of Gers 2000; Cho
et al. 2014, in the form of the paper's first version, where the gate r acts on U·h′. Loops are short: with more arrays in one
of them the compiler makes no vectors.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernels.activations import sigmoid, sigmoid_slope, tanh, tanh_slope
from kernels.jit import part
from kernels.simd import span

NAMES = ("vanilla", "lstm", "gru")
"""In the order of their numbers."""
VANILLA, LSTM, GRU = range(3)
GATES = (1, 4, 3)
"""Blocks of weights of each."""
BLOCKS = (1, 4, 4)
"""Blocks that each keeps for the way back."""

Array = NDArray[Any]

_ONE = np.float32(1.0)


@part
def vanilla(z: Array, h: Array) -> None:
    """h = tanh(z)."""
    for i in range(h.shape[0]):
        h[i] = tanh(z[i])


@part
def vanilla_backward(z: Array, h: Array, dh: Array) -> None:
    """∂L/∂z = dh·(1 − h²), into z."""
    for i in range(h.shape[0]):
        z[i] = dh[i] * tanh_slope(z[i], h[i])


@part
def lstm(z: Array, before: Array, c: Array, h: Array) -> None:
    """c = f·c′ + i·g and h = o·tanh(c); z: (4·n,) becomes i, f, o, g. before: c′."""
    n = h.shape[0]
    gates, g = span(z, 0, 3 * n), span(z, 3 * n, n)
    for k in range(3 * n):
        gates[k] = sigmoid(gates[k])
    for k in range(n):
        g[k] = tanh(g[k])
    i, f, o = span(z, 0, n), span(z, n, n), span(z, 2 * n, n)
    for k in range(n):
        c[k] = f[k] * before[k] + i[k] * g[k]
    for k in range(n):
        h[k] = o[k] * tanh(c[k])


@part
def lstm_backward(z: Array, before: Array, c: Array, dh: Array, dc: Array, earlier: Array) -> None:
    """z: (4·n,), from i, f, o, g to ∂L/∂z. dc: what comes from the time after, and then all of ∂L/∂c. earlier: ∂L/∂c′."""
    n = dh.shape[0]
    i, f, o, g = span(z, 0, n), span(z, n, n), span(z, 2 * n, n), span(z, 3 * n, n)
    for k in range(n):  # h = o·tanh(c)
        bent = tanh(c[k])
        dc[k] += dh[k] * o[k] * tanh_slope(c[k], bent)
        o[k] = dh[k] * bent * sigmoid_slope(o[k], o[k])
    for k in range(n):  # c = f·c′ + i·g
        opened = i[k]
        i[k] = dc[k] * g[k] * sigmoid_slope(opened, opened)
        g[k] = dc[k] * opened * tanh_slope(g[k], g[k])
    for k in range(n):
        kept = f[k]
        f[k] = dc[k] * before[k] * sigmoid_slope(kept, kept)
        earlier[k] = dc[k] * kept


@part
def gru(z: Array, before: Array, h: Array) -> None:
    """g = tanh(z + r·m) and h = u·h′ + (1 − u)·g; z: (4·n,) becomes r, u, g, m, of which m = U·h′ is there. before: h′."""
    n = h.shape[0]
    gates = span(z, 0, 2 * n)
    for k in range(2 * n):
        gates[k] = sigmoid(gates[k])
    r, u, g, m = span(z, 0, n), span(z, n, n), span(z, 2 * n, n), span(z, 3 * n, n)
    for k in range(n):
        g[k] = tanh(g[k] + r[k] * m[k])
    for k in range(n):
        h[k] = g[k] + u[k] * (before[k] - g[k])


@part
def gru_backward(z: Array, before: Array, dh: Array) -> None:
    """z: (4·n,), from r, u, g, m to ∂L/∂z and, for m, ∂L/∂m. dh becomes the part of ∂L/∂h′ that went round the weights."""
    n = dh.shape[0]
    r, u, g, m = span(z, 0, n), span(z, n, n), span(z, 2 * n, n), span(z, 3 * n, n)
    for k in range(n):  # h = u·h′ + (1 − u)·g
        kept, new, slope = u[k], g[k], dh[k]
        u[k] = slope * (before[k] - new) * sigmoid_slope(kept, kept)
        g[k] = slope * (_ONE - kept) * tanh_slope(new, new)
        dh[k] = slope * kept
    for k in range(n):  # g = tanh(z + r·m)
        opened = r[k]
        r[k] = g[k] * m[k] * sigmoid_slope(opened, opened)
        m[k] = g[k] * opened
