"""Pooling: a window of pixels becomes one, its largest or its mean.

x (C, H, W, P) becomes y (C, R, S, P), flat; g is the layer's row of numbers (`kernels.architecture`). Of a window that reaches
over the edge, only what lies in the image counts.
"""

from __future__ import annotations

from typing import Any

from numba import int64, void
from numpy.typing import NDArray

from kernels.architecture import COLUMNS, HEIGHT, KIND, MAX_POOLING, PADDING, ROWS, STRIDE, WIDTH, C, H, W
from kernels.jit import fast, floats, integers, written_in
from kernels.simd import span

Array = NDArray[Any]


@written_in
def reach(first: int, size: int, side: int) -> Any:
    """The part of a window from `first` on, so many pixels long, that lies in an image with this side: from, to before."""
    return max(first, 0), min(first + size, side)


@fast(void(integers, int64, floats, int64, int64))
def pool(g: Any, P: int, a: Array, lower: int, here: int) -> None:
    """y[c, r, s] = the largest of x[c, r·stride + u, s·stride + v], or their mean. x, in a, starts at `lower`, y at `here`."""
    for c in range(g[C]):
        for r in range(g[ROWS]):
            top, bottom = reach(r * g[STRIDE] - g[PADDING], g[HEIGHT], g[H])
            for s in range(g[COLUMNS]):
                left, right = reach(s * g[STRIDE] - g[PADDING], g[WIDTH], g[W])
                y = span(a, here + ((c * g[ROWS] + r) * g[COLUMNS] + s) * P, P)
                share = a.dtype.type(1.0 / ((bottom - top) * (right - left)))
                for u in range(top, bottom):
                    for v in range(left, right):
                        x = span(a, lower + ((c * g[H] + u) * g[W] + v) * P, P)
                        if u == top and v == left:
                            for i in range(P):
                                y[i] = x[i]
                        elif g[KIND] == MAX_POOLING:
                            for i in range(P):
                                y[i] = x[i] if x[i] > y[i] else y[i]
                        else:
                            for i in range(P):
                                y[i] += x[i]
                if g[KIND] != MAX_POOLING:
                    for i in range(P):
                        y[i] *= share


@fast(void(integers, int64, floats, floats, int64, int64))
def pool_back(g: Any, P: int, a: Array, d: Array, lower: int, here: int) -> None:
    """From ∂L/∂y to ∂L/∂x, in d: all of it goes to the first of the largest pixels, or to each an equal share.

    ∂L/∂y is used up.
    """
    none = a.dtype.type(0)
    tiled = g[HEIGHT] == g[STRIDE] and g[WIDTH] == g[STRIDE] and g[ROWS] * g[STRIDE] == g[H] and g[COLUMNS] * g[STRIDE] == g[W]
    if not tiled:  # a pixel may be in several windows, or in none
        whole = span(d, lower, g[C] * g[H] * g[W] * P)
        for i in range(whole.shape[0]):
            whole[i] = 0
    for c in range(g[C]):
        for r in range(g[ROWS]):
            top, bottom = reach(r * g[STRIDE] - g[PADDING], g[HEIGHT], g[H])
            for s in range(g[COLUMNS]):
                left, right = reach(s * g[STRIDE] - g[PADDING], g[WIDTH], g[W])
                place = ((c * g[ROWS] + r) * g[COLUMNS] + s) * P
                y, rest = span(a, here + place, P), span(d, here + place, P)
                share = a.dtype.type(1.0 / ((bottom - top) * (right - left)))
                for u in range(top, bottom):
                    for v in range(left, right):
                        place = lower + ((c * g[H] + u) * g[W] + v) * P
                        x, to = span(a, place, P), span(d, place, P)
                        if g[KIND] == MAX_POOLING and tiled:
                            for i in range(P):
                                all_of_it, hit = rest[i], x[i] == y[i]
                                to[i] = all_of_it if hit else none
                                rest[i] = none if hit else all_of_it
                        elif g[KIND] == MAX_POOLING:
                            for i in range(P):
                                all_of_it, hit = rest[i], x[i] == y[i]
                                to[i] += all_of_it if hit else none
                                rest[i] = none if hit else all_of_it
                        elif tiled:
                            for i in range(P):
                                to[i] = share * rest[i]
                        else:
                            for i in range(P):
                                to[i] += share * rest[i]
