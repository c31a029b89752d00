"""What the mended step is tried on: first steps by themselves, on gradients of any scale, then later ones."""

import numpy as np

FUNCTION = "adam"
SIGNATURE = "adam(w, g, m, s, t, rate, beta1, beta2, epsilon) -> (w, m, s)"
MAY_CHANGE = ("w", "m", "s")


def cases(draw):
    for g in (1.0, -40.0, 0.001):
        yield np.ones(1), np.full(1, g), np.zeros(1), np.zeros(1), 1, 0.1, 0.9, 0.999, 1e-8
    for size in (1, 5, 17):
        for t, beta1, beta2 in ((2, 0.9, 0.999), (7, 0.5, 0.8), (500, 0.9, 0.99)):
            w, g, m = draw.normal(size=(3, size))
            yield w, g, m, m * m + draw.uniform(0.1, 1.0, size), t, 0.03, beta1, beta2, 1e-6
