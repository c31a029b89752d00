"""The course's side of an exercise, in the judge process and before any code of the learner's: cases, truth, classic mistakes.

NAME.check.py defines
    FUNCTION = "update"                                    what the learner writes
    SIGNATURE = "update(w, b, x, t, rate) -> (w, b)"       its arguments and the names of what it returns
    def cases(draw): yield w, b, x, t, rate                argument tuples; draw is a seeded numpy.random.Generator
The arrays of the cases have at least three sizes, among them 1 and an odd one: so lint demands.
It may define
    SMALLEST = 2                                           the smallest size that makes sense, where it is not 1
    ONE_SIZE = "an image is 28 by 28"                      why the arrays always have the same size
    TOLERANCE = 1e-6                                       relative; otherwise it follows from the float types in use
    MAY_CHANGE = ("w",)                                    arguments that may be left in any state
    def expected(*args): …                                 the truth, where it is not the solution (finite differences)
    def observe(result, *args): …                          what is compared, where it is not the result itself
NAME.faults.py defines one function for each classic wrong answer: its name is the mistake's id (sign_flipped → sign-flipped),
its docstring what the learner is told.
"""

from __future__ import annotations

import copy
import inspect
import re
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from tutor.course.model import Place
from tutor.engine.plug import explain, learner_line
from tutor.errors import BadLesson
from tutor.exercises.values import pack

MOST_CASES = 300
_SIGNATURE = re.compile(r"(\w+)\(([\w\s,]*)\)\s*(?:->\s*(.+?)\s*)?")

Function = Callable[..., Any]


@dataclass(frozen=True)
class Signature:
    """ "update(w, b, x, t, rate) -> (w, b)", taken apart."""

    function: str
    arguments: tuple[str, ...]
    results: tuple[str, ...]
    """Names of what it returns; empty: it has none."""
    text: str
    """Without the results: "update(w, b, x, t, rate)"."""


@dataclass(frozen=True)
class Task:
    """What the judge keeps of an exercise while the learner's code runs: the questions, not the answers."""

    signature: Signature
    cases: tuple[tuple[Any, ...], ...]
    observe: Function | None


@dataclass(frozen=True)
class Part:
    """One of the course's files."""

    file: Path
    text: str


def prepare(parts: Mapping[str, Part], seed: int) -> tuple[Task, dict[str, Any]]:
    """The task, and the message that tells the parent all about it, answers included. Raises BadLesson at the author's line."""
    check, solution, faults = (parts[name] for name in ("check", "solution", "faults"))
    names = _load(check)
    signature = _signature(check, names)
    given = names.get("MAY_CHANGE", ())
    may_change = [given] if isinstance(given, str) else list(given)
    for name in may_change:
        if name not in signature.arguments:
            raise _bad(check, f"MAY_CHANGE names {name!r}, which is no argument", _line(check, "MAY_CHANGE"))
    tolerance = names.get("TOLERANCE")
    if tolerance is not None and not (isinstance(tolerance, int | float) and 0 < tolerance < 1):
        raise _bad(check, "TOLERANCE is a number between 0 and 1", _line(check, "TOLERANCE"))
    cases = _cases(check, names, signature, seed)
    observe = names.get("observe")
    solve = _function(solution, _load(solution), signature.function)
    expected = names.get("expected")
    truth, where = (solve, solution) if expected is None else (expected, check)
    task = Task(signature, cases, observe)
    described = {
        "function": signature.function,
        "arguments": signature.arguments,
        "results": signature.results,
        "signature": signature.text,
        "may_change": may_change,
        "tolerance": tolerance,
        "smallest": _smallest(check, names),
        "cases": [[pack(argument) for argument in case] for case in cases],
        "truth": [_truth(where, truth, case, observe if expected is None else None) for case in cases],
        "faults": [_fault(faults, name, function, task) for name, function in _faults(faults)],
    }
    return task, described


def _smallest(check: Part, names: dict[str, Any]) -> int:
    """The size that must be among the cases; 0: their size is always the same."""
    if (why := names.get("ONE_SIZE")) is not None:
        if not isinstance(why, str) or not why.strip():
            raise _bad(check, "ONE_SIZE says why, in words", _line(check, "ONE_SIZE"))
        return 0
    smallest = names.get("SMALLEST", 1)
    if not isinstance(smallest, int) or smallest < 1:
        raise _bad(check, "SMALLEST is a whole number from 1", _line(check, "SMALLEST"))
    return smallest


