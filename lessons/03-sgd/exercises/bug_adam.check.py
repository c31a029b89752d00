"""What a step of Adam is tried on."""

import numpy as np

FUNCTION = "adam"
SIGNATURE = "adam(w, g, m, s, t, rate, beta1, beta2, epsilon) -> (w, m, s)"
MAY_CHANGE = ("w", "m", "s")


def cases(draw):
    """The first step by itself, on gradients of any scale; then later steps, in every size, with any settings."""
    usual = 0.1, 0.9, 0.999, 1e-8
    zero = np.zeros(1)
    for slope in (1.0, -2.0, 1000.0):
        yield (np.ones(1), np.array([slope]), zero, zero, 1, *usual)
    for size in (2, 3, 7, 16, 50):
        w, g = draw.normal(size=size), draw.normal(size=size)
        yield (w, g, np.zeros(size), np.zeros(size), 1, *usual)
        for t in (2, 10, 1000):
            w, g, m = (draw.normal(size=size) for _ in range(3))
            s = m * m + draw.uniform(0.1, 2.0, size)
            yield (w, g, m, s, t, *usual)
            yield w, g, m, s, t, 0.01, 0.5, 0.8, 1e-8
            yield w, g, m, s, t, 0.3, 0.8, 0.95, 0.1
    for t in (1, 5):  # gradients so small that epsilon decides
        g = 1e-4 * draw.normal(size=4)
        yield draw.normal(size=4), g, 0.1 * g, 0.01 * g * g, t, 0.01, 0.9, 0.99, 1e-3
