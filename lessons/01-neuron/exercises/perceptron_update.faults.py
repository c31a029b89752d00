"""Classic wrong answers; each docstring is what the learner is told."""

import numpy as np


def _wrong(w, b, x, t):
    return t * (np.dot(w, x) + b) <= 0


def sign_flipped(w, b, x, t, rate):
    """The step goes the wrong way: it takes rate * t * x from w instead of adding it."""
    if _wrong(w, b, x, t):
        w, b = w - rate * t * x, b - rate * t
    return w, b


def always_updates(w, b, x, t, rate):
    """It also learns from examples that it already has right: only a mistake changes w and b."""
    return w + rate * t * x, b + rate * t


def updates_when_right(w, b, x, t, rate):
    """It learns from the examples that are right and leaves the wrong ones: the condition is turned round."""
    if not _wrong(w, b, x, t):
        w, b = w + rate * t * x, b + rate * t
    return w, b


def bias_forgotten(w, b, x, t, rate):
    """After a mistake w moves but b stays where it was: the bias learns too."""
    if _wrong(w, b, x, t):
        w = w + rate * t * x
    return w, b


def bias_not_in_sum(w, b, x, t, rate):
    """Whether it is a mistake is decided without the bias: the sum is w·x + b."""
    if t * np.dot(w, x) <= 0:
        w, b = w + rate * t * x, b + rate * t
    return w, b


def rate_forgotten(w, b, x, t, rate):
    """The step does not depend on the rate: it is rate * t * x, not t * x."""
    if _wrong(w, b, x, t):
        w, b = w + t * x, b + t
    return w, b


def rate_forgotten_for_bias(w, b, x, t, rate):
    """The step of b does not depend on the rate: it is rate * t, not t."""
    if _wrong(w, b, x, t):
        w, b = w + rate * t * x, b + t
    return w, b


def target_forgotten(w, b, x, t, rate):
    """The step does not depend on t: for an example of the class -1 it must go the other way."""
    if _wrong(w, b, x, t):
        w, b = w + rate * x, b + rate
    return w, b


def boundary_counts_as_right(w, b, x, t, rate):
    """An example on the boundary, w·x + b = 0, counts as right here: it is a mistake, so the test is <= 0, not < 0."""
    if t * (np.dot(w, x) + b) < 0:
        w, b = w + rate * t * x, b + rate * t
    return w, b


def zero_one_targets(w, b, x, t, rate):
    """The neuron's answer is taken as 0 or 1 here, but t is -1 or +1: their difference is not the error."""
    error = t - (1 if np.dot(w, x) + b > 0 else 0)
    return w + rate * error * x, b + rate * error


def doubled_step(w, b, x, t, rate):
    """The step is twice as long as it should be: with classes +1 and -1, t minus the neuron's answer is 2 or -2."""
    error = t - np.sign(np.dot(w, x) + b)
    return w + rate * error * x, b + rate * error


def doubled_step_and_boundary(w, b, x, t, rate):
    """The step is twice too long (t minus the answer is 2 or -2), and the boundary counts as +1 instead of as a mistake."""
    error = t - (1 if np.dot(w, x) + b >= 0 else -1)
    return w + rate * error * x, b + rate * error
