"""Convolution, forward.

An image has channels: x has the shape (C, H, W). A filter has a kernel of
h × w numbers for each channel; there are F of them, (F, C, h, w), and each
makes one channel of the answer. Where a kernel lies on the image, every
number of it is multiplied with the pixel under it, all products of all
channels are added up, and the filter's b is added:

    y[f, r, s] = b[f] + the sum over all c, u and v of
                 kernels[f, c, u, v] * x[c, r*stride + u, s*stride + v]

That holds for the image with its padding: so many rows and columns of zeros
on every side.
"""

import numpy as np


def convolve(x, kernels, b, stride, padding):
    """The image that these filters make of an image.

    x: (C, H, W)
    kernels: (F, C, h, w)
    b: (F,)
    stride: by how many pixels a kernel moves, down and across
    padding: rows and columns of zeros on every side

    Returns y, an array (F, R, S): R = (H + 2*padding - h) // stride + 1,
    and S likewise.
    """
    F, C, h, w = kernels.shape
    R = (x.shape[1] + 2 * padding - h) // stride + 1
    S = (x.shape[2] + 2 * padding - w) // stride + 1
    y = np.zeros((F, R, S))
    return y
