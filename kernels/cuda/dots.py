"""Sums of products of rows on a GPU: the gradient of the weights of a layer, where the sums are long and the results few.

    out[m, n] = Σ_t A[m, t] · B[n, t],    out[m, N] = Σ_t A[m, t]

The twin of `kernels.dots`. t runs over the P examples of every pixel. A block makes a tile of the results from a stretch of t;
the stretches are added up afterwards, always in the same order, so that the bits are the same each time.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import float32, int32, int64

from kernels.cuda.device import cuda, kernel, on_device
from kernels.cuda.matmul import Launch

LANES, LINES = 32, 8
"""Threads of a block: along n, and along m."""
TALL, WIDE = 4, 2
"""Rows and columns of the result that a thread has."""
ROWS, COLUMNS = LINES * TALL, LANES * WIDE
"""The tile that they make."""
DEPTH, BEFORE_NEXT = 32, 33
"""So many terms are in shared memory at a time; rows there are one number further apart, so that no two threads wait."""
BLOCKS, LEAST = 256, 1024
"""About so many blocks are wanted, but none for fewer terms than this."""

_ZERO, _ONE = np.float32(0.0), np.float32(1.0)
_ROW, _TABLE = float32[::1], int32[::1]


@kernel(_ROW, int64, _TABLE, _TABLE, _ROW, int64, _TABLE, _TABLE, int64, int64, _ROW, int64)
def _dots(
    A: Any,
    a: Any,
    a_rows: Any,
    a_pixels: Any,
    B: Any,
    b: Any,
    b_rows: Any,
    b_pixels: Any,
    P: Any,
    stretch: Any,
    out: Any,
    o: Any,
) -> None:
    """out, from o on: for each stretch a matrix (M, N), row after row, and then the M sums of A alone."""
    left = cuda.shared.array((ROWS, BEFORE_NEXT), float32)
    right = cuda.shared.array((COLUMNS, BEFORE_NEXT), float32)
    sums = cuda.local.array((TALL, WIDE), float32)
    x, y = cuda.threadIdx.x, cuda.threadIdx.y
    top, first, z = cuda.blockIdx.y * ROWS, cuda.blockIdx.x * COLUMNS, cuda.blockIdx.z
    M, N = a_rows.shape[0], b_rows.shape[0]
    end = min((z + 1) * stretch, a_pixels.shape[0] * P)
    for j in range(TALL):
        for q in range(WIDE):
            sums[j, q] = _ZERO
    for start in range(z * stretch, end, DEPTH):
        for k in range(x, DEPTH, LANES):
            t = start + k
            there = t < end
            from_a = a + a_pixels[t // P] + t % P if there else 0
            from_b = b + b_pixels[t // P] + t % P if there else 0
            for m in range(y, ROWS, LINES):
                left[m, k] = A[from_a + a_rows[top + m]] if there and top + m < M else _ZERO
            for n in range(y, COLUMNS, LINES):
                number = _ONE if first + n == N else _ZERO
                right[n, k] = B[from_b + b_rows[first + n]] if there and first + n < N else number
        cuda.syncthreads()
        for k in range(DEPTH):
            for j in range(TALL):
                for q in range(WIDE):
                    sums[j, q] += left[y + j * LINES, k] * right[x + q * LANES, k]
        cuda.syncthreads()
    for j in range(TALL):
        m = top + y + j * LINES
        for q in range(WIDE):
            n = first + x + q * LANES
            if m < M and n <= N:
                out[o + z * M * (N + 1) + (m * N + n if n < N else M * N + m)] = sums[j, q]


@kernel(_ROW, int64, _ROW, int64, int64)
def _total(parts: Any, count: Any, out: Any, o: Any, size: Any) -> None:
    """out[o + j] = Σ_z parts[z·size + j], a result a thread."""
    j = cuda.grid(1)
    if j < size:
        total = _ZERO
        for z in range(count):
            total += parts[z * size + j]
        out[o + j] = total


@on_device
def weight_slopes(
    a: Any, d: Any, grad: Any, ins: Any, outs: Any, lower: Any, here: Any, P: Any, count: Any, more: Any, biases: Any
) -> None:
    """∂L/∂W = d·aᵀ and, if wanted, ∂L/∂b = Σ d of a layer over so many examples, added to what grad holds if there is `more`.

    a: its input from `lower` on; d: ∂L/∂z from `here` on. grad: W (outs, ins), then b (outs,). A parameter a thread.
    """
    for job in range(cuda.threadIdx.x, outs * (ins + 1 if biases else ins), cuda.blockDim.x):
        total = grad[job] if more else _ZERO
        if job < outs * ins:
            row, column = here + job // ins * P, lower + job % ins * P
            for i in range(count):
                total += d[row + i] * a[column + i]
        else:
            row = here + (job - outs * ins) * P
            for i in range(count):
                total += d[row + i]
        grad[job] = total


# -- on the processor


def stretches(M: int, N: int, terms: int) -> tuple[int, int]:
    """Into how many stretches the terms are cut, and how long one is: it depends on nothing else, so neither do the bits."""
    tiles = -(-M // ROWS) * -(-(N + 1) // COLUMNS)
    count = max(1, min(-(-BLOCKS // tiles), terms // LEAST))
    length = -(-terms // count)
    length = -(-length // DEPTH) * DEPTH
    return -(-terms // length), length


def dots(A: tuple[Any, int, Any, Any], B: tuple[Any, int, Any, Any], P: int, out: Any, o: int, spare: Any) -> list[Launch]:
    """The launches that leave (M, N) sums of products and M sums in out, from o on.

    A, B: an array on the GPU, where in it to start, and the tables of its rows and its pixels. spare: an array there that has
    room for every stretch but is not needed for one.
    """
    M, N, terms = A[2].shape[0], B[2].shape[0], A[3].shape[0] * P
    count, length = stretches(M, N, terms)
    blocks, size = (-(-(N + 1) // COLUMNS), -(-M // ROWS), count), M * (N + 1)
    if count == 1:
        return [(_dots, blocks, (LANES, LINES), (*A, *B, P, length, out, o))]
    threads = LANES * LINES
    return [
        (_dots, blocks, (LANES, LINES), (*A, *B, P, length, spare, 0)),
        (_total, -(-size // threads), threads, (spare, count, out, o, size)),
    ]
