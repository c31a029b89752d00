"""Backward through one layer of tanh units. One line of it is wrong."""

import numpy as np


def backward(d, o, x, W):
    """From d = dL/da and o (m, O), the inputs x (m, I), and W (O, I).

    Returns the means grad_W (O, I) and grad_b (O,), and grad_x (m, I).
    """
    m, units = d.shape
    do = d * (1 - np.tanh(o) ** 2)
    grad_W = (x.T @ do / m).reshape(W.shape)
    grad_b = do.sum(axis=0) / m
    grad_x = np.zeros(x.shape)
    for k in range(units):
        grad_x += do[:, k : k + 1] * W[k]
    return grad_W, grad_b, grad_x
