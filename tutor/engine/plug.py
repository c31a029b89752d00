"""The learner's function, loaded from their file and made safe to call from a lab.

What is called at each step is compiled, if it can be. First it is tried as plain Python, which tells an error with its line;
then the compiled function answers the same arguments, and it is used when both say the same.
"""

from __future__ import annotations

import copy
import io
import re
import signal
import sys
import threading
import time
import traceback
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from tutor.codefile import read_code
from tutor.engine.complaints import complaint
from tutor.engine.rewrite import loadable, stand_ins
from tutor.errors import UserError
from tutor.words import tr

MODULE = "learner"
PATIENCE = 2
"""Seconds that a first call may take."""
_COMPILING = 120.0
_ALIKE = 1e-6

Function = Callable[..., Any]


@dataclass(frozen=True)
class Manner:
    """How the learner's function is run."""

    compiled: bool = False
    because: str = ""
    """Why it is not compiled: "line 7: Numba has no np.einsum"; empty: it is, or nobody has tried."""

    @property
    def said(self) -> str:
        """As part of a sentence: "compiled", "plain Python, because …"."""
        if self.compiled:
            return "compiled"
        return f"plain Python, because {self.because}" if self.because else "plain Python"


def load_plug(
    file: Path,
    function: str,
    *,
    tight: bool = True,
    busy: Callable[[str, float], None] | None = None,
    text: str | None = None,
) -> Own:
    """The function of this name in the learner's file, shielded. Raises UserError with the learner's own line.

    tight: whether it is called at each step, and worth compiling. busy: is told that compiling takes a while, and how long.
    text: what is in the file, where that has been read already.
    """
    return Own(file, function, tight=tight, busy=busy, text=text)


class Own:
    """The learner's function: called like one, it prints nothing, and fails in one sentence (UserError) with their line."""

    def __init__(
        self,
        file: Path,
        name: str,
        *,
        tight: bool = True,
        busy: Callable[[str, float], None] | None = None,
        text: str | None = None,
    ) -> None:
        self.file, self.name = file, name
        self.manner = Manner()
        self.since = 0.0
        """When the call began that is under way, by time.monotonic; 0: none is."""
        self._endless: UserError | None = None
        self._busy = busy
        self._text = read_code(file) if text is None else text
        self._plain: Function = _named(_uncompiled(_module(file, self._text)), name, file)
        self._function: Function | None = None if tight else self._plain

    def __call__(self, *arguments: Any) -> Any:
        if self._endless is not None:
            raise self._endless
        if self._function is None:
            self._choose(arguments)
        assert self._function is not None
        kept, sys.stdout = sys.stdout, NOWHERE
        self.since = time.monotonic()
        try:
            return self._function(*arguments)
        except UserError:
            raise
        except BaseException as error:
            raise UserError(self._explained(error, arguments)) from None
        finally:
            sys.stdout, self.since = kept, 0.0

    def _explained(self, error: BaseException, arguments: tuple[Any, ...]) -> str:
        """Compiled code does not tell on which line it failed; the same function as plain Python does."""
        if self.manner.compiled and not isinstance(error, TimeoutError):
            try:
                with patient(self.name):
                    self._plain(*arguments)
            except Exception as again:
                error = again
        return explain(error, self.file)

    def _choose(self, arguments: tuple[Any, ...]) -> None:
        """Try it on these arguments, and settle how it is run. Raises UserError."""
        kept, sys.stdout = sys.stdout, NOWHERE
        try:
            given = copy.deepcopy(arguments)
            try:
                with patient(self.name):
                    answer = self._plain(*given)
            except BaseException as error:
                failure = UserError(explain(error, self.file))
                self._endless = failure if isinstance(error, TimeoutError) else None  # once is enough to wait for
                raise failure from None
            self._function, self.manner = self._compiled((answer, given), arguments)
        finally:
            sys.stdout = kept

    def _compiled(self, plain: tuple[Any, Any], arguments: tuple[Any, ...]) -> tuple[Function, Manner]:
        """The function compiled, if that can be and does the same. plain: the answer, and the arguments after it."""
        if self._busy is not None:
            self._busy("compiling your code", _COMPILING)
        given = copy.deepcopy(arguments)
        try:
            with np.errstate(all="ignore"):
                function = _named(_all_compiled(self.file, self._text), self.name, self.file)
                answer = function(*given)
        except Exception as error:
            reason, line = complaint(error, self.file, self._text)
            return self._plain, Manner(False, f"line {line}: {reason}" if line else reason)
        if not _alike((answer, given), plain):
            return self._plain, Manner(False, "it answers something else when compiled")
        return function, Manner(True)


