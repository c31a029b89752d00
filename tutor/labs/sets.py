"""The data sets of the first labs: truth tables, blobs, and pairs of handwritten digits.

Whatever is random comes from the counter-based generator, so the same seed gives the same points everywhere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.data import digits
from tutor.errors import BadData

Array = NDArray[Any]

LOGIC = ("and", "or", "nand", "xor")


@dataclass(frozen=True, eq=False)
class Examples:
    """Inputs and what should be answered."""

    x: Array
    """(n, d) float32"""
    t: Array
    """(n,) float32, each −1 or +1"""
    test_x: Array
    """(m, d) float32: the held-out part; m is 0 where there is none."""
    test_t: Array
    """(m,) float32"""


def truth_table(name: str) -> tuple[Array, Array]:
    """The rows of a logical function. name: and, or, nand, xor, not.

    Returns the inputs (4, 2) float32, in the order 00, 01, 10, 11, and the values (4,) bool. `not` has one input, so two rows;
    its second input is 0 in both.
    """
    rows = np.array([(0, 0), (0, 1), (1, 0), (1, 1)], np.float32)
    first, second = rows[:, 0] == 1, rows[:, 1] == 1
    match name:
        case "and":
            return rows, first & second
        case "or":
            return rows, first | second
        case "nand":
            return rows, ~(first & second)
        case "xor":
            return rows, first ^ second
        case "not":
            return rows[[0, 2]], np.array([True, False])
    raise ValueError(name)


def logic(name: str) -> Examples:
    """A truth table with targets −1 and +1."""
    x, true = truth_table(name)
    return _without_test(x, np.where(true, 1, -1))


def blobs(n: int, margin: float, seed: int) -> Examples:
    """Two blobs of n points in all, with a line between them and a gap on both sides of it.

    The line does not go through the origin. A direction in (x1, x2, 1) separates the classes with at least this margin, as
    Novikoff's bound counts it; in the plane the gap is then at least as wide on either side.
    """
    side = _sides(n)
    line, offset = _line(seed)
    z = _normals(n, seed)
    across = np.abs(0.45 + 0.3 * z[:, 0])
    for one in (-1, 1):
        across[side == one] -= across[side == one].min(initial=math.inf)
    # A little more than the margin, so that rounding to float32 does not take it away.
    gap = margin * math.hypot(1.0, offset) * (1 + 1e-5)
    return _without_test(_placed(line, offset + side * (gap + across), 0.55 * z[:, 1]), side)


def overlap(n: int, noise: float, seed: int) -> Examples:
    """Two round blobs of n points in all, whose middles are 1.2 apart and whose standard deviation is `noise`."""
    side = _sides(n)
    line, offset = _line(seed)
    z = _normals(n, seed) * noise
    return _without_test(_placed(line, offset + side * 0.6 + z[:, 0], z[:, 1]), side)


def digit_pair(classes: tuple[int, int]) -> Examples:
    """Two digits, as pixels from 0 to 1: the first is −1, the second +1; every fourth image is held out."""
    every = digits()
    chosen = np.isin(every.labels, classes)
    x = every.images.reshape(-1, 64).astype(np.float32) / np.float32(16)
    t = np.where(every.labels == classes[1], 1, -1).astype(np.float32)
    train, test = chosen & ~every.held_out, chosen & every.held_out
    return Examples(x[train], t[train], x[test], t[test])


def read_classes(text: str) -> tuple[int, int]:
    """The two digits of a knob such as "3,8". Raises BadData."""
    parts = [part.strip() for part in text.split(",")]
    mend = "write two different digits with a comma between them, such as 3,8"
    if len(parts) != 2 or not all(len(part) == 1 and part in "0123456789" for part in parts):
        raise BadData(f"classes cannot be {text!r}", mend)
    if parts[0] == parts[1]:
        raise BadData(f"classes names the digit {parts[0]} twice", mend)
    return int(parts[0]), int(parts[1])


def _sides(n: int) -> Array:
    """(n,): −1, +1, −1, … , so that both classes are there in any number of points."""
    return np.where(np.arange(n) % 2 == 0, -1, 1)


def _line(seed: int) -> tuple[Array, float]:
    """A random unit vector (2,) across the line, and the line's distance from the origin along it."""
    from kernels.random import POINTS, uniform

    u = np.empty(2, np.float32)
    uniform(seed, POINTS, 1, u)
    angle = 2 * math.pi * float(u[0])
    return np.array([math.cos(angle), math.sin(angle)]), 0.8 * (float(u[1]) - 0.5)


def _normals(n: int, seed: int) -> Array:
    """(n, 2) float64 normal numbers; a larger n keeps the first ones."""
    from kernels.random import POINTS, normal

    z = np.empty(2 * n, np.float32)
    normal(seed, POINTS, 0, z)
    return z.reshape(n, 2).astype(np.float64)


def _placed(line: Array, across: Array, along: Array) -> Array:
    """The points (n, 2) that lie so far across the line's direction and so far along it."""
    return np.asarray(across[:, None] * line + along[:, None] * np.array([-line[1], line[0]]))


def _without_test(x: Array, t: Array) -> Examples:
    x = x.astype(np.float32)
    return Examples(x, t.astype(np.float32), np.empty((0, x.shape[1]), np.float32), np.empty(0, np.float32))
