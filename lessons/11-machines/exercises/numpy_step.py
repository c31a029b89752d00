"""One training step of a net with one hidden layer.

Forward, for B examples at once, one row an example:

    z = x @ W1.T + b1        a = max(z, 0)        logits = a @ W2.T + b2

The loss is the mean over the examples of −Σ t·log p, where p is the softmax
of the logits. Backward gives the gradient of each parameter; then each goes
down its gradient: w − rate · gradient.
"""

import numpy as np


def step(W1, b1, W2, b2, x, t, rate):
    """The parameters after one step.

    W1: (H, I)   b1: (H,)   W2: (C, H)   b2: (C,)
    x: the examples, (B, I)
    t: the targets, (B, C): 1 in the column of the right class, 0 elsewhere

    Returns the new W1, b1, W2, b2.
    """
    z = x @ W1.T + b1
    a = np.maximum(z, 0)
    logits = a @ W2.T + b2
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = powers / powers.sum(axis=1, keepdims=True)
    # The way back is missing: nothing has been learned yet.
    return W1, b1, W2, b2
