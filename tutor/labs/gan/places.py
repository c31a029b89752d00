"""What the lab `gan-2d` asks its generator for: points of the plane, and the places where they lie."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs.draws import normals, uniforms
from tutor.labs.pads import decode_pad

Array = NDArray[Any]

SETS = ("ring", "grid", "gaussians", "line", "hand")
COUNT = 1024
"""Real points."""
LIMITS = (-1.6, 1.6)
"""Of the plane, in both directions."""
PAD = (16, 16)
"""Rows and columns of the drawing by hand."""
SIDE = (LIMITS[1] - LIMITS[0]) / PAD[0]
"""Of a cell of the drawing."""
DRAWN = "0000000001800240042004200240018003c00ff01ff81c38380c300c"
"""The drawing that is there at first."""
_BINS = 24
_SHARE = 4


@dataclass(frozen=True, eq=False)
class Real:
    """The real points. None where nothing is drawn."""

    points: Array
    """(n, 2) float32, read-only."""
    places: Array
    """(k, 2): where they gather."""
    radius: float
    """A point within this of a place belongs there."""


@dataclass(frozen=True)
class Cover:
    """How generated points lie beside the real ones."""

    places: int
    """Those that have at least a quarter of their share."""
    quality: float
    """The share of the points that belong to some place."""
    divergence: float
    """Jensen and Shannon's, in bits, on a grid: 0 for the same distribution, 1 where they have nothing in common."""


@lru_cache(maxsize=8)
def real(name: str, ink: str, seed: int) -> Real:
    """The set with this name; ink: the drawing of the set "hand". Raises BadLink on a drawing that is none."""
    if name == "hand":
        return _drawn(ink, seed)
    places, spread = _places(name)
    pick = (uniforms(seed, 0, COUNT) * len(places)).astype(np.int64)
    points = places[pick] + spread * normals(seed, 1, COUNT, 2)
    if name == "line":  # evenly along it, not in heaps
        along = 2 * uniforms(seed, 2, COUNT, 1) - 1
        points = along * places[-1] + spread * normals(seed, 1, COUNT, 2)
    return _kept(points, places, 3.5 * spread if name != "line" else 0.2)


def _places(name: str) -> tuple[Array, float]:
    """Where the points of a set gather (k, 2), and how far they stray."""
    match name:
        case "ring":
            angle = 2 * math.pi * np.arange(8) / 8
            return np.stack((np.cos(angle), np.sin(angle)), axis=1), 0.05
        case "grid":
            x, y = np.meshgrid(np.linspace(-1.2, 1.2, 5), np.linspace(-1.2, 1.2, 5))
            return np.stack((x.ravel(), y.ravel()), axis=1), 0.05
        case "gaussians":
            return np.array([(-0.8, 0.5), (0.9, 0.7), (0.1, -0.9)]), 0.15
    along = np.linspace(-1, 1, 9)
    return np.stack((1.2 * along, 0.8 * along), axis=1), 0.04


def _drawn(ink: str, seed: int) -> Real:
    """Points spread evenly over the inked cells; a place is a cell."""
    cells = decode_pad(ink, *PAD)
    row, column = np.nonzero(cells)
    places = np.stack((LIMITS[0] + (column + 0.5) * SIDE, LIMITS[1] - (row + 0.5) * SIDE), axis=1)
    if not len(places):
        return _kept(np.zeros((0, 2)), places, SIDE)
    pick = (uniforms(seed, 0, COUNT) * len(places)).astype(np.int64)
    return _kept(places[pick] + (uniforms(seed, 1, COUNT, 2) - 0.5) * SIDE, places, 0.75 * SIDE)


def _kept(points: Array, places: Array, radius: float) -> Real:
    points = np.ascontiguousarray(points, np.float32)
    points.setflags(write=False)
    return Real(points, places, radius)


def cover(found: Real, made: Array) -> Cover:
    """How the generated points made (m, 2) lie beside the real ones."""
    if not len(found.places):
        return Cover(0, 0.0, 1.0)
    with np.errstate(all="ignore"):
        distances = np.linalg.norm(made[:, None] - found.places, axis=2)
    nearest = distances.argmin(axis=1)
    good = distances[np.arange(len(made)), nearest] <= found.radius
    counts = np.bincount(nearest[good], minlength=len(found.places))
    covered = int((counts >= max(1.0, len(made) / len(found.places) / _SHARE)).sum())
    return Cover(covered, float(good.mean()), divergence(found.points, made))


def divergence(one: Array, other: Array) -> float:
    """½ KL(p ‖ m) + ½ KL(q ‖ m) with m = (p + q) / 2, in bits, over the cells of a grid and all that lies outside. Lin 1991."""
    p, q = _histogram(one), _histogram(other)
    middle = (p + q) / 2
    with np.errstate(all="ignore"):
        terms = [np.where(h > 0, h * np.log2(h / middle), 0.0).sum() for h in (p, q)]
    return float(sum(terms) / 2)


def _histogram(points: Array) -> Array:
    """The share of the points in each cell, the last being everywhere else."""
    low, high = LIMITS
    with np.errstate(all="ignore"):
        cell = np.floor((points.astype(np.float64) - low) / (high - low) * _BINS)
        inside = np.logical_and.reduce(np.logical_and(cell >= 0, cell < _BINS), axis=1)
    number = np.where(inside, np.where(inside[:, None], cell, 0).astype(np.int64) @ np.array([_BINS, 1]), _BINS * _BINS)
    return np.bincount(number, minlength=_BINS * _BINS + 1) / max(1, len(points))
