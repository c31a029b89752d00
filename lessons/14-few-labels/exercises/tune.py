"""One update of the last layer, on features that stay as they are.

    p = softmax(h wᵗ + b)        for each image
    L = mean of −log p of the right class

and w and b go down the gradient of L.
"""

import numpy as np


def tune(w, b, h, t, rate):
    """The new w and b.

    w: weights, an array (classes, units)
    b: biases (classes,)
    h: what the frozen layers make of each image, (m, units)
    t: one-hot targets (m, classes)
    rate: how far to go

    Returns w and b after one step of gradient descent. What you are given
    must stay as it is.
    """
    return w.copy(), b.copy()  # nothing is learned yet
