"""What the tests of the screen share: a small course, an app on it, and plain-text pictures of the screen.

A frame is a file in `frames/`: the screen as text, then which cells are bold, reversed or underlined.
`DLTUTOR_FRAMES=1` writes them anew.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from lesson_fake import COURSE, LessonWorker
from textual.app import App

from tutor.course.model import Course
from tutor.course.parse import load_outline
from tutor.draw.cells import Look
from tutor.store import Store
from tutor.tui.app import TutorApp

FRAMES = Path(__file__).parent / "frames"


def frame_of(app: App[Any], columns: int | None = None) -> str:
    """The screen (or its first columns) as text, and below it the runs of cells that are not plain, row by row."""
    strips = [strip.crop(0, columns) for strip in app.screen._compositor.render_strips()]
    rows = [strip.text.rstrip() for strip in strips]
    inks = []
    for y, strip in enumerate(strips):
        x, runs = 0, []
        for segment in strip:
            style = segment.style
            marks = (
                "".join(m for m, on in (("b", style.bold), ("r", style.reverse), ("u", style.underline)) if on) if style else ""
            )
            if marks and segment.text.strip():
                runs.append(f"{x}-{x + segment.cell_length}{marks}")
            x += segment.cell_length
        if runs:
            inks.append(f"{y}: {' '.join(runs)}")
    return "\n".join([*rows, "---", *inks]) + "\n"


@pytest.fixture
def frame() -> Callable[..., None]:
    """Compares the screen, or its first columns, with the frame of this name."""

    def compare(app: App[Any], name: str, columns: int | None = None) -> None:
        got, file = frame_of(app, columns), FRAMES / f"{name}.txt"
        if os.environ.get("DLTUTOR_FRAMES"):
            FRAMES.mkdir(exist_ok=True)
            file.write_text(got, encoding="utf-8")
        assert file.exists(), f"there is no frame {file.name}: write it with DLTUTOR_FRAMES=1 and look at it"
        assert got == file.read_text(encoding="utf-8")

    return compare


@pytest.fixture(autouse=True)
def _trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The courses of the tests are their own: nobody asks about their code."""
    monkeypatch.setattr("tutor.trust.is_trusted", lambda root: True)


@pytest.fixture
def course() -> Course:
    return load_outline(COURSE, "samples")


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.open() as opened:
        yield opened


@pytest.fixture
def make_app(course: Course, store: Store, monkeypatch: pytest.MonkeyPatch) -> Callable[..., TutorApp]:
    """An app on the sample course, with two labs and a worker that starts no process."""
    monkeypatch.setattr("tutor.labs.lab_ids", lambda: ("neuron", "perceptron"))

    def make(start: str = "", look: Look | None = None, worker: Any = None) -> TutorApp:
        return TutorApp(course, store, worker or LessonWorker(), look=look or Look(), start=start)

    return make
