"""The images that convolutional nets learn from: handwritten digits, centred or moved about, and what the learner has added."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from tutor.data import digits
from tutor.data.images import images
from tutor.labs.draws import uniforms
from tutor.labs.spec import Array, frozen

NAMES = ("moved", "digits", "mnist", "fashion-mnist")
CLOTHES = ("top", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot")
CANVAS, DIGIT = 16, 8
_PLACES = 70
"""Where the digits are put: a set of random numbers (`tutor.labs.draws`)."""
_NEIGHBOURS, _ASKED = 10_000, 1_000
"""Of a large set, so many images are looked at for the nearest one, and so many are asked about."""


@dataclass(frozen=True, eq=False)
class Set:
    """Labelled images, read-only: those to learn from, and those held out."""

    side: int
    x: Array
    """(n, side·side) float32 from 0 (paper) to 1 (ink)."""
    kind: Array
    """(n,) int64 from 0 to 9."""
    test_x: Array
    test_kind: Array


def load(name: str, seed: int) -> Set:
    """A set of NAMES. The seed says where `moved` puts its digits. Raises BadData where a set is not there."""
    if name in ("digits", "moved"):
        every = digits()
        pixels = every.images.astype(np.float32) / np.float32(16)
        if name == "moved":
            pixels = moved(pixels, seed)
        flat, kind, out = pixels.reshape(len(pixels), -1), every.labels.astype(np.int64), every.held_out
        return Set(pixels.shape[1], *(frozen(array) for array in (flat[~out], kind[~out], flat[out], kind[out])))
    found = images(name)
    parts = (found.train_images, found.train_labels, found.test_images, found.test_labels)
    x, kind, test_x, test_kind = (frozen(part.reshape(len(part), -1) if part.ndim == 3 else part) for part in parts)
    return Set(found.train_images.shape[1], x, kind, test_x, test_kind)


def moved(pixels: Array, seed: int) -> Array:
    """(n, 16, 16): each image of 8 × 8 at a random place of an empty canvas."""
    canvas = np.zeros((len(pixels), CANVAS, CANVAS), np.float32)
    places = (uniforms(seed, _PLACES, len(pixels), 2) * (CANVAS - DIGIT + 1)).astype(np.int64)
    for image, to, (row, column) in zip(pixels, canvas, places, strict=True):
        to[row : row + DIGIT, column : column + DIGIT] = image
    return canvas


def nearest_accuracy(name: str, seed: int) -> float:
    """The share of held-out images that are right when each is called what the nearest image to learn from is called."""
    return _nearest(name, seed if name == "moved" else 0)


@lru_cache(maxsize=8)
def _nearest(name: str, seed: int) -> float:
    found = load(name, seed)
    x, kind = found.x[:_NEIGHBOURS], found.kind[:_NEIGHBOURS]
    asked, true = found.test_x[:_ASKED], found.test_kind[:_ASKED]
    far = (x * x).sum(axis=1) - 2 * (asked @ x.T)
    return float(np.mean(kind[far.argmin(axis=1)] == true))


def names_of(data: str) -> tuple[str, ...]:
    """What the ten classes are called."""
    return CLOTHES if data == "fashion-mnist" else tuple("0123456789")
