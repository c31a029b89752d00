"""The generator's gradient, non-saturating (Goodfellow et al. 2014)."""

import numpy as np


def sigmoid(f):
    """1 / (1 + e^(-f))."""
    return 1 / (1 + np.exp(-f))


def generator_gradient(f, slopes):
    """dL/dx (m, 2) from f (m,) and slopes (m, 2)."""
    to_f = (sigmoid(f) - 1) / len(f)
    return to_f[:, None] * slopes
