"""Classic wrong answers."""

import numpy as np


def not_rescaled(a, d, keep, u):
    """What is kept is not divided by `keep`: the next layer gets too little while it learns."""
    return a * (u < keep), d * (u < keep)


def only_forward_rescaled(a, d, keep, u):
    """Forward is right, but the gradient is not divided by `keep`: the same factor belongs to both ways."""
    return a * (u < keep) / keep, d * (u < keep)


def gradient_not_masked(a, d, keep, u):
    """The gradient passes through units that were dropped: they took no part, so it is 0 there."""
    return a * (u < keep) / keep, d / keep


def kept_and_dropped_exchanged(a, d, keep, u):
    """You keep where u is large: with `keep` at 0.8 only a fifth is left. An activation is kept where u < keep."""
    mask = (u >= keep) / keep
    return a * mask, d * mask


def divided_by_what_is_dropped(a, d, keep, u):
    """You divide by 1 − keep: divide by the share that is kept."""
    mask = (u < keep) / max(1 - keep, 1e-3)
    return a * mask, d * mask


def multiplied_by_keep(a, d, keep, u):
    """You multiply by `keep` where you should divide: that is what one does at test time without inverted dropout."""
    mask = (u < keep) * keep
    return a * mask, d * mask
