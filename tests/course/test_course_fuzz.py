"""Whatever a file holds, reading it gives a course or a BadLesson: never another exception, never a hang."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from course_samples import CHAPTER, LESSON_FRONT, TOOLS, formula
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tutor.course.lint import lint
from tutor.course.model import Place
from tutor.course.parse import load_course, load_lesson, load_outline, read_course
from tutor.course.plain import Formats
from tutor.course.read import lesson_text
from tutor.course.yamltree import BadYaml, read_yaml
from tutor.errors import BadLesson

PIECES = st.sampled_from(
    [
        "```quiz q\n",
        "```lab perceptron\n",
        "```predict p\n",
        "```exercise e\n",
        "```aside\n",
        "```timeline\n",
        "```\n",
        "~~~quiz a\n",
        "---\n",
        "ask: x\n",
        "kind: choice\n",
        "kind: number\n",
        "kind: order\n",
        "options: [a, b]\n",
        "answer: 3\n",
        "knobs: {rate: 1}\n",
        "file: x.py\n",
        "file: ../../x\n",
        "- {say: a, right: true}\n",
        "options:\n",
        "events:\n",
        "text: |\n  $x\n",
        "goal: errors == 0\n",
        "## Head\n",
        "# One\n",
        "#### Four\n",
        "Head\n===\n",
        "> ",
        "- ",
        "  ",
        "\t",
        "\n",
        "$x$",
        "$$",
        "$",
        "\\",
        "`",
        "[a](b)",
        "[a](#b)",
        "[a](lab:x?y)",
        "| a | b |\n|---|---|\n| $x$ | |\n",
        "&a *a !b",
        "{",
        "[",
        '"',
        "'",
        ": ",
        "title: x\n",
        "minutes: 5\n",
        "é",
        "漢",
        "\u0301",
    ]
)
BODIES = st.one_of(st.lists(PIECES, max_size=30).map("".join), st.text(max_size=200))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fuzz") / "course"
    (folder / "01-first").mkdir(parents=True)
    (folder / "01-first/index.md").write_text(CHAPTER, encoding="utf-8")
    return folder


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=BODIES, front=st.booleans())
def test_any_text(root: Path, body: str, front: bool) -> None:
    raw = ((LESSON_FRONT if front else "") + body).encode("utf-8", "surrogatepass")
    (root / "01-first/01-one.md").write_bytes(raw)
    course, problems = read_course(root)
    for load in (load_course, load_outline):
        with contextlib.suppress(BadLesson):
            load(root)
    with contextlib.suppress(BadLesson):
        load_lesson(root, "01-first/one")
    lines = raw.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for problem in [*problems, *lint(root, TOOLS)]:
        assert problem.mend, problem
        assert 1 <= problem.place.line <= len(lines) + 1, problem
        assert problem.place.column >= 1
    for lesson in course.lessons:
        lesson_text(lesson, Formats(inline=lambda tex: tex, display=lambda tex: tex.split("\n")), 40, answers=True)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=300))
def test_any_bytes(root: Path, raw: bytes) -> None:
    (root / "01-first/01-one.md").write_bytes(raw)
    read_course(root)
    with contextlib.suppress(BadLesson):
        load_course(root)


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=100), st.lists(PIECES, max_size=12).map("".join)))
def test_any_yaml(text: str) -> None:
    with contextlib.suppress(BadYaml):
        read_yaml(text, lambda line, column: Place(Path("x"), line + 1, column + 1))


def test_the_sample_formula_reader_refuses() -> None:
    with pytest.raises(ValueError, match="undefined"):
        formula("\\undefined")
