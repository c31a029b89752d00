"""What a mend may get wrong; each docstring is what the learner is told."""

import numpy as np


def _step(w, m, s, m_hat, s_hat, rate, epsilon):
    return w - rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s


def _means(g, m, s, beta1, beta2):
    return beta1 * m + (1 - beta1) * g, beta2 * s + (1 - beta2) * g * g


def correction_removed(w, g, m, s, t, rate, beta1, beta2, epsilon):
    """Now s has no correction at all: it started at 0 as m did, and is too small at first."""
    m, s = _means(g, m, s, beta1, beta2)
    return _step(w, m, s, m / (1 - beta1**t), s, rate, epsilon)


def wrong_beta(w, g, m, s, t, rate, beta1, beta2, epsilon):
    """s is divided by 1 - beta1 ** t: it is a mean with beta2, so it lacks 1 - beta2 ** t."""
    m, s = _means(g, m, s, beta1, beta2)
    return _step(w, m, s, m / (1 - beta1**t), s / (1 - beta1**t), rate, epsilon)


def other_line_changed(w, g, m, s, t, rate, beta1, beta2, epsilon):
    """Now m is multiplied too: both means are too small at first, and dividing makes them larger."""
    m, s = _means(g, m, s, beta1, beta2)
    return _step(w, m, s, m * (1 - beta1**t), s * (1 - beta2**t), rate, epsilon)


def power_forgotten(w, g, m, s, t, rate, beta1, beta2, epsilon):
    """s is divided by 1 - beta2 at every step: what it lacks shrinks with t, as 1 - beta2 ** t."""
    m, s = _means(g, m, s, beta1, beta2)
    return _step(w, m, s, m / (1 - beta1**t), s / (1 - beta2), rate, epsilon)
