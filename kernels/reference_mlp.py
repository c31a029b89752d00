"""The truth that the nets and the optimizers are tested against: the same mathematics in plain NumPy, float64, slow and short.

Here an example is a row: x (B, inputs), t (B, outputs). A net is a list of layers (W, b), W (outs, ins) and b (outs,).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Layers = Sequence[tuple[Array, Array]]

_erf = np.vectorize(math.erf, otypes=[np.float64])


def _normal(z: Array) -> Array:
    """The normal density."""
    return np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)


def _phi(z: Array) -> Array:
    """The normal distribution function."""
    return np.asarray(0.5 * (1 + _erf(z / math.sqrt(2))))


def _sigmoid(z: Array) -> Array:
    return 1 / (1 + np.exp(-z))


ACTIVATIONS: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "linear": (lambda z: z, np.ones_like),
    "sigmoid": (_sigmoid, lambda z: _sigmoid(z) * (1 - _sigmoid(z))),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "relu": (lambda z: np.maximum(z, 0), lambda z: np.where(z > 0, 1.0, 0.0)),
    "leaky relu": (lambda z: np.where(z > 0, z, 0.01 * z), lambda z: np.where(z > 0, 1.0, 0.01)),
    "elu": (lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))), lambda z: np.where(z > 0, 1.0, np.exp(np.minimum(z, 0)))),
    "gelu": (lambda z: z * _phi(z), lambda z: _phi(z) + z * _normal(z)),
    "softplus": (lambda z: np.logaddexp(0, z), _sigmoid),
}
"""φ and φ′ by name."""


def loss(name: str, a: Array, t: Array) -> tuple[float, Array]:
    """L and ∂L/∂a. a, t: (B, outputs)."""
    B = len(a)
    if name == "squared":
        return float(0.5 * np.sum((a - t) ** 2) / B), (a - t) / B
    if name == "cross-entropy":
        p = np.exp(a - a.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        return float(-np.sum(t * np.log(p)) / B), (p - t) / B
    p = _sigmoid(a)
    return float(-np.sum(t * np.log(p) + (1 - t) * np.log(1 - p)) / B), (p - t) / B


def forward(layers: Layers, phis: Sequence[str], x: Array) -> tuple[list[Array], list[Array]]:
    """The weighted sums z of each layer, and the activations a, the input first."""
    z, a = [], [np.asarray(x, np.float64)]
    for (w, b), phi in zip(layers, phis, strict=True):
        z.append(a[-1] @ w.T + b)
        a.append(ACTIVATIONS[phi][0](z[-1]))
    return z, a


def gradients(
    layers: Layers, phis: Sequence[str], name: str, x: Array, t: Array
) -> tuple[float, list[tuple[Array, Array]], Array]:
    """L, ∂L/∂W and ∂L/∂b of each layer, and ∂L/∂x."""
    z, a = forward(layers, phis, x)
    value, upper = loss(name, a[-1], np.asarray(t, np.float64))
    found = []
    for layer in range(len(layers) - 1, -1, -1):
        d = upper * ACTIVATIONS[phis[layer]][1](z[layer])
        found.append((d.T @ a[layer], d.sum(axis=0)))
        upper = d @ layers[layer][0]
    return value, found[::-1], upper


def descend(
    name: str, w: Array, slope: Callable[[Array], Array], steps: int, rate: float, b1: float, b2: float, eps: float
) -> list[Array]:
    """The places of an optimizer of `kernels.optimizers.NAMES` after each step, from w on."""
    w, places = np.array(w, np.float64), []
    v, s, mean = np.zeros_like(w), np.zeros_like(w), np.zeros_like(w)
    for k in range(1, steps + 1):
        g = slope(w)
        if name in ("gradient descent", "averaged"):
            w = w - rate * g
            mean = mean + (w - mean) / k
        elif name == "momentum":
            v = b1 * v + g
            w = w - rate * v
        elif name == "nesterov":
            v = b1 * v + g
            w = w - rate * (g + b1 * v)
        elif name == "adagrad":
            s = s + g * g
            w = w - rate * g / (np.sqrt(s) + eps)
        elif name == "rmsprop":
            s = b2 * s + (1 - b2) * g * g
            w = w - rate * g / (np.sqrt(s) + eps)
        else:
            v, s = b1 * v + (1 - b1) * g, b2 * s + (1 - b2) * g * g
            corrected = name == "adam"
            m_hat, s_hat = (v / (1 - b1**k), s / (1 - b2**k)) if corrected else (v, s)
            w = w - rate * m_hat / (np.sqrt(s_hat) + eps)
        places.append(mean if name == "averaged" else w)
    return places
