"""The review on screen: what is due, its numbers, what becomes of an answer; its line at home; the transcript's key."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from lesson_fake import glass, until
from textual.pilot import Pilot

from tutor import paths
from tutor.draw.cells import Look
from tutor.store import Store
from tutor.tui.app import TutorApp
from tutor.tui.screens.dialogs import Notice
from tutor.tui.screens.home import Home
from tutor.tui.screens.lesson import LessonScreen
from tutor.tui.screens.review import ReviewScreen

Make = Callable[..., TutorApp]
FIRST = "01-first/words"
SIZES = ((80, 24), (60, 20))
HOUR = 3600.0


def play(app: TutorApp, act: Callable[[Pilot[Any]], Coroutine[Any, Any, None]], size: tuple[int, int] = (80, 24)) -> None:
    async def run() -> None:
        async with app.run_test(size=size) as pilot:
            await until(pilot, lambda: app.whole is not None and app.totals)
            await act(pilot)

    asyncio.run(run())


@pytest.fixture
def missed(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Two questions missed an hour ago, one known."""
    now = 1_800_000_000.0
    monkeypatch.setattr("time.time", lambda: now)
    store.answer("samples", FIRST, "count", "5", False)
    now += 60
    store.answer("samples", FIRST, "one", "1", False)
    store.answer("samples", FIRST, "name", "Rosenblatt", True)
    now += HOUR
    return store


async def opened(pilot: Pilot[Any]) -> ReviewScreen:
    await until(pilot, lambda: isinstance(pilot.app.screen, ReviewScreen) and pilot.app.screen.query("Sheet > *"))
    screen = pilot.app.screen
    assert isinstance(screen, ReviewScreen)
    return screen


@pytest.mark.parametrize("size", SIZES)
def test_a_review(make_app: Make, missed: Store, frame: Callable[..., None], size: tuple[int, int]) -> None:
    app = make_app()

    async def act(pilot: Pilot[Any]) -> None:
        assert "Review: 2 due" in glass(app)
        await pilot.press("r")
        screen = await opened(pilot)
        assert "1 of 2" in glass(app)
        assert "You missed this one. From the lesson Words and numbers." in " ".join(glass(app).split())
        await pilot.press(*"5", "enter")
        await pilot.pause()
        assert "5 is too large. Count them." in " ".join(glass(app).replace("▌", " ").split())
        frame(app, f"review-wrong-{size[0]}")
        await pilot.press("ctrl+u", *"4", "enter")
        await pilot.pause()
        frame(app, f"review-right-{size[0]}")
        await pilot.press("enter")
        await pilot.pause()
        assert "2 of 2" in glass(app)
        await pilot.press("2")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert "1 of 2 right at the first try." in " ".join(glass(app).split())
        assert "The next question is due in" in " ".join(glass(app).split())
        assert screen.item is None
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Home))
        assert "Review: nothing due" in glass(app)

    play(app, act, size)
    assert [(r.task, r.given, r.right, r.seed) for r in missed.reviews("samples")] == [
        ("count", "5", False, 1), ("count", "4", True, 1), ("one", "2", True, 1),
    ]  # fmt: skip
    assert missed.done("samples") == {}, "a review does not do the lesson's tasks"


def test_a_question_can_be_left_and_its_lesson_opened(make_app: Make, missed: Store) -> None:
    app = make_app("review")

    async def act(pilot: Pilot[Any]) -> None:
        screen = await opened(pilot)
        await pilot.press("escape", "n")
        await pilot.pause()
        assert screen.at == 1
        await pilot.press("escape", "o")
        await until(pilot, lambda: isinstance(app.screen, LessonScreen) and app.screen.page.children)
        assert app.screen.section.id == "questions"
        await pilot.press("q")
        await until(pilot, lambda: app.screen is screen)
        await pilot.press("q")
        await until(pilot, lambda: isinstance(app.screen, Home))

    play(app, act)
    assert missed.reviews("samples") == []


def test_nothing_to_review(make_app: Make) -> None:
    app = make_app("review")

    async def act(pilot: Pilot[Any]) -> None:
        await opened(pilot)
        assert "There is nothing to review yet" in glass(app)
        await pilot.press("q")
        await until(pilot, lambda: isinstance(app.screen, Home))
        assert "Review" not in glass(app)
        await pilot.press("r")
        await pilot.pause()
        assert isinstance(app.screen, Home)

    play(app, act)


def test_in_ascii(make_app: Make, missed: Store) -> None:
    app = make_app("review", look=Look(unicode=False, colour=False))

    async def act(pilot: Pilot[Any]) -> None:
        await opened(pilot)
        assert glass(app).isascii()
        await pilot.press("escape", "q")
        await until(pilot, lambda: isinstance(app.screen, Home))
        assert glass(app).isascii()

    play(app, act)


def test_the_transcript_is_written_and_its_place_said(make_app: Make, missed: Store) -> None:
    app = make_app()

    async def act(pilot: Pilot[Any]) -> None:
        await pilot.press("x")
        await until(pilot, lambda: isinstance(app.screen, Notice))
        assert "transcript.md" in "".join(glass(app).split())
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Home))

    play(app, act)
    text = (Path(paths.data_folder()) / "transcript.md").read_text(encoding="utf-8")
    assert "- Asked: How many are two and two?\n  - Answered: `5` (wrong, 1 try)" in text
