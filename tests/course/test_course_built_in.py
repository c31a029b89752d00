"""The course that comes with the program: sound in the linter's eyes, and made to be read on a small terminal."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tutor.cli.lint import tools
from tutor.cli.read import formats
from tutor.course.lint import lint, problems_as_text
from tutor.course.model import Exercise, LabBlock, Lesson, Predict, Prose, Quiz
from tutor.course.parse import load_course, load_outline
from tutor.course.plain import plain_markdown
from tutor.course.questions import QUIZ_KINDS
from tutor.course.read import lesson_text

LESSONS = Path(__file__).parents[2] / "lessons"
COURSE = load_course(LESSONS)


def test_the_linter_finds_nothing() -> None:
    # The proof of the exercises has tests of its own: it starts processes.
    found = lint(LESSONS, replace(tools(), prove=None))
    assert found == [], problems_as_text(found)


def test_the_outline_is_the_course_without_its_text() -> None:
    outline = load_outline(LESSONS)
    assert outline.title == COURSE.title
    assert [(x.id, x.title, x.minutes) for x in outline.lessons] == [(x.id, x.title, x.minutes) for x in COURSE.lessons]


def test_every_kind_of_question_occurs() -> None:
    kinds = {task.kind for lesson in COURSE.lessons for task in lesson.tasks if isinstance(task, Quiz)}
    assert kinds == set(QUIZ_KINDS)


@pytest.mark.parametrize("lesson", COURSE.lessons, ids=lambda lesson: lesson.id)
def test_the_shape_of_a_lesson(lesson: Lesson) -> None:
    """Guess, run, do, check; from 5 to 15 minutes."""
    kinds = [type(task) for task in lesson.tasks]
    assert 5 <= lesson.minutes <= 15
    assert kinds.count(Quiz) >= 2
    assert LabBlock in kinds
    assert any(isinstance(task, LabBlock) and task.goal for task in lesson.tasks)
    assert Predict in kinds
    assert kinds.index(Predict) < kinds.index(LabBlock)
    assert lesson.sources


STORIES = ("00-why",)
"""Chapters that tell how things came about: nothing to be written in code."""


@pytest.mark.parametrize("chapter", [c for c in COURSE.chapters if c.id not in STORIES], ids=lambda chapter: chapter.id)
def test_a_chapter_ends_with_an_exercise(chapter: object) -> None:
    last = chapter.lessons[-1].tasks[-1]  # type: ignore[attr-defined]
    assert isinstance(last, Exercise)
    assert 2 <= len(last.hints) <= 4


@pytest.mark.parametrize("lesson", COURSE.lessons, ids=lambda lesson: lesson.id)
def test_sections_fit_two_screens(lesson: Lesson) -> None:
    """At 80×24 a screen shows about 20 lines of text beside a page's frame; a block folds to a few lines."""
    for section in lesson.sections:
        prose = [plain_markdown(block.text, formats(), 76) for block in section.blocks if isinstance(block, Prose)]
        lines = sum(len(part) + 1 for part in prose) + 6 * (len(section.blocks) - len(prose))
        assert lines <= 48, (section.title, lines)


@pytest.mark.parametrize("lesson", COURSE.lessons, ids=lambda lesson: lesson.id)
def test_lessons_read_well_as_text(lesson: Lesson) -> None:
    text = lesson_text(lesson, formats(), 80)
    long = [line for line in text.split("\n") if len(line) > 80 and "dltutor run" not in line]
    assert long == []
    assert "$" not in text
    assert not re.search(r"\\[a-zA-Z]{2}", text)
