"""Nets of one hidden layer with weights that are computed, not learned: why a net can come as near to a function as one likes.

Dimensions: n units in the hidden layer, one input, one output. The net is Σ_j w2[j]·φ(w1[j]·x + b1[j]) + b2.
w1, b1, w2: (n,) float64; b2: a float. Plain NumPy: each runs once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def hinges(knots: Array, values: Array, leak: float = 0.0, sharpness: float = 1.0) -> tuple[Array, Array, Array, float]:
    """A net of ReLUs that goes straight from each point (knots[j], values[j]) to the next. Both (n + 1,), knots rising.

    Unit j is flat up to its knot and rises from there on, and its w2 is the change of slope at that knot. leak: the slope of φ
    on its left side (leaky ReLU). sharpness: a φ that only looks like a hinge from afar (softplus, GELU, ELU) is looked at
    from so far away.
    """
    slopes = np.diff(values) / np.diff(knots)
    changes = np.diff(slopes, prepend=0.0) / (1.0 - leak)
    changes[0] = slopes[0] - leak * changes[1:].sum()
    w1 = np.full(len(slopes), sharpness)
    b2 = values[0] - leak * (changes * (knots[0] - knots[:-1])).sum()
    return w1, -sharpness * knots[:-1], changes / sharpness, float(b2)


def stairs(edges: Array, levels: Array, steepness: float, low: float = 0.0) -> tuple[Array, Array, Array, float]:
    """A net of sigmoids that goes from level to level at the edges. edges: (n,), rising; levels: (n + 1,).

    A steep sigmoid is a step, a step at each edge makes stairs, and narrow stairs follow any continuous function: with this the
    theorem of Cybenko 1989 can be seen. low: the value of φ far to the left, 0 for the sigmoid, −1 for tanh; it ends at 1.
    """
    heights = np.diff(levels) / (1.0 - low)
    w1 = np.full(len(edges), steepness)
    return w1, -steepness * edges, heights, float(levels[0] - low * heights.sum())


def hinges_bound(curvature: float, gap: float) -> float:
    """The farthest that straight pieces over such gaps stray from a function with |f″| ≤ curvature: gap²·curvature/8."""
    return gap * gap * curvature / 8.0


def stairs_bound(slope: float, gap: float) -> float:
    """The same for level pieces at the middle value, with |f′| ≤ slope: half the gap times the slope."""
    return gap * slope / 2.0
