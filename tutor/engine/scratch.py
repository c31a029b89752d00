"""Temporary folders that do not outlive their process for long: what a killed one leaves behind, the next one clears away.

Beside each folder stands a file of the same name with `.lock`, which the process that made it holds locked as long as it lives,
however it ends. A lock that can be had belongs to nobody any more.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path

PREFIX = "dltutor-scratch-"
_LOCK = ".lock"


class Scratch:
    """One temporary folder, the user's own."""

    def __init__(self) -> None:
        """Make it, and clear away what others have left. Raises OSError."""
        clear_left()
        while True:
            self._handle, name = tempfile.mkstemp(prefix=PREFIX, suffix=_LOCK)
            with contextlib.suppress(OSError):  # a file system without locks: then nothing is ever taken for left behind
                fcntl.flock(self._handle, fcntl.LOCK_EX)
            if os.fstat(self._handle).st_nlink:
                break
            os.close(self._handle)  # someone has cleared it away before it was locked
        self._lock = Path(name)
        self.folder = self._lock.with_suffix("")
        self.folder.mkdir(mode=0o700)

    def __enter__(self) -> Path:
        return self.folder

    def __exit__(self, *_: object) -> None:
        self.clear()

    def clear(self) -> None:
        """Remove the folder and all in it; never fails."""
        if self._handle >= 0:
            _remove(self._lock)
            os.close(self._handle)
            self._handle = -1


def clear_left() -> None:
    """Remove the folders of processes that are gone; never fails."""
    with contextlib.suppress(OSError):
        for lock in Path(tempfile.gettempdir()).glob(f"{PREFIX}*{_LOCK}"):
            with contextlib.suppress(OSError):
                _clear_if_left(lock)


def _clear_if_left(lock: Path) -> None:
    handle = os.open(lock, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        if os.fstat(handle).st_uid == os.getuid():
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove(lock)
    finally:
        os.close(handle)


def _remove(lock: Path) -> None:
    """The folder first: while its lock is there, another process may still find it."""
    shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
    with contextlib.suppress(OSError):
        lock.unlink()
