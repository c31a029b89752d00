"""Fixtures that write small courses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from course_samples import CHAPTER, EXERCISE_FILES, LESSON_FRONT, TOOLS, Check, Write

from tutor.course.lint import lint


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes files below a course's folder; the chapter's index is there unless given."""

    def write_files(files: Mapping[str, str]) -> Path:
        root = tmp_path / "course"
        for name, text in {"01-first/index.md": CHAPTER, **files}.items():
            file = root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return root

    return write_files


@pytest.fixture
def write_body(write: Write) -> Callable[[str], Path]:
    """A course of one lesson with this text below its front matter, which takes four lines; and an exercise's files."""

    def write_lesson(body: str) -> Path:
        files = {f"01-first/exercises/{name}": "" for name in EXERCISE_FILES}
        return write({"01-first/01-one.md": LESSON_FRONT + body, **files})

    return write_lesson


@pytest.fixture
def check(write_body: Callable[[str], Path]) -> Check:
    """Lints a lesson with this body."""
    return lambda body: lint(write_body(body), TOOLS)
