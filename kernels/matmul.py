"""The one product that every layer uses, forward and backward.

Examples are the innermost, contiguous axis, so a row of B is one quantity of every example of a batch. Rows are found
through tables of offsets: the rows of a matrix for a dense layer, the pixels under a kernel for a convolution.
A tile of C is summed in registers while k runs, then stored once: `kernels.simd`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import boolean, int64, void
from numpy.typing import NDArray

from kernels.jit import fast, floats, integers, written_in
from kernels.simd import (
    WIDE,
    add_outer,
    load,
    load_n,
    load_rows,
    load_rows_n,
    store_rows,
    store_rows_n,
    zeros,
)

Floats = NDArray[Any]
Offsets = NDArray[np.int64]

ROWS = 8 if WIDE else 6
LANES = 32 if WIDE else 16
"""The tile: as much as the registers hold beside one row of B and one number of A."""
EDGE = 4
STEP = 16
"""The smaller tile, for what is left at the edges."""
DEPTH = 256
"""So many terms are summed at a time: their rows of B then stay in the nearest cache."""


@written_in
def block(
    C: Floats,
    c: int,
    c_rows: Offsets,
    m: int,
    A: Floats,
    a: int,
    a_row: int,
    a_column: int,
    B: Floats,
    b: int,
    b_rows: Offsets,
    ks: tuple[int, int],
    add: bool,
    rows: int,
    lanes: int,
) -> None:
    """Rows m, m + 1, … of C, so many lanes of each: C (+)= Σ A·B over k from ks[0] to before ks[1]. rows, lanes: constants."""
    tile = load_rows(C, c, c_rows, m, rows, lanes) if add else zeros(C, rows, lanes)
    at = a + m * a_row + ks[0] * a_column
    for k in range(ks[0], ks[1]):
        tile = add_outer(tile, A, at, a_row, load(B, b + b_rows[k], lanes))
        at += a_column
    store_rows(C, c, c_rows, m, tile)


@written_in
def block_n(
    C: Floats,
    c: int,
    c_rows: Offsets,
    m: int,
    A: Floats,
    a: int,
    a_row: int,
    a_column: int,
    B: Floats,
    b: int,
    b_rows: Offsets,
    ks: tuple[int, int],
    add: bool,
    rows: int,
    n: int,
) -> None:
    """As `block`, but only the first n of STEP lanes."""
    tile = load_rows_n(C, c, c_rows, m, n, rows, STEP) if add else zeros(C, rows, STEP)
    at = a + m * a_row + ks[0] * a_column
    for k in range(ks[0], ks[1]):
        tile = add_outer(tile, A, at, a_row, load_n(B, b + b_rows[k], n, STEP))
        at += a_column
    store_rows_n(C, c, c_rows, m, tile, n)


@fast(
    void(
        *(floats, int64, integers),
        *(floats, int64, int64, int64),
        *(floats, int64, integers),
        *(int64, int64, int64, boolean),
    )
)
def matmul(
    C: Floats,
    c: int,
    c_rows: Offsets,
    A: Floats,
    a: int,
    a_row: int,
    a_column: int,
    B: Floats,
    b: int,
    b_rows: Offsets,
    M: int,
    N: int,
    K: int,
    add: bool,
) -> None:
    """C[c + c_rows[m] + n] (+)= Σ_k A[a + m·a_row + k·a_column] · B[b + b_rows[k] + n], for m < M, n < N, k < K.

    add: to what C holds; otherwise instead of it. A is read with two strides, so its transpose costs nothing. C may not
    overlap A or B. Nothing outside the named places is read or written.
    """
    whole = M // ROWS
    if ROWS == 6 and whole > 0 and (M % 6 == 2 or M % 6 == 3):
        whole -= 1  # 8 = 4 + 4 takes less time than 6 + 1 + 1
    whole *= ROWS
    edge = M - (M - whole) % EDGE
    wide, full, rest = N - N % LANES, N - N % STEP, N % STEP
    for first in range(0, K, DEPTH):
        ks = (first, min(K, first + DEPTH))
        more = add or first > 0
        for m in range(0, whole, ROWS):
            for n in range(0, wide, LANES):
                block(C, c + n, c_rows, m, A, a, a_row, a_column, B, b + n, b_rows, ks, more, ROWS, LANES)
            for n in range(wide, full, STEP):
                block(C, c + n, c_rows, m, A, a, a_row, a_column, B, b + n, b_rows, ks, more, ROWS, STEP)
            if rest > 0:
                block_n(C, c + full, c_rows, m, A, a, a_row, a_column, B, b + full, b_rows, ks, more, ROWS, rest)
        for m in range(whole, edge, EDGE):
            for n in range(0, full, STEP):
                block(C, c + n, c_rows, m, A, a, a_row, a_column, B, b + n, b_rows, ks, more, EDGE, STEP)
            if rest > 0:
                block_n(C, c + full, c_rows, m, A, a, a_row, a_column, B, b + full, b_rows, ks, more, EDGE, rest)
        for m in range(edge, M):
            for n in range(0, full, STEP):
                block(C, c + n, c_rows, m, A, a, a_row, a_column, B, b + n, b_rows, ks, more, 1, STEP)
            if rest > 0:
                block_n(C, c + full, c_rows, m, A, a, a_row, a_column, B, b + full, b_rows, ks, more, 1, rest)
