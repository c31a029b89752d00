"""A file of code, read with care: whose ever it is, it is text of a sane size."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from tutor.errors import UserError

LARGEST = 200_000
"""Bytes of one file of code."""


def read_code(file: Path) -> str:
    """The text of a file of code. Raises UserError when it is missing, no plain file, too large, or no UTF-8 text."""
    try:
        # A pipe that nobody writes into would be waited for, for ever.
        with open(os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise UserError(f"{file} cannot be read: it is no plain file", "copy what it holds into a file")
            raw = stream.read(LARGEST + 1)
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}", "check its name and its permissions") from None
    return code_text(raw, file.name)


def code_text(raw: bytes, name: str) -> str:
    """The bytes of a file of code as text. Raises UserError when they are too many, or no UTF-8 text."""
    if len(raw) > LARGEST:
        raise UserError(f"{name} is larger than {LARGEST // 1000} kB", "an exercise takes a few lines")
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise UserError(f"{name}:{line}: this line is not UTF-8 text", "save the file as UTF-8") from None
