"""What the update is tried on: layers and batches of many sizes, logits from small to very large."""

import numpy as np

FUNCTION = "tune"
SIGNATURE = "tune(w, b, h, t, rate) -> (w, b)"
TOLERANCE = 1e-9


def cases(draw):
    yield np.zeros((2, 1)), np.zeros(2), np.array([[2.0]]), np.array([[1.0, 0.0]]), 0.1
    for m, units, classes in ((1, 3, 2), (4, 7, 5), (25, 16, 5), (6, 5, 6), (9, 1, 3)):
        for rate, size in ((0.02, 1.0), (1.0, 0.1), (0.5, 30.0)):
            w = size * draw.normal(size=(classes, units))
            b = size * draw.normal(size=classes)
            h = np.maximum(draw.normal(size=(m, units)), 0) * (100.0 if size > 1 else 1.0)
            t = np.eye(classes)[draw.integers(0, classes, size=m)]
            yield w, b, h, t, rate
