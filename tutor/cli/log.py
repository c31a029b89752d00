"""What nobody foresaw, written down for whoever mends it."""

from __future__ import annotations

import os
import tempfile
import time
import traceback
from pathlib import Path

from tutor import paths
from tutor.errors import UserError

_LARGEST = 1_000_000


def write_down(error: BaseException) -> str:
    """Add the traceback to the log; where it is, in words. Never raises."""
    text = f"--- {time.strftime('%Y-%m-%d %H:%M:%S %z')}\n{''.join(traceback.format_exception(error))}"
    for find in (_in_state, _in_temporary):
        try:
            return f"the details are in {find(text)}"
        except (OSError, UserError):
            continue
    return "no place for a log could be written"


def _in_state(text: str) -> Path:
    file = paths.log_file()
    paths.made(file.parent)
    if file.exists() and file.stat().st_size > _LARGEST:
        os.replace(file, file.with_suffix(".log.old"))
    with os.fdopen(
        os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "w", encoding="utf-8", errors="replace"
    ) as log:
        log.write(text)
    return file


def _in_temporary(text: str) -> Path:
    handle, name = tempfile.mkstemp(prefix="dltutor-", suffix=".log", text=True)
    with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as log:
        log.write(text)
    return Path(name)
