"""The truth that the kernels are tested against: the same mathematics in plain NumPy, float64, slow and short."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernels.activations import NAMES

Array = NDArray[Any]


def philox(counter: tuple[int, int, int, int], key: tuple[int, int], rounds: int = 10) -> tuple[int, ...]:
    """Philox4x32 in Python's own integers. Salmon et al. 2011."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(rounds):
        high0, low0 = divmod(0xD2511F53 * c0, 2**32)
        high1, low1 = divmod(0xCD9E8D57 * c2, 2**32)
        c0, c1, c2, c3 = high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0
        k0, k1 = (k0 + 0x9E3779B9) % 2**32, (k1 + 0xBB67AE85) % 2**32
    return c0, c1, c2, c3


def activate(name: str, z: Array) -> Array:
    """φ(z) for a name of `kernels.activations`."""
    z = np.asarray(z, np.float64)
    answers = {
        "step": (z >= 0).astype(np.float64),
        "sign": np.sign(z),
        "linear": z,
        "sigmoid": 1 / (1 + np.exp(-z)),
        "tanh": np.tanh(z),
        "relu": np.maximum(z, 0),
    }
    assert set(answers) == set(NAMES)
    return answers[name]


def neuron(w: Array, b: float, name: str, x: Array) -> Array:
    """φ(wᵀx + b) for every row of x. w: (d,), x: (n, d). Returns (n,)."""
    return activate(name, np.asarray(x, np.float64) @ np.asarray(w, np.float64) + b)


def perceptron(x: Array, t: Array, rate: float, shown: Iterable[int]) -> tuple[Array, list[int]]:
    """Rosenblatt's rule from w = 0. x: (n, d) with a last column of ones, t: (n,) of ±1, shown: the examples in order.

    Returns the weights (d,) and the places in `shown` at which there was a mistake.
    """
    x, t = np.asarray(x, np.float64), np.asarray(t, np.float64)
    w = np.zeros(x.shape[1])
    mistakes = []
    for place, i in enumerate(shown):
        if t[i] * (w @ x[i]) <= 0:
            w = w + rate * t[i] * x[i]
            mistakes.append(place)
    return w, mistakes


def errors(w: Array, x: Array, t: Array) -> int:
    """How many examples are not strictly on the right side."""
    return int(np.sum(np.asarray(t, np.float64) * (np.asarray(x, np.float64) @ np.asarray(w, np.float64)) <= 0))


def criterion(w: Array, x: Array, t: Array) -> float:
    """The mean of max(0, −t·wᵀx)."""
    return float(np.mean(np.maximum(0, -np.asarray(t, np.float64) * (np.asarray(x, np.float64) @ np.asarray(w, np.float64)))))
