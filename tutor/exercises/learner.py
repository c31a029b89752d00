"""The learner's side of an exercise, in the judge process: load their code, call it, and say in a sentence what went wrong."""

from __future__ import annotations

import builtins
import inspect
import linecache
import os
import signal
import sys
import time
import types
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOBase
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from tutor.engine.complaints import complaint, is_complaint
from tutor.engine.plug import MODULE, explain, learner_line
from tutor.engine.rewrite import loadable, stand_ins, uses_numba
from tutor.errors import nearest
from tutor.exercises.author import Function, Signature, Task, called
from tutor.words import tr

KEPT_OUTPUT = 500
_GUARDED: tuple[types.ModuleType, ...] = (np, np.linalg, builtins)


class TimeUpError(BaseException):
    """The soft limit; not an Exception, so that an ordinary `except Exception` does not hold it back."""


class TroubleError(Exception):
    """The learner's code failed; the sentence says why. With a kind (the exception's name) the next case can be tried."""

    def __init__(self, sentence: str, line: int = 0, kind: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.line = line
        self.kind = kind

    def described(self) -> dict[str, Any]:
        return {"raised": self.kind, "sentence": self.sentence, "line": self.line}


class Attempt:
    """One text of the learner's, loaded; it shares one allowance of seconds among its loading and all its cases."""

    def __init__(self, task: Task, file: Path, text: str, seconds: float, printed: Output) -> None:
        """Load it. Raises TroubleError."""
        self.task = task
        self.file = file
        self.seconds = seconds
        self.deadline = time.monotonic() + seconds
        self.printed = printed
        self._originals = [dict(vars(module)) for module in _GUARDED]
        self._text = text
        self._function = self._load(text)

    def call(self, number: int) -> dict[str, Any]:
        """The function on a case: {"value", "after"}, or {"raised", "sentence", "line"}."""
        case = self.task.cases[number]
        self.printed.clear()
        try:
            with self._guarded(f"{self.task.signature.function} was"):
                return called(self._function, case, self.task.observe)
        except TroubleError as trouble:
            if not trouble.line and trouble.kind and (uncompiled := getattr(self._function, "py_func", None)):
                trouble = self._line_of(uncompiled, case) or trouble
            return trouble.described()

    def _load(self, text: str) -> Function:
        # Numba and tracebacks look source lines up by file name; what is judged is the text, whatever the file holds by now.
        linecache.cache[str(self.file)] = (len(text), None, text.splitlines(keepends=True), str(self.file))
        module = types.ModuleType(MODULE)
        module.__file__ = str(self.file)
        sys.modules[MODULE] = module
        with self._guarded(tr("the file itself was")):
            code = compile(text, str(self.file), "exec")
            if uses_numba(text):
                module.__dict__.update(stand_ins())
                code = loadable(text, str(self.file))
            exec(code, module.__dict__)
        return self._find(module, self.task.signature)

    def _find(self, module: types.ModuleType, signature: Signature) -> Function:
        name, own = signature.function, vars(module)
        found = own.get(name)
        if found is None:
            others = [n for n, thing in own.items() if callable(thing) and getattr(thing, "__module__", "") == MODULE]
            mend = nearest(name, others) if others else tr("write: def {signature}:", signature=signature.text)
            said = tr("{file} defines no function {name!r}", file=self.file.name, name=name)
            raise TroubleError(f"{said}; {mend}")
        if not callable(found):
            mend = tr("write: def {signature}:", signature=signature.text)
            raise TroubleError(tr("{name} is no function in {file}", name=name, file=self.file.name) + f"; {mend}")
        try:
            inspect.signature(getattr(found, "py_func", found)).bind(*signature.arguments)
        except TypeError:
            line = getattr(getattr(getattr(found, "py_func", found), "__code__", None), "co_firstlineno", 0)
            said = tr("{name} does not take the arguments of {signature}", name=name, signature=signature.text)
            raise TroubleError(said, line) from None
        except ValueError:
            pass  # something callable that does not tell its arguments: calling it will show
        return found  # type: ignore[no-any-return]

    @contextmanager
    def _guarded(self, who: str) -> Iterator[None]:
        """Run the learner's code: in time, its prints caught, its exceptions told in a sentence, NumPy as it was."""
        streams = sys.stdout, sys.stderr
        sys.stdout = sys.stderr = self.printed
        try:
            with _alarm(self.deadline - time.monotonic()):
                yield
        except BaseException as error:
            raise self._trouble(error, who) from None
        finally:
            sys.stdout, sys.stderr = streams
            replaced = self._restore()
        if replaced:
            said = "{file} replaces {what}; your code is checked with NumPy and Python as they are"
            raise TroubleError(tr(said, file=self.file.name, what=replaced))

    def _restore(self) -> str:
        """Put back what the learner's code has replaced in NumPy or in Python itself; the name of the first such thing."""
        first = ""
        for module, original in zip(_GUARDED, self._originals, strict=True):
            now = vars(module)
            for name, thing in original.items():
                if now.get(name, self) is not thing and name != "_":
                    now[name] = thing
                    first = first or f"{module.__name__}.{name}"
        return first

    def _trouble(self, error: BaseException, who: str) -> TroubleError:
        line = learner_line(error, self.file)
        kind = "" if isinstance(error, MemoryError) else type(error).__name__  # filling it once more would only take time
        if isinstance(error, TimeUpError):
            where = tr(", at line {line}", line=line) if line else ""
            said = tr("Time is up: {who} still running after {seconds} s", who=who, seconds=f"{self.seconds:g}")
            return TroubleError(said + where, line)
        if isinstance(error, SyntaxError):
            return TroubleError(explain(error, self.file), (error.lineno or 1) if error.filename == str(self.file) else line)
        if isinstance(error, EOFError):
            sentence = tr("there is nobody to answer input() here; the function gets all it needs as arguments")
            return TroubleError(f"{self.file.name}:{line}: {sentence}", line, kind)
        if is_complaint(error):
            reason, line = complaint(error, self.file, self._text)
            where = f"{self.file.name}:{line}" if line else self.file.name
            return TroubleError(f"{where}: " + tr("Numba cannot compile this: {reason}", reason=reason), line)
        return TroubleError(explain(error, self.file), line, kind)

    def _line_of(self, function: Function, case: tuple[Any, ...]) -> TroubleError | None:
        """Compiled code does not tell on which line it failed; the same function as plain Python does."""
        try:
            with self._guarded(tr("it was")):
                called(function, case, None)
        except TroubleError as trouble:
            return trouble if trouble.line else None
        return None


class Output(TextIOBase):
    """Standard output and error of the learner's code: the first characters are kept, the rest is dropped, so nothing floods.

    What is kept also goes to the process's standard error at once, which is a file of the parent's: there it is found when the
    process dies.
    """

    def __init__(self) -> None:
        self.kept = ""

    def write(self, text: str) -> int:
        room = KEPT_OUTPUT + 1 - len(self.kept)
        if room > 0:
            self.kept += text[:room]
            os.write(2, text[:room].encode(errors="replace"))
        return len(text)

    def clear(self) -> None:
        """Forget it all, for the next case."""
        self.kept = ""
        with suppress(OSError):
            os.ftruncate(2, 0)
            os.lseek(2, 0, os.SEEK_SET)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return 2


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    signal.signal(signal.SIGALRM, _time_up)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.001))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)


def _time_up(*_: object) -> NoReturn:
    raise TimeUpError
