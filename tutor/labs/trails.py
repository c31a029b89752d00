"""Trails (`kernels.trail`) as the pictures want them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def trail(places: Array, tally: Array, now: Array) -> Array:
    """The places noted so far and the present one: (n, 2) float32. places: (CAPACITY, 2). tally: (2,). now: (2,) or longer."""
    return np.concatenate((places[: int(tally[0])], now[None, :2])).astype(np.float32)
