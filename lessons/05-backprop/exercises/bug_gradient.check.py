"""What a layer's backward is tried on; the truth is found by trying: every number a little up, a little down."""

import numpy as np

FUNCTION = "backward"
SIGNATURE = "backward(d, o, x, W) -> (grad_W, grad_b, grad_x)"
MAY_CHANGE = ("d",)
TOLERANCE = 1e-6

_STEP = 1e-5


def cases(draw):
    """One of each first, to check by hand; then square layers, which hide a transposed matrix, and uneven ones, which do not."""
    yield np.array([[1.0]]), np.array([[0.5]]), np.array([[2.0]]), np.array([[0.25]])
    yield np.array([[1.0, -1.0]]), np.array([[0.0, 1.0]]), np.array([[1.0, 2.0]]), np.array([[0.5, -0.5], [1.0, 0.0]])
    for m, inputs, outputs in (
        (1, 2, 3), (2, 1, 1), (3, 3, 3), (5, 1, 4), (4, 5, 1), (7, 3, 2), (2, 6, 5), (17, 4, 7), (9, 9, 3),
    ):  # fmt: skip
        x, W, b = draw.normal(size=(m, inputs)), draw.normal(size=(outputs, inputs)), draw.normal(size=outputs)
        yield draw.normal(size=(m, outputs)), 0.6 * (x @ W.T + b), x, 0.6 * W


def expected(d, o, x, W):
    """Central differences. The loss of example i is taken as the sum of d[i] * a[i]: then dL/da is d."""

    def each(change_W=0.0, change_b=0.0, change_x=0.0):
        # o is W·x + b for some b: what changes is added to it. Examples' losses, (m,).
        sums = o + (x + change_x) @ (W + change_W).T - x @ W.T + change_b
        return (d * np.tanh(sums)).sum(axis=1)

    def tried(shape, along, gather):
        gradient = np.zeros(shape)
        for place in np.ndindex(shape):
            change = np.zeros(shape)
            change[place] = _STEP
            slopes = (each(**{along: change}) - each(**{along: -change})) / (2 * _STEP)
            gradient[place] = gather(slopes, place)
        return gradient

    def mean(slopes, place):
        return slopes.mean()

    grad_W, grad_b = tried(W.shape, "change_W", mean), tried((len(W),), "change_b", mean)
    return grad_W, grad_b, tried(x.shape, "change_x", lambda slopes, place: slopes[place[0]])
