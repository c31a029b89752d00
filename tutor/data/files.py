"""Files that the learner gives, read with care; and files of ours, that are there as a whole or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
import zipfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.errors import BadData
from tutor.paths import made

Array = NDArray[Any]


def read_bytes(file: Path, largest: int, mend: str = "check its name") -> bytes:
    """A regular file's bytes; a link is followed. Raises BadData where there is none.

    mend: what to do about a file of more than `largest` bytes.
    """
    try:
        about = file.stat()
        if stat.S_ISDIR(about.st_mode):
            raise BadData(f"{file} is a folder, not a file", "name the file in it")
        if not stat.S_ISREG(about.st_mode):
            raise BadData(f"{file} is no regular file", "copy what it holds into a file")
        if about.st_size > largest:
            raise BadData(f"{file} has {about.st_size} bytes, more than {largest}", mend)
        return file.read_bytes()
    except OSError as error:
        link = " (a link that leads nowhere)" if file.is_symlink() else ""
        raise BadData(f"{file} cannot be read: {error.strerror}{link}", "check its name") from None


def read_arrays(file: Path | BytesIO, names: Sequence[str], largest: int) -> list[Array]:
    """Arrays of an NPZ file, by their names; unpacked they take so many bytes at most. Raises ValueError when it is damaged."""
    try:
        with zipfile.ZipFile(file) as archive:
            if sum(one.file_size for one in archive.infolist()) > largest:
                raise ValueError("it holds more than it may")
        if isinstance(file, BytesIO):
            file.seek(0)
        with np.load(file, allow_pickle=False) as found:
            return [found[name] for name in names]
    except Exception as error:  # a damaged archive has a dozen: of zipfile, zlib, struct, and of the head of an array
        raise ValueError(str(error)) from None


def put(file: Path, raw: bytes) -> None:
    """Write a file that is there as a whole or not at all. Raises BadData when it cannot be written."""
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(dir=made(file.parent), prefix=f".{file.name}-")
        with os.fdopen(handle, "wb") as out:
            out.write(raw)
            out.flush()
            os.fsync(out.fileno())
        os.replace(temporary, file)
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise BadData(f"{file} cannot be written: {error.strerror}", "make room, or make the folder writable") from None
