"""The files of an export: read from the course, written all together or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tutor.errors import UserError


def code_of(file: Path) -> str:
    """The text of an exercise's file, without blank ends; empty where it cannot be read."""
    try:
        return file.read_text(encoding="utf-8").strip("\n")
    except (OSError, UnicodeDecodeError):
        return ""


def need_new(folder: Path) -> None:
    """Raise UserError unless the folder is not there yet, or is empty."""
    try:
        there = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    except OSError as error:
        raise UserError(f"{folder} cannot be read: {error.strerror}", "name a new folder") from None
    if there:
        raise UserError(f"{folder} is there already", "name a new folder, or empty this one")


def write_folder(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files, by their names below it, into a folder that is not there yet, or is empty. Raises UserError."""
    need_new(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        try:
            for name, text in files.items():
                file = made / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8", newline="\n")
            made.chmod(0o755)
            if folder.exists():
                folder.rmdir()
            made.rename(folder)
        except BaseException:
            shutil.rmtree(made, ignore_errors=True)
            raise
    except OSError as error:
        raise UserError(f"{folder} cannot be written: {error.strerror}", "name another folder, or make room") from None
