"""What the test is tried on: from one pair to forty, with and without equal ones, and none but equal ones."""

import numpy as np

FUNCTION = "sign_test"
SIGNATURE = "sign_test(a, b) -> p"
TOLERANCE = 1e-9


def cases(draw):
    yield np.array([0.9]), np.array([0.8])
    yield np.array([0.9, 0.9, 0.7]), np.array([0.8, 0.9, 0.9])
    yield np.array([0.5, 0.6]), np.array([0.5, 0.6])
    yield np.arange(10) / 10 + 0.01, np.arange(10) / 10
    for m in (2, 5, 10, 25, 40):
        for lead in (0.0, 0.01, 0.03):
            # Hundredths: some pairs come out equal.
            a = np.round(0.8 + lead + 0.02 * draw.normal(size=m), 2)
            b = np.round(0.8 + 0.02 * draw.normal(size=m), 2)
            yield a, b
