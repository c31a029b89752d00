"""The third party of the lab `gan-digits`: a classifier that has seen real digits only.

A net of 64-64-10, trained in NumPy when it is first asked for: it takes a tenth of a second, and compiles nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.data import digits

Array = NDArray[Any]

_HIDDEN, _BATCH, _STEPS = 64, 64, 800
_RATE, _MOMENTUM = 0.1, 0.9


@dataclass(frozen=True, eq=False)
class Judge:
    """The classifier."""

    w1: Array
    """(64, hidden)"""
    b1: Array
    w2: Array
    """(hidden, 10)"""
    b2: Array
    accuracy: float
    """On the held-out digits."""


@lru_cache(maxsize=1)
def judge() -> Judge:
    """The classifier, trained on the digits that are not held out; always the same."""
    every = digits()
    x, labels = pixels(), every.labels.astype(np.int64)
    seen = np.flatnonzero(~every.held_out)
    draw = np.random.Generator(np.random.PCG64(0))
    w = [draw.normal(size=(64, _HIDDEN)) * (2 / 64) ** 0.5, np.zeros(_HIDDEN)]
    w += [draw.normal(size=(_HIDDEN, 10)) * (1 / _HIDDEN) ** 0.5, np.zeros(10)]
    w = [part.astype(np.float32) for part in w]
    speed = [np.zeros_like(part) for part in w]
    for step in range(_STEPS):
        pick = seen[draw.integers(0, len(seen), _BATCH)]
        h = np.maximum(x[pick] @ w[0] + w[1], 0)
        d = softmax(h @ w[2] + w[3])
        d[np.arange(_BATCH), labels[pick]] -= 1
        d /= _BATCH
        below = (d @ w[2].T) * (h > 0)
        for part, moving, grad in zip(w, speed, (x[pick].T @ below, below.sum(0), h.T @ d, d.sum(0)), strict=True):
            moving *= _MOMENTUM
            moving += grad
            part -= np.float32(_RATE * (1 - step / _STEPS)) * moving
    found = Judge(w[0], w[1], w[2], w[3], 0.0)
    held = every.held_out
    accuracy = float((opinions(x[held], found).argmax(axis=1) == labels[held]).mean())
    return Judge(w[0], w[1], w[2], w[3], accuracy)


@lru_cache(maxsize=1)
def pixels() -> Array:
    """The real digits, from 0 to 1: (n, 64) float32, read-only."""
    x = np.ascontiguousarray(digits().images.reshape(-1, 64).astype(np.float32) / np.float32(16))
    x.setflags(write=False)
    return x


def opinions(x: Array, by: Judge | None = None) -> Array:
    """The probability of each class for the images x (m, 64): (m, 10)."""
    one = by or judge()
    return softmax(np.maximum(x @ one.w1 + one.b1, 0) @ one.w2 + one.b2)


def softmax(z: Array) -> Array:
    """e^z / Σ e^z along each row."""
    with np.errstate(all="ignore"):
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return np.asarray(e / e.sum(axis=1, keepdims=True))
