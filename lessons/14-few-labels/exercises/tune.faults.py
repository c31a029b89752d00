"""Classic wrong answers."""

import numpy as np


def _softmax(z, axis=1):
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def not_divided(w, b, h, t, rate):
    """The gradient is the sum over the images: the loss is their mean, so it is divided by their number."""
    d = _softmax(h @ w.T + b) - t
    return w - rate * d.T @ h, b - rate * d.sum(axis=0)


def up_the_loss(w, b, h, t, rate):
    """w and b go up the loss: the probabilities of the right classes fall. It is p − t, and minus the rate."""
    d = (t - _softmax(h @ w.T + b)) / len(h)
    return w - rate * d.T @ h, b - rate * d.sum(axis=0)


def wrong_axis(w, b, h, t, rate):
    """The probabilities sum to 1 over the images, not over the classes: each image has a softmax of its own."""
    d = (_softmax(h @ w.T + b, axis=0) - t) / len(h)
    return w - rate * d.T @ h, b - rate * d.sum(axis=0)


def bias_forgotten(w, b, h, t, rate):
    """b stays as it was: it learns too, from the mean of p − t."""
    d = (_softmax(h @ w.T + b) - t) / len(h)
    return w - rate * d.T @ h, b.copy()


def overflowing(w, b, h, t, rate):
    """Large logits overflow the exponential: take each row's largest away first, which changes no probability."""
    with np.errstate(all="ignore"):
        e = np.exp(h @ w.T + b)
        d = (e / e.sum(axis=1, keepdims=True) - t) / len(h)
        return w - rate * d.T @ h, b - rate * d.sum(axis=0)


def logits_as_probabilities(w, b, h, t, rate):
    """The softmax is missing: the slope of the cross-entropy is p − t, with probabilities p, not logits."""
    d = (h @ w.T + b - t) / len(h)
    return w - rate * d.T @ h, b - rate * d.sum(axis=0)
