"""The truth that recurrent nets are tested against: the same mathematics in plain NumPy, float64, one example at a time.

A net is (U, b, W, Y, a) as `kernels.recurrent.views` gives them: z = W·x + U·h + b, y = Y·h + a. Gates come in the order of
`kernels.cells`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Parameters = Sequence[Array]
Symbols = Sequence[int] | NDArray[np.int64]


def _sigmoid(z: Array) -> Array:
    return 1 / (1 + np.exp(-z))


def cell(name: str, z: Array, m: Array, h: Array, c: Array) -> tuple[Array, Array]:
    """The states after one time. z: W·x + b (G·H,), m: U·h (G·H,), h, c: (H,). Returns h and c."""
    H = len(h)
    if name == "vanilla":
        return np.tanh(z + m), c
    if name == "lstm":
        i, f, o = (_sigmoid((z + m)[k * H : k * H + H]) for k in range(3))
        c = f * c + i * np.tanh((z + m)[3 * H :])
        return o * np.tanh(c), c
    r, u = (_sigmoid((z + m)[k * H : k * H + H]) for k in range(2))
    return u * h + (1 - u) * np.tanh(z[2 * H :] + r * m[2 * H :]), c


def run(name: str, net: Parameters, x: Symbols, h: Array, c: Array) -> tuple[Array, Array, Array]:
    """Read the symbols x from the states h, c (H,). Returns the logits (T, V) and the last h and c."""
    U, b, W, Y, a = (np.asarray(part, np.float64) for part in net)
    logits = []
    for symbol in x:
        h, c = cell(name, W[:, symbol] + b, U @ h, h, c)
        logits.append(Y @ h + a)
    return np.array(logits), h, c


def surprise(logits: Array, t: Symbols) -> float:
    """Σ −log softmax(logits)[t] over the times whose target is not −1. logits: (T, V)."""
    total = 0.0
    for y, target in zip(logits, t, strict=True):
        if target >= 0:
            total += float(np.log(np.exp(y - y.max()).sum()) + y.max() - y[target])
    return total


def loss(name: str, net: Parameters, x: Array, t: Array, h: Array, c: Array) -> float:
    """The mean over all predictions. x, t: (T, B) int; h, c: (H, B)."""
    each = [surprise(run(name, net, x[:, i], h[:, i], c[:, i])[0], t[:, i]) for i in range(x.shape[1])]
    return sum(each) / int((t >= 0).sum())


def vanilla_gradients(net: Parameters, x: Symbols, t: Symbols, h0: Array) -> tuple[Array, ...]:
    """Back-propagation through time in its textbook form, for one example: the gradients of U, b, W, Y, a."""
    U, b, W, Y, a = (np.asarray(part, np.float64) for part in net)
    grads = [np.zeros_like(part) for part in (U, b, W, Y, a)]
    states, count = [h0], sum(target >= 0 for target in t)
    for symbol in x:
        states.append(np.tanh(W[:, symbol] + U @ states[-1] + b))
    back = np.zeros_like(h0)
    for k in range(len(x) - 1, -1, -1):
        if t[k] >= 0:
            y = Y @ states[k + 1] + a
            dy = np.exp(y - y.max()) / np.exp(y - y.max()).sum() / count
            dy[t[k]] -= 1 / count
            grads[3] += np.outer(dy, states[k + 1])
            grads[4] += dy
            back = back + Y.T @ dy
        dz = back * (1 - states[k + 1] ** 2)
        grads[0] += np.outer(dz, states[k])
        grads[1] += dz
        grads[2][:, x[k]] += dz
        back = U.T @ dz
    return tuple(grads)
