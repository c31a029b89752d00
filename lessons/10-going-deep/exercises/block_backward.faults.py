"""Classic wrong answers."""

import numpy as np


def _back(d, h, z, W, V, s, *, past=True, scale=True, relu=True):
    a = np.maximum(z, 0)
    inside = s * d if scale else d
    dz = inside @ V
    if relu:
        dz = dz * (z > 0)
    grad_h = dz @ W + (d if past else 0)
    return grad_h, dz.T @ h, dz.sum(axis=0), inside.T @ a, inside.sum(axis=0)


def road_past_forgotten(d, h, z, W, V, s):
    """The gradient for h comes through the block alone: the copy of d that goes past it is missing."""
    return _back(d, h, z, W, V, s, past=False)


def scale_forgotten(d, h, z, W, V, s):
    """The factor s is missing on the way back: what was multiplied forward is multiplied backward."""
    return _back(d, h, z, W, V, s, scale=False)


def relu_forgotten(d, h, z, W, V, s):
    """The gradient passes through relu everywhere: where z was not above 0, nothing passes."""
    return _back(d, h, z, W, V, s, relu=False)


def past_scaled_too(d, h, z, W, V, s):
    """The copy of d that goes past the block is multiplied by s as well: past the block it goes as it is."""
    grad_h, *rest = _back(d, h, z, W, V, s, past=False)
    return (grad_h + s * d, *rest)


def averaged(d, h, z, W, V, s):
    """The gradients of the parameters are means: here they are sums over the examples (d holds the 1/m already)."""
    grad_h, *rest = _back(d, h, z, W, V, s)
    return (grad_h, *[part / len(h) for part in rest])


def gradient_through_z(d, h, z, W, V, s):
    """grad_V is built from z: what V multiplied was a, after relu."""
    grad_h, grad_W, grad_b, _, grad_c = _back(d, h, z, W, V, s)
    return grad_h, grad_W, grad_b, (s * d).T @ z, grad_c
