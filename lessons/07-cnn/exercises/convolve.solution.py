"""Convolution, forward (LeCun et al. 1989)."""

import numpy as np


def convolve(x, kernels, b, stride, padding):
    """The image (F, R, S) that filters (F, C, h, w) with b (F,) make of x (C, H, W)."""
    F, C, h, w = kernels.shape
    x = np.pad(x, ((0, 0), (padding, padding), (padding, padding)))
    R, S = (x.shape[1] - h) // stride + 1, (x.shape[2] - w) // stride + 1
    y = np.zeros((F, R, S))
    for r in range(R):
        for s in range(S):
            window = x[:, r * stride : r * stride + h, s * stride : s * stride + w]
            for f in range(F):
                y[f, r, s] = b[f] + np.sum(kernels[f] * window)
    return y
