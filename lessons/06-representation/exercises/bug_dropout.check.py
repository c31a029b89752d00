"""What dropout in training is tried on."""

import numpy as np

FUNCTION = "dropout"
SIGNATURE = "dropout(a, u, keep) -> out"
MAY_CHANGE = ("a",)


def cases(draw):
    """One unit that is kept and one that is not, to check by hand; then every size and share; last, nothing left out."""
    yield np.array([[3.0, 3.0]]), np.array([[0.2, 0.8]]), 0.5
    for m, units in ((1, 1), (1, 7), (5, 1), (3, 4), (7, 17), (16, 9)):
        for keep in (0.1, 0.5, 0.8):
            yield draw.normal(size=(m, units)), draw.uniform(size=(m, units)), keep
    yield draw.normal(size=(4, 3)), draw.uniform(size=(4, 3)), 1.0
