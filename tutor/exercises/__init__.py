"""Code that the learner writes: the starter, the check, the solution; and the proof that a check can be trusted.

Importing this loads no NumPy: judging is loaded when something is judged.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tutor.course.model import Exercise
from tutor.exercises.files import Owner, ensure_learner_file, find_owner, learner_file, solution, starter
from tutor.exercises.verdict import Verdict

if TYPE_CHECKING:
    from tutor.exercises.ready import Checker

__all__ = [
    "Owner",
    "Verdict",
    "check",
    "check_now",
    "checker",
    "ensure_learner_file",
    "find_owner",
    "learner_file",
    "prove",
    "solution",
    "starter",
]


async def check(exercise: Exercise, file: Path) -> Verdict:
    """Judge the learner's file, in a process of its own. Never raises for what the learner's code does.

    Raises BadLesson when the exercise itself is broken, UserError when the file cannot be read, WorkerGone when no process can
    be had.
    """
    from tutor.exercises import checking

    return await checking.check(exercise, file)


def check_now(exercise: Exercise, file: Path) -> Verdict:
    """The same for callers without an event loop."""
    from tutor.exercises import checking

    return checking.check_now(exercise, file)


def checker(exercise: Exercise) -> Checker:
    """The same for an exercise that is checked again and again: answers sooner, and has to be closed."""
    from tutor.exercises.ready import Checker

    return Checker(exercise)


def prove(exercise: Exercise) -> list[str]:
    """What is wrong with an exercise, one sentence each: see `tutor.exercises.proving`."""
    from tutor.exercises import proving

    return proving.prove(exercise)
