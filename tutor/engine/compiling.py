"""Compiling once for many: who comes second waits, and then finds the kernels on disk.

Two programs that compile the same do no harm, but twenty at a cold start take twenty times the processor. So whoever opens a
lab whose kernels are not compiled yet takes a lock in the folder of compiled kernels, one for each lab. Where the file system
has no locks, or the wait gets long, it compiles all the same.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

_PATIENCE = 90.0
"""Seconds to wait for another program; then this one compiles, too."""
_BETWEEN = 0.1


@contextlib.contextmanager
def compiled_once(lab: str, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Around whatever compiles a lab's kernels. waiting: called once, when another program is compiling them now."""
    folder = Path(os.environ.get("NUMBA_CACHE_DIR", "")) / "labs"
    done = folder / lab
    if not os.environ.get("NUMBA_CACHE_DIR") or done.exists():
        yield
        return
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            lock = stack.enter_context((folder / f"{lab}.lock").open("a"))
            if not _taken(lock):
                waiting()
                until = time.monotonic() + _PATIENCE
                while not done.exists() and not _taken(lock) and time.monotonic() < until:
                    time.sleep(_BETWEEN)
        yield
        mark(lab)


def mark(lab: str) -> None:
    """This lab's kernels are compiled: nobody waits for them any more."""
    if cache := os.environ.get("NUMBA_CACHE_DIR"):
        with contextlib.suppress(OSError):
            folder = Path(cache) / "labs"
            folder.mkdir(parents=True, exist_ok=True)
            if not (folder / lab).exists():  # it may be a link to what is shared, which nobody touches
                (folder / lab).touch()


def only_one(folder: Path, name: str) -> IO[str] | None:
    """A lock that is held while the file is open; None when another program has it."""
    try:
        lock = (folder / name).open("a")
    except OSError:
        return None
    if _taken(lock):
        return lock
    lock.close()
    return None


def _taken(lock: IO[str]) -> bool:
    """Whether the lock could be had. A file system without locks gives it to everyone."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
