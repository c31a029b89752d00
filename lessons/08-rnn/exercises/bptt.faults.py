"""Classic wrong answers; each docstring is what the learner is told."""

import numpy as np


def _net(x, h0, W, U, b, d, **odd):
    """The right way, but for what `odd` changes."""
    T, H = len(x), len(b)
    h, z, g = np.zeros((T, H)), np.zeros((T, H)), np.zeros((T, H))
    grads = [np.zeros(W.shape), np.zeros(U.shape), np.zeros(H)]
    before = odd.get("first", h0)
    for t in range(T):
        z[t] = odd.get("sums", lambda t, before: W @ x[t] + U @ before + b)(t, before)
        h[t] = before = np.tanh(z[t])
    back = np.zeros(H)
    for t in range(T - 1, -1, -1):
        g[t] = odd.get("meet", lambda d, back, t: d + back)(d[t], back, t)
        dz = g[t] * odd.get("slope", lambda z, h: 1 - h**2)(z[t], h[t])
        state = odd.get("state", lambda h, t: h[t - 1] if t > 0 else h0)(h, t)
        parts = [np.outer(dz, x[t]), np.outer(dz, state), dz]
        for k in range(3):
            grads[k] = parts[k] if odd.get("last") else grads[k] + parts[k]
        back = odd.get("through", lambda dz: U.T @ dz)(dz)
    return h, g, *grads


def time_dropped(x, h0, W, U, b, d):
    """Nothing comes back through time: g[t] is d[t] and what the later states send back through U."""
    return _net(x, h0, W, U, b, d, meet=lambda d, back, t: d)


def direct_dropped(x, h0, W, U, b, d):
    """Only what comes back from later counts: the loss speaks to each state directly too, so d[t] is added at every time."""
    return _net(x, h0, W, U, b, d, meet=lambda d_t, back, t: d_t if t == len(x) - 1 else back)


def slope_of_the_state(x, h0, W, U, b, d):
    """The slope of tanh is taken at h: it belongs to the sum z, and there it is 1 - h[t] ** 2."""
    return _net(x, h0, W, U, b, d, slope=lambda z, h: 1 - np.tanh(h) ** 2)


def slope_forgotten(x, h0, W, U, b, d):
    """The activation is left out on the way back: from dL/dh to dL/dz there is a factor 1 - h[t] ** 2."""
    return _net(x, h0, W, U, b, d, slope=lambda z, h: np.ones_like(h))


def slope_without_square(x, h0, W, U, b, d):
    """The slope of tanh is 1 - h[t] ** 2, not 1 - h[t]."""
    return _net(x, h0, W, U, b, d, slope=lambda z, h: 1 - h)


def slope_of_a_sigmoid(x, h0, W, U, b, d):
    """h * (1 - h) is the slope of a sigmoid: that of tanh is 1 - h[t] ** 2."""
    return _net(x, h0, W, U, b, d, slope=lambda z, h: h * (1 - h))


def matrix_not_transposed(x, h0, W, U, b, d):
    """The way back goes through U: forward it was U @ h, so back it is U.T @ dz."""
    return _net(x, h0, W, U, b, d, through=lambda dz: U @ dz)


def gradient_of_u_transposed(x, h0, W, U, b, d):
    """grad_U is transposed: row i belongs to the unit i that is computed, column j to the unit j that it looks at."""
    h, g, grad_W, grad_U, grad_b = _net(x, h0, W, U, b, d)
    return h, g, grad_W, grad_U.T, grad_b


def recurrence_forgotten(x, h0, W, U, b, d):
    """The state before is not used: z[t] is W @ x[t] + U @ h_before + b."""
    return _net(x, h0, W, U, b, d, sums=lambda t, before: W @ x[t] + b)


def start_forgotten(x, h0, W, U, b, d):
    """The first state is computed from zeros: before the first time the state is h0."""
    return _net(x, h0, W, U, b, d, first=np.zeros(len(b)))


def bias_forgotten(x, h0, W, U, b, d):
    """The bias is not added: z[t] is W @ x[t] + U @ h_before + b."""
    return _net(x, h0, W, U, b, d, sums=lambda t, before: W @ x[t] + U @ before)


def same_time(x, h0, W, U, b, d):
    """grad_U is made with the state of the same time: what U was multiplied by is the state before it."""
    return _net(x, h0, W, U, b, d, state=lambda h, t: h[t])


def start_left_out_of_u(x, h0, W, U, b, d):
    """The first time adds nothing to grad_U: there U was multiplied by h0."""
    return _net(x, h0, W, U, b, d, state=lambda h, t: h[t - 1] if t > 0 else np.zeros(len(b)))


def only_the_first_time(x, h0, W, U, b, d):
    """The gradients are those of one time only: W, U and b are the same at every time, so add up with +=."""
    return _net(x, h0, W, U, b, d, last=True)


def mean_over_times(x, h0, W, U, b, d):
    """The gradients are divided by the number of times: they are sums over the times."""
    h, g, *grads = _net(x, h0, W, U, b, d)
    return h, g, *(grad / len(x) for grad in grads)


def g_after_the_slope(x, h0, W, U, b, d):
    """g holds dL/dz: it is dL/dh, before the slope of the activation."""
    h, g, *grads = _net(x, h0, W, U, b, d)
    return h, g * (1 - h**2), *grads


def sign_flipped(x, h0, W, U, b, d):
    """Every gradient has the wrong sign: here is the gradient wanted, the step against it comes later."""
    h, *rest = _net(x, h0, W, U, b, d)
    return h, *(-part for part in rest)
