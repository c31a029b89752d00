"""From what the learner's code did to what the learner is told: the first failure only, by its name if it has one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tutor.codefile import read_code
from tutor.course.model import Exercise
from tutor.errors import BadLesson
from tutor.exercises import show
from tutor.exercises.compare import Difference, difference, tolerance_for
from tutor.exercises.session import Attempted, Outcome, Prepared, Raised, Returned, Session
from tutor.exercises.verdict import Verdict
from tutor.words import tr

_LONGEST_LINE = 300
_LONGEST_OUTPUT = 500


@dataclass(frozen=True, eq=False)
class _Failure:
    """The first case that went wrong, and how."""

    number: int
    outcome: Outcome
    found: Difference


async def check(exercise: Exercise, file: Path) -> Verdict:
    """Judge the learner's file, in a process of its own. Never raises for what the learner's code does.

    Raises BadLesson when the exercise itself is broken, UserError when the file cannot be read, WorkerGone when no process can
    be had.
    """
    text = read_code(file)
    async with Session(exercise) as session:
        return verdict(session.prepared, await session.run(file, text), text)


def check_now(exercise: Exercise, file: Path) -> Verdict:
    """The same for callers without an event loop."""
    return asyncio.run(check(exercise, file))


async def check_text(exercise: Exercise, text: str, name: str = "") -> Verdict:
    """The same for code that is in no file yet; it goes by the starter's name."""
    async with Session(exercise) as session:
        return verdict(session.prepared, await session.run(Path(name or exercise.file.name), text), text)


def verdict(prepared: Prepared, attempted: Attempted, text: str) -> Verdict:
    """What became of one attempt. text: the learner's code, for the line that failed."""
    failure = _first_failure(prepared, attempted.outcomes)
    cases = len(prepared.cases)
    printed = _printed(attempted, failure.number if failure else len(attempted.outcomes) if attempted.trouble else 0)
    if failure is not None:
        mistake, message = recognised(prepared, attempted.outcomes)
        title = message or failure.found.sentence
        line = failure.outcome.line if isinstance(failure.outcome, Raised) else 0
        return Verdict(False, _line(title), _detail(prepared, failure, text), mistake, printed, cases, line)
    if attempted.trouble is not None:
        detail = _source_line(attempted.trouble, text)
        if attempted.loaded:
            detail = (*detail, *_inputs(prepared, len(attempted.outcomes)))
        return Verdict(False, _line(attempted.trouble.sentence), detail, "", printed, cases, attempted.trouble.line)
    if not cases or len(attempted.outcomes) != cases:
        raise BadLesson(f"the check ran {len(attempted.outcomes)} of {cases} cases", "a check that runs nothing shows nothing")
    return Verdict(
        True, tr("It passes: 1 case") if cases == 1 else tr("It passes: {cases} cases", cases=cases), (), "", printed, cases
    )


def recognised(prepared: Prepared, outcomes: Sequence[Outcome]) -> tuple[str, str]:
    """The id and the message of the classic mistake that does the same on all cases run, or two empty strings."""
    for fault in prepared.faults:
        if all(same(prepared, n, mine, fault.outcomes[n]) for n, mine in enumerate(outcomes)):
            return fault.id, fault.message
    return "", ""


def same(prepared: Prepared, number: int, yours: Outcome, other: Outcome) -> bool:
    """Whether two functions did the same on this case."""
    if isinstance(yours, Raised) or isinstance(other, Raised):
        return isinstance(yours, Raised) and isinstance(other, Raised) and yours.kind == other.kind
    return _compared(prepared, number, yours, other) is None


def _first_failure(prepared: Prepared, outcomes: Sequence[Outcome]) -> _Failure | None:
    for number, outcome in enumerate(outcomes):
        if isinstance(outcome, Raised):
            return _Failure(number, outcome, Difference(outcome.sentence))
        if found := _compared(prepared, number, outcome, prepared.truth[number]):
            return _Failure(number, outcome, found)
    return None


def _compared(prepared: Prepared, number: int, yours: Returned, other: Returned) -> Difference | None:
    """The first difference in the result, then in what became of the arguments."""
    signature, case = prepared.signature, prepared.cases[number]
    tolerance = prepared.tolerance or tolerance_for(case, other.value)
    parts = signature.results if len(signature.results) > 1 else ()
    name = signature.results[0] if len(signature.results) == 1 else tr("the result")
    if found := difference(yours.value, other.value, name, tolerance, parts):
        returns = tr("{function} returns", function=signature.function)
        return replace(found, sentence=found.sentence.replace(tr("the result is"), returns, 1))
    for argument, before, mine, due in zip(signature.arguments, case, yours.after, other.after, strict=True):
        if argument in prepared.may_change or not (found := difference(mine, due, argument, tolerance)):
            continue
        if difference(due, before, argument, 0.0) is None:
            sentence = tr(
                "{function} changes the {argument} that it was given; it must work on a copy",
                function=signature.function,
                argument=argument,
            )
            return Difference(sentence, found.where)
        return Difference(tr("{argument} is wrong afterwards", argument=argument), found.where or found.sentence)
    return None


def _detail(prepared: Prepared, failure: _Failure, text: str) -> tuple[str, ...]:
    inputs = _inputs(prepared, failure.number)
    if isinstance(failure.outcome, Raised):
        return tuple(map(_line, (*_source_line(failure.outcome, text), *inputs)))
    truth = prepared.truth[failure.number]
    lines = [
        *inputs,
        tr("yours: {result}", result=_result(prepared, failure.outcome)),
        tr("expected: {result}", result=_result(prepared, truth)),
    ]
    if failure.found.where:
        lines.append(tr("where first different: {where}", where=failure.found.where))
    return tuple(map(_line, lines))


def _inputs(prepared: Prepared, number: int) -> tuple[str, ...]:
    if number >= len(prepared.cases):
        return ()
    said = show.named(prepared.signature.arguments, prepared.cases[number])
    return (tr("case {number} of {cases}: {inputs}", number=number + 1, cases=len(prepared.cases), inputs=said),)


def _result(prepared: Prepared, outcome: Returned) -> str:
    """The result with its names; for a function that works in place, the arguments that it changes."""
    names, value = prepared.signature.results, outcome.value
    if len(names) > 1 and isinstance(value, tuple | list) and len(value) == len(names):
        return show.named(names, value)
    if value is None and not names:
        return show.named(prepared.signature.arguments, outcome.after)
    return show.named(names, [value]) if len(names) == 1 else show.value(value)


def _printed(attempted: Attempted, number: int) -> str:
    """What was printed while the file was loaded and on the case that is shown, not on all of them."""
    return show.plain("".join(attempted.printed[:1] + attempted.printed[number + 1 : number + 2]), _LONGEST_OUTPUT)


def _source_line(raised: Raised, text: str) -> tuple[str, ...]:
    lines = text.split("\n")
    if not 0 < raised.line <= len(lines):
        return ()
    return (_line(f"line {raised.line}: {lines[raised.line - 1].strip()}"),)


def _line(text: str) -> str:
    return show.plain(" ".join(text.split("\n")), _LONGEST_LINE)
