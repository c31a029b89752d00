"""Convolution: one small kernel, moved over an image. LeCun et al. 1989.

Dimensions: the image has C channels of H × W pixels, with `padding` zeros around it; there are F filters with a kernel of
C × h × w each, which move `stride` pixels at a time and make F channels of R × S pixels. A pixel is a row of P examples:

    x (C, H, W, P)    theta: kernels (F, C, h, w), then b (F,)    y (F, R, S, P)

    y[f, r, s] = b[f] + Σ_c,u,v kernel[f, c, u, v] · x[c, r·stride + u, s·stride + v]

All are flat; g is the layer's row of numbers (`kernels.architecture`), `taps` holds where the pixels under a kernel lie,
seen from its first one, and `outs` where the channels of y start. So the sum is the product of `kernels.matmul`.
"""

from __future__ import annotations

from typing import Any

from numba import boolean, int64, void
from numpy.typing import NDArray

from kernels.architecture import COLUMNS, FILTERS, HEIGHT, PADDING, ROWS, STRIDE, WEIGHTS, WIDTH, C, H, W
from kernels.dots import dots
from kernels.jit import apart, fast, floats, integers
from kernels.matmul import matmul
from kernels.simd import span

Array = NDArray[Any]

_matmul = apart(matmul)
_dots = apart(dots)


@fast(void(integers, int64, floats, floats, int64, integers, integers, floats, int64))
def convolve(g: Any, P: int, theta: Array, x: Array, start: int, taps: Any, outs: Any, y: Array, here: int) -> None:
    """y = b + kernels * x. x, padded already, starts at `start`, y at `here`."""
    rows, width, stride = g[ROWS], g[COLUMNS] * P, g[STRIDE]
    K, F, w = g[C] * g[HEIGHT] * g[WIDTH], g[FILTERS], g[WEIGHTS]
    for f in range(F):
        channel, b = span(y, here + outs[f], rows * width), theta[w + F * K + f]
        for i in range(rows * width):
            channel[i] = b
    line = (g[W] + 2 * g[PADDING]) * P
    # With stride 1 a row of y is as long as what it is made of, and is one product. Otherwise each pixel is one.
    piece = width if stride == 1 else P
    for r in range(rows):
        for s in range(0, width, piece):
            at = start + r * stride * line + s * stride
            _matmul(y, here + r * width + s, outs, theta, w, K, 1, x, at, taps, F, piece, K, True)


@fast(void(integers, int64, int64, floats, int64, floats, int64, integers, integers, floats, floats))
def kernel_slopes(
    g: Any, P: int, B: int, x: Array, start: int, d: Array, here: int, outs: Any, steps: Any, spare: Array, grad: Array
) -> None:
    """∂L/∂kernel[f, c, u, v] = Σ_r,s d[f, r, s] · x[c, r·stride + u, s·stride + v] and ∂L/∂b[f] = Σ d[f], over B examples.

    d = ∂L/∂y; 0 in the columns from B on. steps: 0, K, 2K, …; spare: (K·P,), overwritten.
    """
    rows, width, stride = g[ROWS], g[COLUMNS] * P, g[STRIDE]
    h, w = g[HEIGHT], g[WIDTH]
    K, F, at = g[C] * h * w, g[FILTERS], g[WEIGHTS]
    for f in range(F):
        channel, total = span(d, here + outs[f], rows * width), d.dtype.type(0)
        for i in range(rows * width):
            total += channel[i]
        grad[at + F * K + f] = total
    line, high = (g[W] + 2 * g[PADDING]) * P, g[H] + 2 * g[PADDING]
    if rows * width == P and line == w * P and high == h:  # dense: x lies as the kernel does, and d·xᵀ needs a row an example
        for k in range(K):
            pixel = span(x, start + k * P, B)
            for i in range(B):
                spare[i * K + k] = pixel[i]
        _matmul(grad, at, steps, d, here, P, 1, spare, 0, steps, F, K, B, False)
        return
    for i in range(at, at + F * K):
        grad[i] = 0
    for c in range(g[C]):
        for u in range(h):
            to, place = at + (c * h + u) * w, start + (c * high + u) * line
            if stride == 1:
                _dots(d, here, rows * width, width, x, place, P, line, rows, width, grad, to, K, F, w)
            else:
                for r in range(rows):
                    pixels = place + r * stride * line
                    _dots(d, here + r * width, rows * width, P, x, pixels, P, stride * P, g[COLUMNS], P, grad, to, K, F, w)


@fast(void(integers, int64, floats, floats, int64, integers, integers, floats, int64, boolean))
def image_slopes(
    g: Any, P: int, theta: Array, d: Array, here: int, taps: Any, outs: Any, e: Array, start: int, alone: bool
) -> None:
    """∂L/∂x: every pixel of d is spread over the pixels that it was made of, with the kernels' numbers.

    e: where it goes, padded, from `start` on. alone: whether no two windows share a pixel and every pixel is in one.
    """
    width, stride, K = g[COLUMNS] * P, g[STRIDE], g[C] * g[HEIGHT] * g[WIDTH]
    line = (g[W] + 2 * g[PADDING]) * P
    if not alone:
        whole = span(e, start, g[C] * (g[H] + 2 * g[PADDING]) * line)
        for i in range(whole.shape[0]):
            whole[i] = 0
    for r in range(g[ROWS]):
        for s in range(0, width, P):
            at = start + r * stride * line + s * stride
            _matmul(e, at, taps, theta, g[WEIGHTS], 1, K, d, here + r * width + s, outs, K, P, g[FILTERS], not alone)


@fast(void(integers, int64, floats, int64, floats, int64, boolean))
def frame(g: Any, P: int, x: Array, lower: int, framed: Array, start: int, back: bool) -> None:
    """Copy an image into the middle of its frame of zeros, or back out of it."""
    p, width = g[PADDING], g[W] * P
    for c in range(g[C]):
        for r in range(g[H]):
            inner = span(framed, start + ((c * (g[H] + 2 * p) + r + p) * (g[W] + 2 * p) + p) * P, width)
            outer = span(x, lower + (c * g[H] + r) * width, width)
            if back:
                for i in range(width):
                    outer[i] = inner[i]
            else:
                for i in range(width):
                    inner[i] = outer[i]
