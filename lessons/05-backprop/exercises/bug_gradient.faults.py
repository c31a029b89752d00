"""What a mend may get wrong; each docstring is what the learner is told."""

import numpy as np


def _parts(d, o, x, W):
    m, do = len(x), d * (1 - np.tanh(o) ** 2)
    return m, do, do.sum(axis=0) / m, do @ W


def shape_transposed(d, o, x, W):
    """Without the reshape grad_W is x.T @ do, of shape (I, O): the rows of W belong to the outputs."""
    m, do, grad_b, grad_x = _parts(d, o, x, W)
    return x.T @ do / m, grad_b, grad_x


def mean_forgotten(d, o, x, W):
    """grad_W has lost its / m: it is a mean over the examples, as grad_b is."""
    _, do, grad_b, grad_x = _parts(d, o, x, W)
    return do.T @ x, grad_b, grad_x


def slope_forgotten(d, o, x, W):
    """grad_W is made from d: it is made from do, which has passed the slope of tanh."""
    m, _, grad_b, grad_x = _parts(d, o, x, W)
    return d.T @ x / m, grad_b, grad_x


def input_gradient_changed(d, o, x, W):
    """grad_x is not what it was, and it was right: forward was x @ W.T, so backward is do @ W."""
    m, do, grad_b, _ = _parts(d, o, x, W)
    return do.T @ x / m, grad_b, do @ W.T
