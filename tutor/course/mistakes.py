"""The classic mistakes of an exercise, by their ids, without running anything of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tutor.course.model import Exercise
from tutor.course.problems import Problem
from tutor.errors import nearest


def mistake_ids(exercise: Exercise) -> tuple[str, ...]:
    """The ids of the functions in NAME.faults.py; empty where it cannot be read."""
    try:
        tree = ast.parse(exercise.file.with_name(f"{exercise.file.stem}.faults.py").read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError, RecursionError, MemoryError):
        return ()
    names = (node.name for node in tree.body if isinstance(node, ast.FunctionDef))
    return tuple(name.replace("_", "-") for name in names if not name.startswith("_"))


def check_mistakes(exercise: Exercise) -> Iterator[Problem]:
    """What a block says of mistakes is about mistakes that there are."""
    known = mistake_ids(exercise) if exercise.mistakes else ()
    for name in exercise.mistakes:
        if known and name not in known:
            place = exercise.marks.get(f"mistakes.{name}:", exercise.place)
            yield Problem(place, f"the exercise has no classic mistake {name!r}", nearest(name, known), "exercise-mistake")
