"""Classic wrong answers; each docstring is what the learner is told."""

import numpy as np


def _slope(o):
    return 1 - np.tanh(o) ** 2


def _right(d, o, x, W):
    m, do = len(x), d * _slope(o)
    return do.T @ x / m, do.sum(axis=0) / m, do @ W


def slope_forgotten(d, o, x, W):
    """The activation is left out: d is dL/da, and dL/do is d times slope(o)."""
    m = len(x)
    return d.T @ x / m, d.sum(axis=0) / m, d @ W


def slope_at_the_answer(d, o, x, W):
    """The slope is taken at the answer a = tanh(o): it belongs to the weighted sum, slope(o)."""
    m, do = len(x), d * _slope(np.tanh(o))
    return do.T @ x / m, do.sum(axis=0) / m, do @ W


def answer_for_slope(d, o, x, W):
    """d is multiplied by tanh(o) itself: the factor is its derivative, slope(o)."""
    m, do = len(x), d * np.tanh(o)
    return do.T @ x / m, do.sum(axis=0) / m, do @ W


def slope_forgotten_below(d, o, x, W):
    """grad_x is made from d: what goes down passes the activation too, so it is made from d * slope(o)."""
    grad_W, grad_b, _ = _right(d, o, x, W)
    return grad_W, grad_b, d @ W


def weight_gradient_transposed(d, o, x, W):
    """grad_W is transposed: row i belongs to output i and column j to input j, as in W."""
    grad_W, grad_b, grad_x = _right(d, o, x, W)
    return grad_W.T, grad_b, grad_x


def mean_forgotten(d, o, x, W):
    """grad_W and grad_b are sums over the examples: divide both by m, the number of examples."""
    grad_W, grad_b, grad_x = _right(d, o, x, W)
    return grad_W * len(x), grad_b * len(x), grad_x


def mean_forgotten_for_weights(d, o, x, W):
    """grad_W is a sum over the examples: divide it by m, as grad_b is."""
    grad_W, grad_b, grad_x = _right(d, o, x, W)
    return grad_W * len(x), grad_b, grad_x


def mean_forgotten_for_bias(d, o, x, W):
    """grad_b is a sum over the examples: divide it by m, as grad_W is."""
    grad_W, grad_b, grad_x = _right(d, o, x, W)
    return grad_W, grad_b * len(x), grad_x


def mean_below(d, o, x, W):
    """grad_x is divided by m: each row is one example's own gradient, and nothing is averaged there."""
    grad_W, grad_b, grad_x = _right(d, o, x, W)
    return grad_W, grad_b, grad_x / len(x)


def mean_over_everything(d, o, x, W):
    """The divisor counts all of d's numbers: it is m, the number of examples."""
    grad_W, grad_b, grad_x = _right(d, o, x, W)
    return grad_W / d.shape[1], grad_b / d.shape[1], grad_x


def bias_not_summed(d, o, x, W):
    """grad_b still has a row for each example: a bias serves them all, so the rows are added up and divided by m."""
    grad_W, _, grad_x = _right(d, o, x, W)
    return grad_W, d * _slope(o), grad_x


def bias_one_number(d, o, x, W):
    """grad_b is a single number: every output has a bias of its own, so the sum runs over the examples only (axis=0)."""
    grad_W, grad_b, grad_x = _right(d, o, x, W)
    return grad_W, np.sum(grad_b), grad_x


def bias_summed_over_outputs(d, o, x, W):
    """grad_b is summed over the outputs, which leaves one number an example: sum over the examples, axis=0."""
    grad_W, _, grad_x = _right(d, o, x, W)
    return grad_W, (d * _slope(o)).sum(axis=1) / len(x), grad_x


def weights_the_wrong_way(d, o, x, W):
    """grad_x goes through W.T: forward was x @ W.T, so backward is do @ W."""
    grad_W, grad_b, _ = _right(d, o, x, W)
    return grad_W, grad_b, d * _slope(o) @ W.T


def sign_flipped(d, o, x, W):
    """Every gradient has the wrong sign: here is the gradient wanted, the step against it comes later."""
    return tuple(-gradient for gradient in _right(d, o, x, W))
