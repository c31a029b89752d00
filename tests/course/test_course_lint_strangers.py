"""Lint, by a hostile stranger: breaks that once crashed it, were told twice, or were not seen at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from course_samples import CHAPTER, LABS, LESSON_FRONT, TOOLS, Check, Write, only_problem

from tutor.course.lint import lint, problems_as_text

GIVEN = "```quiz q\nask: 'Of {n}?'\nkind: number\ngiven: {n: {of: [0, 4, 9]}}\nanswer: %s\nbecause: %s\n```\n"
LAB = "```lab perceptron\n%s\n```\n"

# (body, rule, line, column, a part of the message, a part of the mend); the body begins in line 5.
FAULTS = [
    ("```quiz q\nask: x\n\tkind: text\n```\n", "yaml", 7, 1, "not YAML", "blanks in place of tabs"),
    ("```quiz q\nhints:\n  - a\n - b\n```\n", "yaml", 8, 2, "not YAML", "the same column"),
    ("```aside\ntitle: T\ntext: {say: It is, so}\n```\n", "wrong-type", 7, 7, "text must be a text", "quotes"),
    ("```quiz q\nask: x\nkind: choice\noptions: [{say: It is, so}]\n```\n", "unknown-key", 8, 24, "key 'so'", "behind a comma"),
    ("```aside\ntitel: T\ntext: x\n```\n", "unknown-key", 6, 1, "'titel'", "'title'"),
    ("```aside\ntitle: T\n\n```quiz q\nask: x\n```\n", "open-block", 5, 1, "'aside' is not closed", "```"),
    ("```python\nx = 1\n", "open-block", 5, 1, "this listing is not closed", "```"),
    ("```\nx\n\n```aside\ntitle: T\ntext: x\n```\n", "open-block", 8, 1, "in the listing that begins in line 5", "one ` more"),
    ("Words.\n\n    ```aside\n    title: T\n    ```\n", "open-block", 7, 1, "is indented", "left edge"),
    (LAB % "show: [boundary, boundary]", "unknown-view", 6, 18, "twice", "remove"),
    (LAB % "goal: errors < '1'", "goal", 6, 7, "errors is a number, and '1' is a text", "without quotes"),
    (LAB % "goal: errors == 0 and rate > '1'", "goal", 6, 7, "'rate' is a number, and never '1'", "without quotes"),
    (LAB % "goal: errors == 0 and data == 'nand'", "goal", 6, 7, "data cannot be 'nand'", "'and'"),
    (LAB % "hide: [rate]\ngoal: errors == 0 and rate == 2", "goal", 7, 7, "rate is hidden", "preset"),
    (LAB % "knobs: {rate: 1}\nlock: [rate]\ngoal: errors == 0 and rate > 2", "goal", 8, 7, "rate is locked", "preset"),
    (GIVEN % ("1 / n", "So."), "given", 9, 9, "with n = 0 there is no number answer", "numbers"),
    (GIVEN % ("log(n)", "So."), "given", 9, 9, "with n = 0 there is no number answer", "numbers"),
    (GIVEN % ("n", "'{n} and {m}.'"), "given", 10, 10, "{m} is no number of this question", "there are: n, answer"),
    ("It is 2{{rnu: perceptron, errors, 0}}.", "bad-claim", 5, 1, "name no run", "{{run: link"),
    ("It is 2<!--{{run: perceptron, errors, 0}-->.", "bad-claim", 5, 1, "name no run", "{{run: link"),
    ("```aside\ntitle: T\ntext: 'It is 2{{run: x'\n```\n", "bad-claim", 7, 15, "name no run", "{{run"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "rule", "line", "column", "message", "mend"), FAULTS)
def test_one_fault_one_problem(check: Check, body: str, rule: str, line: int, column: int, message: str, mend: str) -> None:
    only_problem(check(body), rule, line, column, message, mend)


SOUND = [
    "````markdown\n```aside\ntitle: T\n```\n````",
    GIVEN.replace("Of {n}?", "$\\sqrt{n}$ of {n}, {(n)}, {+n}?") % ("n", "'{answer}.'"),
    LAB % "knobs: {rate: 2}\nhide: [rate]\ngoal: errors == 0 and rate == 2",
    LAB % "goal: errors == 0 and data == 'xor' and rate >= 2",
    "Braces `{{run: x}}` in code, and ${{a}}$ in a formula.",
]


@pytest.mark.parametrize("body", SOUND)
def test_sound(check: Check, body: str) -> None:
    problems = check(body)
    assert not problems, problems_as_text(problems)


def _linked(file: Path) -> None:
    file.symlink_to("/etc/hostname")


UNREADABLE: list[tuple[Callable[[Path], object], str]] = [
    (lambda file: file.write_bytes(b"---\ntitle: caf\xe9\n"), "is not UTF-8"),
    (lambda file: file.write_text("---\ntitle: \x1b[31m\n"), "U+001B"),
    (lambda file: file.write_text("x" * 20_000), "paragraph is longer"),
    (Path.mkdir, "is not a plain file"),
    (os.mkfifo, "is not a plain file"),
    (_linked, "leads out"),
]


@pytest.mark.parametrize(("make", "said"), UNREADABLE, ids=[said for _, said in UNREADABLE])
def test_a_lesson_that_cannot_be_read_is_told_once(write: Write, make: Callable[[Path], object], said: str) -> None:
    """Not again by the lesson that needs it, by a link to it, or by its translation."""
    root = write(
        {
            "01-first/01-one.md": LESSON_FRONT + "x",
            "01-first/01-one.fr.md": LESSON_FRONT + "x\n\n## Encore\n\ny",
            "01-first/02-two.md": LESSON_FRONT.replace("minutes", "needs: [01-first/one]\nminutes") + "[x](01-one.md#there)",
        }
    )
    file = root / "01-first/01-one.md"
    file.unlink()
    make(file)
    (problem,) = lint(root, TOOLS)
    assert problem.place.file == file
    assert said in problem.message


@pytest.mark.parametrize(
    ("old", "new"), [("rate: 1", "rate: 99"), ("minutes: 5", "minutes: 0"), ("```lab", "```lba"), ("---\ntitle", "title")]
)
def test_a_mistake_of_the_original_is_not_told_of_its_translation(write: Write, old: str, new: str) -> None:
    text = LESSON_FRONT + "x\n\n" + LAB % "knobs: {rate: 1}"
    root = write({"01-first/01-one.md": text.replace(old, new), "01-first/01-one.fr.md": text})
    (problem,) = lint(root, TOOLS)
    assert problem.place.file == root / "01-first/01-one.md"


def test_two_lessons_of_one_id_are_told_once(write: Write) -> None:
    front = LESSON_FRONT.replace("minutes", "id: 01-first/same\nneeds: [01-first/same]\nminutes")
    files = {f"01-first/0{k}-{name}.md": front + "x" for k, name in enumerate(("a", "b"))}
    root = write({**files, "01-first/01-b.fr.md": front + "y"})
    (problem,) = lint(root, TOOLS)
    assert (problem.rule, problem.place.file.name) == ("duplicate-id", "01-b.md")


def test_a_chapter_without_its_page_is_told_once(write: Write) -> None:
    root = write({"01-first/01-one.md": LESSON_FRONT + "x", "01-first/index.fr.md": CHAPTER})
    (root / "01-first/index.md").unlink()
    (problem,) = lint(root, TOOLS)
    assert problem.rule == "missing-file"


def test_a_need_of_a_lesson_that_has_moved(write: Write) -> None:
    moved = LESSON_FRONT.replace("minutes", "was: [01-first/old]\nminutes") + "x"
    needs = LESSON_FRONT.replace("minutes", "needs: [01-first/old]\nminutes") + "x"
    (problem,) = lint(write({"01-first/01-new.md": moved, "01-first/02-two.md": needs}), TOOLS)
    assert problem.mend == "it is 01-first/new now"


EXERCISE = "```exercise add-it\nfile: exercises/add.py\nwhy: So.\n```\n"


@pytest.mark.parametrize(
    ("complaint", "place", "said", "mend"),
    [
        ("{folder}/add.check.py:7:1: ZeroDivisionError; mend it", "add.check.py:7:1", "not hold: ZeroDivisionError", "mend it"),
        ("the starter add.py already passes; leave a gap", "01-one.md:6:7", "already passes", "leave a gap"),
        ("it is odd", "01-one.md:6:7", "it is odd", "dltutor check add.py --course"),
    ],
)
def test_an_exercise_is_told_at_its_line_wherever_one_looks(
    write_body: Callable[[str], Path], complaint: str, place: str, said: str, mend: str
) -> None:
    root = write_body(EXERCISE)
    folder = root / "01-first/exercises"
    tools = replace(TOOLS, prove=lambda exercise: [complaint.format(folder=folder)])
    for within in (None, root / "01-first", root / "01-first/01-one.md"):
        (problem,) = lint(root, tools, within)
        assert str(problem.place).endswith(place)
        assert said in problem.message
        assert mend in problem.mend


def test_a_lab_of_the_course_is_told_in_its_own_file_once(write: Write) -> None:
    two = LESSON_FRONT + "x\n\n```lab own\n```\n\n```lab own\n```\n"
    root = write({"01-first/01-one.md": two, "labs/own.py": "x = 1\n"})
    (problem,) = lint(root, TOOLS)
    assert (problem.place.file, problem.rule) == (root / "labs/own.py", "broken-lab")
    assert "binds no name LAB" in problem.message
    (problem,) = lint(root, replace(TOOLS, unknown={"own": "labs/own_kernels.py:12: TypeError: no; mend the lab"}))
    assert str(problem) == f"{root}/labs/own_kernels.py:12:1: the lab 'own' cannot be loaded: TypeError: no (mend the lab)"
    (problem,) = lint(root, replace(TOOLS, labs={**LABS}, unknown={"own": "It crashed; look at labs/*.py"}))
    assert str(problem) == f"{root}/labs/own.py:1:1: the lab 'own' cannot be loaded: It crashed (look at labs/*.py)"
