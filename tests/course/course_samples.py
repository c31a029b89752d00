"""Small courses, and the linter's tools without any real lab."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from tutor.course.lint import LabFacts, Tools, problems_as_text
from tutor.course.model import Exercise
from tutor.course.problems import Problem
from tutor.errors import BadLink

LESSON_FRONT = "---\ntitle: A lesson\nminutes: 5\n---\n"
CHAPTER = "---\ntitle: A chapter\nsummary: What it holds.\n---\nSome words.\n"
EXERCISE_FILES = ("add.py", "add.solution.py", "add.check.py", "add.faults.py")

Write = Callable[[Mapping[str, str]], Path]
Check = Callable[..., list[Problem]]


class FormulaFault(ValueError):
    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


def formula(tex: str) -> None:
    """Refuses \\undefined, and tells where."""
    at = tex.find("\\undefined")
    if at >= 0:
        raise FormulaFault("there is no command \\undefined", at)


def number(value: object) -> float:
    try:
        found = float(str(value))
    except ValueError:
        raise BadLink(f"{value!r} is no number", "use a number from 0 to 10") from None
    if not 0 <= found <= 10:
        raise BadLink(f"{value} is too large", "use a number from 0 to 10")
    return found


def word(value: object) -> str:
    if value not in ("and", "xor"):
        raise BadLink(f"data cannot be {value!r}", "did you mean 'and'?")
    return str(value)


def axis(text: str) -> object:
    if "," not in text:
        raise BadLink(f"a sweep over {text.partition('=')[0]} needs at least two values", "write it with commas")
    return text


LABS = {
    "perceptron": LabFacts(
        knobs={"rate": number, "data": word},
        metrics=("errors", "mistakes", "bound"),
        views=("boundary", "mistakes"),
        live=frozenset({"rate"}),
        curves=("errors", "mistakes"),
        socket="update",
        defaults={"rate": 1.0, "data": "and"},
        axis=axis,
    ),
    "neuron": LabFacts(knobs={"w1": number}, metrics=("errors",), views=("surface",)),
}


def prove(exercise: Exercise) -> list[str]:
    return ["the solution fails its own check"] if "broken" in exercise.id else []


TOOLS = Tools(LABS, formula, prove, display=lambda tex: [tex])


def only_problem(problems: list[Problem], rule: str, line: int, column: int, message: str, mend: str) -> None:
    """That there is this one problem, at this place, and that it says so and how to mend it."""
    assert len(problems) == 1, problems_as_text(problems)
    found = problems[0]
    assert (found.rule, found.place.line, found.place.column) == (rule, line, column), str(found)
    assert message in found.message
    assert found.mend
    assert mend in found.mend
