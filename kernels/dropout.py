"""Dropout: in training some units are left out, others at every step; in use all are there. Srivastava et al. 2014.

a (m, O): the answers of a layer's O units to m examples, float64. u (m, O): random numbers, evenly spread over [0, 1).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernels.random import uniform

Array = NDArray[Any]

LEFT_OUT = 18
"""The stream of random numbers that says which units are left out."""


def dropout(a: Array, u: Array, keep: float) -> Array:
    """a where u < keep, divided by keep; 0 elsewhere. (m, O)

    Without the division the next layer would get `keep` of what it gets in use; with it the mean is the same. Backward the
    same holds of ∂L/∂a, with the same u: it passes where the answer has passed, divided by keep.
    """
    return np.asarray(np.where(u < keep, a / keep, 0.0))


def chances(seed: int, step: int, m: int, units: int) -> Array:
    """u (m, units) float64 for this step of a run: a function of the seed and the step alone."""
    u = np.empty(m * units, np.float32)
    uniform(seed, LEFT_OUT, step, u)
    return u.reshape(m, units).astype(np.float64)
