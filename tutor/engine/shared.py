"""Kernels that an administrator compiled once for everyone (`dltutor warmup --shared`).

A learner's own folder gets a link to each shared file. Numba reads through the links, and replaces one by a file of the
learner's own where it compiles for another processor: into the shared folder nothing is ever written. Compiled kernels are
code, so the folder counts only where it belongs to the administrator, or to whoever installed the program, and no one else
can write there.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from pathlib import Path

from tutor.paths import user_path

VARIABLE = "DLTUTOR_SHARED"
_LINKED = "shared"
"""The file in a learner's folder that says which shared one it was linked to."""


def shared_folder() -> Path:
    """Where shared kernels are looked for: what DLTUTOR_SHARED names, else the system's place for caches."""
    named = os.environ.get(VARIABLE)
    if named:
        return user_path(named).absolute()
    if sys.platform == "darwin":
        return Path("/Library/Caches/dltutor")
    return Path("/var/cache/dltutor")


def link_shared(own: Path) -> int:
    """Link the shared kernels of this version into the learner's folder, once. Returns how many; 0 where there are none."""
    source = shared_folder() / "kernels" / own.name
    mark = own / _LINKED
    try:
        if not source.is_dir() or (mark.exists() and mark.read_text() == str(source)):
            return 0
        if not trusted(source):
            return 0
        count = 0
        for file in source.rglob("*"):
            if file.suffix not in (".nbi", ".nbc") and file.parent.name != "labs":
                continue
            place = own / file.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(FileExistsError):
                place.symlink_to(file)
                count += 1
        if (source / "complete").exists():
            (own / "complete").touch()
        mark.write_text(str(source))
    except OSError:  # it would only have saved time
        return 0
    return count


def trusted(folder: Path) -> bool:
    """Whether only the administrator, whoever installed the program, or this user can have put something there."""
    allowed = {0, os.getuid(), Path(__file__).stat().st_uid}
    for place in (folder, *folder.parents[:2]):
        about = place.stat()
        if about.st_uid not in allowed or about.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            return False
    return True


def open_to_all(folder: Path) -> None:
    """Let everyone read what is in a folder, and nobody but its owner write."""
    for place in (folder, *folder.rglob("*")):
        with contextlib.suppress(OSError):
            place.chmod(0o755 if place.is_dir() else 0o644)
