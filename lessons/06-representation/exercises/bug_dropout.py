"""Dropout as it is used in training. One line of it is wrong."""

import numpy as np


def dropout(a, u, keep):
    """What goes on to the next layer, (m, O). In use it is `a` itself.

    a: answers, (m, O)        u: random numbers from 0 to 1, (m, O)
    keep: the chance of a unit to be kept
    """
    kept = u < keep
    scale = keep
    left = np.where(kept, a, 0.0)
    return scale * left
