"""What the lab `end-to-end` learns from: shapes that no straight line divides, and handwritten digits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.data import digits
from tutor.errors import BadData
from tutor.labs.clouds import cloud
from tutor.labs.draws import normals, uniforms
from tutor.labs.spec import Knobs

Array = NDArray[Any]

PLANE = ("spiral", "moons", "circle")
"""Those that lie in the plane."""
REACH = 3.0
"""They are scaled so that the square from −REACH to REACH holds them."""
_POINTS, _SHARE = 500, 0.6
_ANGLES, _NOISE, _MIX = range(20, 23)
"""Sets of random numbers (`tutor.labs.draws`)."""
_MOST_CLASSES = 8


@dataclass(frozen=True, eq=False)
class Labelled:
    """Examples with a class each, those to learn from first."""

    x: Array
    """(n, d) float32"""
    kind: Array
    """(n,) int64, from 0"""
    train: int
    """The first so many are to learn from, the rest is held out."""
    classes: int = 2


def labelled(knobs: Knobs, seed: int) -> Labelled:
    """The examples that these knobs name. Raises BadData."""
    name, noise = str(knobs["data"]), float(knobs["noise"])
    if name == "digits":
        return _digits(read_digits(str(knobs["classes"])))
    if name == "circle":
        points = cloud(name, noise, _SHARE, seed)
        return Labelled(points.xy / np.float32(2), (points.t > 0).astype(np.int64), points.train)
    kind, along = np.arange(_POINTS) % 2, uniforms(seed, _ANGLES, _POINTS)
    xy = _spiral(kind, along, float(knobs["turns"])) if name == "spiral" else _moons(kind, along)
    xy += noise * normals(seed, _NOISE, _POINTS, 2)
    order = np.argsort(uniforms(seed, _MIX, _POINTS), kind="stable")
    return Labelled(xy[order].astype(np.float32), kind[order].astype(np.int64), round(_SHARE * _POINTS))


def read_digits(text: str) -> tuple[int, ...]:
    """The digits of a knob such as "0,1,2". Raises BadData."""
    parts = [part.strip() for part in text.split(",")]
    mend = f"write from two to {_MOST_CLASSES} different digits with commas between them, such as 0,1,2"
    if not all(len(part) == 1 and part in "0123456789" for part in parts) or not 2 <= len(parts) <= _MOST_CLASSES:
        raise BadData(f"classes cannot be {text!r}", mend)
    if len(set(parts)) != len(parts):
        raise BadData(f"classes names a digit twice: {text!r}", mend)
    return tuple(int(part) for part in parts)


def _spiral(kind: Array, along: Array, turns: float) -> Array:
    """Two arms, half a turn apart, that go so many turns around the middle. along: (n,) from 0 to 1."""
    # The root spreads the points evenly over the length of an arm.
    out = np.sqrt(along)
    angle = 2 * math.pi * turns * out + math.pi * kind
    radius = 0.2 + 2.5 * out
    return np.stack((radius * np.cos(angle), radius * np.sin(angle)), axis=1)


def _moons(kind: Array, along: Array) -> Array:
    """Two half circles, each with an end inside the other."""
    side = np.where(kind, -1, 1)
    x, y = side * np.cos(math.pi * along), side * np.sin(math.pi * along)
    return 1.6 * np.stack((x - 0.5 * side, y - 0.25 * side), axis=1)


def _digits(classes: tuple[int, ...]) -> Labelled:
    """The images of these digits as pixels from 0 to 1; every fourth is held out."""
    every = digits()
    chosen = np.flatnonzero(np.isin(every.labels, classes))
    chosen = np.concatenate((chosen[~every.held_out[chosen]], chosen[every.held_out[chosen]]))
    x = every.images.reshape(-1, 64)[chosen].astype(np.float32) / np.float32(16)
    kind = np.array([classes.index(int(label)) for label in every.labels[chosen]], np.int64)
    return Labelled(x, kind, int((~every.held_out[chosen]).sum()), len(classes))
