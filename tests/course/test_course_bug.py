"""Code with one wrong line: read, linted, put into words; and the three of the course do what their lessons say."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from lesson_numbers import lesson, says

from tutor.cli.lint import tools
from tutor.cli.read import formats
from tutor.course.bugs import judge_mark, working_lines
from tutor.course.lint import lint
from tutor.course.model import Bug
from tutor.course.parse import load_course
from tutor.course.read import lesson_text
from tutor.engine.link import parse_link
from tutor.engine.plug import load_plug
from tutor.engine.run import Run
from tutor.errors import UserError
from tutor.exercises import prove
from tutor.labs import find_lab

CODE = '''"""Twice."""

def double(x):
    """Its double."""
    # not a line of code
    y = 3 * x

    return (
        y
    )
'''
BLOCK = """---
title: One
minutes: 5
---
A text.

```bug twice
file: double.py
line: 6
plug: perceptron
ask: 'Which line of $x$?'
elsewhere:
  - {line: 8, say: 'it returns $y$.'}
hints: ["one", "two"]
why: Because.
```
"""


@pytest.fixture
def course(tmp_path: Path) -> Callable[..., Path]:
    """Writes a course with one bug; pairs of texts are replaced in its block."""

    def write(*changes: tuple[str, str], solution: str = CODE.replace("3 *", "2 *")) -> Path:
        folder = tmp_path / "course/01-one"
        folder.mkdir(parents=True)
        text = BLOCK
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (folder / "index.md").write_text("---\ntitle: One\nsummary: One.\n---\nA text.\n")
        (folder / "01-one.md").write_text(text)
        for name, content in (("", CODE), (".solution", solution), (".check", "x = 1\n"), (".faults", "x = 1\n")):
            (folder / f"double{name}.py").write_text(content)
        return tmp_path / "course"

    return write


def problems(folder: Path) -> list[str]:
    return [f"{p.place.line}: {p.message} [{p.rule}]" for p in lint(folder, replace(tools(), prove=None))]


def only_bug(folder: Path) -> Bug:
    [task] = load_course(folder).lessons[0].tasks
    assert isinstance(task, Bug)
    return task


def test_a_bug_is_read_and_a_sound_one_is_no_problem(course: Callable[..., Path]) -> None:
    folder = course()
    assert problems(folder) == []
    bug = only_bug(folder)
    assert (bug.id, bug.line, bug.plug, bug.file.name) == ("twice", 6, "perceptron", "double.py")
    assert [(note.line, note.say) for note in bug.elsewhere] == [(8, "it returns $y$.")]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ([("line: 6\n", "line: 8\n")], "9: the code and its solution differ in line 6, and not just in line 8 [bug-line]"),
        ([("line: 6\n", "line: many\n")], "9: line must be a whole number [wrong-type]"),
        ([("line: 6\n", "")], "7: a bug needs the key 'line' [missing-key]"),
        ([("plug: perceptron\n", "")], "7: a bug needs the key 'plug' [missing-key]"),
        ([("{line: 8,", "{line: 6,")], "13: line 6 is the wrong one itself [bug-line]"),
        ([("{line: 8,", "{line: 5,")], "13: line 5 computes nothing [bug-line]"),
        ([("{line: 8, say: 'it returns $y$.'}", "8")], "13: an entry of elsewhere must have keys [wrong-type]"),
        ([("why:", "reason:")], "15: a bug has no key 'reason' [unknown-key]"),
    ],
)
def test_what_the_linter_says(course: Callable[..., Path], changes: list[tuple[str, str]], said: str) -> None:
    found = problems(course(*changes))
    assert said in found, found


@pytest.mark.parametrize("solution", [CODE, CODE.replace("3 *", "2 *").replace("Twice", "Double"), CODE + "\n\nx = 1\n"])
def test_a_solution_that_differs_elsewhere_or_nowhere(course: Callable[..., Path], solution: str) -> None:
    [said] = problems(course(solution=solution))
    assert "the code and its solution differ in line" in said


def test_only_lines_that_compute_may_be_pointed_at(course: Callable[..., Path]) -> None:
    assert working_lines(CODE) == {3, 6, 8, 9, 10}
    bug = only_bug(course())
    right, told, plain, none = (judge_mark(bug, CODE, line) for line in (6, 8, 3, 5))
    assert (right.right, told.right, plain.right, none.right) == (True, False, False, False)
    assert told.say == "Not line 8: it returns $y$."
    assert plain.say == "Line 3 does what it should."
    assert not none.counts
    assert all("6" not in mark.say for mark in (told, plain, none)), "a wrong mark does not tell the line"


def test_in_plain_text_the_code_has_numbers_and_the_answer_is_kept_back(course: Callable[..., Path]) -> None:
    lesson_ = load_course(course()).lessons[0]
    text = lesson_text(lesson_, formats(), 80)
    assert "[Bug] Which line of x?" in text
    assert "     6      y = 3 * x" in text
    assert "dltutor check double.py --line N" in text
    assert "Because." not in text
    assert "Answer: line 6. Because." in lesson_text(lesson_, formats(), 80, answers=True)


# -- the three of the course

BUGS = {
    task.id: task
    for name in ("03-sgd/step-size", "05-backprop/chain-rule", "06-representation/end-to-end")
    for task in lesson(name).tasks
    if isinstance(task, Bug)
}


def on(bug: Bug, mended: bool, query: str = "") -> Run:
    """A run on the shown code, or on its solution."""
    lab = find_lab(bug.plug.partition("?")[0])
    file = bug.file.with_name(f"{bug.file.stem}.solution.py") if mended else bug.file
    assert lab.spec.socket is not None
    return Run(lab, parse_link(bug.plug + query, lab.spec), runpy.run_path(str(file))[lab.spec.socket.name])


def test_there_are_three() -> None:
    assert list(BUGS) == ["adam-flies-off", "transposed", "dropout-scale"]


@pytest.mark.parametrize("name", ["adam-flies-off", "transposed", "dropout-scale"])
def test_each_is_proved_as_an_exercise(name: str) -> None:
    assert prove(BUGS[name]) == []


@pytest.mark.parametrize("name", ["adam-flies-off", "transposed", "dropout-scale"])
def test_a_wrong_mark_never_names_the_line(name: str) -> None:
    bug = BUGS[name]
    for line in working_lines(bug.file.read_text()) - {bug.line}:
        assert f"line {bug.line}" not in judge_mark(bug, bug.file.read_text(), line).say
    assert all(f"line {bug.line}" not in hint.say for hint in bug.hints)


def test_adam_flies_off_and_arrives_late() -> None:
    bad, good = (on(BUGS["adam-flies-off"], mended) for mended in (False, True))
    for run in (bad, good):
        run.advance(1)
    assert bad.metrics()["distance_yours"] == pytest.approx(99, abs=0.01)
    assert good.metrics()["distance_yours"] == pytest.approx(0.9)
    for run in (bad, good):
        run.advance(400)
    says("03-sgd/step-size", "its first step lands 99 away", f"arrives after {bad.metrics()['steps_yours']:.0f} steps")
    says("03-sgd/step-size", f"where Adam takes {good.metrics()['steps_yours']:.0f}")


def test_the_transposed_gradient_is_seen_by_trying_and_learns_less() -> None:
    for mended, right in ((False, 0.75), (True, 1.0)):
        run = on(BUGS["transposed"], mended)
        run.advance(1)
        assert (run.metrics()["error"] > 0.1) != mended
        assert ("this backward is wrong there" in run.words().trouble) != mended
        run.lab.advance(run.state, run.knobs, 8000 - 1, "cpu", run.plug)
        assert run.metrics()["updates"] == 400
        assert run.metrics()["accuracy"] == right
    says(
        "05-backprop/chain-rule", "with seed 4 it has three of the four rows of XOR after 400 updates", "right one has all four"
    )


def test_the_scale_of_dropout_shows_in_use_only() -> None:
    bad, good = (on(BUGS["dropout-scale"], mended) for mended in (False, True))
    for run in (bad, good):
        run.lab.advance(run.state, run.knobs, 1000, "cpu", run.plug)
    assert bad.metrics()["scale"] == pytest.approx(4, abs=0.4)
    assert good.metrics()["scale"] == pytest.approx(1, abs=0.1)
    assert bad.metrics()["loss"] == pytest.approx(good.metrics()["loss"], rel=0.3), "in training nothing is to be seen"
    assert bad.metrics()["use"] > 20 * good.metrics()["use"]
    assert "times as much as in training: the scale is wrong" in bad.words().trouble
    says("06-representation/end-to-end", "in use the net answers 4 times as much")


def test_the_mended_run_is_the_labs_own() -> None:
    """The solution of dropout makes the same net as the kernel, bit for bit."""
    mine, own = on(BUGS["dropout-scale"], True), on(BUGS["dropout-scale"], True)
    own.plug = None
    for run in (mine, own):
        run.advance(50)
    assert abs(mine.state["theta"] - own.state["theta"]).max() < 1e-12


def test_dropout_that_cannot_be_used_is_said_in_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "drop.py"
    for body, said in (("return a[0]", "of shape"), ("return 'x'", "not made of real numbers"), ("return a / 0", "infinite")):
        file.write_text(f"import numpy as np\nnp.seterr(all='ignore')\ndef dropout(a, u, keep):\n    {body}\n")
        lab = find_lab("dropout")
        run = Run(lab, parse_link("dropout", lab.spec), load_plug(file, "dropout"))
        with pytest.raises(UserError, match=said):
            run.advance(1)
