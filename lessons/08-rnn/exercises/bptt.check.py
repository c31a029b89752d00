"""What a net is tried on; the truth is found by trying: every number a little up, a little down."""

import numpy as np

FUNCTION = "bptt"
SIGNATURE = "bptt(x, h0, W, U, b, d) -> (h, g, grad_W, grad_U, grad_b)"
MAY_CHANGE = ("h0", "d")
TOLERANCE = 1e-6

_STEP = 1e-5


def cases(draw):
    """One unit and one time first, then one unit and two times: both can be checked by hand. Then any sizes."""
    one = np.array([[1.0]])
    yield np.array([[2.0]]), np.array([0.5]), 0.25 * one, 0.5 * one, np.array([0.1]), one
    yield np.array([[1.0], [0.5]]), np.array([0.25]), 0.5 * one, 0.8 * one, np.array([0.0]), np.array([[0.0], [1.0]])
    for T, inputs, H in ((1, 2, 3), (2, 1, 2), (3, 3, 3), (4, 2, 2), (5, 1, 3), (6, 4, 2), (9, 2, 4)):
        W, U, b = 0.6 * draw.normal(size=(H, inputs)), draw.normal(size=(H, H)) / H**0.5, 0.3 * draw.normal(size=H)
        yield draw.normal(size=(T, inputs)), 0.5 * draw.normal(size=H), W, U, b, draw.normal(size=(T, H))


def _states(x, h0, W, U, b, nudge=None):
    """The states (T, H). nudge: (t, i, amount), added to one number of one state before it is used on."""
    h, found = h0, []
    for t in range(len(x)):
        h = np.tanh(W @ x[t] + U @ h + b)
        if nudge is not None and nudge[0] == t:
            h = h.copy()
            h[nudge[1]] += nudge[2]
        found.append(h)
    return np.array(found)


def expected(x, h0, W, U, b, d):
    """Central differences. The loss is taken as the sum of d * h: then what it says to h[t] directly is d[t]."""

    def loss(nudge=None, **changed):
        given = {"W": W, "U": U, "b": b, **changed}
        return float((d * _states(x, h0, given["W"], given["U"], given["b"], nudge)).sum())

    def tried(name, array):
        gradient = np.zeros(array.shape)
        for place in np.ndindex(array.shape):
            change = np.zeros(array.shape)
            change[place] = _STEP
            gradient[place] = (loss(**{name: array + change}) - loss(**{name: array - change})) / (2 * _STEP)
        return gradient

    g = np.zeros(d.shape)
    for t, i in np.ndindex(d.shape):
        g[t, i] = (loss((t, i, _STEP)) - loss((t, i, -_STEP))) / (2 * _STEP)
    return _states(x, h0, W, U, b), g, tried("W", W), tried("U", U), tried("b", b)
