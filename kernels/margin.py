"""How well a line can separate two classes: the widest margin, and Novikoff's bound on the perceptron's mistakes.

Plain NumPy in float64: it is computed once, when a run starts.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

_TINY = 1e-12
_NOT_SEPARABLE = 1e-9


class Margin(NamedTuple):
    """What is proven about a set of examples x (n, d) with targets t (n,)."""

    direction: Array
    """(d,) float64, a unit vector with t·directionᵀx ≥ gamma for every example; zeros when there is none."""
    gamma: float
    """The margin, 0 when no direction separates the classes."""
    radius: float
    """The longest example."""


def best_margin(x: Array, t: Array) -> Margin:
    """The direction through the origin with the widest margin. x: (n, d), t: (n,) of ±1.

    The widest margin is the distance from the origin to the convex hull of the vectors t·x, and its direction points at the
    nearest point there: when the hull holds the origin, nothing separates them. gamma is not the hull's distance but what
    the direction attains on these very examples, so that it holds even where the search was stopped early.
    """
    z = np.asarray(x, np.float64) * np.asarray(t, np.float64)[:, None]
    radius = float(np.sqrt((z * z).sum(axis=1).max()))
    point = nearest_point(z)
    length = float(np.linalg.norm(point))
    nothing = Margin(np.zeros(z.shape[1]), 0.0, radius)
    if length <= _NOT_SEPARABLE * radius:
        return nothing
    direction = point / length
    gamma = float((z @ direction).min()) * (1.0 - _TINY)
    return Margin(direction, gamma, radius) if gamma > _NOT_SEPARABLE * radius else nothing


def nearest_point(z: Array) -> Array:
    """The point of the convex hull of the rows of z (n, d) that is nearest to the origin. Wolfe 1976, (d,) float64.

    It keeps a corral, a few rows and their weights: adds the row that lies furthest on the origin's side, goes to the
    nearest point of the corral's plane, and, where that is outside the corral, drops the rows that stand in the way.
    """
    corral = [int(np.argmin((z * z).sum(axis=1)))]
    share = np.ones(1)
    point = z[corral[0]]
    slack = _TINY * float((z * z).sum(axis=1).max())
    for _ in range(20 * (len(z) + z.shape[1])):
        further = int(np.argmin(z @ point))
        if point @ point - z[further] @ point <= slack or further in corral:
            break
        corral.append(further)
        share = np.append(share, 0.0)
        while True:
            wanted = _plane_shares(z[corral])
            if wanted.min() > _TINY:
                share = wanted
                break
            leaving = wanted <= _TINY
            room = share[leaving] - wanted[leaving]
            part = min(1.0, float(np.min(share[leaving] / np.where(room > 0, room, 1.0)))) if len(room) else 1.0
            share = share + part * (wanted - share)
            keep = share > _TINY
            if keep.all():
                keep[int(np.argmin(np.where(leaving, share, np.inf)))] = False
            corral = [row for row, kept in zip(corral, keep, strict=True) if kept]
            share = share[keep] / share[keep].sum()
        point = share @ z[corral]
    return np.asarray(point)


def _plane_shares(rows: Array) -> Array:
    """The weights, of sum 1, that give the point nearest to the origin in the plane through these rows (k, d)."""
    gram = rows @ rows.T
    scale = max(float(np.trace(gram)) / len(rows), 1e-300)
    shares, *_ = np.linalg.lstsq(gram / scale + 1.0, np.ones(len(rows)), rcond=None)
    return np.asarray(shares / shares.sum())


def mistake_bound(margin: Margin, rate: float, w: Array) -> float:
    """At most so many mistakes can still be made from the weights w (d,) on, at this rate; infinite when not separable.

    Each mistake moves w by at least rate·gamma along the direction, and lengthens ‖w‖² by at most (rate·radius)²: since
    no vector is longer along a direction than it is, k mistakes need (a + k·rate·gamma)² ≤ ‖w‖² + k·(rate·radius)², where a
    is how far w lies along the direction. From w = 0 this is k ≤ (radius / gamma)². Novikoff 1962.
    """
    if margin.gamma <= 0:
        return math.inf
    w = np.asarray(w, np.float64) / rate
    along, square = float(margin.direction @ w), float(w @ w)
    half = margin.radius**2 / 2 - along * margin.gamma
    root = math.sqrt(max(0.0, half * half + margin.gamma**2 * max(0.0, square - along * along)))
    return max(0.0, (half + root) / margin.gamma**2)
