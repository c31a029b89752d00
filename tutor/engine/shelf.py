"""Copies of arrays, kept once each: in memory, and what is too much for it in a nameless file that ends with the process."""

from __future__ import annotations

import os
import tempfile
import weakref
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.paths import cache_folder

Array = NDArray[Any]

_SMALL = 4096
"""Bytes of an array that is not worth a place in the file."""


@dataclass(eq=False)
class Kept:
    """One array, for as many as keep the same bits."""

    array: Array | None
    """None: it is in the file."""
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    size: int
    """Bytes."""
    place: int = -1
    """Where in the file."""
    uses: int = 1


class Shelf:
    """Keeps arrays, the newest in memory."""

    def __init__(self, memory: int, disk: int) -> None:
        self.memory = memory
        self.disk = disk
        self.bytes = 0
        """In memory."""
        self._movable: dict[Kept, None] = {}
        """Those in memory that may go to the file, oldest first."""
        self._file = -1
        self._end = 0
        self._free: dict[int, list[int]] = {}
        """Places in the file that hold nothing any more, by their size."""

    @property
    def full(self) -> bool:
        """Whether there is more in memory than there may be, and no room for it in the file."""
        while self.bytes > self.memory and self._movable:
            if not self._move(next(iter(self._movable))):
                break
        return self.bytes > self.memory

    def keep(self, array: Array, like: object = None) -> Kept:
        """Keep it as it is now. like: one that may have the same bits; then there is no second copy."""
        if isinstance(like, Kept) and _same_bits(array, self.copy(like) if like.array is None else like.array):
            like.uses += 1
            return like
        kept = Kept(array.copy(), array.dtype, array.shape, array.nbytes)
        self.bytes += kept.size
        if kept.size >= _SMALL:
            self._movable[kept] = None
        return kept

    def drop(self, kept: Kept) -> None:
        """One keeps it no longer."""
        kept.uses -= 1
        if kept.uses:
            return
        if kept.array is None:
            self._free.setdefault(kept.size, []).append(kept.place)
        else:
            self.bytes -= kept.size
            self._movable.pop(kept, None)

    def copy(self, kept: Kept) -> Array:
        """A fresh copy of it."""
        if kept.array is not None:
            return kept.array.copy()
        out: Array = np.empty(kept.shape, kept.dtype)
        if os.preadv(self._file, [out.reshape(-1).view(np.uint8).data], kept.place) != kept.size:
            raise OSError("a file of checkpoints was cut off")
        return out

    def _move(self, kept: Kept) -> bool:
        """From memory into the file; whether there was room."""
        assert kept.array is not None
        free = self._free.get(kept.size)
        if not free and self._end + kept.size > self.disk:
            return False
        place = free.pop() if free else self._end
        try:
            if self._file < 0:
                self._open()
            written = os.pwrite(self._file, _bytes(kept.array).data, place)
        except OSError:
            written = 0
        if written != kept.size:
            self.disk = 0  # it is full: what is there stays
            return False
        self._end = max(self._end, place + kept.size)
        self._movable.pop(kept)
        self.bytes -= kept.size
        kept.array, kept.place = None, place
        return True

    def _open(self) -> None:
        with tempfile.TemporaryFile(dir=cache_folder(), buffering=0) as file:
            self._file = os.dup(file.fileno())
        weakref.finalize(self, os.close, self._file)


def _same_bits(one: Array, other: Array) -> bool:
    """Not only equal: 0 and -0 differ, and one NaN is like another of the same bits."""
    if one.dtype != other.dtype or one.shape != other.shape:
        return False
    return bool((_bytes(one) == _bytes(other)).all())


def _bytes(array: Array) -> Array:
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8)
