"""The way back through a residual block.

Forward, for m examples at once, one row an example:

    z = h @ W.T + b        a = max(z, 0)        h2 = h + s * (a @ V.T + c)

Backward d = dL/dh2 is given, and the gradients of all that went in are
wanted.
"""

import numpy as np


def block_backward(d, h, z, W, V, s):
    """The gradients of one block.

    d: dL/dh2, an array (m, U)
    h: what came in, (m, U)
    z: the weighted sums, (m, K)
    W: (K, U)   V: (U, K)   s: a number

    Returns grad_h (m, U), grad_W (K, U), grad_b (K,), grad_V (U, K) and
    grad_c (U,); the last four are sums over the examples.
    """
    a = np.maximum(z, 0)
    grad_h = np.zeros(h.shape)
    grad_W = np.zeros(W.shape)
    grad_b = np.zeros(len(W))
    grad_V = np.zeros(V.shape)
    grad_c = np.zeros(len(V))
    return grad_h, grad_W, grad_b, grad_V, grad_c
