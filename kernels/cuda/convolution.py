"""Convolution of `kernels.convolution` on a GPU: three products for a layer, each over all its pixels in one launch.

    y  = kernels · x          the pixels under a kernel, taken from a frame of zeros where there is padding
    ∂L/∂kernels = ∂L/∂y · x   sums over the examples of all pixels: `kernels.cuda.dots`
    ∂L/∂x = kernelsᵀ · ∂L/∂y  the pixels that a pixel of x had a part in, taken from a frame of zeros that is as much larger

The last is a convolution as well: kernel turned about, its pixels `stride` apart with zeros between. So each number is
added up by one thread, where the processor spreads every pixel of ∂L/∂y over several of ∂L/∂x.
Dimensions as there. A dense layer is one pixel: its kernel is as large as its image, and all is plain matrices.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from kernels.architecture import COLUMNS, FILTERS, HEIGHT, HERE, LOWER, PADDING, ROWS, STRIDE, WEIGHTS, WIDTH, C, H, W
from kernels.cuda import dots
from kernels.cuda.device import cuda
from kernels.cuda.layers import frame
from kernels.cuda.matmul import Launch, product, table


class Places(NamedTuple):
    """Where things of one layer lie, seen from its first unit or its first parameter: tables on the GPU. See `places`."""

    y_rows: Any
    """(F,): its channels, and (pixels of y,): the pixels of each."""
    y_pixels: Any
    filters: Any
    """(F,): in theta, each filter, and (K,): the numbers of one."""
    numbers: Any
    taps: Any
    """(K,): in x or its frame, the pixels under the kernel, and (pixels of y,): where it stands for each."""
    stands: Any
    x_rows: Any
    """(C,): the channels of x, and (pixels of x,): the pixels of each."""
    x_pixels: Any
    channels: Any
    """(C,): in theta, where the numbers of a channel begin, and (F·h·w,): those that go with one pixel of x."""
    turned: Any
    touched: Any
    """(F·h·w,): in ∂L/∂y or its frame, the pixels that go with the same, and (pixels of x,): where to look from for each."""
    looks: Any
    frame: Any
    """x within its padding, zeros around it; None where there is none."""
    wide_frame: Any
    """∂L/∂y within a padding of its own; None for a dense layer."""


def is_dense(g: Any) -> bool:
    """Whether the layer's kernel covers its whole image, so that there is one pixel to make."""
    return bool(g[HEIGHT] == g[H] and g[WIDTH] == g[W] and g[PADDING] == 0)


def places(g: Any, P: int) -> Places:
    """The tables of a layer; g: its row of numbers (`kernels.architecture`)."""
    F, channels, high, wide, h, w, p = (int(g[k]) for k in (FILTERS, C, H, W, HEIGHT, WIDTH, PADDING))
    K, pixels = channels * h * w, int(g[ROWS] * g[COLUMNS])
    filters, numbers, y_rows = np.arange(F) * K, np.arange(K), np.arange(F) * pixels * P
    if is_dense(g):
        units, one = np.arange(K) * P, np.zeros(1, np.int64)
        found: tuple[Any, ...] = (y_rows, one, filters, numbers, units, one, units, one, numbers, filters, y_rows, one)
        return Places._make([*map(table, found), None, None])
    taller, wider = high + 2 * p, wide + 2 * p
    c, u, v = np.indices((channels, h, w)).reshape(3, -1)
    r, s = np.indices((int(g[ROWS]), int(g[COLUMNS]))).reshape(2, -1)
    taps, stands = ((c * taller + u) * wider + v) * P, (r * int(g[STRIDE]) * wider + s * int(g[STRIDE])) * P
    row, column = np.indices((high, wide)).reshape(2, -1)
    f, u, v = np.indices((F, h, w)).reshape(3, -1)
    across, down = wide + w - 1, high + h - 1
    touched = ((f * down + h - 1 - u) * across + w - 1 - v) * P
    found = (
        *(y_rows, np.arange(pixels) * P, filters, numbers, taps, stands),
        *(np.arange(channels) * high * wide * P, np.arange(high * wide) * P),
        *(np.arange(channels) * h * w, f * K + u * w + v, touched, (row * across + column) * P),
    )
    framed = zeros(channels * taller * wider * P) if p else None
    return Places._make([*map(table, found), framed, zeros(F * down * across * P)])


def zeros(count: int) -> Any:
    """So many, float32, on the GPU."""
    return cuda.to_device(np.zeros(count, np.float32))


def convolve(g: Any, at: Places, P: int, theta: Any, x: Any, y: Any) -> Sequence[Launch]:
    """y = b + kernels * x. x, y: arrays in which the layer's images lie where `g` says."""
    w, lower = int(g[WEIGHTS]), int(g[LOWER]) * P
    filters = (theta, w, at.filters, at.numbers)
    made, bias = (y, int(g[HERE]) * P, at.y_rows, at.y_pixels), w + int(g[FILTERS]) * at.numbers.shape[0]
    if at.frame is None:
        return [product(made, filters, (x, lower, at.taps, at.stands), P, bias)]
    p, image = int(g[PADDING]), (int(g[C]), int(g[H]), int(g[W]))
    framed = frame(x, lower, image, at.frame, (image[1] + 2 * p, image[2] + 2 * p), (p, p, 1), P)
    return [framed, product(made, filters, (at.frame, 0, at.taps, at.stands), P, bias)]


def kernel_slopes(g: Any, at: Places, P: int, x: Any, d: Any, grad: Any, spare: Any) -> Sequence[Launch]:
    """∂L/∂kernel and ∂L/∂b of the layer, in grad. spare: see `kernels.cuda.dots.dots`, `spare_of`."""
    seen = (x, int(g[LOWER]) * P) if at.frame is None else (at.frame, 0)
    return dots.dots(
        (d, int(g[HERE]) * P, at.y_rows, at.y_pixels), (*seen, at.taps, at.stands), P, grad, int(g[WEIGHTS]), spare
    )


def spare_of(g: Any, P: int) -> int:
    """How many numbers of spare memory `kernel_slopes` needs."""
    F, K = int(g[FILTERS]), int(g[C] * g[HEIGHT] * g[WIDTH])
    count, _ = dots.stretches(F, K, int(g[ROWS] * g[COLUMNS]) * P)
    return count * F * (K + 1) if count > 1 else 0


def image_slopes(g: Any, at: Places, P: int, theta: Any, d: Any) -> Sequence[Launch]:
    """From ∂L/∂y to ∂L/∂x, both in d."""
    here, filters = int(g[HERE]) * P, (theta, int(g[WEIGHTS]), at.channels, at.turned)
    below = (d, int(g[LOWER]) * P, at.x_rows, at.x_pixels)
    if at.wide_frame is None:
        return [product(below, filters, (d, here, at.touched, at.looks), P)]
    h, w, p = int(g[HEIGHT]), int(g[WIDTH]), int(g[PADDING])
    image, sides = (int(g[FILTERS]), int(g[ROWS]), int(g[COLUMNS])), (int(g[H]) + h - 1, int(g[W]) + w - 1)
    framed = frame(d, here, image, at.wide_frame, sides, (h - 1 - p, w - 1 - p, int(g[STRIDE])), P)
    return [framed, product(below, filters, (at.wide_frame, 0, at.touched, at.looks), P)]