def called(function: Function, case: tuple[Any, ...], observe: Function | None) -> dict[str, Any]:
    """Call it on a copy of the arguments; what it returns and what it leaves the arguments as, packed."""
    arguments = tuple(map(copy.deepcopy, case))  # each by itself: two arguments never share their memory
    result = function(*arguments)
    if observe is not None:
        try:
            result = observe(result, *copy.deepcopy(case))
        except Exception as error:
            raise ValueError(f"what it returns cannot be used: {error}") from error
    return {"value": pack(result), "after": [pack(argument) for argument in arguments]}


def _truth(where: Part, truth: Function, case: tuple[Any, ...], observe: Function | None) -> dict[str, Any]:
    try:
        return called(truth, case, observe)
    except BaseException as error:
        raise _author_error(where, error) from None


def _fault(part: Part, name: str, function: Function, task: Task) -> dict[str, Any]:
    message = " ".join((inspect.getdoc(function) or "").split("\n\n")[0].split())
    if not message:
        raise _bad(part, f"{name} has no docstring to tell the learner", _line(part, f"def {name}"))
    outcomes = []
    for case in task.cases:
        try:
            outcomes.append(called(function, case, task.observe))
        except Exception as error:  # some mistakes show as an error: a transposed matrix fits only when it is square
            outcomes.append({"raised": type(error).__name__})
    return {"id": name.replace("_", "-"), "message": message, "outcomes": outcomes}


def _faults(part: Part) -> list[tuple[str, Function]]:
    """The functions that the file itself defines, in their order, without those named _like_this."""
    names = _load(part)
    found: list[tuple[str, Function]] = [
        (name, thing)
        for name, thing in names.items()
        if isinstance(thing, types.FunctionType) and thing.__code__.co_filename == str(part.file) and not name.startswith("_")
    ]
    if not found:
        raise _bad(part, "there is no classic mistake in this file", 1)
    return found


def _cases(part: Part, names: dict[str, Any], signature: Signature, seed: int) -> tuple[tuple[Any, ...], ...]:
    make = _function(part, names, "cases")
    try:
        cases = tuple(tuple(case) for case in islice(make(np.random.default_rng(seed)), MOST_CASES + 1))
    except BaseException as error:
        raise _author_error(part, error) from None
    line = _line(part, "def cases")
    if not cases:
        raise _bad(part, "cases() yields no case", line)
    if len(cases) > MOST_CASES:
        raise _bad(part, f"cases() yields more than {MOST_CASES} cases", line)
    for case in cases:
        if len(case) != len(signature.arguments):
            raise _bad(
                part, f"cases() yields {len(case)} arguments, but {signature.text} takes {len(signature.arguments)}", line
            )
    return cases


def _signature(part: Part, names: dict[str, Any]) -> Signature:
    function, text = names.get("FUNCTION"), names.get("SIGNATURE")
    if not isinstance(function, str) or not isinstance(text, str):
        raise _bad(part, 'FUNCTION = "name" and SIGNATURE = "name(arguments) -> result" are missing', 1)
    match = _SIGNATURE.fullmatch(text.strip())
    if match is None or match[1] != function:
        raise _bad(part, f"SIGNATURE {text!r} is not like {function + '(a, b) -> c'!r}", _line(part, "SIGNATURE"))
    arguments = tuple(name.strip() for name in match[2].split(",") if name.strip())
    results = tuple(name.strip() for name in (match[3] or "").strip("()").split(",") if name.strip())
    return Signature(function, arguments, results, f"{function}({', '.join(arguments)})")


def _load(part: Part) -> dict[str, Any]:
    """The names that the file defines. It is no importable module, so that nothing finds it by name afterwards."""
    names: dict[str, Any] = {"__name__": part.file.stem, "__file__": str(part.file)}
    try:
        exec(compile(part.text, str(part.file), "exec"), names)
    except BaseException as error:
        raise _author_error(part, error) from None
    return names


def _function(part: Part, names: dict[str, Any], name: str) -> Function:
    found = names.get(name)
    if not callable(found):
        raise _bad(part, f"it defines no function {name!r}", 1)
    return found  # type: ignore[no-any-return]


def _line(part: Part, start: str) -> int:
    """The number of the first line that starts so, or 1."""
    return next((i for i, line in enumerate(part.text.split("\n"), 1) if line.startswith(start)), 1)


def _bad(part: Part, message: str, line: int) -> BadLesson:
    return BadLesson(f"{Place(part.file, line)}: {message}", "see what `dltutor new exercise` makes")


def _author_error(part: Part, error: BaseException) -> BadLesson:
    line = (error.lineno if isinstance(error, SyntaxError) else learner_line(error, part.file)) or 1
    said = explain(error, part.file).removeprefix(f"{part.file.name}:{line}: ")
    return BadLesson(f"{Place(part.file, line)}: {said}", "mend the exercise's own file")
