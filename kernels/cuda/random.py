"""Random numbers of `kernels.random`, for a block of threads."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from kernels.cuda.device import cosine, cuda, on_device, sine
from kernels.random import ORDER, below, bits, unit

_ONE, _MINUS_TWO = np.float32(1.0), np.float32(-2.0)


@on_device
def normal(seed: Any, stream: Any, step: Any, i: Any) -> Any:
    """Number i of `kernels.random.normal`, but for rounding."""
    even = np.uint64(i - i % 2)
    u, v = unit(bits(seed, stream, step, even)), unit(bits(seed, stream, step, even + np.uint64(1)))
    radius = np.float32(math.sqrt(_MINUS_TWO * np.float32(math.log(_ONE - u))))
    return radius * (cosine(v + v) if i % 2 == 0 else sine(v + v))


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
