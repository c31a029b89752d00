"""Sums of products of rows: the gradient of a convolution's weights, where the sums are long and the results few.

The other half of `kernels.matmul`: there a row of examples is multiplied by a number, here by another row.
"""

from __future__ import annotations

from typing import Any

from numba import int64, void
from numpy.typing import NDArray

from kernels.jit import fast, floats
from kernels.matmul import STEP
from kernels.simd import WIDE, add_products, add_totals, load, load_steps, zeros

Floats = NDArray[Any]

PAIR = 4 if WIDE else 2
"""So many rows at once, with five columns: as much as the registers hold."""


@fast(void(floats, int64, int64, int64, floats, int64, int64, int64, int64, int64, floats, int64, int64, int64, int64))
def dots(
    A: Floats,
    a: int,
    a_row: int,
    a_step: int,
    B: Floats,
    b: int,
    b_row: int,
    b_step: int,
    R: int,
    T: int,
    out: Floats,
    o: int,
    o_row: int,
    M: int,
    N: int,
) -> None:
    """out[o + m·o_row + n] += Σ_r Σ_t A[a + m·a_row + r·a_step + t] · B[b + n·b_row + r·b_step + t].

    For m < M, n < N, r < R, t < T; T is a multiple of STEP. Sums run lane by lane; the lanes are added up at the end.
    """
    fives = N - N % 5
    threes = fives + (N - fives) // 3 * 3
    for m in range(0, M - M % PAIR, PAIR):
        for n in range(0, fives, 5):
            one, two, three = zeros(A, PAIR, STEP), zeros(A, PAIR, STEP), zeros(A, PAIR, STEP)
            four, five = zeros(A, PAIR, STEP), zeros(A, PAIR, STEP)
            at, from_b = a + m * a_row, b + n * b_row
            for r in range(R):
                for t in range(0, T, STEP):
                    rows = load_steps(A, at + r * a_step + t, a_row, PAIR, STEP)
                    place = from_b + r * b_step + t
                    one = add_products(one, rows, load(B, place, STEP))
                    two = add_products(two, rows, load(B, place + b_row, STEP))
                    three = add_products(three, rows, load(B, place + 2 * b_row, STEP))
                    four = add_products(four, rows, load(B, place + 3 * b_row, STEP))
                    five = add_products(five, rows, load(B, place + 4 * b_row, STEP))
            place = o + m * o_row + n
            add_totals(out, place, o_row, one)
            add_totals(out, place + 1, o_row, two)
            add_totals(out, place + 2, o_row, three)
            add_totals(out, place + 3, o_row, four)
            add_totals(out, place + 4, o_row, five)
        for n in range(fives, threes, 3):
            one, two, three = zeros(A, PAIR, STEP), zeros(A, PAIR, STEP), zeros(A, PAIR, STEP)
            at, from_b = a + m * a_row, b + n * b_row
            for r in range(R):
                for t in range(0, T, STEP):
                    rows = load_steps(A, at + r * a_step + t, a_row, PAIR, STEP)
                    place = from_b + r * b_step + t
                    one = add_products(one, rows, load(B, place, STEP))
                    two = add_products(two, rows, load(B, place + b_row, STEP))
                    three = add_products(three, rows, load(B, place + 2 * b_row, STEP))
            place = o + m * o_row + n
            add_totals(out, place, o_row, one)
            add_totals(out, place + 1, o_row, two)
            add_totals(out, place + 2, o_row, three)
        for n in range(threes, N):
            one = zeros(A, PAIR, STEP)
            at, from_b = a + m * a_row, b + n * b_row
            for r in range(R):
                for t in range(0, T, STEP):
                    rows = load_steps(A, at + r * a_step + t, a_row, PAIR, STEP)
                    one = add_products(one, rows, load(B, from_b + r * b_step + t, STEP))
            add_totals(out, o + m * o_row + n, o_row, one)
    for m in range(M - M % PAIR, M):
        for n in range(N):
            last = zeros(A, 1, STEP)
            at, from_b = a + m * a_row, b + n * b_row
            for r in range(R):
                for t in range(0, T, STEP):
                    rows_of_one = load_steps(A, at + r * a_step + t, a_row, 1, STEP)
                    last = add_products(last, rows_of_one, load(B, from_b + r * b_step + t, STEP))
            add_totals(out, o + m * o_row + n, o_row, last)
