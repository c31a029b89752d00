"""The normalization of `kernels.deep` on a GPU: a unit or an example a thread, and nothing that two threads add up.

Layout and dimensions are those of `kernels.cuda.deep`; `here` is where in z and d a layer starts.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from kernels.cuda.device import cuda, on_device
from kernels.deep import BATCH_NORM, EPSILON, NEWS

_ZERO, _ONE = np.float32(0.0), np.float32(1.0)
_EPSILON, _NEWS = np.float32(EPSILON), np.float32(NEWS)


@on_device
def normalize_rows(z: Any, here: Any, narrow: Any, running: Any, outs: Any, P: Any, B: Any) -> None:
    """Batch normalization of the rows of z from `here` on, a unit a thread. narrow: (outs,). running: (2·outs,)."""
    for o in range(cuda.threadIdx.x, outs, cuda.blockDim.x):
        row, mean, variance = here + o * P, _ZERO, _ZERO
        for i in range(B):
            mean += z[row + i]
        mean /= np.float32(B)
        for i in range(B):
            variance += (z[row + i] - mean) * (z[row + i] - mean)
        variance /= np.float32(B)
        width = _ONE / np.float32(math.sqrt(variance + _EPSILON))
        for i in range(B):
            z[row + i] = (z[row + i] - mean) * width
        narrow[o] = width
        running[o] += _NEWS * (mean - running[o])
        running[outs + o] += _NEWS * (variance - running[outs + o])


@on_device
def normalize_columns(z: Any, here: Any, narrow: Any, outs: Any, P: Any, B: Any) -> None:
    """Layer normalization of the columns of z from `here` on, an example a thread. narrow: (B,)."""
    for i in range(cuda.threadIdx.x, B, cuda.blockDim.x):
        column, mean, variance = here + i, _ZERO, _ZERO
        for o in range(outs):
            mean += z[column + o * P]
        mean /= np.float32(outs)
        for o in range(outs):
            variance += (z[column + o * P] - mean) * (z[column + o * P] - mean)
        width = _ONE / np.float32(math.sqrt(variance / np.float32(outs) + _EPSILON))
        for o in range(outs):
            z[column + o * P] = (z[column + o * P] - mean) * width
        narrow[i] = width


@on_device
def through_norm(net: Any, z: Any, d: Any, narrow: Any, norm: Any, layer: Any, P: Any, B: Any) -> None:
    """From the gradient by the normalized sums to that by the sums: d ← (d − mean d − ẑ · mean (d·ẑ)) / deviation."""
    me, threads, outs, here = cuda.threadIdx.x, cuda.blockDim.x, net.sizes[layer + 1], net.units[layer + 1] * P
    if norm == BATCH_NORM:
        for o in range(me, outs, threads):
            row, mean, along = here + o * P, _ZERO, _ZERO
            for i in range(B):
                mean += d[row + i]
                along += d[row + i] * z[row + i]
            mean, along, width = mean / np.float32(B), along / np.float32(B), narrow[net.units[layer + 1] + o]
            for i in range(B):
                d[row + i] = (d[row + i] - mean - z[row + i] * along) * width
    else:
        widths = net.units[net.sizes.shape[0]] + layer * P
        for i in range(me, B, threads):
            mean, along = _ZERO, _ZERO
            for o in range(outs):
                mean += d[here + o * P + i]
                along += d[here + o * P + i] * z[here + o * P + i]
            mean, along = mean / np.float32(outs), along / np.float32(outs)
            for o in range(outs):
                place = here + o * P + i
                d[place] = (d[place] - mean - z[place] * along) * narrow[widths + i]
