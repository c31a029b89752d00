import numpy as np


def step(W1, b1, W2, b2, x, t, rate):
    z = x @ W1.T + b1
    a = np.maximum(z, 0)
    logits = a @ W2.T + b2
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = powers / powers.sum(axis=1, keepdims=True)
    d2 = (p - t) / len(x)
    d1 = (d2 @ W2) * (z > 0)
    W2 = W2 - rate * d2.T @ a
    b2 = b2 - rate * d2.sum(axis=0)
    W1 = W1 - rate * d1.T @ x
    b1 = b1 - rate * d1.sum(axis=0)
    return W1, b1, W2, b2
