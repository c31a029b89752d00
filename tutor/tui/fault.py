"""What is left of an unexpected error: a line for the learner, the rest in the log."""

from __future__ import annotations

import os
import time
import traceback

from tutor import paths
from tutor.errors import UserError
from tutor.words import tr


def log_error(error: BaseException) -> str:
    """Write an unexpected error down; returns one line that says where."""
    said = f"{type(error).__name__}: {error}".splitlines()[0][:200]
    try:
        file = paths.log_file()
        paths.made(file.parent)
        with open(file, "a", encoding="utf-8", opener=lambda path, flags: os.open(path, flags, 0o600)) as stream:
            stream.write(f"--- {time.strftime('%Y-%m-%d %H:%M:%S')}\n")
            stream.writelines(traceback.format_exception(error))
    except (OSError, UserError):
        return tr("dltutor stopped because of a fault of its own ({said}). Your answers are kept.", said=said)
    return tr(
        "dltutor stopped because of a fault of its own ({said}). Your answers are kept. Details: {file}", said=said, file=file
    )
