"""A ReLU net through given points, without any learning.

The net has one hidden layer:

    y(x) = sum over j of  w2[j] * max(0, w1[j] * x + b1[j])  +  b2

It is to go through every point (knots[i], values[i]), and straight from
each to the next. A unit with w1 = 1 and b1 = -k is 0 up to x = k and rises
from there: it bends the line at k. There is one unit for each straight
piece.
"""

import numpy as np


def interpolate(knots, values):
    """The weights of the net.

    knots:  where the points are, an array of n + 1 rising numbers
    values: how high they are, an array of n + 1 numbers

    Returns w1, b1, w2 (arrays of n numbers) and b2 (a number).
    """
    n = len(knots) - 1
    w1 = np.ones(n)
    b1 = -knots[:-1]  # a hinge at every knot but the last
    w2 = np.zeros(n)  # how much does the slope change at each of them?
    b2 = 0.0
    return w1, b1, w2, b2
