"""The gradient of a neuron's loss.

The neuron answers a = sigmoid(z) to an example, with z = x·w. Over n
examples its loss is

    L(w) = 1/n * sum of (a - t)**2

For the sigmoid, the derivative of a by z is a * (1 - a).
"""

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def loss(w, x, t):
    """The mean of (sigmoid(x·w) - t)**2."""
    return np.mean((sigmoid(x @ w) - t) ** 2)


def gradient(w, x, t):
    """The derivative of the loss by each weight.

    w: the weights, an array of d numbers
    x: the examples, an array of n rows and d columns
    t: the targets, an array of n numbers

    Returns an array of d numbers.
    """
    a = sigmoid(x @ w)
    return np.zeros(len(w))  # What goes here?
