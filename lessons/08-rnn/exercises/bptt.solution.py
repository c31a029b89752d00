"""A recurrent net, forward and backward through time (Werbos 1990)."""

import numpy as np


def bptt(x, h0, W, U, b, d):
    """h, g (T, H) and the gradients of W, U, b, from x (T, I), h0 (H,), the parameters and d (T, H)."""
    T, H = len(x), len(b)
    h, g = np.zeros((T, H)), np.zeros((T, H))
    grad_W, grad_U, grad_b = np.zeros(W.shape), np.zeros(U.shape), np.zeros(H)
    before = h0
    for t in range(T):
        h[t] = before = np.tanh(W @ x[t] + U @ before + b)
    back = np.zeros(H)
    for t in range(T - 1, -1, -1):
        g[t] = d[t] + back
        dz = g[t] * (1 - h[t] ** 2)
        grad_W += np.outer(dz, x[t])
        grad_U += np.outer(dz, h[t - 1] if t > 0 else h0)
        grad_b += dz
        back = U.T @ dz
    return h, g, grad_W, grad_U, grad_b
