"""What the construction of a ReLU net is tried on. What the net says is compared: its weights may be chosen in many ways."""

import numpy as np

FUNCTION = "interpolate"
SIGNATURE = "interpolate(knots, values) -> (at_the_knots, between_them)"
TOLERANCE = 1e-6
SMALLEST = 2  # one piece has two ends


def cases(draw):
    """Whole numbers first, to check by hand; then knots at random distances, in every size, that start anywhere."""
    yield np.array([0.0, 1.0, 2.0]), np.array([0.0, 2.0, 1.0])
    yield np.array([1.0, 3.0, 4.0]), np.array([5.0, 1.0, 2.0])
    yield np.array([-2.0, 2.0]), np.array([3.0, 1.0])
    for size in (1, 2, 3, 5, 8, 16, 32):
        for start in (-3.0, 2.0):
            knots = start + np.cumsum(draw.uniform(0.2, 1.5, size + 1))
            yield knots, draw.normal(size=size + 1)
    for size in (4, 20):
        knots = np.linspace(-3.0, 3.0, size + 1)
        yield knots, np.sin(2 * knots)


def observe(result, knots, values):
    """What the net says at every knot, and at a third and at two thirds of the way from each to the next."""
    if not isinstance(result, tuple | list) or len(result) != 4:
        raise ValueError("four things are wanted: w1, b1, w2, b2")
    w1, b1, w2 = (np.asarray(part, float) for part in result[:3])
    n = len(knots) - 1
    for name, part in (("w1", w1), ("b1", b1), ("w2", w2)):
        if part.shape != (n,):
            raise ValueError(f"{name} has the shape {part.shape}, and {n} knots but the last need {(n,)}")
    b2 = np.asarray(result[3], float)
    if b2.shape != ():
        raise ValueError(f"b2 has the shape {b2.shape}, and is a single number")

    def net(x):
        return np.maximum(0, np.outer(x, w1) + b1) @ w2 + b2

    gaps = np.diff(knots)
    return net(knots), net(np.concatenate((knots[:-1] + gaps / 3, knots[:-1] + 2 * gaps / 3)))
