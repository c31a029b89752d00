"""The handwritten digits, dealt out: a few to learn from, some to watch over the learning, the rest to test with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.data import digits
from tutor.labs.draws import normals, uniforms

Array = NDArray[Any]
CLASSES, SIDE = 10, 8
VALIDATION = 200
"""So many watch."""
AUGMENTS = ("none", "shift", "rotate", "noise", "all")
_ORDER, _FLIPPED, _INSTEAD = range(30, 33)
"""Sets of random numbers (`tutor.labs.draws`)."""
_AUGMENT = 1 << 32
"""From here on, four sets for each epoch."""
_TURN, _GRAIN = np.deg2rad(15.0), 0.1


@dataclass(frozen=True, eq=False)
class Split:
    """Digits as pixels from 0 to 1, (n, 64) float32, with their labels (n,) int64."""

    x: Array
    given: Array
    """The labels to learn from, some of them wrong."""
    true: Array
    valid_x: Array
    valid_given: Array
    """As often wrong: whoever watches has no better labels."""
    test_x: Array
    test_true: Array
    """None of these is wrong."""


def split(n: int, noise: float, seed: int) -> Split:
    """n digits to learn from, with this share of wrong labels. The first of them are the same for every n and every noise."""
    every = digits()
    x = every.images.reshape(-1, SIDE * SIDE).astype(np.float32) / np.float32(16)
    true = every.labels.astype(np.int64)
    order = np.argsort(uniforms(seed, _ORDER, len(true)), kind="stable")
    x, true = x[order], true[order]
    flipped = uniforms(seed, _FLIPPED, len(true)) < noise
    other = (true + 1 + (uniforms(seed, _INSTEAD, len(true)) * (CLASSES - 1)).astype(np.int64)) % CLASSES
    given = np.where(flipped, other, true)
    v, t = slice(0, VALIDATION), slice(VALIDATION, VALIDATION + n)
    rest = slice(VALIDATION + n, None)
    return Split(x[t], given[t], true[t], x[v], given[v], x[rest], true[rest])


def one_hot(labels: Array) -> Array:
    """(n, 10) float32."""
    return np.eye(CLASSES, dtype=np.float32)[labels]


def augmented(x: Array, how: str, seed: int, epoch: int) -> Array:
    """x (n, 64) as this epoch sees it, float32: shifted by up to a pixel, turned by up to 15°, grained, or all three."""
    if how == "none":
        return x
    n, first = len(x), _AUGMENT + 4 * epoch
    images = x.reshape(n, SIDE, SIDE)
    if how in ("rotate", "all"):
        images = _turned(images, (2 * uniforms(seed, first, n) - 1) * _TURN)
    if how in ("shift", "all"):
        images = _shifted(images, (3 * uniforms(seed, first + 1, n, 2)).astype(np.int64) - 1)
    if how in ("noise", "all"):
        images = np.clip(images + _GRAIN * normals(seed, first + 2, *images.shape), 0, 1)
    return np.ascontiguousarray(images.reshape(n, -1), np.float32)


def _shifted(images: Array, by: Array) -> Array:
    """Each image moved by (down, right) pixels; what comes in is white."""
    wide = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    rows = np.arange(SIDE) + 1 - by[:, :1]
    columns = np.arange(SIDE) + 1 - by[:, 1:]
    return np.asarray(wide[np.arange(len(images))[:, None, None], rows[:, :, None], columns[:, None, :]])


def _turned(images: Array, angles: Array) -> Array:
    """Each image turned about its middle, the value of a place between pixels taken from the four around it."""
    middle = (SIDE - 1) / 2
    y, x = np.mgrid[0:SIDE, 0:SIDE] - middle
    cos, sin = np.cos(angles)[:, None, None], np.sin(angles)[:, None, None]
    from_y, from_x = cos * y + sin * x + middle + 1, cos * x - sin * y + middle + 1
    wide = np.pad(images, ((0, 0), (1, 2), (1, 2)))
    from_y, from_x = np.clip(from_y, 0, SIDE + 1), np.clip(from_x, 0, SIDE + 1)
    top, left = from_y.astype(np.int64), from_x.astype(np.int64)
    down, right = from_y - top, from_x - left
    k = np.arange(len(images))[:, None, None]
    upper = (1 - right) * wide[k, top, left] + right * wide[k, top, left + 1]
    lower = (1 - right) * wide[k, top + 1, left] + right * wide[k, top + 1, left + 1]
    return np.asarray((1 - down) * upper + down * lower)
