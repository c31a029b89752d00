"""Numbers that say from which run they are: read, never shown, and compared with what the run comes to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from course_samples import LESSON_FRONT, TOOLS, Write

from tutor.course.claims import CLAIM, Claim, read_claim, without_claims
from tutor.course.lint import lint
from tutor.course.lint_runs import check_goal
from tutor.course.model import LabBlock, Quiz
from tutor.course.parse import load_lesson
from tutor.course.plain import Formats
from tutor.course.read import lesson_text
from tutor.course.tools import Reached, TooLong, Tools
from tutor.errors import BadLesson

Lint = Callable[..., list[str]]


def claim(text: str) -> Claim:
    match = CLAIM.search(text)
    assert match is not None
    return read_claim(match, text[: match.start()])


@pytest.mark.parametrize(
    ("text", "shown", "measured", "agrees"),
    [
        ("0.83<!--{{run: xor?hidden=4,2&seed=3@500, accuracy, 2}}-->", 0.83, [0.8349], True),
        ("0.83{{run: xor, accuracy, 2}}", 0.83, [0.836], False),
        ("$-0.5${{run: xor, loss, 1}}", -0.5, [-0.53], True),
        ("**85 002**{{run: cnn, weights, 0}}", 85002, [85002.0], True),
        ("83 %{{run: xor, accuracy, 0}}", 83, [0.834], True),
        ("83 %{{run: xor, accuracy, 0}}", 83, [0.82], False),
        ("Three{{run: xor, mistakes, 0}}", 3, [3.0], True),
        ("0.8{{run: xor, accuracy, ±0.05}}", 0.8, [0.849], True),
        ("0.8{{run: xor, accuracy, ±0.05}}", 0.8, [0.851], False),
        ("0.2{{run: xor?seed=0..2@9, min accuracy, 1}}", 0.2, [0.4, 0.2, 0.9], True),
        ("0.4{{run: xor?seed=0..2, median accuracy, 1}}", 0.4, [0.4, 0.2, 0.9], True),
        ("0.5{{run: xor?seed=0..2&rate=1, mean accuracy, 1}}", 0.5, [0.4, 0.2, 0.9], True),
        ("in 2017 83{{run: xor, accuracy, 0}}", 83, [83.0], True),
    ],
)
def test_a_number_and_its_run(text: str, shown: float, measured: list[float], agrees: bool) -> None:
    read = claim(text)
    assert read.shown == shown
    assert len(read.links) == len(measured)
    assert read.agrees(measured)[0] is agrees


def test_what_a_claim_names() -> None:
    read = claim("1{{run: xor?hidden=4,2&seed=3..5@500, max accuracy, 2}}")
    assert read.links == tuple(f"xor?hidden=4,2&seed={seed}" for seed in (3, 4, 5))
    assert (read.step, read.how, read.metric, read.digits) == (500, "max", "accuracy", 2)
    assert claim("1{{run: xor, step, 0}}").step is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("0.83{{run: xor, accuracy}}", "a link, a metric and digits"),
        ("0.83{{run: xor, accuracy, two}}", "cannot be 'two'"),
        ("0.83{{run: xor, accuracy, ±x}}", "cannot be '±x'"),
        ("0.83 {{run: xor, accuracy, 2}}", "no number stands before"),
        ("accuracy{{run: xor, accuracy, 2}}", "no number stands before"),
        ("0.83{{run: xor?seed=0..9, accuracy, 2}}", "has several seeds"),
        ("0.83{{run: xor, mean accuracy, 2}}", "has one seed only"),
        ("0.83{{run: xor?seed=0..9, most accuracy, 2}}", "there is no 'most'"),
        ("0.83{{run: xor?seed=9..0, min accuracy, 2}}", "the seeds 9..0 are none"),
    ],
)
def test_what_is_no_claim(text: str, says: str) -> None:
    with pytest.raises(BadLesson, match=says) as error:
        claim(text)
    assert error.value.mend


BODY = """\
It gets 0.83<!--{{run: perceptron?rate=1@500, errors, 2}}--> right, and `0.9{{run: stays}}` is code.

