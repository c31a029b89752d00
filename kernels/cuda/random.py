"""Random numbers of `kernels.random`, for a block of threads."""

from __future__ import annotations

from typing import Any

import numpy as np

from kernels.cuda.device import cuda, on_device
from kernels.random import ORDER, below, bits


@on_device
def shuffle(seed: Any, epoch: Any, order: Any, drawn: Any) -> None:
    """`kernels.random.shuffle`: all threads draw, and one swaps. order, drawn: (examples,)."""
    me, n = cuda.threadIdx.x, order.shape[0]
    cuda.syncthreads()
    for i in range(me, n, cuda.blockDim.x):
        order[i] = i
        drawn[i] = below(bits(seed, np.uint64(ORDER), np.uint64(epoch), np.uint64(i)), np.uint64(i + 1))
    cuda.syncthreads()
    if me == 0:
        for i in range(n - 1, 0, -1):
            j = drawn[i]
            order[i], order[j] = order[j], order[i]
    cuda.syncthreads()
