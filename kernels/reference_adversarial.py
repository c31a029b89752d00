"""The truth that the attacks are tested against: the same mathematics in plain NumPy, float64, slow and short."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def attack(x: Array, slope: Callable[[Array], Array], epsilon: float, stride: float, steps: int, toward: int = 1) -> Array:
    """x (B, inputs) after so many steps along the sign of slope(x) = ∂L/∂x, in the box of ε around x and from 0 to 1."""
    moved = np.asarray(x, np.float64).copy()
    for _ in range(steps):
        moved = moved + stride * np.sign(toward * slope(moved))
        moved = np.clip(np.clip(moved, x - epsilon, x + epsilon), 0, 1)
    return moved
