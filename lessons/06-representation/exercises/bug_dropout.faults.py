"""What a mend may get wrong; each docstring is what the learner is told."""

import numpy as np


def scale_removed(a, u, keep):
    """Nothing is scaled now: with units left out the next layer gets only the share keep of what it gets in use."""
    return np.where(u < keep, a, 0.0)


def scale_of_the_left_out(a, u, keep):
    """The scale is 1 / (1 - keep): keep is the chance to be there, 1 - keep the chance to be left out."""
    return np.where(u < keep, a / max(1 - keep, 1e-12), 0.0)


def choice_turned_round(a, u, keep):
    """Now the units with u < keep are left out: a number below keep comes with the chance keep, and those are kept."""
    return np.where(u < keep, 0.0, a / keep)


def root_of_scale(a, u, keep):
    """The scale is the root of 1 / keep: the mean is to be as in use, so it is 1 / keep itself."""
    return np.where(u < keep, a / np.sqrt(keep), 0.0)
