"""Backward through one layer.

Forward, a layer has computed, for m examples at once,

    o = x @ W.T + b        the weighted sums, one row an example
    a = tanh(o)            the answers

Backward it is given d = dL/da, for each example its own, and finds three
things:

    grad_W, grad_b    how the loss changes with the layer's parameters:
                      means over the m examples
    grad_x            how the loss of each example changes with its input:
                      the d of the layer below
"""

import numpy as np


def slope(o):
    """The derivative of tanh at o."""
    return 1 - np.tanh(o) ** 2


def backward(d, o, x, W):
    """The gradients of one layer.

    d: dL/da, an array (m, O)
    o: the weighted sums, (m, O)
    x: the layer's inputs, (m, I)
    W: the weights, (O, I)

    Returns grad_W (O, I), grad_b (O,) and grad_x (m, I).
    """
    do = d  # from dL/da to dL/do: a factor is missing
    grad_W = np.zeros(W.shape)
    grad_b = np.zeros(len(W))
    grad_x = np.zeros(x.shape)
    return grad_W, grad_b, grad_x
