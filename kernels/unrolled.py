"""A recurrent net in its textbook form, unrolled: the same cell at every time, forward, and the way back through time.

Dimensions: T times, m sequences, I inputs, H units. x (T, m, I): the inputs. h (T + 1, m, H): the states, that before the first
time first. W (H, I), U (H, H), b (H,): the parameters, the same at every time. All float64. Rumelhart, Hinton & Williams 1986;
Werbos 1990. `kernels.recurrent` does the same for training.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def forward(x: Array, h0: Array, W: Array, U: Array, b: Array, bends: bool) -> Array:
    """h[t + 1] = φ(W·x[t] + U·h[t] + b) from h[0] = h0 (m, H). bends: φ is tanh; otherwise there is none. Returns h."""
    h = np.empty((len(x) + 1, *h0.shape))
    h[0] = h0
    for t in range(len(x)):
        z = x[t] @ W.T + h[t] @ U.T + b
        h[t + 1] = np.tanh(z) if bends else z
    return h


def backward(d: Array, x: Array, h: Array, U: Array, bends: bool) -> tuple[Array, Array, Array, Array]:
    """From d (T, m, H), what the loss says to each state after its time, to everything else.

    Returns g (T + 1, m, H): ∂L/∂h of every time, all that comes back through the later times included; and ∂L/∂W, ∂L/∂U, ∂L/∂b,
    sums over times and sequences.
    """
    g = np.zeros_like(h)
    grad_W, grad_U, grad_b = np.zeros((len(U), x.shape[2])), np.zeros_like(U), np.zeros(len(U))
    for t in range(len(x) - 1, -1, -1):
        g[t + 1] += d[t]
        dz = g[t + 1] * (1 - h[t + 1] ** 2) if bends else g[t + 1]  # h[t + 1] = φ(z)
        grad_W += dz.T @ x[t]  # z = W·x[t] + U·h[t] + b
        grad_U += dz.T @ h[t]
        grad_b += dz.sum(axis=0)
        g[t] = dz @ U
    return g, grad_W, grad_U, grad_b


def recurrence(kind: str, largest: float, normals: Array) -> Array:
    """U (H, H) with this largest singular value, from normal numbers of that shape.

    - orthogonal: a rotation times `largest`, which is then every singular value.
    - random: independent numbers; the others are smaller.
    """
    U = np.linalg.qr(normals)[0] if kind == "orthogonal" else normals
    return np.asarray(U * (largest / np.linalg.norm(U, 2)))


def clipped(gradients: tuple[Array, ...], limit: float) -> tuple[tuple[Array, ...], float]:
    """The gradients, all together shortened to the length `limit` if they are longer; and the length they had."""
    with np.errstate(over="ignore", invalid="ignore"):
        length = math.sqrt(sum(float((gradient**2).sum()) for gradient in gradients))
    if not length > limit:
        return gradients, length
    return tuple(gradient * (limit / length) for gradient in gradients), length
