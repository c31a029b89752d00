"""The lesson screen: pages, keys, links, contents, the place that is kept, and labs beside the text or on their own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lesson_fake import SIZES, LessonWorker, glass, opened, until
from textual.pilot import Pilot

from tutor.draw.cells import Look
from tutor.errors import StoreProblem
from tutor.store import Store
from tutor.tui.app import TutorApp
from tutor.tui.blocks.cards import LabCard
from tutor.tui.blocks.predict import Prediction
from tutor.tui.lab_pane import LabPane
from tutor.tui.lesson_contents import Contents
from tutor.tui.lesson_lab import LessonLab
from tutor.tui.screens.dialogs import Notice
from tutor.tui.screens.home import Home
from tutor.tui.screens.lesson import LessonScreen

Make = Callable[..., TutorApp]
Frame = Callable[..., None]
Act = Callable[[Pilot[Any], LessonScreen], Coroutine[Any, Any, None]]
FIRST, LAB, OTHER = "01-first/words", "01-first/lab", "02-second/other"


def play(app: TutorApp, act: Act, size: tuple[int, int] = (80, 24)) -> None:
    """Open what the app was told to open, and act on it."""

    async def run() -> None:
        async with app.run_test(size=size) as pilot:
            await opened(pilot)
            screen = app.screen
            assert isinstance(screen, LessonScreen)
            await act(pilot, screen)

    asyncio.run(run())


async def page(pilot: Pilot[Any], screen: LessonScreen, index: int) -> None:
    """Turn to a page."""
    await screen.go(index)
    await pilot.pause()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("index", "name"), [(0, "words"), (1, "shown"), (2, "questions"), (3, "typed"), (4, "order")])
def test_pages(make_app: Make, frame: Frame, size: tuple[int, int], index: int, name: str) -> None:
    app = make_app(FIRST)

    async def act(pilot: Pilot[Any], screen: LessonScreen) -> None:
        await page(pilot, screen, index)
        frame(app, f"lesson-{name}-{size[0]}")

    play(app, act, size)


def test_ascii(make_app: Make, frame: Frame) -> None:
    app = make_app(FIRST, look=Look(unicode=False))

    async def act(pilot: Pilot[Any], screen: LessonScreen) -> None:
        for index in range(5):
            await page(pilot, screen, index)
            assert glass(app).isascii()
        await page(pilot, screen, 1)
        frame(app, "lesson-ascii-80")

    play(app, act)


def test_keys_turn_pages(make_app: Make) -> None:
    app = make_app(FIRST)

    async def act(pilot: Pilot[Any], screen: LessonScreen) -> None:
        seen = []
        for key in ("n", "right", "p", "left", "left"):
            await pilot.press(key)
            await pilot.pause()
            seen.append(screen.index)
        assert seen == [1, 2, 1, 0, 0]

    play(app, act)


def test_page_down_goes_on_at_the_end(make_app: Make) -> None:
    app = make_app(FIRST)

    async def act(pilot: Pilot[Any], screen: LessonScreen) -> None:
        await page(pilot, screen, 1)
        presses = 0
        while screen.index == 1 and presses < 10:
            await pilot.press("pagedown")
            await pilot.pause()
            presses += 1
        assert presses > 1, "the page is longer than the screen"
        assert screen.index == 2
        await pilot.press("pageup")
        await pilot.pause()
        assert screen.index == 1

    play(app, act, (60, 20))


def test_after_the_last_page_comes_the_next_lesson(make_app: Make) -> None:
    app = make_app(FIRST)

    async def act(pilot: Pilot[Any], screen: LessonScreen) -> None:
        await page(pilot, screen, 4)
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, LessonScreen) and app.screen.lesson.id == LAB)
        await opened(pilot)
        await pilot.press("q")
        await until(pilot, lambda: isinstance(app.screen, Home))

    play(app, act)


def test_the_place_is_kept(make_app: Make, store: Store) -> None:
    app = make_app(FIRST)

    async def leave(pilot: Pilot[Any], screen: LessonScreen) -> None:
        await page(pilot, screen, 1)
        screen.page.scroll_to(y=9, animate=False, immediate=True)
        await pilot.pause()
        await pilot.press("q")
        await pilot.pause()

    play(app, leave, (60, 20))
    place = store.place_in("samples", FIRST)
    assert place is not None
    assert place.section == "shown-things"
    again = make_app(FIRST)

    async def back(pilot: Pilot[Any], screen: LessonScreen) -> None:
        assert screen.index == 1
        await until(pilot, lambda: screen.page.scroll_offset.y == 9)

    play(again, back, (60, 20))


def test_scrolling_alone_is_kept(make_app: Make, store: Store) -> None:
    app = make_app(FIRST)

    async def act(pilot: Pilot[Any], screen: LessonScreen) -> None:
        await page(pilot, screen, 1)
        await pilot.press("down", "down")
        await pilot.pause()
        assert screen._timer is not None
        screen.leave_text()
        place = store.place_in("samples", FIRST)
        assert place is not None
        assert place.block

    play(app, act, (60, 20))


def test_links(make_app: Make) -> None:
    app = make_app(FIRST)

    async def act(pilot: Pilot[Any], screen: LessonScreen) -> None:
        await pilot.press("g", "1")
        await pilot.pause()
        assert screen.section.id == "questions"
        await page(pilot, screen, 0)
        await pilot.press("4")
        await pilot.pause()
        assert isinstance(app.screen, Notice)
        await pilot.press("q")
        await pilot.press("g", "9")
        await pilot.pause()
        assert screen.index == 0, "there is no link 9"
        await pilot.press("2")
        await until(pilot, lambda: isinstance(app.screen, LessonScreen) and app.screen.lesson.id == OTHER)
        await opened(pilot)
        assert app.screen.section.id == "the-end"

    play(app, act)


def test_a_link_to_a_run(make_app: Make) -> None:
    app = make_app(FIRST)

    async def act(pilot: Pilot[Any], screen: LessonScreen) -> None:
        await pilot.press("3")
        await until(pilot, lambda: app.worker.opened)
        assert app.worker.opened[0][0] == "perceptron"
        await pilot.press("q")
        await until(pilot, lambda: app.screen is screen)

    play(app, act)


def test_contents(make_app: Make, frame: Frame) -> None:
    app = make_app(FIRST)

    async def act(pilot: Pilot[Any], screen: LessonScreen) -> None:
        contents = screen.query_one(Contents)
        assert not contents.display
        await pilot.press("t")
        await pilot.pause()
        frame(app, "lesson-contents-80")
        await pilot.press("down", "down", "enter")
        await pilot.pause()
        assert screen.section.id == "questions"
        assert not contents.display

    play(app, act)


def test_enter_goes_to_the_open_task(make_app: Make) -> None:
    app = make_app(FIRST)

    async def act(pilot: Pilot[Any], screen: LessonScreen) -> None:
        await page(pilot, screen, 2)
        await pilot.press("enter", "2")
        await pilot.pause()
        assert screen.book.is_done("one")
        assert screen.page.has_focus, "after a right answer the keys are the text's"
        await pilot.press("enter")
        await pilot.pause()
        assert app.focused in list(screen.page.tasks[1].query("*"))
        await pilot.press("escape")
        assert screen.page.has_focus

    play(app, act)


# Labs


def test_narrow_the_lab_takes_the_screen_and_gives_it_back(make_app: Make, store: Store) -> None:
    app = make_app(LAB)

    async def act(pilot: Pilot[Any], screen: LessonScreen) -> None:
        card = screen.query_one(LabCard)
        assert card.held, "the guess comes first"
        assert "It made five" not in glass(app)
        assert "What follows would give it away" in glass(app)
        await pilot.press("enter", "4", "enter")
        await pilot.pause()
        assert card.has_focus, "a guess leads on to its lab"
        assert not card.held
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, LessonLab) and app.worker.opened)
        await pilot.press("space")
        await until(pilot, lambda: screen.book.is_done("perceptron"))
        await pilot.press("q")
        await until(pilot, lambda: app.screen is screen)
        assert screen.book.is_done("guess")
        assert "You said 4; it is 5" in glass(app)
        assert "It made five" in glass(app)
        assert "What follows" not in glass(app)

    play(app, act)
    assert store.done("samples", LAB)[LAB] == {"perceptron": "done", "guess": "done"}
    assert [answer.right for answer in store.answers("samples", LAB)] == [None, True]


def test_who_does_not_want_to_guess_may_read_on(make_app: Make, store: Store) -> None:
    app = make_app(LAB)

    async def act(pilot: Pilot[Any], screen: LessonScreen) -> None:
        assert "It made five" not in glass(app)
        await pilot.press("v")
        await pilot.pause()
        assert "It made five" in glass(app)
        assert not screen.book.is_done("guess")

    play(app, act)


@pytest.mark.parametrize("size", SIZES)
def test_lab_page(make_app: Make, frame: Frame, size: tuple[int, int]) -> None:
    app = make_app(LAB)

    async def act(pilot: Pilot[Any], screen: LessonScreen) -> None:
        if size[0] >= 120:
            await until(pilot, lambda: app.worker.opened)
            await until(pilot, lambda: screen.query_one(LabPane).frame is not None)
        frame(app, f"lesson-lab-{size[0]}", columns=60)  # the pane beside it has tests of its own

    play(app, act, size)


def test_wide_the_lab_stands_beside(make_app: Make) -> None:
    app = make_app(LAB)

    async def act(pilot: Pilot[Any], screen: LessonScreen) -> None:
        await until(pilot, lambda: app.worker.opened)
        pane = screen.query_one(LabPane)
        screen.query_one(LabCard).focus()
        await pilot.press("enter")
        await until(pilot, lambda: pane.has_focus)
        await pilot.press("space")
        await until(pilot, lambda: screen.book.is_done("perceptron"))
        assert not screen.book.is_done("guess"), "nothing was guessed, so nothing is scored"
        await pilot.press("q")
        await until(pilot, lambda: not pane.has_focus)
        assert app.screen is screen
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: not screen.query(LabPane))
        await pilot.resize_terminal(120, 40)
        await until(pilot, lambda: screen.query(LabPane))
        await page(pilot, screen, 1)
        assert not screen.query(LabPane), "this page has no lab"

    play(app, act, (120, 40))


def test_another_run_does_not_settle_the_guess(make_app: Make) -> None:
    app = make_app(LAB)

    async def act(pilot: Pilot[Any], screen: LessonScreen) -> None:
        screen.book.answer("guess", "4", None)
        block = screen.query_one(LabCard).block
        pane = screen._make_pane(block)
        event = LabPane.Ended(pane, "finished", {"mistakes": 5.0}, "perceptron?data=or", 12)
        screen.lab_event(block, event)
        assert not screen.book.is_done("guess")
        screen.lab_event(block, replace(event, reason="paused", link="perceptron"))
        assert not screen.book.is_done("guess"), "a pause is not the end"
        screen.lab_event(block, replace(event, link="perceptron?seed=9"))
        assert screen.book.is_done("guess"), "another seed is the same question"

    play(app, act)


def test_a_guess_on_another_page_is_scored_too(make_app: Make) -> None:
    app = make_app(LAB)

    async def act(pilot: Pilot[Any], screen: LessonScreen) -> None:
        screen.book.answer("guess", "40", None)
        block = screen.query_one(LabCard).block
        pane = screen._make_pane(block)
        await page(pilot, screen, 1)
        screen.lab_event(block, LabPane.Ended(pane, "finished", {"mistakes": 5.0}, "perceptron", 12))
        last = screen.book.last("guess")
        assert last is not None
        assert last.right is False
        await page(pilot, screen, 0)
        assert "You said 40; it is 5: off by 35 (700 %)." in glass(app)
        assert screen.query_one(Prediction).state == "done"

    play(app, act)


def test_a_failing_store_costs_one_dialog(make_app: Make, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app(FIRST)

    def fail(*_: object, **__: object) -> None:
        raise StoreProblem("the disk is full", "free some space")

    async def act(pilot: Pilot[Any], screen: LessonScreen) -> None:
        await page(pilot, screen, 2)
        for name in ("answer", "finish", "draft", "place"):
            monkeypatch.setattr(store, name, fail)
        await pilot.press("enter", "2")
        await pilot.pause()
        assert isinstance(app.screen, Notice)
        assert "The disk is full." in glass(app)
        await pilot.press("enter")
        await pilot.pause()
        assert app.screen is screen
        assert screen.book.is_done("one"), "what is on the screen stays"
        await pilot.press("n")
        await pilot.pause()
        assert app.screen is screen, "it is told once"
        monkeypatch.undo()

    play(app, act)


def test_a_fault_of_the_app_itself_is_one_line(make_app: Make) -> None:
    app = make_app(FIRST)

    async def run() -> None:
        async with app.run_test() as pilot:
            await opened(pilot)

            def break_() -> None:
                raise ZeroDivisionError("a fault")

            app.call_later(break_)
            await pilot.pause()

    with pytest.raises(ZeroDivisionError):
        asyncio.run(run())
    assert "ZeroDivisionError: a fault" in app.failed
    assert "Traceback" in Path(app.failed.rpartition(" ")[2]).read_text(encoding="utf-8")


def test_the_worker_that_is_gone_is_said_in_the_pane(make_app: Make) -> None:
    worker = LessonWorker()
    app = make_app(LAB, worker=worker)

    async def act(pilot: Pilot[Any], screen: LessonScreen) -> None:
        from tutor.errors import WorkerGone

        await until(pilot, lambda: worker.opened)

        async def gone(pace: float = 0.0) -> None:
            raise WorkerGone("The training process was killed.")

        worker.play = gone
        screen.query_one(LabPane).focus()
        await pilot.press("space")
        await until(pilot, lambda: "was killed" in glass(app))

    play(app, act, (120, 40))
