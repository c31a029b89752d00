"""The perceptron's update (Rosenblatt 1958)."""

import numpy as np


def update(w, b, x, t, rate):
    """The weights (n,) and the bias after one example x (n,) with the right answer t, +1 or -1."""
    if t * (np.dot(w, x) + b) <= 0:
        w = w + rate * t * x
        b = b + rate * t
    return w, b
