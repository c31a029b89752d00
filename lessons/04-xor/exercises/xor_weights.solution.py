"""XOR by hand: OR and NAND, joined by AND."""

import numpy as np


def weights():
    """w1 (2, 2), b1 (2,), w2 (2,), b2: the hidden units are OR and NAND, the output is AND."""
    w1 = np.array([[1.0, 1.0], [-1.0, -1.0]])
    b1 = np.array([-0.5, 1.5])
    w2 = np.array([1.0, 1.0])
    b2 = -1.5
    return w1, b1, w2, b2
