"""Surfaces to go down on: a bowl of any narrowness, and the classic traps. Each gives its height and its gradient.

w: (d,) float64, a place; d is 2, but any number for the quadratic. shape: (3,) float64, the condition number κ, the scale s and
the turn θ (radians) of the quadratic; the others do not look at it. A surface is taken by its number, its place in NAMES.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import float64, int64, types, void
from numpy.typing import NDArray

from kernels.jit import exact, part

NAMES = ("quadratic", "rosenbrock", "beale", "saddle", "plateau", "two valleys", "many valleys")
"""In the order of their numbers."""
QUADRATIC, ROSENBROCK, BEALE, SADDLE, PLATEAU, TWO_VALLEYS, MANY_VALLEYS = range(7)

Array = NDArray[Any]
given_doubles = types.Array(types.float64, 1, "C", readonly=True)
given_double_rows = types.Array(types.float64, 2, "C", readonly=True)


@part
def quadratic(w: Array, shape: Array, g: Array) -> Any:
    """½ s Σ λ_i z_i², with the curvatures λ in equal ratios from 1 to κ; least at 0.

    z is w with each plane of a flat and a steep direction (the first and the last, the second and the last but one, …) turned
    by θ. For θ = 0 the gradient is s λ_i w_i. Returns the height, fills g.
    """
    d = w.shape[0]
    cosine, sine = np.cos(shape[2]), np.sin(shape[2])
    total = 0.0
    for i in range((d + 1) // 2):
        j = d - 1 - i
        flat = shape[1] * shape[0] ** (i / max(1, d - 1))
        steep = shape[1] * shape[0] ** (j / max(1, d - 1))
        if i == j:
            g[i] = flat * w[i]
            total += 0.5 * g[i] * w[i]
        else:
            along, across = cosine * w[i] + sine * w[j], cosine * w[j] - sine * w[i]
            g[i] = cosine * flat * along - sine * steep * across
            g[j] = sine * flat * along + cosine * steep * across
            total += 0.5 * (flat * along * along + steep * across * across)
    return total


@part
def rosenbrock(w: Array, g: Array) -> Any:
    """(1 − x)² + 100 (y − x²)²: a bent ravine whose floor falls gently to (1, 1). Rosenbrock 1960."""
    x, y = w[0], w[1]
    off = y - x * x
    g[0] = -2.0 * (1.0 - x) - 400.0 * x * off
    g[1] = 200.0 * off
    return (1.0 - x) * (1.0 - x) + 100.0 * off * off


@part
def beale(w: Array, g: Array) -> Any:
    """Σ (c_k − x + x yᵏ)² for k = 1, 2, 3 and c = 1.5, 2.25, 2.625: a plain with steep corners; least at (3, ½). Beale 1958."""
    x, y = w[0], w[1]
    total, power, wanted, more = 0.0, 1.0, 1.5, 0.75
    g[0] = g[1] = 0.0
    for k in range(1, 4):
        before = power
        power *= y
        miss = wanted - x + x * power
        total += miss * miss
        g[0] += 2.0 * miss * (power - 1.0)
        g[1] += 2.0 * miss * x * k * before
        wanted += more
        more *= 0.5
    return total


@part
def saddle(w: Array, g: Array) -> Any:
    """½ x² − ½ y² + ¼ y⁴: level at (0, 0), which is lowest along x and highest along y; least at (0, ±1)."""
    x, y = w[0], w[1]
    g[0] = x
    g[1] = -y + y * y * y
    return 0.5 * x * x - 0.5 * y * y + 0.25 * y * y * y * y


@part
def plateau(w: Array, g: Array) -> Any:
    """1 − e^(−(x² + y²)/2): a hole in a plain, which is flat everywhere else; least at (0, 0)."""
    x, y = w[0], w[1]
    left = math.exp(-0.5 * (x * x + y * y))
    g[0] = x * left
    g[1] = y * left
    return 1.0 - left


@part
def two_valleys(w: Array, g: Array) -> Any:
    """(x² − 1)² + 0.3 x + ½ y²: a deep valley near x = −1.04 and a poor one near x = 0.96."""
    x, y = w[0], w[1]
    g[0] = 4.0 * x * (x * x - 1.0) + 0.3
    g[1] = y
    return (x * x - 1.0) * (x * x - 1.0) + 0.3 * x + 0.5 * y * y


@part
def many_valleys(w: Array, g: Array) -> Any:
    """0.1 (x² + y²) + 1 − ½ cos 3x − ½ cos 3y: a bowl full of dents; least at (0, 0). After Rastrigin 1974."""
    x, y = w[0], w[1]
    g[0] = 0.2 * x + 1.5 * np.sin(3.0 * x)
    g[1] = 0.2 * y + 1.5 * np.sin(3.0 * y)
    return 0.1 * (x * x + y * y) + 1.0 - 0.5 * np.cos(3.0 * x) - 0.5 * np.cos(3.0 * y)


@part
def height(number: int, w: Array, shape: Array, g: Array) -> Any:
    """The height at w of the surface with this number; fills g (d,) with the gradient. Returns a float."""
    if number == ROSENBROCK:
        return rosenbrock(w, g)
    if number == BEALE:
        return beale(w, g)
    if number == SADDLE:
        return saddle(w, g)
    if number == PLATEAU:
        return plateau(w, g)
    if number == TWO_VALLEYS:
        return two_valleys(w, g)
    if number == MANY_VALLEYS:
        return many_valleys(w, g)
    return quadratic(w, shape, g)


@exact(float64(int64, given_doubles, given_doubles, types.float64[::1]))
def value_and_gradient(number: int, w: Array, shape: Array, g: Array) -> Any:
    """The same, to be called from Python."""
    return height(number, w, shape, g)


@exact(void(int64, given_double_rows, given_doubles, types.float64[::1]))
def heights(number: int, places: Array, shape: Array, out: Array) -> None:
    """The heights at many places (n, d), into out (n,)."""
    g = np.empty(places.shape[1])
    for i in range(places.shape[0]):
        out[i] = height(number, places[i], shape, g)


def minima(number: int, d: int) -> Array:
    """The places (k, d) where the surface is lowest."""
    if number == ROSENBROCK:
        return np.array([[1.0, 1.0]])
    if number == BEALE:
        return np.array([[3.0, 0.5]])
    if number == SADDLE:
        return np.array([[0.0, 1.0], [0.0, -1.0]])
    if number == TWO_VALLEYS:
        return np.array([[float(np.roots([4.0, 0.0, -4.0, 0.3]).real.min()), 0.0]])
    return np.zeros((1, d))
