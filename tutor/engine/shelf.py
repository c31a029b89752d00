"""Copies of arrays, kept once each: in memory, and what is too much for it in nameless files that end with the process."""

from __future__ import annotations

import os
import tempfile
import weakref
from dataclasses import dataclass
from shutil import disk_usage
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.paths import cache_folder

Array = NDArray[Any]

_SMALL = 4096
"""Bytes of an array that is not worth a place in a file."""
_FILE = 128 * 2**20
"""Bytes of one file: a process may not write any larger ones."""
_SHARE = 4
"""At most one part in so many of what is free on the disk."""


@dataclass(eq=False)
class Kept:
    """One array, for as many as keep the same bits."""

    array: Array | None
    """None: it is in a file."""
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    size: int
    """Bytes."""
    place: int = -1
    """Where in the files, as if they were one."""
    uses: int = 1


class Shelf:
    """Keeps arrays, the newest in memory."""

    def __init__(self, memory: int, disk: int) -> None:
        self.memory = memory
        self.disk = disk
        self.bytes = 0
        """In memory."""
        self._movable: dict[Kept, None] = {}
        """Those in memory that may go to a file, oldest first."""
        self._files: list[int] = []
        self._end = 0
        self._free: dict[int, list[int]] = {}
        """Places in the files that hold nothing any more, by their size."""

    @property
    def full(self) -> bool:
        """Whether there is more in memory than there may be, and no room for it in the files."""
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
        if _SMALL <= kept.size <= _FILE:
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
        number, start = divmod(kept.place, _FILE)
        if os.preadv(self._files[number], [_bytes(out).data], start) != kept.size:
            raise OSError("a file of checkpoints was cut off")
        return out

    def _move(self, kept: Kept) -> bool:
        """From memory into a file; whether there was room."""
        assert kept.array is not None
        free = self._free.get(kept.size)
        place = free.pop() if free else self._next(kept.size)
        if place + kept.size > self.disk:
            return False
        number, start = divmod(place, _FILE)
        try:
            if number == len(self._files):
                self._open()
            written = os.pwrite(self._files[number], _bytes(kept.array).data, start)
        except OSError:
            written = 0
        if written != kept.size:
            self.disk = 0  # there is no room: what is there stays
            return False
        self._end = max(self._end, place + kept.size)
        self._movable.pop(kept)
        self.bytes -= kept.size
        kept.array, kept.place = None, place
        return True

    def _next(self, size: int) -> int:
        """The first place after all others that has so many bytes in one file."""
        return self._end if self._end % _FILE + size <= _FILE else (self._end // _FILE + 1) * _FILE

    def _open(self) -> None:
        folder = cache_folder()
        if not self._files:
            self.disk = min(self.disk, disk_usage(folder).free // _SHARE)
        with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
            self._files.append(os.dup(file.fileno()))
        weakref.finalize(self, os.close, self._files[-1])


def _same_bits(one: Array, other: Array) -> bool:
    """Not only equal: 0 and -0 differ, and one NaN is like another of the same bits."""
    if one.dtype != other.dtype or one.shape != other.shape:
        return False
    return bool((_bytes(one) == _bytes(other)).all())


def _bytes(array: Array) -> Array:
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8)
