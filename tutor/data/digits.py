"""The handwritten digits that come with the program: 1 797 images of 8 × 8 pixels.

E. Alpaydin & C. Kaynak 1998, UCI Machine Learning Repository, CC BY 4.0; see `lessons/data/digits.LICENCE.md`.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.data.files import read_arrays
from tutor.errors import BadData
from tutor.paths import lessons_folder

Array = NDArray[Any]

COUNT, SIDE, DARKEST = 1797, 8, 16
SHA256 = "b2dab7b501728c22e9119ad76740b2e17c77a231e42d1e592380d90886f1a05e"
_LARGEST = 1_000_000
_MEND = "install dltutor again"


@dataclass(frozen=True, eq=False)
class Digits:
    """All images, read-only."""

    images: Array
    """(n, 8, 8) uint8 from 0 (paper) to 16 (ink)."""
    labels: Array
    """(n,) uint8 from 0 to 9."""
    held_out: Array
    """(n,) bool: every fourth image of each digit, for testing only."""


def digits(file: Path | None = None) -> Digits:
    """The digits, verified. file: another place than the one they are installed in. Raises BadData."""
    return _read(file or lessons_folder() / "data" / "digits.npz")


@lru_cache(maxsize=1)
def _read(file: Path) -> Digits:
    """Read, checking before use: size, checksum, names, types, shapes and ranges."""
    try:
        size = file.stat().st_size
        raw = file.read_bytes() if size <= _LARGEST else b""
    except OSError as error:
        raise BadData(f"the handwritten digits cannot be read from {file}: {error.strerror}", _MEND) from None
    if size > _LARGEST:
        raise BadData(f"{file} has {size} bytes, far more than the handwritten digits", _MEND)
    if hashlib.sha256(raw).hexdigest() != SHA256:
        raise BadData(f"{file} is not as it was shipped: its checksum differs", _MEND)
    return parse(raw, str(file))


def parse(raw: bytes, where: str) -> Digits:
    """Digits from the bytes of an NPZ file, named `where` in messages; it may hold nothing but arrays. Raises BadData."""
    try:
        images, labels = read_arrays(io.BytesIO(raw), ("images", "labels"), _LARGEST)
    except ValueError:
        raise BadData(f"{where} holds no arrays 'images' and 'labels'", _MEND) from None
    for name, array, shape, most in (("images", images, (COUNT, SIDE, SIDE), DARKEST), ("labels", labels, (COUNT,), 9)):
        if array.shape != shape or array.dtype != np.uint8:
            raise BadData(f"{name} in {where} is {array.dtype} of shape {array.shape}, not uint8 of shape {shape}", _MEND)
        if array.max() > most:
            raise BadData(f"{name} in {where} holds {array.max()}, and {most} is the most there can be", _MEND)
    found = Digits(images, labels, _every_fourth(labels))
    for array in (found.images, found.labels, found.held_out):
        array.setflags(write=False)
    return found


def _every_fourth(labels: Array) -> Array:
    """(n,) bool: the fourth, eighth, … image of each digit. Writers follow one another, so each is in both parts."""
    mask = np.zeros(labels.shape, np.bool_)
    for digit in range(10):
        mask[np.flatnonzero(labels == digit)[3::4]] = True
    return mask
