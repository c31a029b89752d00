"""The six kinds of question by keyboard: before, wrong, right, and after the lesson has been opened again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from lesson_fake import glass, opened
from textual.pilot import Pilot

from tutor.store import Store
from tutor.tui.app import TutorApp
from tutor.tui.blocks.options import Order, indexes, numbers
from tutor.tui.blocks.question import Question
from tutor.tui.screens.lesson import LessonScreen

Make = Callable[..., TutorApp]
LESSON = "01-first/words"
CASES = {
    # task: (page, how many tabs, keys of a wrong answer, words of its feedback, keys of the right answer)
    "one": (2, 1, ["down", "down", "enter"], "It is too far.", ["up", "enter"]),
    "some": (2, 2, ["1", "2", "enter"], "Three is odd.", ["2", "3", "enter"]),
    "count": (3, 1, [*"5", "enter"], "5 is too large. Count them.", ["backspace", *"4.05", "enter"]),
    "between": (3, 2, [*"0", "space", *"to", "space", *"9", "enter"], "too wide", ["ctrl+u", *"0.3-0.8", "enter"]),
    "name": (3, 3, [*"Minsky", "enter"], '"Minsky" is not it.', ["ctrl+u", *"rosenblatt", "enter"]),
    "steps": (4, 1, ["enter"], "comes too early", []),
}


def play(app: TutorApp, act: Callable[[Pilot[Any], LessonScreen], Coroutine[Any, Any, None]]) -> None:
    async def run() -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            await opened(pilot)
            screen = app.screen
            assert isinstance(screen, LessonScreen)
            await act(pilot, screen)

    asyncio.run(run())


async def enter(pilot: Pilot[Any], screen: LessonScreen, page: int, tabs: int) -> None:
    await screen.go(page)
    await pilot.pause()
    await pilot.press(*["tab"] * tabs)
    await pilot.pause()


def question(screen: LessonScreen, task: str) -> Question:
    return next(q for q in screen.query(Question) if q.quiz.id == task)


def keys_to_sort(order: list[int]) -> list[str]:
    """Keys that bring the lines into order, from the cursor on the first."""
    keys, at = [], 0
    for place in range(len(order)):
        index = order.index(place)
        keys += ["down"] * (index - at) if index >= at else ["up"] * (at - index)
        keys += ["space", *["up"] * (index - place), "space"]
        order.insert(place, order.pop(index))
        at = place
    return [*keys, "enter"]


@pytest.mark.parametrize("task", CASES)
def test_wrong_then_right(make_app: Make, store: Store, frame: Callable[..., None], task: str) -> None:
    app = make_app(LESSON)
    page, tabs, wrong, said, right = CASES[task]

    async def act(pilot: Pilot[Any], screen: LessonScreen) -> None:
        await enter(pilot, screen, page, tabs)
        block = question(screen, task)
        assert block.state == ""
        await pilot.press(*wrong)
        await pilot.pause()
        assert block.state == "wrong"
        assert said in " ".join(glass(app).replace("▌", " ").split())
        frame(app, f"question-{task}-wrong")
        keys = keys_to_sort(list(block.body.order)) if isinstance(block.body, Order) else right
        await pilot.press(*keys)
        await pilot.pause()
        assert block.state == "done"
        assert screen.page.has_focus
        frame(app, f"question-{task}-right")

    play(app, act)
    assert [answer.right for answer in store.answers("samples", LESSON)] == [False, True]
    assert store.done("samples")[LESSON] == {task: "done"}


@pytest.mark.parametrize("task", CASES)
def test_what_was_answered_is_there_again(make_app: Make, task: str) -> None:
    first, second = make_app(LESSON), make_app(LESSON)
    page, tabs, wrong, said, _ = CASES[task]

    async def answer(pilot: Pilot[Any], screen: LessonScreen) -> None:
        await enter(pilot, screen, page, tabs)
        await pilot.press(*wrong)
        await pilot.pause()

    async def again(pilot: Pilot[Any], screen: LessonScreen) -> None:
        assert screen.index == page
        await pilot.pause()
        assert question(screen, task).state == "wrong"
        assert said in " ".join(glass(second).replace("▌", " ").split())

    play(first, answer)
    play(second, again)


def test_a_draft_survives(make_app: Make, store: Store) -> None:
    first, second = make_app(LESSON), make_app(LESSON)

    async def type_(pilot: Pilot[Any], screen: LessonScreen) -> None:
        await enter(pilot, screen, 3, 3)
        await pilot.press(*"Rosen")
        await pilot.pause()
        assert store.drafted("samples", LESSON, "name") == "Rosen", "kept at every key"

    async def again(pilot: Pilot[Any], screen: LessonScreen) -> None:
        await enter(pilot, screen, 3, 3)
        await pilot.press(*"blatt", "enter")
        await pilot.pause()
        assert screen.book.is_done("name")

    play(first, type_)
    play(second, again)
    assert store.drafted("samples", LESSON, "name") == ""


def test_ticks_and_order_are_drafts_too(make_app: Make, store: Store) -> None:
    app = make_app(LESSON)

    async def act(pilot: Pilot[Any], screen: LessonScreen) -> None:
        await enter(pilot, screen, 2, 2)
        await pilot.press("down", "space")
        await pilot.pause()
        assert store.drafted("samples", LESSON, "some") == "2"
        await enter(pilot, screen, 4, 1)
        order = list(question(screen, "steps").body.order)
        await pilot.press("space", "down", "space")
        await pilot.pause()
        swapped = numbers([order[1], order[0], order[2]])
        assert store.drafted("samples", LESSON, "steps") == swapped

    play(app, act)


def test_what_cannot_be_read_is_no_answer(make_app: Make, store: Store) -> None:
    app = make_app(LESSON)

    async def act(pilot: Pilot[Any], screen: LessonScreen) -> None:
        await enter(pilot, screen, 3, 1)
        await pilot.press(*"lots", "enter")
        await pilot.pause()
        assert "That is no number" in glass(app)
        assert question(screen, "count").state == ""

    play(app, act)
    assert store.answers("samples", LESSON) == []


def test_a_hint_after_a_wrong_answer_and_the_answer_after_two(make_app: Make, store: Store) -> None:
    app = make_app(LESSON)

    async def act(pilot: Pilot[Any], screen: LessonScreen) -> None:
        await enter(pilot, screen, 2, 1)
        await pilot.press("1")
        await pilot.pause()
        assert "Hint: It is in the middle." in glass(app)
        await pilot.press("ctrl+r")
        await pilot.pause()
        assert "The answer:" not in glass(app), "not after one try"
        await pilot.press("3", "ctrl+r")
        await pilot.pause()
        assert "The answer: The second, x₂" in glass(app)
        assert question(screen, "one").state == "skipped"
        assert screen.book.count == 0, "shown is not done"
        await pilot.press("2")
        await pilot.pause()
        assert screen.book.count == 1

    play(app, act)


def test_a_right_answer_is_recorded_once(make_app: Make, store: Store) -> None:
    app = make_app(LESSON)

    async def act(pilot: Pilot[Any], screen: LessonScreen) -> None:
        await enter(pilot, screen, 2, 1)
        await pilot.press("2", "2", "enter")
        await pilot.pause()
        assert not question(screen, "one").body.can_focus

    play(app, act)
    assert len(store.answers("samples", LESSON)) == 1


def test_clicking_works_but_is_not_needed(make_app: Make) -> None:
    app = make_app(LESSON)

    async def act(pilot: Pilot[Any], screen: LessonScreen) -> None:
        await screen.go(2)
        await pilot.pause()
        await pilot.click(question(screen, "one").body, offset=(6, 1))
        await pilot.pause()
        assert screen.book.is_done("one")

    play(app, act)


def test_numbers_and_indexes() -> None:
    assert numbers([2, 0]) == "3,1"
    assert indexes("3,1", 3) == [2, 0]
    assert indexes("9,x,1", 3) == [0]
    assert indexes("", 3) == []
