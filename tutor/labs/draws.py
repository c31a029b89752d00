"""Random numbers as the labs' data need them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def normals(seed: int, number: int, *shape: int) -> Array:
    """Normal numbers of this shape, float64, for the data of a run. number: which set of them; sets are independent."""
    from kernels.random import POINTS, normal

    z = np.empty(int(np.prod(shape)), np.float32)
    normal(seed, POINTS, number, z)
    return z.reshape(shape).astype(np.float64)


def uniforms(seed: int, number: int, *shape: int) -> Array:
    """The same, spread evenly over [0, 1)."""
    from kernels.random import POINTS, uniform

    u = np.empty(int(np.prod(shape)), np.float32)
    uniform(seed, POINTS, number, u)
    return u.reshape(shape).astype(np.float64)
