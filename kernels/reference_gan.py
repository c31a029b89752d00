"""The truth that `kernels.gan` is tested against: the losses of both players in plain NumPy, float64, slow and short.

Examples are rows. A critic is a list of layers (W, b), as in `kernels.reference_mlp`, and answers f, one number an example.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernels.reference_mlp import ACTIVATIONS, Layers, forward

Array = NDArray[Any]


def critics_loss(game: str, real: Array, made: Array) -> float:
    """What the critic pays for its answers to real and to generated examples, without a penalty."""
    if game in ("minimax", "non-saturating"):
        return float(np.logaddexp(0, -real).mean() + np.logaddexp(0, made).mean())
    if game == "least squares":
        return float(0.5 * ((real - 1) ** 2).mean() + 0.5 * (made**2).mean())
    return float(made.mean() - real.mean())


def generators_loss(game: str, made: Array) -> float:
    """What the generator pays for the critic's answers to its examples."""
    if game == "minimax":
        return float(-np.logaddexp(0, made).mean())
    if game == "non-saturating":
        return float(np.logaddexp(0, -made).mean())
    if game == "least squares":
        return float(0.5 * ((made - 1) ** 2).mean())
    return float(-made.mean())


def slope(critic: Layers, phis: Sequence[str], x: Array) -> Array:
    """∂f/∂x at each row of x: (m, features)."""
    z, _ = forward(critic, phis, x)
    upper = np.ones((len(x), 1))
    for (w, _), phi, sums in zip(reversed(critic), reversed(phis), reversed(z), strict=True):
        upper = (upper * ACTIVATIONS[phi][1](sums)) @ w
    return upper


def penalty(critic: Layers, phis: Sequence[str], x: Array) -> float:
    """The mean of (‖∂f/∂x‖ − 1)² over the rows of x. Gulrajani et al. 2017, equation 3."""
    return float(((np.linalg.norm(slope(critic, phis, x), axis=1) - 1) ** 2).mean())


def differences(objective: Any, theta: Array, h: float = 1e-5) -> Array:
    """The gradient of objective(theta) by central differences."""
    found = np.empty_like(theta)
    for i in range(len(theta)):
        ends = []
        for step in (h, -h):
            moved = theta.copy()
            moved[i] += step
            ends.append(objective(moved))
        found[i] = (ends[0] - ends[1]) / (2 * h)
    return found
