"""One step of Adam.

Two running means are kept for each parameter, both starting at 0: of the
gradient g, and of its square.

    m  becomes  beta1 * m + (1 - beta1) * g
    s  becomes  beta2 * s + (1 - beta2) * g * g

Because they start at 0, they are too small at first. What they lack is
known exactly:

    m_hat = m / (1 - beta1 ** t)          s_hat = s / (1 - beta2 ** t)

The step divides one by the root of the other:

    w  becomes  w - rate * m_hat / (sqrt(s_hat) + epsilon)
"""

import numpy as np


def adam(w, g, m, s, t, rate, beta1, beta2, epsilon):
    """The parameters and the two means after one step.

    w:       the parameters, an array of n numbers
    g:       the gradient at w, an array of n numbers
    m, s:    the means before this step, arrays of n numbers
    t:       the number of this step; the first is 1
    rate, beta1, beta2, epsilon: positive numbers

    Returns (w, m, s): m and s as they are before the division, for the next
    step.
    """
    m = beta1 * m + (1 - beta1) * g
    # s is missing, and so are the two divisions and the step.
    return w, m, s
