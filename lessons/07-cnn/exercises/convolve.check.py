"""What a convolution is tried on; the truth comes from sums written out number by number."""

import numpy as np

FUNCTION = "convolve"
SIGNATURE = "convolve(x, kernels, b, stride, padding) -> y"
TOLERANCE = 1e-6


def cases(draw):
    """Whole numbers first, to check by hand; then channels, strides and padding, one by one and together."""
    yield np.array([[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]), np.array([[[[1.0, -1.0]]]]), np.zeros(1), 1, 0
    yield np.arange(9.0).reshape(1, 3, 3), np.array([[[[1.0, 2.0], [3.0, 4.0]]]]), np.array([10.0]), 1, 0
    for C, H, W, F, h, w, stride, padding in (
        (1, 5, 5, 1, 3, 3, 1, 0), (1, 5, 7, 1, 3, 2, 1, 0), (3, 4, 4, 1, 2, 2, 1, 0), (1, 4, 5, 3, 2, 2, 1, 0),
        (1, 7, 7, 1, 3, 3, 2, 0), (1, 7, 9, 1, 3, 3, 3, 0), (1, 4, 4, 1, 3, 3, 1, 1), (2, 5, 4, 2, 3, 3, 1, 2),
        (2, 7, 6, 3, 3, 2, 2, 1), (3, 9, 9, 2, 5, 5, 2, 2), (1, 1, 1, 1, 1, 1, 1, 0), (2, 8, 8, 4, 3, 3, 1, 1),
    ):  # fmt: skip
        yield draw.normal(size=(C, H, W)), draw.normal(size=(F, C, h, w)), draw.normal(size=F), stride, padding


def expected(x, kernels, b, stride, padding):
    """Every product, one at a time."""
    F, C, h, w = kernels.shape
    H, W = x.shape[1:]
    R, S = (H + 2 * padding - h) // stride + 1, (W + 2 * padding - w) // stride + 1
    y = np.zeros((F, R, S))
    for f, r, s in np.ndindex(F, R, S):
        total = b[f]
        for c, u, v in np.ndindex(C, h, w):
            row, column = r * stride + u - padding, s * stride + v - padding
            if 0 <= row < H and 0 <= column < W:
                total += kernels[f, c, u, v] * x[c, row, column]
        y[f, r, s] = total
    return y
