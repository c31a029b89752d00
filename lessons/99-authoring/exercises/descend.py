"""Noisy descent on half the squared length of w, in a run that can be
cut anywhere.

At step s each weight moves against its gradient, which is

    w[i] + coin(seed, s, i)

A call makes the steps number first, first + 1, … so that two calls, one
after the other, end where one call of all the steps ends.
"""

import numpy as np


def coin(seed, step, i):
    """+1 or -1: always the same for the same three numbers."""
    h = (seed * 2654435761 + step * 2246822519 + i * 3266489917) % 2**32
    h = (h ^ (h >> 15)) * 739982445 % 2**32
    return 1.0 if (h ^ (h >> 12)) & 1 else -1.0


def descend(w, seed, first, steps, rate):
    """The weights after the steps.

    w:     the weights before, an array of n numbers; it is not changed
    seed:  of the run
    first: the number of the first step to make
    steps: how many to make, 0 or more
    rate:  the learning rate

    Returns the new weights, an array of n numbers.
    """
    # Which numbers do the steps have?
    for s in range(steps):
        slope = w  # and where is the coin?
        w = w - slope  # and how far?
    return w
