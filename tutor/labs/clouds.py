"""The data sets of the lab `playground`: points in the plane with an answer of −1 … +1 each, and features made of them.

The shapes are those of TensorFlow Playground (Smilkov et al. 2017), on the square from −6 to 6; the points are drawn by the
counter-based generator, so the same seed gives the same points everywhere. noise: from 0 to 0.5.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.errors import BadData, nearest
from tutor.labs.draws import normals, uniforms

Array = NDArray[Any]

CLASSES = ("circle", "xor", "gauss", "spiral")
NUMBERS = ("reg-plane", "reg-gauss")
"""Those whose answer is a number, not a class."""
REACH = 6.0
"""The square from −REACH to REACH holds what is drawn."""
POINTS = 500

_FIRST, _SECOND, _NOISE, _MIX = range(10, 14)
"""Sets of random numbers (`tutor.labs.draws`)."""
_BUMPS = ((-4, 2.5, 1), (0, 2.5, -1), (4, 2.5, 1), (-4, -2.5, -1), (0, -2.5, 1), (4, -2.5, -1))
"""The centres of `reg-gauss`, and their signs."""


@dataclass(frozen=True, eq=False)
class Cloud:
    """Points to learn from, then points to be tested on."""

    xy: Array
    """(n, 2) float32"""
    t: Array
    """(n,) float32: −1 or +1, or (`reg-…`) a number between."""
    train: int
    """The first so many are to learn from."""


def cloud(name: str, noise: float, share: float, seed: int) -> Cloud:
    """The data set with this name, mixed, `share` of it to learn from."""
    xy, t = _SHAPES[name](noise, seed)
    order = np.argsort(uniforms(seed, _MIX, POINTS), kind="stable")
    train = min(POINTS - 1, max(1, round(share * POINTS)))
    return Cloud(xy[order].astype(np.float32), t[order].astype(np.float32), train)


def _circle(noise: float, seed: int) -> tuple[Array, Array]:
    """A disc of radius 2.5 in a ring from 3.5 to 5. Noise moves a point before it is asked which of them it is in."""
    u = uniforms(seed, _FIRST, POINTS, 2)
    radius = np.where(np.arange(POINTS) % 2 == 0, 2.5 * u[:, 0], 3.5 + 1.5 * u[:, 0])
    xy = _polar(radius, 2 * math.pi * u[:, 1])
    return xy, np.where(np.linalg.norm(xy + _shaken(5.0, noise, seed), axis=1) < 2.5, 1.0, -1.0)


def _xor(noise: float, seed: int) -> tuple[Array, Array]:
    """Four squares, a gap of 0.6 between them: +1 where both coordinates have one sign."""
    xy = 10 * uniforms(seed, _FIRST, POINTS, 2) - 5
    xy += np.where(xy > 0, 0.3, -0.3)
    return xy, np.where((xy + _shaken(5.0, noise, seed)).prod(axis=1) >= 0, 1.0, -1.0)


def _gauss(noise: float, seed: int) -> tuple[Array, Array]:
    """Two round clouds around (2, 2) and (−2, −2); their variance grows from 0.5 to 4 with the noise."""
    t = np.where(np.arange(POINTS) % 2 == 0, 1.0, -1.0)
    return 2 * t[:, None] + math.sqrt(0.5 + 7 * noise) * normals(seed, _FIRST, POINTS, 2), t


def _spiral(noise: float, seed: int) -> tuple[Array, Array]:
    """Two arms of one turn and three quarters each, half a turn apart."""
    half = POINTS // 2
    along = np.tile(np.arange(half) / half, 2)
    t = np.where(np.arange(POINTS) < half, 1.0, -1.0)
    # The angle counts from the second axis here.
    xy = _polar(5 * along, 3.5 * math.pi * along + np.where(t > 0, 0.0, math.pi))[:, ::-1]
    return xy + _shaken(1.0, noise, seed), t


def _plane(noise: float, seed: int) -> tuple[Array, Array]:
    """A slope: (x1 + x2) / 10."""
    xy = 12 * uniforms(seed, _FIRST, POINTS, 2) - 6
    return xy, np.clip((xy + _shaken(6.0, noise, seed)).sum(axis=1) / 10, -1, 1)


def _bumps(noise: float, seed: int) -> tuple[Array, Array]:
    """Six cones of radius 2, up and down in turns."""
    xy = 12 * uniforms(seed, _FIRST, POINTS, 2) - 6
    moved, t = xy + _shaken(6.0, noise, seed), np.zeros(POINTS)
    for x, y, sign in _BUMPS:
        height = sign * np.clip(1 - np.hypot(moved[:, 0] - x, moved[:, 1] - y) / 2, 0, 1)
        t = np.where(np.abs(height) > np.abs(t), height, t)
    return xy, t


_SHAPES: dict[str, Callable[[float, int], tuple[Array, Array]]] = {
    "circle": _circle, "xor": _xor, "gauss": _gauss, "spiral": _spiral, "reg-plane": _plane, "reg-gauss": _bumps,
}  # fmt: skip


def _polar(radius: Array, angle: Array) -> Array:
    return np.stack((radius * np.cos(angle), radius * np.sin(angle)), axis=1)


def _shaken(reach: float, noise: float, seed: int) -> Array:
    """(POINTS, 2): even noise of up to reach·noise either way."""
    return np.asarray(reach * noise * (2 * uniforms(seed, _NOISE, POINTS, 2) - 1))


# -- features

FEATURES: dict[str, Callable[[Array, Array], Array]] = {
    "x1": lambda x, y: x,
    "x2": lambda x, y: y,
    "x1^2": lambda x, y: x * x,
    "x2^2": lambda x, y: y * y,
    "x1x2": lambda x, y: x * y,
    "sin x1": lambda x, y: np.sin(x),
    "sin x2": lambda x, y: np.sin(y),
}
"""What a net may be shown of a point, by name."""


@lru_cache(maxsize=64)
def read_features(text: str) -> tuple[str, ...]:
    """The features of a knob such as "x1,x2,x1^2", in the order of FEATURES; "all" is every one. Raises BadData."""
    if text.strip() == "all":
        return tuple(FEATURES)
    known = {_bare(name): name for name in FEATURES}
    chosen = set()
    for part in text.split(","):
        if _bare(part) not in known:
            mend = nearest(part.strip(), FEATURES) if part.strip() else "write all, or some of: " + ", ".join(FEATURES)
            raise BadData(f"features cannot be {text!r}", mend)
        chosen.add(known[_bare(part)])
    return tuple(name for name in FEATURES if name in chosen)


def _bare(name: str) -> str:
    """A feature's name without what people write differently."""
    for sign, plain in (("²", "2"), ("^", ""), ("*", ""), ("(", ""), (")", ""), (" ", "")):
        name = name.replace(sign, plain)
    return name.lower()


def features_of(names: tuple[str, ...], xy: Array) -> Array:
    """(n, features) float32, contiguous, of the points xy (n, 2)."""
    return np.ascontiguousarray(np.stack([FEATURES[name](xy[:, 0], xy[:, 1]) for name in names], axis=1), dtype=np.float32)
