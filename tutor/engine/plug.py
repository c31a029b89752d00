"""The learner's function, loaded from their file and made safe to call from a lab."""

from __future__ import annotations

import contextlib
import io
import sys
import traceback
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tutor.errors import UserError

MODULE = "learner"


def load_plug(file: Path, function: str) -> Callable[..., Any]:
    """The function of this name in the learner's file, shielded. Raises UserError with the learner's own line."""
    return shielded(load_function(file, function), file)


def load_function(file: Path, function: str) -> Callable[..., Any]:
    """Run the learner's file and return its function of this name. Raises UserError."""
    try:
        source = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file.name} cannot be read: {error}") from None
    module = types.ModuleType(MODULE)
    module.__file__ = str(file)
    sys.modules[MODULE] = module
    try:
        with contextlib.redirect_stdout(_Nowhere()), contextlib.redirect_stderr(_Nowhere()):
            exec(compile(source, str(file), "exec"), module.__dict__)
    except BaseException as error:
        raise UserError(explain(error, file)) from None
    found = module.__dict__.get(function)
    if not callable(found):
        raise UserError(f"{file.name} defines no function {function!r}", f"write: def {function}(…)")
    return found  # type: ignore[no-any-return]


def shielded(function: Callable[..., Any], file: Path) -> Callable[..., Any]:
    """The function, its prints swallowed and its exceptions turned into one sentence with the learner's line."""

    def call(*arguments: Any) -> Any:
        try:
            with contextlib.redirect_stdout(_Nowhere()):
                return function(*arguments)
        except UserError:
            raise
        except BaseException as error:
            raise UserError(explain(error, file)) from None

    return call


def explain(error: BaseException, file: Path) -> str:
    """What went wrong, in one sentence, with the line in the learner's file."""
    if isinstance(error, SyntaxError):
        return f"{file.name}:{error.lineno or 1}: Python cannot read this line: {error.msg}"
    line = learner_line(error, file)
    where = f"{file.name}:{line}: " if line else f"{file.name}: "
    if isinstance(error, RecursionError):
        return f"{where}the function calls itself without end"
    if isinstance(error, MemoryError):
        return f"{where}it asks for more memory than there is"
    if isinstance(error, SystemExit | KeyboardInterrupt):
        return f"{where}it ends the program instead of returning"
    first = (str(error).strip().splitlines() or [""])[0][:200]
    return f"{where}{type(error).__name__}: {first}" if first else f"{where}{type(error).__name__}"


def learner_line(error: BaseException, file: Path) -> int:
    """The last line of the learner's own file in the traceback, or 0."""
    lines = [frame.lineno or 0 for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(file)]
    return lines[-1] if lines else 0


class _Nowhere(io.TextIOBase):
    """A stream that swallows what is written to it."""

    def write(self, text: str) -> int:
        return len(text)
