"""What dropout is tried on: batches of many sizes, every share from nearly none to all."""

import numpy as np

FUNCTION = "dropout"
SIGNATURE = "dropout(a, d, keep, u) -> (thinned, gradient)"
TOLERANCE = 1e-9


def cases(draw):
    yield np.array([[3.0]]), np.array([[1.0]]), 0.75, np.array([[0.2]])
    yield np.array([[3.0, -1.0, 2.0]]), np.array([[1.0, 2.0, -1.0]]), 0.5, np.array([[0.7, 0.2, 0.5]])
    for batch, units in ((1, 7), (3, 5), (4, 16), (7, 9), (17, 3)):
        for keep in (0.5, 0.8, 0.1, 1.0):
            shape = (batch, units)
            yield draw.normal(size=shape), draw.normal(size=shape), keep, draw.uniform(size=shape)
