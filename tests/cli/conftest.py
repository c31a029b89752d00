"""The command line, called in this process; and a small course for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_samples import CHAPTER, LESSON, Call, Done

import tutor.data.digits
import tutor.data.tables  # noqa: F401 (loaded before a course takes the place of the built-in one: the data stay where they are)
from tutor.cli import main


@pytest.fixture
def call(capfd: pytest.CaptureFixture[str]) -> Call:
    """Runs `dltutor` with these arguments in this process."""

    def run(*argv: str) -> Done:
        capfd.readouterr()
        status = main(argv)
        return Done(status, *capfd.readouterr())

    return run


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course of one lesson in the place of the built-in one."""
    root = tmp_path / "lessons"
    exercises = root / "01-first" / "exercises"
    exercises.mkdir(parents=True)
    (root / "01-first" / "index.md").write_text(CHAPTER)
    (root / "01-first" / "01-one-idea.md").write_text(LESSON)
    for name in ("twice.py", "twice.solution.py", "twice.check.py", "twice.faults.py"):
        (exercises / name).write_text("")
    monkeypatch.setattr("tutor.paths.lessons_folder", lambda: root)
    return root
