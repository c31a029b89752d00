"""The gradient of a neuron's loss, by the chain rule."""

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def gradient(w, x, t):
    """The gradient (d,) of the mean of (sigmoid(x·w) - t)**2 at w (d,), for examples x (n, d) and targets t (n,)."""
    a = sigmoid(x @ w)
    d = 2 * (a - t) * a * (1 - a) / len(t)
    return x.T @ d
