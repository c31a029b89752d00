"""A course from elsewhere on screen: chosen at home, and asked about before its code runs."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from lesson_fake import COURSE, LessonWorker, glass, opened, until
from textual.widgets import OptionList

from tutor import trust
from tutor.course.library import courses_folder
from tutor.course.parse import load_outline
from tutor.labs import Authored, find_lab, use_authored
from tutor.tui.app import TutorApp
from tutor.tui.screens.dialogs import Confirm
from tutor.tui.screens.exercise import ExerciseScreen
from tutor.tui.screens.home import Home
from tutor.tui.screens.lab import LabScreen
from tutor.tui.screens.lesson import LessonScreen


@pytest.fixture(autouse=True)
def _trusted() -> None:
    """Here somebody asks."""


@pytest.fixture
def added() -> Path:
    folder = courses_folder() / "samples"
    shutil.copytree(COURSE, folder)
    (folder / "course.yaml").write_text("title: Samples from elsewhere\nname: samples\nversion: 2.0\n")
    return folder


def test_another_course_is_opened_from_home(make_app: Callable[..., TutorApp], added: Path) -> None:
    app = make_app()

    async def run() -> None:
        async with app.run_test(size=(80, 50)) as pilot:
            await until(pilot, lambda: "Samples from elsewhere" in glass(app))
            home = app.screen
            assert isinstance(home, Home)
            assert "Other courses" in glass(app)
            menu = home.query_one(OptionList)
            ids = [menu.get_option_at_index(i).id for i in range(menu.option_count)]
            menu.highlighted = ids.index("course:samples")
            await pilot.press("enter")
            await until(pilot, lambda: "dltutor: Samples from elsewhere" in glass(app))
            assert (app.course.id, app.course.folder, app.course.version) == ("samples", added, "2.0")
            await until(pilot, lambda: "course:built-in" in [menu.get_option_at_index(i).id for i in range(menu.option_count)])

    asyncio.run(run())


def test_the_dialog_comes_before_the_code(make_app: Callable[..., TutorApp], added: Path) -> None:
    app = make_app("01-first/lab")
    app.course = load_outline(added, "samples")

    async def run() -> None:
        async with app.run_test(size=(80, 30)) as pilot:
            await opened(pilot)
            lesson = app.screen
            assert isinstance(lesson, LessonScreen)
            await lesson.go(1)
            await pilot.press("enter", "enter")
            await until(pilot, lambda: isinstance(app.screen, Confirm))
            assert "Trust the course samples?" in glass(app)
            assert "update.check.py" in glass(app)
            await pilot.press("n")
            await until(pilot, lambda: app.screen is lesson)
            assert not trust.is_trusted(added)
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(app.screen, Confirm))
            await pilot.press("y")
            await until(pilot, lambda: isinstance(app.screen, ExerciseScreen))
            assert trust.is_trusted(added)

    asyncio.run(run())


def test_a_lab_of_the_course_is_asked_about_and_then_opened(make_app: Callable[..., TutorApp], added: Path) -> None:
    """The screen knows it by its description only; loading it is the worker's."""
    (added / "labs").mkdir()
    (added / "labs/own.py").write_text("raise SystemExit('the screen must not load this')\nLAB = None\n")
    spec = replace(find_lab("perceptron").spec, id="own", title="My own lab")

    class Worker(LessonWorker):
        asked = 0

        async def labs(self) -> dict[str, object]:
            self.asked += 1
            return {"labs": (spec,), "broken": {}}

    worker = Worker()
    app = make_app(worker=worker)
    app.course = load_outline(added, "samples")

    async def run() -> None:
        async with app.run_test(size=(80, 30)) as pilot:
            await until(pilot, lambda: isinstance(app.screen, Home))
            app.open_lab("own?seed=3")
            await until(pilot, lambda: isinstance(app.screen, Confirm))
            assert "labs/own.py" in glass(app)
            assert worker.asked == 0
            await pilot.press("y")
            await until(pilot, lambda: isinstance(app.screen, LabScreen))
            await until(pilot, lambda: "My own lab" in glass(app))
            assert worker.asked == 1

    try:
        asyncio.run(run())
    finally:
        use_authored(Authored())
