"""What tests of kernels for a GPU have in common: small blocks for Numba's simulator, and how far results are apart."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from numba.np.numpy_support import as_dtype


def shrink() -> None:
    """Two threads or four in a block and tiles to match, in the simulator: there each is a thread of Python."""
    from kernels.cuda import convnet, deep, device, dots, layers, learning, matmul, normalization

    if not device.simulated:
        return
    for tile in (matmul, dots):
        tile.LANES = tile.LINES = tile.TALL = tile.WIDE = 2
        tile.ROWS = tile.COLUMNS = tile.DEPTH = 4
        tile.BEFORE_NEXT = 5
    dots.BLOCKS = dots.LEAST = 16
    layers.THREADS = layers.BLOCKS = learning.THREADS = normalization.THREADS = deep.THREADS = 2
    convnet.STEP = deep.STEP = 4


def steady() -> None:
    """A simulator that is faster, and in which all threads of a block have the same shared memory.

    They wait for each other at every barrier: with Python's usual 5 ms between two threads a test takes ten times as long.
    And the simulator looks whether a shared array is there, then makes it: two threads at once make two.
    """
    from numba.cuda.simulator.kernelapi import FakeCUDAShared

    sys.setswitchinterval(1e-5)
    dynamic = FakeCUDAShared.array

    def array(self: Any, shape: Any, dtype: Any, alignment: Any = None) -> Any:
        if shape == 0:
            return dynamic(self, shape, dtype, alignment)
        caller = sys._getframe(1)
        made = np.empty(shape, as_dtype(dtype))
        return self._allocations.setdefault((caller.f_code.co_filename, caller.f_lineno), made)

    FakeCUDAShared.array = array


def apart(here: Any, there: Any) -> float:
    """The largest difference between two arrays, as a share of what is there, or of 1 where that is small."""
    here, there = (np.asarray(array, np.float64) for array in (here, there))
    return float((np.abs(here - there) / (1 + np.abs(here))).max(initial=0.0))
