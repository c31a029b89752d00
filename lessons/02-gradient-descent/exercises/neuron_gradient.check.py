"""What a gradient is tried on; what is expected are finite differences of the loss."""

import numpy as np

FUNCTION = "gradient"
SIGNATURE = "gradient(w, x, t) -> g"
TOLERANCE = 1e-6


def loss(w, x, t):
    return np.mean((1 / (1 + np.exp(-(x @ w))) - t) ** 2)


def expected(w, x, t):
    """Central differences. Their error grows with the square of h, that of rounding with 1 / h; 1e-5 is between."""
    h = 1e-5
    return np.array([(loss(w + side, x, t) - loss(w - side, x, t)) / (2 * h) for side in h * np.eye(len(w))])


def cases(draw):
    """Small numbers first; then every size, square ones too; then neurons that are sure of themselves."""
    for _ in range(3):
        yield draw.integers(-1, 2, 2).astype(float), draw.integers(-2, 3, (3, 2)).astype(float), draw.integers(0, 2, 3).astype(float)
    for n, d in ((1, 1), (1, 3), (3, 1), (3, 3), (2, 5), (7, 2), (16, 4), (40, 2), (64, 17)):
        x = draw.normal(size=(n, d))
        yield draw.normal(size=d), x, (draw.random(n) < 0.5).astype(float)
    for reach in (2.0, 4.0):
        x = np.column_stack((draw.normal(size=20), np.ones(20)))
        yield reach * draw.normal(size=2), x, (x[:, 0] > 0).astype(float)
