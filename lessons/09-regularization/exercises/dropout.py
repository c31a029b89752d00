"""Inverted dropout.

Forward, each activation is kept with the probability `keep`, and then
divided by it; otherwise it becomes 0. Backward, the gradient takes the same
way.
"""

import numpy as np


def dropout(a, d, keep, u):
    """The thinned activations, and the gradient that goes on to a.

    a: activations, an array (batch, units)
    d: the gradient of the loss by the thinned activations, of the same
       shape
    keep: the share that is kept, above 0 and at most 1
    u: uniform random numbers from 0 to below 1, of the same shape: an
       activation is kept where u < keep

    Returns two arrays of that shape.
    """
    return a.copy(), d.copy()  # everything is kept: no dropout yet
