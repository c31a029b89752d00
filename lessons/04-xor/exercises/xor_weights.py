"""A net that answers XOR, its weights set by hand.

Two hidden units look at the inputs x1 and x2, each 0 or 1; the output looks
at the hidden units:

    h1 = step(w1[0][0] * x1 + w1[0][1] * x2 + b1[0])
    h2 = step(w1[1][0] * x1 + w1[1][1] * x2 + b1[1])
    y  = step(w2[0] * h1 + w2[1] * h2 + b2)

step(z) is 1 where z >= 0, and 0 otherwise. y should be 1 when exactly one
of the inputs is 1. It should still be so when the inputs are off by up to
0.1: leave some room.
"""

import numpy as np


def weights():
    """The weights and biases of the net.

    Returns w1, b1, w2, b2:
    w1: an array (2, 2), a row for each hidden unit
    b1: an array (2,), the hidden units' biases
    w2: an array (2,), the output's weights
    b2: a number, the output's bias
    """
    w1 = np.array([[1.0, 1.0], [0.0, 0.0]])  # first OR, and then?
    b1 = np.array([-0.5, 0.0])
    w2 = np.array([0.0, 0.0])
    b2 = -1.0
    return w1, b1, w2, b2