```quiz q
ask: 'How many, if 7{{run: perceptron, mistakes, 0}} are wrong?'
kind: number
answer: 3
because: >-
  It made 4{{run: perceptron?rate=2,
  mistakes, 0}} mistakes.
hints: ['Not 5{{run: perceptron@5, errors, 0}}.']
```
"""


def test_it_is_never_shown(write: Write) -> None:
    root = write({"01-first/01-one.md": LESSON_FRONT + BODY})
    lesson = load_lesson(root, "01-first/one")
    (quiz,) = lesson.tasks
    assert isinstance(quiz, Quiz)
    assert (quiz.ask, quiz.because) == ("How many, if 7 are wrong?", "It made 4 mistakes.")
    assert quiz.hints == ("Not 5.",)
    text = lesson_text(lesson, Formats(str, lambda tex: [tex]), answers=True)
    assert "It gets 0.83 right, and `0.9{{run: stays}}` is code." in text
    assert text.count("run:") == 1
    assert without_claims("0.8<!-- {{ run: a, b, 1 }} -->3") == "0.83"


class FakeBench:
    """Every run comes to 0.83 errors and 7 mistakes; with a goal, as the test says."""

    def __init__(self, reached: Mapping[str, Reached] | None = None, slow: str = "") -> None:
        self.reached = reached or {}
        self.slow = slow
        self.asked: list[tuple[str, int | None]] = []

    def measure(self, link: str, step: int | None) -> Mapping[str, float]:
        self.asked.append((link, step))
        if link == self.slow:
            raise TooLong(f"{link!r} got to step 3 in 1 s", "allow more")
        return {"errors": 0.83, "mistakes": 7.0, "bound": 9.0, "step": 500.0}

    def reach(self, link: str, goal: str, steps: int | None = None) -> Reached:
        return self.reached.get(link, Reached("finished", 40, {"errors": 1.0}))


def found(root: Path, tools: Tools) -> list[tuple[int, int, str, str]]:
    return [(p.place.line, p.place.column, p.rule, p.message) for p in lint(root, tools)]


def test_numbers_are_compared_with_their_runs(write: Write) -> None:
    root = write({"01-first/01-one.md": LESSON_FRONT + BODY})
    assert found(root, TOOLS) == []
    bench = FakeBench()
    assert found(root, replace(TOOLS, bench=bench)) == [
        (12, 12, "claim", "the text says 4, and the run comes to 7"),
        (14, 15, "claim", "the text says 5, and the run comes to 1"),
    ]
    assert bench.asked[0] == ("perceptron?rate=1", 500)
    slow = found(root, replace(TOOLS, bench=FakeBench(slow="perceptron")))
    assert (slow[0][:3], "got to step 3" in slow[0][3]) == ((8, 21, "too-long"), True)


@pytest.mark.parametrize(
    ("body", "rule", "column", "message"),
    [
        ("It is 0.8{{run: percepton, errors, 1}}.", "unknown-lab", 10, "'percepton'"),
        ("It is 0.8{{run: perceptron?speed=1, errors, 1}}.", "unknown-knob", 10, "'speed'"),
        ("It is 0.8{{run: perceptron?rate=99, errors, 1}}.", "bad-knob", 10, "too large"),
        ("It is 0.8{{run: perceptron, error, 1}}.", "unknown-metric", 10, "'error'"),
        ("It is 0.8{{run: perceptron, errors}}.", "bad-claim", 10, "a link, a metric and digits"),
    ],
)
def test_a_claim_is_checked_without_running_it(write: Write, body: str, rule: str, column: int, message: str) -> None:
    (problem,) = lint(write({"01-first/01-one.md": LESSON_FRONT + body}), TOOLS)
    assert (problem.rule, problem.place.line, problem.place.column) == (rule, 5, column)
    assert message in problem.message


LAB = """\
```lab perceptron
knobs: {rate: 1}
goal: errors == 0 and rate >= 2
%s
```
"""
START = Reached("start", 0, {})
THERE = Reached("until", 30, {"errors": 0.0})


@pytest.mark.parametrize(
    ("extra", "reached", "says"),
    [
        ("", {"perceptron?rate=1": THERE}, ""),
        ("", {"perceptron?rate=1": START}, "holds before anything is done"),
        ("", {}, "was not reached by the end of the run, at step 40 (errors 1)"),
        ("", {"perceptron?rate=1": Reached("time", 9, {})}, "was not reached by the end of the run, at step 40"),
        ("", {"perceptron?rate=2": THERE}, ""),  # what the goal asks for
        ("reach: {rate: 5}", {"perceptron?rate=5": THERE}, ""),
        ("reach: {rate: 5}", {"perceptron?rate=1": THERE}, "was not reached"),
        ("reach: {rate: 5}", {"perceptron?rate=5": Reached("time", 9, {})}, "in the time that there is, by step 9"),
        ("par: 30", {"perceptron?rate=1": THERE}, ""),
        ("par: 29", {"perceptron?rate=1": THERE}, "par is 29, but the goal took 30 steps"),
    ],
)
def test_goals_are_tried(write: Write, extra: str, reached: dict[str, Reached], says: str) -> None:
    root = write({"01-first/01-one.md": LESSON_FRONT + LAB % extra})
    (block,) = load_lesson(root, "01-first/one").tasks
    assert isinstance(block, LabBlock)
    assert list(check_goal(block, TOOLS)) == []  # nothing is run without being asked for
    problems = list(check_goal(block, replace(TOOLS, bench=FakeBench(reached))))
    assert len(problems) == bool(says)
    for problem in problems:
        assert says in problem.message
        assert problem.mend


GUESS = """\
```predict p
ask: How many?
kind: choice
lab: perceptron
measure: errors
options:
  - {say: none, when: %s}
  - {say: some, when: errors > 0.5}
```
"""


@pytest.mark.parametrize(
    ("first", "says"),
    [
        ("errors == 0", ""),
        ("errors >= 0", "2 of the options come true: errors comes to 0.83"),
        ("bound < 0 and errors > 9", ""),
    ],
)
def test_one_option_of_a_guess_comes_true(write: Write, first: str, says: str) -> None:
    root = write({"01-first/01-one.md": LESSON_FRONT + GUESS % first})
    problems = lint(root, replace(TOOLS, bench=FakeBench()))
    assert [problem.message for problem in problems] == ([says] if says else [])


def test_no_option_of_a_guess_comes_true(write: Write) -> None:
    body = (GUESS % "errors == 0").replace("errors > 0.5", "errors > 1")
    (problem,) = lint(write({"01-first/01-one.md": LESSON_FRONT + body}), replace(TOOLS, bench=FakeBench()))
    assert (problem.rule, problem.place.line) == ("guess", 11)
    assert "none of the options comes true" in problem.message
