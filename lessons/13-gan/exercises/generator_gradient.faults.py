"""Classic wrong answers; each docstring is what the learner is told."""

import numpy as np


def _sigmoid(f):
    return 1 / (1 + np.exp(-f))


def minimax(f, slopes):
    """This is the gradient of log(1 - D), the minimax loss: it vanishes where D is near 0. Here the loss is -log D."""
    return (-_sigmoid(f) / len(f))[:, None] * slopes


def sign_flipped(f, slopes):
    """The sign is wrong: L falls where f rises, so dL/df is negative: D - 1, not 1 - D."""
    return ((1 - _sigmoid(f)) / len(f))[:, None] * slopes


def mean_forgotten(f, slopes):
    """L is a mean over the m points: divide by m."""
    return (_sigmoid(f) - 1)[:, None] * slopes


def divided_by_everything(f, slopes):
    """The divisor counts all of the numbers in slopes: it is m, the number of points."""
    return ((_sigmoid(f) - 1) / slopes.size)[:, None] * slopes


def sigmoid_twice(f, slopes):
    """The sigmoid is taken twice: f is the answer before it, and D = sigmoid(f) is all that is needed."""
    return ((_sigmoid(_sigmoid(f)) - 1) / len(f))[:, None] * slopes


def sigmoid_forgotten(f, slopes):
    """f stands where D should: the answer must go through the sigmoid first."""
    return ((f - 1) / len(f))[:, None] * slopes


def slope_of_the_sigmoid_forgotten(f, slopes):
    """This is dL/dD = -1/D: the step from D to f is missing, a factor D (1 - D)."""
    return (-1 / _sigmoid(f) / len(f))[:, None] * slopes


def slope_of_the_sigmoid_twice(f, slopes):
    """The slope of the sigmoid, D (1 - D), is counted twice: it is already in D - 1."""
    D = _sigmoid(f)
    return ((D - 1) * D * (1 - D) / len(f))[:, None] * slopes


def slopes_forgotten(f, slopes):
    """slopes are left out: dL/df says how L changes with f, and the row of slopes how f changes with the point."""
    return ((_sigmoid(f) - 1) / len(f))[:, None] * np.ones_like(slopes)


def critics_gradient(f, slopes):
    """This is what the discriminator wants, D near 0 for these points: the generator wants D near 1."""
    return (_sigmoid(f) / len(f))[:, None] * slopes
