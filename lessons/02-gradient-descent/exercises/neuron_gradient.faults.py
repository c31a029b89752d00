"""Classic wrong answers; each docstring is what the learner is told."""

import numpy as np


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def _parts(w, x, t):
    a = _sigmoid(x @ w)
    return a, a - t, a * (1 - a), len(t)


def two_forgotten(w, x, t):
    """The gradient is half of what it should be: the derivative of a square brings a factor of 2."""
    _, miss, slope, n = _parts(w, x, t)
    return x.T @ (miss * slope) / n


def slope_forgotten(w, x, t):
    """The slope of the sigmoid is missing: the chain rule brings a factor a * (1 - a)."""
    _, miss, _, n = _parts(w, x, t)
    return 2 * x.T @ miss / n


def two_and_slope_forgotten(w, x, t):
    """Both the 2 of the square and the slope of the sigmoid are missing: (a - t) * x belongs to another loss."""
    _, miss, _, n = _parts(w, x, t)
    return x.T @ miss / n


def mean_forgotten(w, x, t):
    """It is the gradient of the sum over the examples; the loss is their mean, so divide by their number."""
    _, miss, slope, _ = _parts(w, x, t)
    return 2 * x.T @ (miss * slope)


def two_and_mean_forgotten(w, x, t):
    """It is half the gradient of the sum: the 2 of the square is missing, and the loss is a mean."""
    _, miss, slope, _ = _parts(w, x, t)
    return x.T @ (miss * slope)


def sign_flipped(w, x, t):
    """The sign is wrong: this points downhill. The gradient points uphill, and descent subtracts it."""
    _, miss, slope, n = _parts(w, x, t)
    return -2 * x.T @ (miss * slope) / n


def slope_of_the_answer(w, x, t):
    """The sigmoid is applied twice in its slope: with a = sigmoid(z) the slope is a * (1 - a), without another sigmoid."""
    a, miss, _, n = _parts(w, x, t)
    return 2 * x.T @ (miss * _sigmoid(a) * (1 - _sigmoid(a))) / n


def slope_of_tanh(w, x, t):
    """1 - a**2 is the slope of tanh; that of the sigmoid is a * (1 - a)."""
    a, miss, _, n = _parts(w, x, t)
    return 2 * x.T @ (miss * (1 - a**2)) / n


def input_forgotten(w, x, t):
    """Every weight gets the same: the last factor, the input x_j of each weight, is missing."""
    _, miss, slope, n = _parts(w, x, t)
    return np.full(len(w), 2 * np.sum(miss * slope) / n)


def square_kept(w, x, t):
    """The miss is still squared: the derivative of (a - t)**2 is 2 * (a - t)."""
    _, miss, slope, n = _parts(w, x, t)
    return 2 * x.T @ (miss**2 * slope) / n


def divided_by_weights(w, x, t):
    """It is divided by the number of weights; the mean is over the examples."""
    _, miss, slope, _ = _parts(w, x, t)
    return 2 * x.T @ (miss * slope) / len(w)


def x_not_transposed(w, x, t):
    """x is taken the wrong way round: x @ d sums over the weights, x.T @ d over the examples."""
    _, miss, slope, n = _parts(w, x, t)
    return x @ (2 * miss * slope / n)


def per_example(w, x, t):
    """One gradient for each example is returned; take their mean over the examples, which is axis 0."""
    _, miss, slope, _ = _parts(w, x, t)
    return x * (2 * miss * slope)[:, None]


def loss_returned(w, x, t):
    """This is the loss itself, one number; the gradient has one number for each weight."""
    _, miss, _, _ = _parts(w, x, t)
    return float(np.mean(miss**2))
