"""Small blocks for Numba's simulator, where every thread is a thread of Python; tests of kernels for a GPU run on them."""

from __future__ import annotations

import sys


def shrink() -> None:
    """Two threads or four in a block and tiles to match, in the simulator; on a GPU nothing changes."""
    from kernels.cuda import convnet, device, dots, layers, learning, matmul, normalization

    if not device.simulated:
        return
    sys.setswitchinterval(1e-5)  # threads wait for each other at every barrier: with the usual 5 ms a test takes ten times as long
    for tile in (matmul, dots):
        tile.LANES = tile.LINES = tile.TALL = tile.WIDE = 2
        tile.ROWS = tile.COLUMNS = tile.DEPTH = 4
    dots.BEFORE_NEXT, dots.BLOCKS, dots.LEAST = 5, 4, 16
    layers.THREADS = layers.BLOCKS = learning.THREADS = normalization.THREADS = 2
    convnet.STEP = 4
