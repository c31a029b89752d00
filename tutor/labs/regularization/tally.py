"""Numbers collected over draws: their mean and their spread, held in a few arrays that can be part of a state."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def add(sums: Array, squares: Array, found: Array) -> None:
    """Count one more draw, in place; all of one shape, float64."""
    sums += found
    squares += found**2


def mean(sums: Array, draws: int) -> Array:
    """The mean over the draws; 0 before the first."""
    return np.asarray(sums / max(1, draws))


def spread(sums: Array, squares: Array, draws: int) -> Array:
    """The standard deviation over the draws; 0 before the second."""
    if draws < 2:
        return np.zeros_like(sums)
    return np.sqrt(np.maximum(squares - sums**2 / draws, 0) / (draws - 1))
