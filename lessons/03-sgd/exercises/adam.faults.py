"""Classic wrong answers; each docstring is what the learner is told."""

import numpy as np


def _means(g, m, s, beta1, beta2):
    return beta1 * m + (1 - beta1) * g, beta2 * s + (1 - beta2) * g * g


def no_bias_correction(w, g, m, s, t, rate, beta1, beta2, epsilon):
    """The bias correction is missing: m and s start at 0, so divide them by 1 - beta1 ** t and 1 - beta2 ** t first."""
    m, s = _means(g, m, s, beta1, beta2)
    return w - rate * m / (np.sqrt(s) + epsilon), m, s


def inverted_correction(w, g, m, s, t, rate, beta1, beta2, epsilon):
    """The correction is the wrong way round: m and s are too small, so they are divided by 1 - beta ** t, not multiplied."""
    m, s = _means(g, m, s, beta1, beta2)
    return w - rate * m * (1 - beta1**t) / (np.sqrt(s * (1 - beta2**t)) + epsilon), m, s


def only_first_corrected(w, g, m, s, t, rate, beta1, beta2, epsilon):
    """Only m is corrected: s started at 0 too, and lacks more, so divide it by 1 - beta2 ** t."""
    m, s = _means(g, m, s, beta1, beta2)
    return w - rate * m / (1 - beta1**t) / (np.sqrt(s) + epsilon), m, s


def only_second_corrected(w, g, m, s, t, rate, beta1, beta2, epsilon):
    """Only s is corrected: m started at 0 too, so divide it by 1 - beta1 ** t."""
    m, s = _means(g, m, s, beta1, beta2)
    return w - rate * m / (np.sqrt(s / (1 - beta2**t)) + epsilon), m, s


def corrected_means_returned(w, g, m, s, t, rate, beta1, beta2, epsilon):
    """The corrected means are returned: the next step would correct them again. Return m and s as they were before."""
    m, s = _means(g, m, s, beta1, beta2)
    m, s = m / (1 - beta1**t), s / (1 - beta2**t)
    return w - rate * m / (np.sqrt(s) + epsilon), m, s


def shared_moment(w, g, m, s, t, rate, beta1, beta2, epsilon):
    """The second mean is made from the first: s is the mean of g * g, not of m * m."""
    m = beta1 * m + (1 - beta1) * g
    s = beta2 * s + (1 - beta2) * m * m
    return w - rate * m / (1 - beta1**t) / (np.sqrt(s / (1 - beta2**t)) + epsilon), m, s


def shared_beta(w, g, m, s, t, rate, beta1, beta2, epsilon):
    """Both means use beta1: the mean of the squares has a slower rate of its own, beta2."""
    m, s = _means(g, m, s, beta1, beta1)
    return w - rate * m / (1 - beta1**t) / (np.sqrt(s / (1 - beta1**t)) + epsilon), m, s


def swapped_weights(w, g, m, s, t, rate, beta1, beta2, epsilon):
    """The weights in the means are swapped: beta is what is kept of the old mean, 1 - beta what comes from the new gradient."""
    m, s = _means(g, m, s, 1 - beta1, 1 - beta2)
    return w - rate * m / (1 - beta1**t) / (np.sqrt(s / (1 - beta2**t)) + epsilon), m, s


def epsilon_inside_root(w, g, m, s, t, rate, beta1, beta2, epsilon):
    """epsilon stands inside the root: it is added after the root is taken, sqrt(s_hat) + epsilon."""
    m, s = _means(g, m, s, beta1, beta2)
    return w - rate * m / (1 - beta1**t) / np.sqrt(s / (1 - beta2**t) + epsilon), m, s


def root_forgotten(w, g, m, s, t, rate, beta1, beta2, epsilon):
    """The root is missing: s is a mean of squares, so its root has the scale of the gradient."""
    m, s = _means(g, m, s, beta1, beta2)
    return w - rate * m / (1 - beta1**t) / (s / (1 - beta2**t) + epsilon), m, s


def flipped_sign(w, g, m, s, t, rate, beta1, beta2, epsilon):
    """The step goes uphill: it is taken from w, not added."""
    m, s = _means(g, m, s, beta1, beta2)
    return w + rate * m / (1 - beta1**t) / (np.sqrt(s / (1 - beta2**t)) + epsilon), m, s


def forgotten_square(w, g, m, s, t, rate, beta1, beta2, epsilon):
    """The square is missing: s is the mean of g * g. A mean of g itself may be negative, and then has no root."""
    m = beta1 * m + (1 - beta1) * g
    s = beta2 * s + (1 - beta2) * g
    with np.errstate(invalid="ignore"):
        return w - rate * m / (1 - beta1**t) / (np.sqrt(s / (1 - beta2**t)) + epsilon), m, s


def rate_forgotten(w, g, m, s, t, rate, beta1, beta2, epsilon):
    """The step does not depend on the rate: it is rate * m_hat / (sqrt(s_hat) + epsilon)."""
    m, s = _means(g, m, s, beta1, beta2)
    return w - m / (1 - beta1**t) / (np.sqrt(s / (1 - beta2**t)) + epsilon), m, s


def counted_from_zero(w, g, m, s, t, rate, beta1, beta2, epsilon):
    """The correction uses t + 1: t is 1 already at the first step."""
    m, s = _means(g, m, s, beta1, beta2)
    return w - rate * m / (1 - beta1 ** (t + 1)) / (np.sqrt(s / (1 - beta2 ** (t + 1))) + epsilon), m, s


def betas_exchanged(w, g, m, s, t, rate, beta1, beta2, epsilon):
    """The betas are exchanged: the mean of the gradients goes with beta1, that of their squares with beta2."""
    m, s = _means(g, m, s, beta2, beta1)
    return w - rate * m / (1 - beta2**t) / (np.sqrt(s / (1 - beta1**t)) + epsilon), m, s


def mean_shared_by_weights(w, g, m, s, t, rate, beta1, beta2, epsilon):
    """All weights share one mean of squares: each has an s of its own, from its own gradient, g * g without a sum or a mean."""
    m = beta1 * m + (1 - beta1) * g
    s = beta2 * s + (1 - beta2) * np.mean(g * g)
    return w - rate * m / (1 - beta1**t) / (np.sqrt(s / (1 - beta2**t)) + epsilon), m, s


def squares_summed(w, g, m, s, t, rate, beta1, beta2, epsilon):
    """The squares are summed over the weights: each weight has an s of its own, from its own gradient, g * g."""
    m = beta1 * m + (1 - beta1) * g
    s = beta2 * s + (1 - beta2) * np.dot(g, g)
    return w - rate * m / (1 - beta1**t) / (np.sqrt(s / (1 - beta2**t)) + epsilon), m, s


def corrected_by_each_others(w, g, m, s, t, rate, beta1, beta2, epsilon):
    """The corrections are exchanged: m is divided by 1 - beta1 ** t, and s by 1 - beta2 ** t."""
    m, s = _means(g, m, s, beta1, beta2)
    return w - rate * m / (1 - beta2**t) / (np.sqrt(s / (1 - beta1**t)) + epsilon), m, s


def corrected_once_and_for_all(w, g, m, s, t, rate, beta1, beta2, epsilon):
    """The correction does not depend on t: it is beta ** t, which fades as the steps go on, not beta."""
    m, s = _means(g, m, s, beta1, beta2)
    return w - rate * m / (1 - beta1) / (np.sqrt(s / (1 - beta2)) + epsilon), m, s
