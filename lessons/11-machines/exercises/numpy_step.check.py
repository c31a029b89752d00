"""What a training step is tried on: random nets and batches of many sizes, one example and one class of many among them."""

import numpy as np

FUNCTION = "step"
SIGNATURE = "step(W1, b1, W2, b2, x, t, rate) -> (W1, b1, W2, b2)"
TOLERANCE = 1e-9
MAY_CHANGE = ("W1", "b1", "W2", "b2")


def cases(draw):
    for batch, inputs, hidden, classes in ((1, 1, 1, 2), (3, 2, 5, 2), (7, 4, 3, 3), (2, 5, 5, 5), (17, 6, 9, 4), (32, 8, 13, 10)):
        for rate in (1.0, 0.1):
            t = np.eye(classes)[draw.integers(classes, size=batch)]
            yield (
                draw.normal(size=(hidden, inputs)),
                draw.normal(size=hidden),
                draw.normal(size=(classes, hidden)),
                draw.normal(size=classes),
                draw.normal(size=(batch, inputs)),
                t,
                rate,
            )
