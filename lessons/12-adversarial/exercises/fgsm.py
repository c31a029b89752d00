"""The fast gradient sign method.

Each number of the input moves by epsilon, in the direction in which the
loss grows:

    x' = x + epsilon · sign(dL/dx)

and what comes out is still a picture: every number from 0 to 1.
"""

import numpy as np


def fgsm(x, gradient, epsilon):
    """The inputs, moved.

    x: pictures with numbers from 0 to 1, an array (m, pixels)
    gradient: dL/dx, of the same shape
    epsilon: how far each number may move

    Returns the moved pictures, of the same shape. x itself must stay as it
    is.
    """
    return x.copy()  # nobody is fooled by that
