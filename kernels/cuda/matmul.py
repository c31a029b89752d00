"""The product of `kernels.matmul` on a GPU: tile after tile through shared memory, for nets that a block cannot hold.

    C[m, n] (+)= Σ_k A[m, k] · B[k, n]

As on the processor examples lie innermost, and what a row is is said by tables of offsets. Here there are tables for A and for
pixels as well, so that one launch makes a whole convolution: column n is example n mod P of pixel n // P.

A block makes a tile of C, each of its threads TALL × WIDE numbers in registers. The terms of a sum come DEPTH at a time into
shared memory, where every number is used many times. A sum has one order, whatever the GPU: the same bits each time.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import boolean, float32, int32, int64
from numpy.typing import NDArray

from kernels.cuda.device import cuda, kernel

Array = NDArray[Any]
Launch = tuple[Any, Any, Any, tuple[Any, ...]]
"""A kernel, its blocks, the threads of each, and what it is given."""

LANES, LINES = 32, 8
"""Threads of a block: along the columns of C, and along its rows."""
TALL, WIDE = 4, 4
"""Rows and columns of C that a thread has."""
ROWS, COLUMNS = LINES * TALL, LANES * WIDE
"""The tile that they make."""
DEPTH, BEFORE_NEXT = 16, 33
"""So many terms are in shared memory at a time; those of A are one number further apart, so that threads can write at once."""

_ZERO = np.float32(0.0)
_ROW, _TABLE = float32[::1], int32[::1]


@kernel(
    *(_ROW, int64, _TABLE, _TABLE),
    *(_ROW, int64, _TABLE, _TABLE),
    *(_ROW, int64, _TABLE, _TABLE),
    *(int64, int64, boolean),
)
def _matmul(
    C: Any,
    c: Any,
    c_rows: Any,
    c_pixels: Any,
    A: Any,
    a: Any,
    a_rows: Any,
    a_columns: Any,
    B: Any,
    b: Any,
    b_rows: Any,
    b_pixels: Any,
    P: Any,
    bias: Any,
    add: Any,
) -> None:
    """C[c + c_rows[m] + c_pixels[n // P] + n % P] (+)= Σ_k A[a + a_rows[m] + a_columns[k]] · B[b + b_rows[k] + b_pixels[n // P]

    + n % P]. bias: where in A the numbers lie that row m is raised by; −1: nowhere.
    """
    left = cuda.shared.array((DEPTH, BEFORE_NEXT), float32)
    right = cuda.shared.array((DEPTH, COLUMNS), float32)
    sums = cuda.local.array((TALL, WIDE), float32)
    x, y = cuda.threadIdx.x, cuda.threadIdx.y
    top, first = cuda.blockIdx.y * ROWS, cuda.blockIdx.x * COLUMNS
    M, N, K = c_rows.shape[0], c_pixels.shape[0] * P, b_rows.shape[0]
    for j in range(TALL):
        for q in range(WIDE):
            sums[j, q] = _ZERO
    for start in range(0, K, DEPTH):
        for job in range(y * LANES + x, DEPTH * ROWS, LANES * LINES):
            m, k = job // DEPTH, job % DEPTH
            there = top + m < M and start + k < K
            left[k, m] = A[a + a_rows[top + m] + a_columns[start + k]] if there else _ZERO
        for q in range(WIDE):
            n = first + x + q * LANES
            at = b + b_pixels[n // P] + n % P if n < N else 0
            for k in range(y, DEPTH, LINES):
                right[k, x + q * LANES] = B[at + b_rows[start + k]] if n < N and start + k < K else _ZERO
        cuda.syncthreads()
        for k in range(DEPTH):
            for j in range(TALL):
                for q in range(WIDE):
                    sums[j, q] += left[k, y * TALL + j] * right[k, x + q * LANES]
        cuda.syncthreads()
    for j in range(TALL):
        m = top + y * TALL + j
        for q in range(WIDE):
            n = first + x + q * LANES
            if m < M and n < N:
                place, total = c + c_rows[m] + c_pixels[n // P] + n % P, sums[j, q]
                if bias >= 0:
                    total += A[bias + m]
                C[place] = C[place] + total if add else total


# -- on the processor


def product(
    C: tuple[Any, int, Any, Any], A: tuple[Any, int, Any, Any], B: tuple[Any, int, Any, Any], P: int, bias: int = -1
) -> Launch:
    """The launch that makes C = A · B. Each is an array on the GPU, where in it to start, and two tables there, int32.

    C: its rows, its pixels; A: its rows, its columns; B: its rows, its pixels.
    """
    return launch_of(C, A, B, P, bias, False)


def launch_of(C: Any, A: Any, B: Any, P: int, bias: int, add: bool) -> Launch:
    """`product`, or with `add` to what C holds."""
    rows, columns = C[2].shape[0], C[3].shape[0] * P
    blocks = (-(-columns // COLUMNS), -(-rows // ROWS))
    return _matmul, blocks, (LANES, LINES), (*C, *A, *B, P, bias, add)


def run(launches: list[Launch]) -> None:
    """Start the kernels, one after another."""
    for function, blocks, threads, given in launches:
        function[blocks, threads](*given)


def table(offsets: Any) -> Any:
    """Offsets as kernels take them: on the GPU, int32."""
    return cuda.to_device(np.ascontiguousarray(offsets, np.int32))


def matmul(
    C: Array,
    c: int,
    c_rows: Array,
    A: Array,
    a: int,
    a_row: int,
    a_column: int,
    B: Array,
    b: int,
    b_rows: Array,
    M: int,
    N: int,
    K: int,
    add: bool,
) -> None:
    """As `kernels.matmul.matmul`, for arrays of the processor: C[c + c_rows[m] + n] (+)= Σ_k A[…] · B[b + b_rows[k] + n]."""
    if min(M, N) < 1:
        return
    there, pixel = cuda.to_device(C), table([0])
    rows = cuda.to_device(A), a, table(np.arange(M) * a_row), table(np.arange(K) * a_column)
    run([launch_of((there, c, table(c_rows[:M]), pixel), rows, (cuda.to_device(B), b, table(b_rows[:K]), pixel), N, -1, add)])
    C[...] = there.copy_to_host()
