"""What the descent is tried on: from the start and from the middle of a run, no step, one and many, one weight and several."""

import numpy as np

FUNCTION = "descend"
SIGNATURE = "descend(w, seed, first, steps, rate) -> w"
TOLERANCE = 1e-9


def cases(draw):
    yield np.array([1.0]), 7, 0, 1, 0.1
    yield np.array([1.0, 1.0]), 7, 0, 1, 0.1
    yield np.array([0.5, -2.0]), 3, 10, 1, 0.5
    yield np.array([1.0, 2.0, 3.0]), 3, 4, 0, 0.5
    for n, first, steps in ((1, 0, 10), (3, 5, 7), (5, 40, 20), (8, 0, 30)):
        yield draw.normal(size=n), int(draw.integers(1, 1000)), first, steps, 0.2
