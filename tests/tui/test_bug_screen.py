"""Find the bug: pointing at lines by keys, hints after wrong marks, mending with the real judge, and the run on either code."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from lesson_fake import SIZES, LessonWorker, glass, opened, until
from textual.pilot import Pilot

from tutor.course.model import Course
from tutor.course.parse import load_outline
from tutor.draw.cells import Look
from tutor.store import Store
from tutor.tui.app import TutorApp
from tutor.tui.blocks.bug import BugCard
from tutor.tui.blocks.editor import CodeEditor
from tutor.tui.lesson_lab import LessonLab
from tutor.tui.screens.bug import BugScreen, MendScreen
from tutor.tui.screens.lesson import LessonScreen

CHAPTER = Path(__file__).parents[2] / "lessons/06-representation"
LESSON = "01-one/lesson"
STYLE = """def dropout(a, u, keep):
    out = a.copy()
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            out[i, j] = a[i, j] / keep if u[i, j] < keep else 0.0
    return out
"""
"""Right, and nothing like the course's."""


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A lesson that is nothing but the bug of chapter 6."""
    chapter = tmp_path_factory.mktemp("course") / "01-one"
    shutil.copytree(CHAPTER / "exercises", chapter / "exercises")
    block = re.search(r"^```bug .*?^```$", (CHAPTER / "02-end-to-end.md").read_text(encoding="utf-8"), re.M | re.S)
    assert block
    (chapter / "index.md").write_text("---\ntitle: One\nsummary: One.\n---\nA text.\n")
    (chapter / "01-lesson.md").write_text(f"---\ntitle: One\nminutes: 5\n---\nA text.\n\n{block[0]}\n", encoding="utf-8")
    return load_outline(chapter.parent, "samples")


@pytest.fixture
def app(store: Store, course: Course) -> TutorApp:
    return made(store, course)


def made(store: Store, course: Course, look: Look | None = None) -> TutorApp:
    return TutorApp(course, store, LessonWorker(), look=look or Look(), start=LESSON)


def play(
    app: TutorApp, act: Callable[[Pilot[Any], BugScreen], Coroutine[Any, Any, None]], size: tuple[int, int] = (80, 24)
) -> None:
    """To the bug of the lesson, by its keys."""

    async def run() -> None:
        async with app.run_test(size=size) as pilot:
            await opened(pilot)
            lesson = app.screen
            assert isinstance(lesson, LessonScreen)
            card = lesson.query_one(BugCard)
            card.focus()
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(app.screen, BugScreen) and app.screen.query(CodeEditor))
            screen = app.screen
            assert isinstance(screen, BugScreen)
            await pilot.pause()
            await act(pilot, screen)

    asyncio.run(run())


async def point_at(pilot: Pilot[Any], screen: BugScreen, line: int) -> None:
    """With the arrow keys and enter."""
    now = screen.query_one(CodeEditor).cursor_location[0] + 1
    await pilot.press(*["down" if line > now else "up"] * abs(line - now), "enter")
    await pilot.pause()


@pytest.mark.parametrize("size", SIZES)
def test_what_is_shown(app: TutorApp, frame: Callable[..., None], size: tuple[int, int]) -> None:
    async def act(pilot: Pilot[Any], screen: BugScreen) -> None:
        await point_at(pilot, screen, 12)
        frame(app, f"bug-wrong-{size[0]}")
        await point_at(pilot, screen, 13)
        frame(app, f"bug-found-{size[0]}")

    play(app, act, size)


def test_wrong_marks_get_a_word_or_a_hint_and_never_the_line(app: TutorApp, store: Store) -> None:
    async def act(pilot: Pilot[Any], screen: BugScreen) -> None:
        await point_at(pilot, screen, 8)
        assert "Line 8 computes nothing" in glass(app)
        assert store.answers("samples", LESSON) == []
        await point_at(pilot, screen, 12)
        assert "Not line 12: a number below" in glass(app)
        assert "Hint 1" not in glass(app), "what is said of the line is enough"
        await point_at(pilot, screen, 6)
        assert "Line 6 does what it should" in glass(app)
        assert "Hint 1" in glass(app)
        assert not screen.found
        assert "line 13" not in glass(app).lower().replace(":13", "")
        await pilot.press("t")
        assert len(screen.hints.shown) == 2

    play(app, act)
    kept = [(answer.task, answer.given, answer.right) for answer in store.answers("samples", LESSON)]
    assert kept == [("dropout-scale/line", "12", False), ("dropout-scale/line", "6", False)]


def test_it_is_mended_only_once_it_is_found_and_any_right_code_will_do(app: TutorApp, store: Store) -> None:
    async def act(pilot: Pilot[Any], screen: BugScreen) -> None:
        await pilot.press("e")
        await pilot.pause()
        assert app.screen is screen, "first the line is to be found"
        await point_at(pilot, screen, 13)
        assert "Line 13 is the one" in glass(app)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, MendScreen) and app.screen.query(CodeEditor))
        mend = app.screen
        assert isinstance(mend, MendScreen)
        await pilot.pause()
        editor = mend.query_one(CodeEditor)
        assert editor.cursor_location == (12, len("    scale = keep"))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: mend.verdict)
        assert mend.verdict is not None
        assert not mend.verdict.passed
        mend.verdict = None
        editor.load_text("import numpy as np\n\n\n" + STYLE)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: mend.verdict)
        assert mend.verdict.passed
        assert "Half of the units give half of the sum" in glass(app)
        await pilot.press("ctrl+q")
        await until(pilot, lambda: app.screen is screen)
        assert "Mended" in glass(app)
        await pilot.press("q")
        await until(pilot, lambda: isinstance(app.screen, LessonScreen))
        assert app.screen.query_one(BugCard).state == "done"

    play(app, act)
    assert store.done("samples")[LESSON]["dropout-scale"] == "done"


def test_the_run_is_on_the_faulty_code_and_then_on_the_mended(app: TutorApp, store: Store) -> None:
    worker = app.worker
    assert isinstance(worker, LessonWorker)
    own: list[Path] = []

    async def see(pilot: Pilot[Any], screen: BugScreen) -> str:
        await pilot.press("l")
        await until(pilot, lambda: isinstance(app.screen, LessonLab))
        await until(pilot, lambda: "This run is on" in glass(app))
        said = glass(app)
        await pilot.press("q")
        await until(pilot, lambda: app.screen is screen)
        return said

    async def act(pilot: Pilot[Any], screen: BugScreen) -> None:
        from tutor.exercises import ensure_learner_file

        assert "the code with the wrong line" in await see(pilot, screen)
        assert worker.opened[-1] == ("dropout", screen.bug.file)
        own.append(ensure_learner_file("samples", LESSON, screen.bug))
        screen.book.finish(screen.bug.id)
        assert "on your mended code" in await see(pilot, screen)
        assert worker.opened[-1] == ("dropout", own[0])

    play(app, act)


def test_what_was_found_is_known_when_one_comes_back(app: TutorApp, store: Store) -> None:
    store.answer("samples", LESSON, "dropout-scale/line", "13", True)

    async def act(pilot: Pilot[Any], screen: BugScreen) -> None:
        assert screen.found
        assert screen.query_one(CodeEditor).cursor_location[0] == 12
        await pilot.press("q")
        await until(pilot, lambda: isinstance(app.screen, LessonScreen))
        assert "Line 13 is found" in str(app.screen.query_one(BugCard).feedback())

    play(app, act)


def test_the_line_is_said_where_there_is_no_colour(store: Store, course: Course) -> None:
    async def act(pilot: Pilot[Any], screen: BugScreen) -> None:
        await pilot.press("down", "down", "down")
        await pilot.pause()
        assert "bug_dropout.py:4" in glass(screen.app)

    play(made(store, course, Look(unicode=False, colour=False)), act)
