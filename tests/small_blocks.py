"""What tests of kernels for a GPU have in common: small blocks for Numba's simulator, and how far results are apart."""

from __future__ import annotations

import sys
import threading
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

    A thread goes on to the next barrier, then the next one does: the simulator's own all go at once, and it asks each over and
    over whether it waits. And it looks whether a shared array is there, then makes it: two threads at once make two.
    """
    from numba.cuda.simulator.kernel import BlockManager, BlockThread
    from numba.cuda.simulator.kernelapi import FakeCUDAShared

    life = BlockThread.run

    def run(thread: Any) -> None:
        thread.turn.acquire()
        life(thread)
        thread.over = True
        thread.back.release()

    def wait(thread: Any) -> None:
        thread.back.release()
        thread.turn.acquire()
        if thread.abort:
            raise RuntimeError("another thread of the block has failed")

    def block(manager: Any, place: Any, *given: Any) -> None:
        def target() -> None:
            manager._f(*given)

        back, threads = threading.Semaphore(0), []
        for point in np.ndindex(*manager._block_dim):
            thread = BlockThread(target, manager, place, point, manager._debug)
            thread.turn, thread.back, thread.over = threading.Semaphore(0), back, False
            threads.append(thread)
            thread.start()
        while going := [thread for thread in threads if not thread.over]:
            for thread in going:
                thread.turn.release()
                back.acquire()
                if thread.exception:
                    for other in threads:
                        other.abort = True
                        other.turn.release()
                    raise thread.exception[0].with_traceback(thread.exception[1])

    BlockThread.run, BlockThread.syncthreads, BlockManager.run = run, wait, block
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
