"""Asides that unfold, timelines that are walked, formulas that are wider than the screen; the look and the theme."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from lesson_fake import glass, opened, until
from textual.app import App, ComposeResult

from tutor.draw.cells import Look
from tutor.tui.app import TutorApp
from tutor.tui.blocks.asides import AsideBlock, TimelineBlock
from tutor.tui.blocks.display import Sideways, formula_widget
from tutor.tui.look import find_look
from tutor.tui.screens.lesson import LessonScreen
from tutor.tui.theme import GROUNDS, INKS, palette, theme

LESSON = "01-first/words"
CUBE = {0x00, 0x5F, 0x87, 0xAF, 0xD7, 0xFF}
GREYS = {8 + 10 * i for i in range(24)}


def test_aside_and_timeline(make_app: Callable[..., TutorApp]) -> None:
    app = make_app(LESSON)

    async def run() -> None:
        async with app.run_test(size=(80, 40)) as pilot:
            await opened(pilot)
            screen = app.screen
            assert isinstance(screen, LessonScreen)
            await screen.go(1)
            await pilot.pause()
            assert "It unfolds" not in glass(app)
            screen.query_one(AsideBlock).focus()
            await pilot.press("enter")
            await pilot.pause()
            assert "It unfolds, and has x² in it." in glass(app)
            timeline = screen.query_one(TimelineBlock)
            timeline.focus()
            await pilot.press("enter")
            await pilot.pause()
            assert app.screen is screen, "the first event leads to no chapter"
            await pilot.press("down")
            await pilot.pause()
            assert "It learns." in glass(app)
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(app.screen, LessonScreen) and app.screen.lesson.id == "02-second/other")

    asyncio.run(run())


def test_a_wide_formula_is_scrolled_and_a_narrow_one_is_not() -> None:
    class Formulas(App[None]):
        def compose(self) -> ComposeResult:
            yield formula_widget("x", Look())
            yield formula_widget(" + ".join(f"x_{{{i}}}" for i in range(40)), Look())

    async def run() -> None:
        app = Formulas()
        async with app.run_test(size=(60, 20)) as pilot:
            await pilot.pause()
            narrow, wide = app.query(Sideways)
            assert not narrow.can_focus
            assert wide.can_focus
            wide.focus()
            await pilot.press("right", "right")
            await pilot.pause()
            assert wide.scroll_offset.x > 0

    asyncio.run(run())


@pytest.mark.parametrize(
    ("env", "look"),
    [
        ({"TERM": "xterm-256color", "LANG": "en_US.UTF-8"}, Look(True, True, True)),
        ({"TERM": "xterm", "LANG": "C"}, Look(False, True, True, few=True)),
        ({"TERM": "xterm", "LANG": "en_US.UTF-8", "LC_ALL": "POSIX"}, Look(False, True, True, few=True)),
        ({"TERM": "xterm", "LANG": "C", "LC_CTYPE": "C.UTF-8"}, Look(False, True, True, few=True)),  # as Python itself sets it
        ({"TERM": "xterm", "LANG": "C", "LC_CTYPE": "en_US.UTF-8"}, Look(True, True, True, few=True)),
        ({"TERM": "xterm", "LC_ALL": "de_DE.ISO-8859-1", "LANG": "en_US.UTF-8"}, Look(False, True, True, few=True)),
        ({"TERM": "xterm", "LANG": "en_US.utf8@euro"}, Look(True, True, True, few=True)),
        ({"TERM": "vt100", "LANG": "en_US.UTF-8"}, Look(False, False, True, few=True)),
        ({"TERM": "xterm", "LANG": "C.UTF-8", "NO_COLOR": "1"}, Look(True, False, True, few=True)),
        ({"TERM": "xterm", "LANG": "C.UTF-8", "DLTUTOR_ASCII": "1"}, Look(False, True, True, few=True)),
        ({"TERM": "xterm", "LANG": "C.UTF-8", "COLORFGBG": "0;15"}, Look(True, True, False, few=True)),
        ({"TERM": "xterm", "LANG": "C.UTF-8", "COLORFGBG": "15;default;0"}, Look(True, True, True, few=True)),
    ],
)
def test_look(env: dict[str, str], look: Look) -> None:
    assert find_look(env) == look


def test_a_chosen_theme_wins() -> None:
    assert not find_look({"COLORFGBG": "15;0"}, theme="light").dark


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("dark", [True, False])
def test_words_are_legible_on_every_ground(dark: bool) -> None:
    colours = palette(dark)
    for ink in INKS:
        for ground in GROUNDS:
            light, dim = sorted((luminance(colours[ink]), luminance(colours[ground])), reverse=True)
            assert (light + 0.05) / (dim + 0.05) >= 4.5, (ink, ground)


@pytest.mark.parametrize("dark", [True, False])
def test_every_colour_is_one_of_the_256(dark: bool) -> None:
    for role, colour in palette(dark).items():
        red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
        assert {red, green, blue} <= CUBE or (red == green == blue and red in GREYS), role


def test_the_theme_changes_and_is_remembered(make_app: Callable[..., Any], store: Any) -> None:
    app = make_app()

    async def run() -> None:
        async with app.run_test() as pilot:
            await pilot.press("f8")
            await pilot.pause()
            assert app.theme == theme(False).name
            assert not app.look.dark

    asyncio.run(run())
    assert store.setting("theme") == "light"
