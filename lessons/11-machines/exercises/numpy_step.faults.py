"""Classic wrong answers."""

import numpy as np


def _gradients(W1, b1, W2, b2, x, t, *, mean=True, relu=True, softmax=True, late=0.0):
    z = x @ W1.T + b1
    a = np.maximum(z, 0)
    logits = a @ W2.T + b2
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = powers / powers.sum(axis=1, keepdims=True) if softmax else logits
    d2 = (p - t) / (len(x) if mean else 1)
    d1 = d2 @ (W2 - late * d2.T @ a)
    if relu:
        d1 = d1 * (z > 0)
    return d1.T @ x, d1.sum(axis=0), d2.T @ a, d2.sum(axis=0)


def _step(parameters, gradients, rate):
    return tuple(w - rate * g for w, g in zip(parameters, gradients, strict=True))


def not_averaged(W1, b1, W2, b2, x, t, rate):
    """The step is as many times too long as there are examples: the loss is their mean, so the gradient is divided by B."""
    return _step((W1, b1, W2, b2), _gradients(W1, b1, W2, b2, x, t, mean=False), rate)


def relu_ignored(W1, b1, W2, b2, x, t, rate):
    """The hidden layer learns as if it had no ReLU: where z was not above 0, no gradient passes."""
    return _step((W1, b1, W2, b2), _gradients(W1, b1, W2, b2, x, t, relu=False), rate)


def uphill(W1, b1, W2, b2, x, t, rate):
    """The step goes up the loss: the gradient is subtracted, not added."""
    return _step((W1, b1, W2, b2), _gradients(W1, b1, W2, b2, x, t), -rate)


def no_softmax(W1, b1, W2, b2, x, t, rate):
    """The logits are compared with the targets: it is their softmax that should be."""
    return _step((W1, b1, W2, b2), _gradients(W1, b1, W2, b2, x, t, softmax=False), rate)


def upper_layer_first(W1, b1, W2, b2, x, t, rate):
    """The way back goes through the weights of the upper layer after their step: it needs those that made the answer."""
    return _step((W1, b1, W2, b2), _gradients(W1, b1, W2, b2, x, t, late=rate), rate)


def biases_forgotten(W1, b1, W2, b2, x, t, rate):
    """The weights are right, but the biases do not move: they have gradients too, the sums of d over the examples."""
    new_w1, _, new_w2, _ = _step((W1, b1, W2, b2), _gradients(W1, b1, W2, b2, x, t), rate)
    return new_w1, b1, new_w2, b2
