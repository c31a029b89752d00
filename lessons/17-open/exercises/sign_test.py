"""The sign test: is the first method better, or was it luck?

Of n pairs that are not equal the first method wins w. If both were equally
good, each pair would be a coin, and

    p = (ways in which at least w of n coins show heads) / 2ⁿ
"""

import math

import numpy as np


def sign_test(a, b):
    """How likely it is that equally good methods give at least as many wins
    to the first.

    a, b: accuracies (m,) of the two methods; those at one place belong to
          one seed

    Returns p, a number from 0 to 1; 1 where no pair is left.
    """
    return np.mean(a > b)  # the share of the wins: no probability yet
