"""Backward through one layer (Rumelhart, Hinton & Williams 1986)."""

import numpy as np


def slope(o):
    """The derivative of tanh at o."""
    return 1 - np.tanh(o) ** 2


def backward(d, o, x, W):
    """The gradients grad_W (O, I), grad_b (O,), grad_x (m, I) from d (m, O), o (m, O), x (m, I), W (O, I)."""
    m = len(x)
    do = d * slope(o)
    grad_W = do.T @ x / m
    grad_b = do.sum(axis=0) / m
    grad_x = do @ W
    return grad_W, grad_b, grad_x
