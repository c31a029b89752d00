"""The glossary on screen, and pictures in the text."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from lesson_fake import COURSE, LessonWorker, glass, opened, until

from tutor.course.parse import load_outline
from tutor.engine.crew import Job, Outcome
from tutor.pictures import Text
from tutor.store import Store
from tutor.tui.app import TutorApp
from tutor.tui.screens.lesson import LessonScreen
from tutor.tui.screens.terms import TermsScreen

GLOSSARY = """\
---
title: Words
---
## zero

Nothing at all. [Here](02-second/01-other.md)

## formula
Also: $x$

Something with $\\alpha$. [Here](01-first/02-lab.md#write-it)
"""
PICTURE = """
A formula is [a word](../glossary.md#zero).

```picture
lab: perceptron?data=or&seed=3
step: 12
view: boundary
size: 40x6
caption: What it came to.
```

## """


@pytest.fixture
def app(store: Store, tmp_path: Path) -> TutorApp:
    root = tmp_path / "course"
    shutil.copytree(COURSE, root)
    (root / "glossary.md").write_text(GLOSSARY)
    lesson = root / "01-first" / "01-words.md"
    front, _, rest = lesson.read_text().partition("\n---\n")
    lesson.write_text(f"{front}\n---\n{PICTURE}Rest\n\n{rest}")
    return TutorApp(load_outline(root, "samples"), store, LessonWorker(), start="01-first/words")  # type: ignore[arg-type]


def crew(asked: list[Job], outcome: Outcome) -> Any:
    """In place of the processes that make runs."""

    async def outcomes(jobs: Sequence[Job], processes: int, **_: Any) -> AsyncIterator[Outcome]:
        asked.extend(jobs)
        yield outcome

    return outcomes


def test_the_words_of_a_page(app: TutorApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tutor.tui.blocks.picture.outcomes", crew([], Outcome(0, error="not now")))

    async def run() -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            await opened(pilot)
            await pilot.press("w")
            await until(pilot, lambda: isinstance(app.screen, TermsScreen) and "Something with α" in glass(app))
            shown = glass(app)
            assert shown.startswith(" Words: 1 of 2 stand on this page")
            assert shown.index("• formula") < shown.index("zero")
            await pilot.press("down")
            await until(pilot, lambda: "Nothing at all." in glass(app))
            await pilot.press("q")
            await until(pilot, lambda: isinstance(app.screen, LessonScreen))
            await pilot.press("1")  # the link to the term
            await until(pilot, lambda: isinstance(app.screen, TermsScreen) and "Nothing at all." in glass(app))
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(app.screen, LessonScreen) and app.screen.lesson.id == "02-second/other")

    asyncio.run(run())


def test_a_picture_in_the_text(app: TutorApp, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Job] = []
    made = Outcome(0, picture=Text(("a picture of",), "twelve steps"))
    monkeypatch.setattr("tutor.tui.blocks.picture.outcomes", crew(asked, made))

    async def run() -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            await opened(pilot)
            await until(pilot, lambda: "a picture of" in glass(app))
            assert "What it came to." in glass(app)
            screen = app.screen
            assert isinstance(screen, LessonScreen)
            await screen.go(1)
            await screen.go(0)
            await until(pilot, lambda: "a picture of" in glass(app))

    asyncio.run(run())
    assert asked == [Job("perceptron?data=or&seed=3", 12, "", "boundary", (40, 6))], "made once, shown twice"


def test_a_picture_that_cannot_be_made(app: TutorApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tutor.tui.blocks.picture.outcomes", crew([], Outcome(0, error="the process has ended")))

    async def run() -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            await opened(pilot)
            await until(pilot, lambda: "This picture cannot be made: the process has ended" in glass(app))

    asyncio.run(run())


def test_a_course_without_words_offers_none(make_app: Any) -> None:
    app = make_app("01-first/words")

    async def run() -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            await opened(pilot)
            await pilot.press("w")
            await pilot.pause()
            assert isinstance(app.screen, LessonScreen)

    asyncio.run(run())
