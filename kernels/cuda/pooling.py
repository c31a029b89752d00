"""Pooling of `kernels.pooling` on a GPU: a pixel of an example a thread, forward of the pooled image, backward of the other.

Backward each pixel asks the windows that it is in, in their order; so nothing is added up by two threads at once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import float32, int64

from kernels.architecture import COLUMNS, HEIGHT, HERE, KIND, LOWER, MAX_POOLING, PADDING, ROWS, STRIDE, WIDTH, C, H, W
from kernels.cuda.device import cuda, kernel, on_device
from kernels.cuda.layers import spread
from kernels.cuda.matmul import Launch

_ZERO, _ONE = np.float32(0.0), np.float32(1.0)
_ROW = float32[::1]


@kernel(int64[::1], int64, _ROW, int64, int64)
def _pool(g: Any, P: Any, a: Any, lower: Any, here: Any) -> None:
    """y[c, r, s] = the largest of x[c, r·stride + u, s·stride + v], or their mean. x, in a, starts at `lower`, y at `here`."""
    R, S = g[ROWS], g[COLUMNS]
    for job in range(cuda.grid(1), g[C] * R * S * P, cuda.gridsize(1)):
        pixel, i = job // P, job % P
        c, top, left = pixel // (R * S), pixel // S % R * g[STRIDE] - g[PADDING], pixel % S * g[STRIDE] - g[PADDING]
        bottom, right = min(top + g[HEIGHT], g[H]), min(left + g[WIDTH], g[W])
        top, left = max(top, 0), max(left, 0)
        found = a[lower + ((c * g[H] + top) * g[W] + left) * P + i]
        for u in range(top, bottom):
            for v in range(left, right):
                x = a[lower + ((c * g[H] + u) * g[W] + v) * P + i]
                if g[KIND] == MAX_POOLING:
                    found = x if x > found else found
                elif u > top or v > left:
                    found += x
        if g[KIND] != MAX_POOLING:
            found *= _ONE / np.float32((bottom - top) * (right - left))
        a[here + job] = found


@on_device
def _first(g: Any, P: Any, a: Any, images: Any, row: Any, column: Any, top: Any, left: Any, right: Any, top_value: Any) -> Any:
    """Whether no pixel of a window before (row, column) holds this value."""
    for u in range(top, row + 1):
        for v in range(left, right if u < row else column):
            if a[images + (u * g[W] + v) * P] == top_value:
                return False
    return True


@kernel(int64[::1], int64, _ROW, _ROW, int64, int64)
def _pool_back(g: Any, P: Any, a: Any, d: Any, lower: Any, here: Any) -> None:
    """From ∂L/∂y to ∂L/∂x, in d: all of it goes to the first of the largest pixels, or to each an equal share."""
    for job in range(cuda.grid(1), g[C] * g[H] * g[W] * P, cuda.gridsize(1)):
        pixel, i = job // P, job % P
        c, row, column = pixel // (g[H] * g[W]), pixel // g[W] % g[H], pixel % g[W]
        total = _ZERO
        for r in range(max(0, (row + g[PADDING] - g[HEIGHT]) // g[STRIDE]), g[ROWS]):
            top, bottom = r * g[STRIDE] - g[PADDING], min(r * g[STRIDE] - g[PADDING] + g[HEIGHT], g[H])
            if top > row:
                break
            if bottom <= row:
                continue
            for s in range(max(0, (column + g[PADDING] - g[WIDTH]) // g[STRIDE]), g[COLUMNS]):
                left, right = s * g[STRIDE] - g[PADDING], min(s * g[STRIDE] - g[PADDING] + g[WIDTH], g[W])
                if left > column:
                    break
                if right <= column:
                    continue
                place = here + ((c * g[ROWS] + r) * g[COLUMNS] + s) * P + i
                from_top, from_left = max(top, 0), max(left, 0)
                if g[KIND] != MAX_POOLING:
                    total += d[place] * (_ONE / np.float32((bottom - from_top) * (right - from_left)))
                elif a[lower + job] == a[place] and _first(
                    g, P, a, lower + c * g[H] * g[W] * P + i, row, column, from_top, from_left, right, a[place]
                ):
                    total += d[place]
        d[lower + job] = total


# -- on the processor


def pool(g: Any, there: Any, P: int, a: Any) -> Launch:
    """g: the layer's row of numbers (`kernels.architecture`); there: the same on the GPU. See `_pool`."""
    jobs = int(g[C] * g[ROWS] * g[COLUMNS]) * P
    return spread(_pool, jobs, (there, P, a, int(g[LOWER]) * P, int(g[HERE]) * P))


def pool_back(g: Any, there: Any, P: int, a: Any, d: Any) -> Launch:
    """See `_pool_back`."""
    jobs = int(g[C] * g[H] * g[W]) * P
    return spread(_pool_back, jobs, (there, P, a, d, int(g[LOWER]) * P, int(g[HERE]) * P))
