"""What the generator's gradient is tried on; the truth is found by trying: each answer a little up, a little down."""

import numpy as np

FUNCTION = "generator_gradient"
SIGNATURE = "generator_gradient(f, slopes) -> (m, 2) array"
TOLERANCE = 1e-6

_STEP = 1e-5


def cases(draw):
    """One point first, to check by hand; then a sure and an unsure discriminator, then many points."""
    yield np.array([0.0]), np.array([[1.0, -2.0]])
    yield np.array([2.0]), np.array([[0.5, 0.5]])
    yield np.array([-5.0, 5.0]), np.array([[1.0, 0.0], [1.0, 0.0]])
    yield np.array([-20.0, 0.0, 8.0]), np.array([[0.1, 3.0], [-1.0, 0.5], [2.0, 2.0]])
    for m in (2, 5, 16, 64):
        yield 2.0 * draw.normal(size=m), draw.normal(size=(m, 2))


def expected(f, slopes):
    """Central differences of L along each answer, times how the answer moves with its point."""

    def loss(f):
        return np.logaddexp(0, -f).mean()  # -log sigmoid(f), written so that it cannot overflow

    to_f = np.zeros(len(f))
    for i in range(len(f)):
        change = np.zeros(len(f))
        change[i] = _STEP
        to_f[i] = (loss(f + change) - loss(f - change)) / (2 * _STEP)
    return to_f[:, None] * slopes
