"""Classic wrong answers; each docstring is what the learner is told."""

import numpy as np


def _right(x, kernels, b, stride, padding):
    F, C, h, w = kernels.shape
    x = np.pad(x, ((0, 0), (padding, padding), (padding, padding)))
    R, S = (x.shape[1] - h) // stride + 1, (x.shape[2] - w) // stride + 1
    y = np.zeros((F, R, S))
    for f, r, s in np.ndindex(F, R, S):
        y[f, r, s] = b[f] + np.sum(kernels[f] * x[:, r * stride : r * stride + h, s * stride : s * stride + w])
    return y


def kernel_flipped(x, kernels, b, stride, padding):
    """The kernel is flipped: kernels[f, c, u, v] belongs to the pixel u further down and v further right, not up and left."""
    return _right(x, kernels[:, :, ::-1, ::-1], b, stride, padding)


def kernel_transposed(x, kernels, b, stride, padding):
    """The kernel is transposed: u counts its rows and goes with the image's rows, v its columns."""
    if kernels.shape[2] != kernels.shape[3]:
        return np.zeros_like(_right(x, kernels, b, stride, padding))
    return _right(x, kernels.transpose(0, 1, 3, 2), b, stride, padding)


def stride_ignored(x, kernels, b, stride, padding):
    """The stride is ignored: the window of y[f, r, s] starts at row r*stride and column s*stride."""
    y = _right(x, kernels, b, stride, padding)
    return _right(x, kernels, b, 1, padding)[:, : y.shape[1], : y.shape[2]]


def stride_one_way(x, kernels, b, stride, padding):
    """The stride is used for the rows only: the columns move by it too."""
    y = _right(x, kernels, b, stride, padding)
    return _right(x, kernels, b, 1, padding)[:, ::stride, : y.shape[2]]


def padding_ignored(x, kernels, b, stride, padding):
    """The padding is left out: the windows start in the zeros around the image, not in the image."""
    y = np.zeros_like(_right(x, kernels, b, stride, padding))
    plain = np.pad(x, ((0, 0), (0, 2 * padding), (0, 2 * padding)))
    return y + _right(plain, kernels, b, stride, 0)


def padding_of_ones(x, kernels, b, stride, padding):
    """The image is padded with its own border, not with zeros."""
    if not padding:
        return _right(x, kernels, b, stride, padding)
    return _right(np.pad(x, ((0, 0), (padding, padding), (padding, padding)), mode="edge"), kernels, b, stride, 0)


def first_channel_only(x, kernels, b, stride, padding):
    """Only the first channel is used: the products of all channels are added up."""
    return _right(x[:1], kernels[:, :1], b, stride, padding)


def mean_over_channels(x, kernels, b, stride, padding):
    """The channels are averaged: they are added up, and nothing is divided."""
    return _right(x, kernels / x.shape[0], b, stride, padding)


def first_filter_everywhere(x, kernels, b, stride, padding):
    """Every channel of y is made by the first filter: filter f makes channel f."""
    return _right(x, np.repeat(kernels[:1], len(kernels), axis=0), b, stride, padding)


def bias_forgotten(x, kernels, b, stride, padding):
    """b is left out: b[f] is added to every pixel of channel f, once."""
    return _right(x, kernels, 0 * b, stride, padding)


def bias_for_each_product(x, kernels, b, stride, padding):
    """b is added for every channel: it is added once for each pixel of y."""
    return _right(x, kernels, b * x.shape[0], stride, padding)


def mean_for_sum(x, kernels, b, stride, padding):
    """The products are averaged: they are added up."""
    return _right(x, kernels / kernels[0].size, b, stride, padding)
