"""What the way back is tried on: blocks and batches of many sizes. The truth comes from differences of a random loss."""

import numpy as np

FUNCTION = "block_backward"
SIGNATURE = "block_backward(d, h, z, W, V, s) -> (grad_h, grad_W, grad_b, grad_V, grad_c)"
TOLERANCE = 1e-6


def cases(draw):
    for m, units, inner in ((1, 1, 1), (1, 3, 2), (3, 2, 5), (7, 4, 4), (2, 6, 3), (9, 5, 8)):
        for s in (1.0, 0.25):
            W, V = draw.normal(size=(inner, units)), draw.normal(size=(units, inner))
            h, b = draw.normal(size=(m, units)), draw.normal(size=inner)
            z = h @ W.T + b
            z[np.abs(z) < 1e-3] = 0.1  # away from the kink, where there is no slope
            yield draw.normal(size=(m, units)), h, z, W, V, s


def expected(d, h, z, W, V, s):
    """Central differences of Σ d · h2 by everything that goes in. b is what is left of z, and c may be 0."""
    b = z - h @ W.T

    def loss(h, W, b, V, c):
        a = np.maximum(h @ W.T + b, 0)
        return float(np.sum(d * (h + s * (a @ V.T + c))))

    given = [h, W, b, V, np.zeros(len(V))]
    found = []
    for k, array in enumerate(given):
        grad = np.zeros(array.shape)
        for place in np.ndindex(array.shape):
            ends = []
            for sign in (1, -1):
                moved = [part.copy() for part in given]
                moved[k][place] += sign * 1e-6
                ends.append(loss(*moved))
            grad[place] = (ends[0] - ends[1]) / 2e-6
        found.append(grad)
    return found[0], found[1], found[2].sum(axis=0), found[3], found[4]
