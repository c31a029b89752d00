"""Whether an exercise keeps its word: the starter fails, the solution passes, and each classic mistake is caught by name."""

from __future__ import annotations

import asyncio

import numpy as np

from tutor.course.model import Exercise
from tutor.errors import BadLesson
from tutor.exercises.checking import recognised, same, verdict
from tutor.exercises.files import part, solution, starter
from tutor.exercises.session import Prepared, Session
from tutor.exercises.verdict import Verdict
from tutor.words import tr

FEWEST_HINTS, MOST_HINTS = 2, 4
FEWEST_SHAPES = 3
_SIZES = "yield a case of it, or say SMALLEST = … or ONE_SIZE = … in the check"


def prove(exercise: Exercise) -> list[str]:
    """What is wrong with the exercise, and how to mend it, one sentence each; empty: nothing. Costs about half a second.

    An exercise that cannot even be prepared (a missing file, a check that raises or yields no case) is one sentence, which
    starts with file:line:column. Raises WorkerGone when no process can be had.
    """
    try:
        prepared, starting, solved = asyncio.run(_judge_both(exercise))
    except BadLesson as error:
        return [str(error)]
    return [
        *_starter(exercise, starting),
        *_solution(exercise, solved),
        *_sizes(exercise, prepared),
        *_faults(exercise, prepared),
        *_hints(exercise, prepared),
    ]


async def _judge_both(exercise: Exercise) -> tuple[Prepared, Verdict, Verdict]:
    first, second = starter(exercise), solution(exercise)
    async with Session(exercise) as session:
        prepared = session.prepared
        starting = verdict(prepared, await session.run(exercise.file, first), first)
        if session.alive:
            return prepared, starting, verdict(prepared, await session.run(part(exercise, "solution"), second), second)
    async with Session(exercise) as session:
        return prepared, starting, verdict(prepared, await session.run(part(exercise, "solution"), second), second)


def _starter(exercise: Exercise, starting: Verdict) -> list[str]:
    name = exercise.file.name
    if starting.passed:
        return [f"the starter {name} already passes; take out of it what is to be written"]
    if starting.mistake:
        return [f"the starter {name} is taken for the mistake {starting.mistake!r}; let it do less"]
    if not any(line.startswith(tr("yours: {result}", result="")) for line in starting.detail):
        return [f"the starter {name} does not run to its end: {starting.title}; let it return something wrong"]
    return []


def _solution(exercise: Exercise, solved: Verdict) -> list[str]:
    if solved.passed:
        return []
    first = tr("where first different: {where}", where="")
    where = next((line for line in solved.detail if line.startswith(first)), "")
    return [
        f"the solution {part(exercise, 'solution').name} fails its own check: {solved.title}"
        + (f" ({where})" if where else "")
        + "; mend it, or the check's expected()"
    ]


def _sizes(exercise: Exercise, prepared: Prepared) -> list[str]:
    """Whether the arrays come in sizes that find out loops that end too early, blocks that do not fit, and shapes of 1."""
    shapes = {a.shape for case in prepared.cases for a in case if isinstance(a, np.ndarray) and a.ndim}
    if not shapes or not prepared.smallest:
        return []
    name, sizes = part(exercise, "check").name, {n for shape in shapes for n in shape}
    problems = []
    if len(shapes) < FEWEST_SHAPES:
        problems.append(
            f"the arrays in the cases of {name} have {len(shapes)} different shapes; {FEWEST_SHAPES} at least are due"
        )
    if prepared.smallest not in sizes:
        problems.append(f"no array in the cases of {name} has the size {prepared.smallest}; {_SIZES}")
    if not any(n % 2 and n > prepared.smallest for n in sizes):
        problems.append(f"no array in the cases of {name} has an odd size larger than {prepared.smallest}; {_SIZES}")
    return problems


def _faults(exercise: Exercise, prepared: Prepared) -> list[str]:
    problems = []
    for fault in prepared.faults:
        if all(same(prepared, n, outcome, prepared.truth[n]) for n, outcome in enumerate(fault.outcomes)):
            problems.append(
                f"the cases of {part(exercise, 'check').name} do not catch the mistake {fault.id!r}; yield one that shows it"
            )
            continue
        taken, _ = recognised(prepared, fault.outcomes)
        if taken != fault.id:
            check = part(exercise, "check").name
            mend = "yield one in which they differ"
            problems.append(f"the cases of {check} do not tell the mistake {fault.id!r} from {taken!r}; {mend}")
    return problems


def _hints(exercise: Exercise, prepared: Prepared) -> list[str]:
    problems = []
    count = len(exercise.hints)
    if not FEWEST_HINTS <= count <= MOST_HINTS:
        problems.append(f"the exercise {exercise.id!r} has {count} hints; {FEWEST_HINTS} to {MOST_HINTS} are due")
    known = [fault.id for fault in prepared.faults]
    for hint in exercise.hints:
        if hint.when and hint.when not in known:
            problems.append(f"a hint is for the mistake {hint.when!r}, which is none of: {', '.join(known)}; mend its when")
    return problems
