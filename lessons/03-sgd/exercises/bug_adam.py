"""One step of Adam. One line of it is wrong."""

import numpy as np


def adam(w, g, m, s, t, rate, beta1, beta2, epsilon):
    """The parameters w and the means m, s (n,) after step t, from 1."""
    m = beta1 * m + (1 - beta1) * g
    s = beta2 * s + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    s_hat = s * (1 - beta2**t)
    step = rate * m_hat / (np.sqrt(s_hat) + epsilon)
    return w - step, m, s
