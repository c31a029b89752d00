"""What the attack is tried on: pictures of many sizes, some pixels at the ends of their range, some gradients exactly 0."""

import numpy as np

FUNCTION = "fgsm"
SIGNATURE = "fgsm(x, gradient, epsilon) -> moved"
TOLERANCE = 1e-9


def cases(draw):
    yield np.array([[0.5]]), np.array([[-3.0]]), 0.1
    yield np.array([[0.5, 0.95, 0.02]]), np.array([[0.001, 2.0, -0.5]]), 0.1
    for m, pixels in ((1, 7), (3, 5), (4, 16), (9, 64), (17, 3)):
        for epsilon in (0.25, 0.03, 0.0):
            x = draw.uniform(size=(m, pixels))
            x[draw.uniform(size=x.shape) < 0.2] = 0.0
            x[draw.uniform(size=x.shape) < 0.2] = 1.0
            gradient = draw.normal(size=x.shape) * 10.0 ** draw.integers(-6, 2, size=x.shape)
            gradient[draw.uniform(size=x.shape) < 0.1] = 0.0
            yield x, gradient, epsilon
