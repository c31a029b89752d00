"""An exercise that does not keep its word is found out, at its author's line."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from exercise_samples import CHECK, FAULTS, PERCEPTRON, SOLUTION, written

from tutor.course.model import Hint
from tutor.errors import BadLesson
from tutor.exercises import files, prove
from tutor.exercises.author import Part, prepare
from tutor.exercises.checking import check_text, verdict
from tutor.exercises.session import Attempted, Session


def test_the_perceptron_exercise_holds() -> None:
    assert prove(PERCEPTRON) == []


def test_everything_that_does_not_hold_is_listed(tmp_path: Path) -> None:
    faults = FAULTS + (
        'def again(x):\n    """It halves again."""\n    return x * 0.5\n\n'
        'def right(x):\n    """It is right."""\n    return x + x\n\n'
        'def unequal(x):\n    """It fails on three."""\n    return x @ [1.0]\n'
    )
    exercise = replace(written(tmp_path, starter=SOLUTION, faults=faults), hints=(Hint("h", when="halve"),))
    complaints = prove(exercise)
    assert all("; " in complaint for complaint in complaints)  # each says how to mend it
    assert [complaint.partition("; ")[0] for complaint in complaints] == [
        "the starter double.py already passes",
        "the cases of double.check.py do not tell the mistake 'again' from 'halved'",
        "the cases of double.check.py do not catch the mistake 'right'",
        "the exercise 'double' has 1 hints",
        "a hint is for the mistake 'halve', which is none of: halved, again, right, unequal",
    ]


def test_a_solution_that_fails_an_expected_of_its_own(tmp_path: Path) -> None:
    check = CHECK + "def expected(x):\n    return 3 * x\n"
    [problem] = prove(written(tmp_path, check=check, starter="def double(x):\n    return x / 0.5 / 4\n", faults=_quartered))
    assert problem.startswith("the solution double.solution.py fails its own check: y is wrong (where first different: y[0] is")


_quartered = 'def quartered(x):\n    """It quarters."""\n    return x / 4\n'


def test_a_starter_that_raises_or_is_a_mistake(tmp_path: Path) -> None:
    [problem] = prove(written(tmp_path, starter="def double(x):\n    raise NotImplementedError\n"))
    assert (
        problem
        == "the starter double.py does not run to its end: double.py:2: NotImplementedError; let it return something wrong"
    )
    [problem] = prove(written(tmp_path, starter="import os\ndef double(x):\n    os._exit(0)\n"))
    assert "Your code ended its own process instead of returning" in problem
    [problem] = prove(written(tmp_path, starter="def double(x):\n    return x / 2\n"))
    assert problem == "the starter double.py is taken for the mistake 'halved'; let it do less"


@pytest.mark.parametrize(
    ("sizes", "more", "problems"),
    [
        ("(3, 4, 5)", "", ["no array in the cases of double.check.py has the size 1"]),
        ("(3, 4, 5)", "SMALLEST = 3\n", []),
        ("(1, 2, 4)", "", ["no array in the cases of double.check.py has an odd size larger than 1"]),
        ("(1, 3)", "", ["the arrays in the cases of double.check.py have 2 different shapes"]),
        ("(4,)", "ONE_SIZE = 'it is always four'\n", []),
    ],
)
def test_the_arrays_come_in_telling_sizes(tmp_path: Path, sizes: str, more: str, problems: list[str]) -> None:
    complaints = prove(written(tmp_path, check=more + CHECK.replace("(1, 3, 4)", sizes)))
    assert [complaint.partition("; ")[0] for complaint in complaints] == problems


def test_a_check_that_judged_nothing_is_no_pass(tmp_path: Path) -> None:
    async def judged() -> None:
        async with Session(written(tmp_path)) as session:
            with pytest.raises(BadLesson, match="the check ran 0 of 3 cases"):
                verdict(session.prepared, Attempted((), None, False, ("",)), SOLUTION)

    asyncio.run(judged())


@pytest.mark.parametrize(
    ("part", "text", "place", "message"),
    [
        ("check", CHECK.replace("(1, 3, 4)", "()"), "check.py:4:1", "cases() yields no case"),
        ("check", CHECK.replace("(draw.normal(size=size),)", "1, 2"), "check.py:4:1", "cases() yields 2 arguments"),
        ("check", CHECK.replace("draw.normal", "draw.norml"), "check.py:6:1", "AttributeError"),
        ("check", CHECK.replace("for size", "while True:"), "check.py:5:1", "Python cannot read this line"),
        ("check", CHECK.replace("(1, 3, 4)", "range(10**9)"), "check.py:4:1", "more than 300 cases"),
        ("check", CHECK.replace("double(x) -> y", "dbl(x)"), "check.py:2:1", "SIGNATURE"),
        ("check", 'MAY_CHANGE = ("z",)\n' + CHECK, "check.py:1:1", "MAY_CHANGE names 'z'"),
        ("check", "SMALLEST = 0\n" + CHECK, "check.py:1:1", "SMALLEST is a whole number from 1"),
        ("check", "ONE_SIZE = 28\n" + CHECK, "check.py:1:1", "ONE_SIZE says why, in words"),
        ("check", CHECK + "TOLERANCE = 2\n", "check.py:7:1", "TOLERANCE is a number between 0 and 1"),
        ("solution", "def double(x):\n    return y\n", "solution.py:2:1", "NameError"),
        ("solution", "def treble(x):\n    return x\n", "solution.py:1:1", "defines no function 'double'"),
        ("faults", "import numpy\nfrom math import sin\n", "faults.py:1:1", "no classic mistake"),
        ("faults", FAULTS + "def bare(x):\n    return x\n", "faults.py:4:1", "bare has no docstring"),
    ],
)
def test_a_broken_part_is_told_at_its_line(tmp_path: Path, part: str, text: str, place: str, message: str) -> None:
    exercise = written(tmp_path, **{part: text})
    parts = {name: Part(files.part(exercise, name), files.part_text(exercise, name)) for name in files.PARTS}
    with pytest.raises(BadLesson) as caught:  # here, not in a process of its own: these files do no harm
        prepare(parts, 1)
    assert caught.value.message.startswith(f"{tmp_path}/double.{place}: ")
    assert message in caught.value.message


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    exercise = written(tmp_path)
    (tmp_path / "double.check.py").unlink()
    [problem] = prove(exercise)
    assert "double.check.py cannot be read" in problem


def test_a_check_that_cannot_be_used_is_one_problem(tmp_path: Path) -> None:
    [problem] = prove(written(tmp_path, check=CHECK.replace("(1, 3, 4)", "()")))
    assert problem == f"{tmp_path}/double.check.py:4:1: cases() yields no case; see what `dltutor new exercise` makes"


def test_a_check_that_dies_is_the_authors_fault(tmp_path: Path) -> None:
    exercise = written(tmp_path, check="import os\n" + CHECK + "os._exit(3)\n")
    with pytest.raises(BadLesson, match=r"double\.check\.py:1:1: The exercise's check ended"):
        asyncio.run(check_text(exercise, SOLUTION))


def test_work_in_place_tolerance_and_observation(tmp_path: Path) -> None:
    """The optional parts of a check, on a function that works in place and one whose result is not compared itself."""
    check = 'FUNCTION = "halve"\nSIGNATURE = "halve(x)"\nTOLERANCE = 1e-2\n' + CHECK[CHECK.index("def cases") :]
    solution = "def halve(x):\n    x /= 2\n"
    exercise = written(tmp_path, check=check, solution=solution, faults='def none(x):\n    """It does nothing."""\n')
    assert asyncio.run(check_text(exercise, "def halve(x):\n    x *= 0.501\n")).passed
    wrong = asyncio.run(check_text(exercise, "def halve(x):\n    x *= 0.6\n"))
    assert wrong.title == "x is wrong afterwards"
    assert wrong.detail[1].startswith("yours: x = [")
    assert (
        asyncio.run(check_text(exercise, "def halve(x):\n    return x / 2\n")).title
        == "halve returns an array of shape (1,); nothing (None) is expected"
    )
    observed = CHECK + "def observe(result, x):\n    return result(x)\n"
    solution = "def double(x):\n    return lambda y: 2 * y\n"
    faults = 'def halved(x):\n    """It halves."""\n    return lambda y: y / 2\n'
    exercise = written(tmp_path, check=observed, solution=solution, faults=faults)
    assert asyncio.run(check_text(exercise, "def double(x):\n    return lambda y: y + y\n")).passed
    assert asyncio.run(check_text(exercise, "def double(x):\n    return lambda y: 0.5 * y\n")).mistake == "halved"
    unusable = asyncio.run(check_text(exercise, "def double(x):\n    return 3\n"))
    assert unusable.title == "double.py: ValueError: what it returns cannot be used: 'int' object is not callable"