def _module(file: Path, text: str) -> dict[str, Any]:
    """The names of the learner's file, run as a module. Raises UserError with their line."""
    module = types.ModuleType(MODULE)
    module.__file__ = str(file)
    module.__dict__.update(stand_ins())
    sys.modules[MODULE] = module
    kept, sys.stdout = sys.stdout, NOWHERE
    try:
        with patient("the file itself"):
            exec(loadable(text, str(file)), module.__dict__)
    except BaseException as error:
        raise UserError(explain(error, file)) from None
    finally:
        sys.stdout = kept
    return module.__dict__


def _named(names: dict[str, Any], function: str, file: Path) -> Function:
    found = names.get(function)
    if not callable(found):
        raise UserError(f"{file.name} defines no function {function!r}", f"write: def {function}(…)")
    return found  # type: ignore[no-any-return]


def _uncompiled(names: dict[str, Any]) -> dict[str, Any]:
    """The same names, with plain Python where the learner has compiled a function: that alone checks every index."""
    for name, thing in list(names.items()):
        if isinstance(plain := getattr(thing, "py_func", None), types.FunctionType) and plain.__module__ == MODULE:
            names[name] = plain
    return names


@lru_cache(maxsize=4)
def _all_compiled(file: Path, text: str) -> dict[str, Any]:
    """The names of the learner's file, with every function of its own to be compiled: one calls another.

    Kept for the next time, for compiling takes long: the code has the values of the file's names within it and changes none.
    """
    from kernels.learner import compiled

    names = _module(file, text)
    for name, thing in list(names.items()):
        plain = getattr(thing, "py_func", thing)
        if isinstance(plain, types.FunctionType) and plain.__module__ == MODULE:
            names[name] = compiled(plain)
    return names


def _alike(one: Any, other: Any) -> bool:
    """Whether two answers are the same but for rounding."""
    if isinstance(one, tuple | list) and isinstance(other, tuple | list):
        return len(one) == len(other) and all(map(_alike, one, other))
    try:
        return np.shape(one) == np.shape(other) and bool(np.allclose(one, other, rtol=_ALIKE, atol=1e-12, equal_nan=True))
    except (TypeError, ValueError):
        return bool(one == other)


@contextmanager
def patient(who: str, seconds: float = 0.0) -> Iterator[None]:
    """Stop what never ends, where that can be done: in the main thread, in Python. seconds: 0: PATIENCE."""
    seconds = seconds or PATIENCE
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def up(*_: object) -> NoReturn:
        raise TimeoutError(f"{who} was still running after {seconds:g} s")

    before = signal.signal(signal.SIGALRM, up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


def explain(error: BaseException, file: Path) -> str:
    """What went wrong, in one sentence, with the line in the learner's file."""
    if isinstance(error, SyntaxError):
        return f"{file.name}:{error.lineno or 1}: " + tr("Python cannot read this line: {why}", why=error.msg)
    line = learner_line(error, file)
    where = f"{file.name}:{line}: " if line else f"{file.name}: "
    if isinstance(error, RecursionError):
        return where + tr("the function calls itself without end")
    if isinstance(error, MemoryError):
        return where + tr("it asks for more memory than there is")
    if isinstance(error, SystemExit | KeyboardInterrupt):
        return where + tr("it ends the program instead of returning")
    if isinstance(error, IndexError) and (index := out_of_bounds(error)):
        return f"{where}{index}"
    said = str(error).strip().splitlines() or [""]
    if "pipeline (step:" in said[0]:  # Numba's first line says only where in Numba
        said = [line for line in re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(said[1:])).splitlines() if line.strip()] or said
    first = said[0].strip()[:200]
    if isinstance(error, TimeoutError) and first:
        return f"{where}{first}"
    return f"{where}{type(error).__name__}: {first}" if first else f"{where}{type(error).__name__}"


def out_of_bounds(error: IndexError) -> str:
    """An index that is too large, said so; empty for any other IndexError."""
    said = str(error)
    if found := re.match(r"index (-?\d+) is out of bounds for axis (\d+) with size (\d+)", said):
        index, axis, size = found.groups()
        along = "" if axis == "0" else tr(" along axis {axis}", axis=axis)
        place = {"index": index, "size": size, "along": along, "last": int(size) - 1}
        return tr("the index {index} is outside an array of {size}{along}: the first is 0, the last {last}", **place)
    if "out of bounds" in said or "out of range" in said:
        return tr("an index is outside of its array: the first is 0, the last one less than its length")
    return ""


def learner_line(error: BaseException, file: Path) -> int:
    """The last line of the learner's own file in the traceback, or 0."""
    lines = [frame.lineno or 0 for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(file)]
    return lines[-1] if lines else 0


class _Nowhere(io.TextIOBase):
    """A stream that swallows what is written to it."""

    def write(self, text: str) -> int:
        return len(text)


NOWHERE = _Nowhere()
