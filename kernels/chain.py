"""Back-propagation in its textbook form: one layer forward, and the same layer backward. Rumelhart, Hinton & Williams 1986.

Dimensions: a layer makes O numbers of I, for m examples. x (m, I): its inputs. W (O, I), b (O,): its parameters.
o, a (m, O): its weighted sums and its answers. All float64, so that a gradient can be compared with a finite difference.
`kernels.mlp` does the same for training: many steps at once, in float32, without a spare copy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernels import activations

Array = NDArray[Any]
Layers = list[tuple[Array, Array]]
"""(W, b) of each layer."""
STEP = 1e-5
"""How far a finite difference goes to either side: rounding and curvature both cost about 1e-10 there."""
FLOOR = 1e-3
"""Gradients below this are compared as if they were so large: nearer to 0 the difference of two losses has no digits left."""


def forward(W: Array, b: Array, x: Array, phi: int) -> tuple[Array, Array]:
    """o = x·Wᵀ + b and a = φ(o). phi: the number of an activation. Returns o, a, both (m, O)."""
    o = x @ W.T + b
    a = np.empty(o.shape)
    activations.forward(phi, np.ascontiguousarray(o).ravel(), a.ravel())
    return o, a


def slope(o: Array, a: Array, phi: int) -> Array:
    """φ′(o), shaped as o."""
    d = np.ones(o.shape)
    activations.backward(phi, np.ascontiguousarray(o).ravel(), np.ascontiguousarray(a).ravel(), d.ravel())
    return d


def backward(d: Array, o: Array, a: Array, x: Array, W: Array, phi: int) -> tuple[Array, Array, Array, Array]:
    """From d = ∂L/∂a (m, O), each example's own, to what the layer's parameters and the layer below need.

    Returns ∂L/∂o (m, O); ∂L/∂W (O, I) and ∂L/∂b (O,), means over the examples; and ∂L/∂x (m, I), each example's own.
    """
    m = len(x)
    do = d * slope(o, a, phi)  # a = φ(o)
    dW = do.T @ x / m  # o = x·Wᵀ + b
    db = do.sum(axis=0) / m
    dx = do @ W
    return do, dW, db, dx


def loss(a: Array, t: Array) -> float:
    """½ Σ (a − t)² over the outputs, the mean over the examples. Its gradient by a is a − t."""
    return float(0.5 * ((a - t) ** 2).sum() / len(a))


def net_loss(layers: Layers, x: Array, t: Array, phis: list[int]) -> float:
    """The loss of a whole net. phis: each layer's activation."""
    for (W, b), phi in zip(layers, phis, strict=True):
        x = forward(W, b, x, phi)[1]
    return loss(x, t)


def central(function: Callable[[float], float], at: float) -> float:
    """(f(x + h) − f(x − h)) / 2h: a slope by trying, two whole computations for one number."""
    return (function(at + STEP) - function(at - STEP)) / (2 * STEP)


def apart(gradient: float, difference: float) -> float:
    """The relative error of a gradient against a finite difference; numbers below FLOOR are counted as so large."""
    return abs(gradient - difference) / max(abs(gradient), abs(difference), FLOOR)
