"""What a perceptron's update is tried on."""

import numpy as np

FUNCTION = "update"
SIGNATURE = "update(w, b, x, t, rate) -> (w, b)"
MAY_CHANGE = ("w",)


def cases(draw):
    """Small whole numbers first, to check by hand; then every size; then examples that lie on the boundary itself."""
    for t in (1, -1, 1, -1):
        w, x = (draw.integers(-3, 4, 2).astype(float) for _ in range(2))
        yield w, float(draw.integers(-2, 3)), x, t, 0.5
    for size in (1, 2, 3, 7, 16, 17, 64):
        for mistaken in (True, False):
            w, x = draw.normal(size=size), draw.normal(size=size)
            b = float(draw.normal())
            t = -1 if (np.dot(w, x) + b > 0) == mistaken else 1
            yield w, b, x, t, float(draw.uniform(0.05, 2.0))
    for t in (1, -1):
        yield np.zeros(2), 0.0, np.array([1.0, -2.0]), t, 0.1
        yield np.array([1.0, -1.0, 2.0]), -1.0, np.array([2.0, 3.0, 1.0]), t, 0.25
    for t in (1, -1):  # the bias alone decides
        yield np.array([0.5, -0.5]), -3.0 * t, np.array([2.0, 1.0]) * t, t, 1.0
        yield np.array([0.5, -0.5]), 3.0 * t, np.array([-2.0, -1.0]) * t, t, 1.0
