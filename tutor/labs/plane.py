"""The plane of two inputs, as the labs draw it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.pictures import Segment

Array = NDArray[Any]
Limits = tuple[float, float]

_TALLEST, _WIDEST = 160, 240


def limits_of(xy: Array) -> Limits:
    """Limits that both axes share: half a unit around a truth table, otherwise a square around the origin. xy: (n, 2)."""
    if bool(np.isin(xy, (0, 1)).all()):
        return (-0.5, 1.5)
    reach = math.ceil(float(np.abs(xy).max()) * 2.1) / 2
    return (-reach, reach)


def grid(limits: Limits, size: tuple[int, int], fine: int = 1, y_limits: Limits | None = None) -> tuple[Array, tuple[int, int]]:
    """The middles of the pixels that a picture of `size` (columns, rows) cells has: two to a cell, one above the other.

    limits: of both axes, or of x alone where y has its own. fine: so many times more in either direction. Returns the points
    (rows·columns, 2) float32, the top row first, and (rows, columns).
    """
    columns = min(_WIDEST, max(8, size[0] * fine))
    rows = min(_TALLEST, max(8, size[1] * 2 * fine))
    low, high = limits
    across = low + (np.arange(columns, dtype=np.float32) + 0.5) * np.float32((high - low) / columns)
    low, high = y_limits or limits
    down = high - (np.arange(rows, dtype=np.float32) + 0.5) * np.float32((high - low) / rows)
    x, y = np.meshgrid(across, down)
    return np.stack((x.ravel(), y.ravel()), axis=1).astype(np.float32), (rows, columns)


def augmented(x: Array) -> Array:
    """The rows of x (n, d) with a 1 after each, for the bias: (n, d + 1) float32, contiguous."""
    return np.ascontiguousarray(np.concatenate((x, np.ones((len(x), 1))), axis=1), dtype=np.float32)


def normal_arrow(w: tuple[float, float], b: float, limits: Limits) -> tuple[Segment, ...]:
    """The weight vector as an arrow, from the boundary wᵀx + b = 0 towards the side of +; none when w is 0.

    Longer weights make a longer arrow, up to a third of the picture.
    """
    length = math.hypot(*w)
    if length == 0:
        return ()
    low, high = limits
    middle = (low + high) / 2
    away = (w[0] * middle + w[1] * middle + b) / length**2
    x, y = middle - away * w[0], middle - away * w[1]
    if not (low <= x <= high and low <= y <= high):
        x = y = middle
    reach = min(length, (high - low) / 3) / length
    return (Segment(x, y, x + reach * w[0], y + reach * w[1], "accent", arrow=True),)


def crossing(w: tuple[float, float], b: float, limits: Limits) -> tuple[float, float, float, float] | None:
    """Where the straight line wᵀx + b = 0 runs through the square with these limits: x0, y0, x1, y1; None if it does not."""
    low, high = limits
    found = []
    for axis in (0, 1):
        if not w[1 - axis]:
            continue
        for edge in (low, high):  # the other coordinate where this one has reached an edge
            other = -(w[axis] * edge + b) / w[1 - axis]
            if low <= other <= high:
                found.append((edge, other) if axis == 0 else (other, edge))
    if len(found) < 2:
        return None
    start = found[0]
    end = max(found, key=lambda point: math.dist(point, start))
    return (*start, *end) if end != start else None
