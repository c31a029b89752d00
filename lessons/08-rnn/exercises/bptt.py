"""A recurrent net, forward and backward through time.

One sequence of T inputs is read. The state h has H numbers. At every time
the same cell is used:

    z = W @ x[t] + U @ h_before + b
    h = tanh(z)

The loss speaks to every state: d[t] is what it says to the state after time
t directly. But a state also matters through all the states that come after
it.
"""

import numpy as np


def bptt(x, h0, W, U, b, d):
    """There and back.

    x: the inputs, (T, I)
    h0: the state before the first time, (H,)
    W, U, b: the parameters, (H, I), (H, H) and (H,)
    d: what the loss says to each state directly, (T, H)

    Returns
    h: the states after each time, (T, H)
    g: dL/dh of each of these states, with all that comes back through later
       times, (T, H)
    grad_W, grad_U, grad_b: sums over all times, shaped as W, U and b
    """
    T, H = len(x), len(b)
    h, g = np.zeros((T, H)), np.zeros((T, H))
    grad_W, grad_U = np.zeros(W.shape), np.zeros(U.shape)
    grad_b = np.zeros(H)
    for t in range(T):
        h[t] = np.tanh(W @ x[t] + b)  # where is the state before?
    back = np.zeros(H)  # what comes back to the state at t from later times
    for t in range(T - 1, -1, -1):
        g[t] = d[t]
        ...
    return h, g, grad_W, grad_U, grad_b
