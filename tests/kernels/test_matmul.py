"""The product with offset tables, and the sums of products, against NumPy in float64 on awkward shapes."""

from __future__ import annotations

import numpy as np
import pytest

from kernels.dots import dots
from kernels.jit import in_float64
from kernels.matmul import LANES, ROWS, matmul

SIZES = (1, 2, 7, 8, 16, 17, 33)
SENTINEL = 77.0


@pytest.mark.parametrize("M", [*SIZES, ROWS + 2, ROWS + 3])
@pytest.mark.parametrize("N", [1, 7, 16, 17, LANES + 16, 2 * LANES + 5])
def test_the_product_is_numpys_whatever_the_shape(M: int, N: int) -> None:
    source = np.random.default_rng(M * 1000 + N)
    for K in (1, 3, 17, 300):
        for add in (False, True):
            A, B = source.normal(size=(M, K)), source.normal(size=(K, N))
            C = np.full((M, N + 3), SENTINEL, np.float32)
            C[:, :N] = source.normal(size=(M, N))
            expected = A @ B + (C[:, :N] if add else 0)
            rows, b_rows = np.arange(M) * (N + 3), np.arange(K) * N
            for transposed in (False, True):
                left = np.ascontiguousarray((A.T if transposed else A), np.float32)
                strides = (1, M) if transposed else (K, 1)
                found = C.copy()
                matmul(found.ravel(), 0, rows, left.ravel(), 0, *strides, B.astype(np.float32).ravel(), 0, b_rows, M, N, K, add)
                np.testing.assert_allclose(found[:, :N], expected, rtol=1e-4, atol=1e-4)
                assert (found[:, N:] == SENTINEL).all()


def test_rows_are_found_through_the_tables() -> None:
    source = np.random.default_rng(0)
    B, A = source.normal(size=(40, 16)).astype(np.float32), source.normal(size=(9, 5)).astype(np.float32)
    picked, places = np.array([30, 2, 2, 17, 5]), source.permutation(20)[:9]
    C = np.zeros((20, 16), np.float32)
    matmul(C.ravel(), 0, places * 16, A.ravel(), 0, 5, 1, B.ravel(), 0, picked * 16, 9, 16, 5, False)
    np.testing.assert_allclose(C[places], A @ B[picked], rtol=1e-5, atol=1e-5)
    assert (np.delete(C, places, axis=0) == 0).all()


def test_not_a_number_comes_through() -> None:
    A, B, C = np.ones((8, 4), np.float32), np.ones((4, 16), np.float32), np.zeros((8, 16), np.float32)
    A[3, 2], B[1, 5] = np.nan, np.inf
    matmul(C.ravel(), 0, np.arange(8) * 16, A.ravel(), 0, 4, 1, B.ravel(), 0, np.arange(4) * 16, 8, 16, 4, False)
    assert np.isnan(C[3]).all()
    assert np.isinf(C[0, 5])
    assert np.isfinite(np.delete(C[0], 5)).all()


def test_the_same_source_in_float64() -> None:
    in_float64(matmul)
    source = np.random.default_rng(1)
    A, B, C = source.normal(size=(13, 300)), source.normal(size=(300, 21)), np.zeros((13, 21))
    matmul(C.ravel(), 0, np.arange(13) * 21, A.ravel(), 0, 300, 1, B.ravel(), 0, np.arange(300) * 21, 13, 21, 300, False)
    np.testing.assert_allclose(C, A @ B, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("M", "N", "R", "T"), [(1, 1, 1, 16), (2, 3, 5, 32), (5, 7, 3, 16), (8, 25, 4, 48)])
def test_sums_of_products(M: int, N: int, R: int, T: int) -> None:
    source = np.random.default_rng(2)
    A, B = source.normal(size=(M, R, T)).astype(np.float32), source.normal(size=(N, R, T)).astype(np.float32)
    out = source.normal(size=(M, N)).astype(np.float32)
    expected = out + np.einsum("mrt,nrt->mn", A.astype(float), B)
    dots(A.ravel(), 0, R * T, T, B.ravel(), 0, R * T, T, R, T, out.ravel(), 0, N, M, N)
    np.testing.assert_allclose(out, expected, rtol=1e-4, atol=1e-4)
