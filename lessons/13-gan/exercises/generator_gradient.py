"""Where the generator's points should go.

The discriminator has looked at m generated points and answered f, one
number each: D = sigmoid(f) is its probability that the point is real. It
also says how f changes as a point moves: slopes, a row for each point.

The generator's loss, in its non-saturating form, is

    L = -(log D_1 + log D_2 + … + log D_m) / m

and what is wanted is dL/dx for each point: the chain goes from L to f, and
from f to the point.
"""

import numpy as np


def sigmoid(f):
    """1 / (1 + e^(-f))."""
    return 1 / (1 + np.exp(-f))


def generator_gradient(f, slopes):
    """The gradient of L with respect to each generated point.

    f: the discriminator's answers, an array (m,)
    slopes: df/dx at each point, (m, 2)

    Returns an array (m, 2).
    """
    to_f = np.zeros(len(f))  # dL/df is missing
    return to_f[:, None] * slopes
