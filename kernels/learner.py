"""The learner's own functions, compiled as they are written, with every index checked.

Numba's products of arrays need SciPy, which is not there. `dot` and `matmul` stand in for them: plain NumPy where nothing is
compiled, plain loops where it is. They are a courtesy to a few lines of the learner's; the labs' own product is
`kernels.matmul`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit, types
from numba.extending import overload

Function = Callable[..., Any]


def compiled(function: Function) -> Any:
    """The function, to be compiled when it is first called. Others may go on while it runs."""
    return njit(boundscheck=True, nogil=True)(function)


def dot(a: Any, b: Any) -> Any:
    """np.dot(a, b)."""
    return np.dot(a, b)


def matmul(a: Any, b: Any) -> Any:
    """a @ b."""
    return np.matmul(a, b)


@overload(dot)
@overload(matmul)
def _product(a: Any, b: Any) -> Function | None:
    """The loops for arrays of one or two dimensions; None: Numba says that there are none."""
    if not (isinstance(a, types.Array) and isinstance(b, types.Array)):
        return None
    dtype = np.promote_types(str(a.dtype), str(b.dtype))
    zero = dtype.type(0)

    def inner(a: Any, b: Any) -> Any:
        if len(a) != len(b):
            raise ValueError("the shapes of this product do not fit")
        total = zero
        for k in range(len(a)):
            total += a[k] * b[k]
        return total

    def rows(a: Any, b: Any) -> Any:
        if a.shape[1] != len(b):
            raise ValueError("the shapes of this product do not fit")
        out = np.zeros(a.shape[0], dtype)
        for i in range(a.shape[0]):
            for k in range(a.shape[1]):
                out[i] += a[i, k] * b[k]
        return out

    def columns(a: Any, b: Any) -> Any:
        if len(a) != b.shape[0]:
            raise ValueError("the shapes of this product do not fit")
        out = np.zeros(b.shape[1], dtype)
        for k in range(b.shape[0]):
            for j in range(b.shape[1]):
                out[j] += a[k] * b[k, j]
        return out

    def both(a: Any, b: Any) -> Any:
        if a.shape[1] != b.shape[0]:
            raise ValueError("the shapes of this product do not fit")
        out = np.zeros((a.shape[0], b.shape[1]), dtype)
        for i in range(a.shape[0]):
            for k in range(a.shape[1]):
                for j in range(b.shape[1]):
                    out[i, j] += a[i, k] * b[k, j]
        return out

    return {(1, 1): inner, (2, 1): rows, (1, 2): columns, (2, 2): both}.get((a.ndim, b.ndim))
