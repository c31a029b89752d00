"""The home screen: its list, its frames, what its keys open, and what it does not load before it is painted."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from lesson_fake import COURSE, SIZES, glass, until
from textual.pilot import Pilot

from tutor.course.model import Course
from tutor.draw.cells import Look
from tutor.errors import BadLink
from tutor.store import Store
from tutor.tui.app import TutorApp
from tutor.tui.screens.home import Home, Menu, entries_of, finished, line_of, next_lesson
from tutor.tui.screens.lesson import LessonScreen
from tutor.tui.start import resolve

Make = Callable[..., TutorApp]
FIRST, LAB, OTHER = "01-first/words", "01-first/lab", "02-second/other"
TOTALS = {FIRST: 2, LAB: 3, OTHER: 0}


def play(app: TutorApp, act: Callable[[Pilot[Any]], Coroutine[Any, Any, None]], size: tuple[int, int] = (80, 24)) -> None:
    async def run() -> None:
        async with app.run_test(size=size) as pilot:
            await until(pilot, lambda: app.totals and isinstance(app.screen_stack[0], Home) and app.screen_stack[0]._labs)
            await act(pilot)

    asyncio.run(run())


def test_next_lesson(course: Course) -> None:
    assert next_lesson(course, {}, TOTALS, "") == FIRST
    assert next_lesson(course, {}, TOTALS, LAB) == LAB
    assert next_lesson(course, {FIRST: {"one": "done", "two": "done"}}, TOTALS, FIRST) == LAB
    assert next_lesson(course, {}, TOTALS, "99-gone/lesson") == FIRST


def test_skipped_is_not_done() -> None:
    assert not finished(FIRST, {FIRST: {"one": "done", "two": "skipped"}}, TOTALS)
    assert finished(FIRST, {FIRST: {"one": "done", "two": "done"}}, TOTALS)
    assert not finished(OTHER, {}, TOTALS), "a lesson without tasks is never finished"
    assert not finished(FIRST, {FIRST: {"one": "done"}}, {}), "nor is one whose tasks have not been counted yet"


def test_entries(course: Course) -> None:
    entries = entries_of(course, {FIRST: {"one": "done", "two": "skipped"}}, TOTALS, FIRST, {"neuron": "One."})
    assert [(e.kind, e.count, e.mark) for e in entries if e.kind == "lesson"] == [
        ("lesson", "1 of 2", "next"),
        ("lesson", "0 of 3", ""),
        ("lesson", "", ""),
    ]
    notes = [e.note for e in entries if e.kind == "lesson"]
    assert [note.startswith("1 shown") for note in notes] == [True, False, False], "what was shown is counted apart"
    assert [e.title for e in entries if e.kind == "chapter"] == ["1  The first chapter", "2  The second chapter"]
    assert entries[-1].kind == "lab"


@pytest.mark.parametrize("width", [20, 56, 84])
@pytest.mark.parametrize("look", [Look(), Look(unicode=False)])
def test_lines_fit(course: Course, width: int, look: Look) -> None:
    for entry in entries_of(course, {}, TOTALS, FIRST, {"neuron": "A summary that is rather long for a line. " * 3}):
        line = line_of(entry, width, look)
        assert line.cell_length <= width
        assert look.unicode or line.plain.isascii()


@pytest.mark.parametrize("size", SIZES)
def test_newcomer(make_app: Make, frame: Callable[..., None], size: tuple[int, int]) -> None:
    app = make_app()

    async def act(pilot: Pilot[Any]) -> None:
        frame(app, f"home-new-{size[0]}")

    play(app, act, size)


@pytest.mark.parametrize("size", SIZES)
def test_returning(make_app: Make, store: Store, frame: Callable[..., None], size: tuple[int, int]) -> None:
    for task in ("one", "some", "count"):
        store.finish("samples", FIRST, task)
    for task in ("guess", "perceptron", "update"):
        store.finish("samples", LAB, task)
    store.place("samples", FIRST, "typed-questions")
    app = make_app()

    async def act(pilot: Pilot[Any]) -> None:
        frame(app, f"home-back-{size[0]}")

    play(app, act, size)


def test_enter_goes_on_and_back_keeps_the_line(make_app: Make) -> None:
    app = make_app()

    async def act(pilot: Pilot[Any]) -> None:
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, LessonScreen))
        assert app.screen.lesson.id == LAB
        await pilot.press("q")
        await until(pilot, lambda: isinstance(app.screen, Home))
        option = app.screen.query_one(Menu).highlighted_option
        assert option is not None
        assert option.id == f"lesson:{LAB}"
        assert "You are in A lab and an exercise" in glass(app)

    play(app, act)


def test_labs(make_app: Make) -> None:
    app = make_app()

    async def act(pilot: Pilot[Any]) -> None:
        await pilot.press("l", "enter")
        await until(pilot, lambda: type(app.screen).__name__ == "LabScreen")
        await until(pilot, lambda: app.worker.opened)
        assert app.worker.opened[0][0] == "neuron"

    play(app, act)


def test_help_names_the_keys(make_app: Make) -> None:
    app = make_app()

    async def act(pilot: Pilot[Any]) -> None:
        await pilot.press("question_mark")
        await pilot.pause()
        assert "Labs" in glass(app)
        await pilot.press("q")
        await pilot.pause()
        assert isinstance(app.screen, Home)

    play(app, act)


def test_nothing_beyond_ascii(make_app: Make) -> None:
    app = make_app(look=Look(unicode=False))

    async def act(pilot: Pilot[Any]) -> None:
        assert glass(app).isascii()

    play(app, act)


def test_the_worker_is_closed(make_app: Make) -> None:
    app = make_app()

    async def act(pilot: Pilot[Any]) -> None:
        await pilot.press("q")

    play(app, act)
    assert app.worker.closed


def test_resolve(course: Course) -> None:
    assert resolve(LAB, course) == LAB
    assert resolve("other", course) == OTHER
    assert resolve("review", course) == "review"
    assert resolve("perceptron?data=or", course) == "perceptron?data=or"
    with pytest.raises(BadLink, match="neither a lesson nor a lab"):
        resolve("perceptrn", course)
    with pytest.raises(BadLink, match="data cannot be"):
        resolve("perceptron?data=nothing", course)


def test_a_link_opens_its_lab(make_app: Make) -> None:
    app = make_app(start="perceptron?data=or")

    async def act(pilot: Pilot[Any]) -> None:
        await until(pilot, lambda: app.worker.opened)
        assert app.worker.opened[0][0] == "perceptron?data=or"

    play(app, act)


def test_first_paint_loads_little() -> None:
    """Neither NumPy, plotext, Markdown nor a lab is loaded when home is painted, and Numba never."""
    code = f"""
import asyncio, sys
from pathlib import Path
from tutor.course.parse import load_outline
from tutor.store import Store
from tutor.tui.app import TutorApp
found = []
class App(TutorApp):
    def _painted(self):
        found.extend(name for name in ("numpy", "plotext", "markdown_it", "numba", "tutor.labs") if name in sys.modules)
async def go():
    app = App(load_outline(Path({str(COURSE)!r}), "x"), Store.open())
    async with app.run_test() as pilot:
        await pilot.pause()
asyncio.run(go())
print(found)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
