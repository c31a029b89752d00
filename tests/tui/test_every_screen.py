"""Every screen, at every size, in every kind of terminal: what matters is on it and can be read, with colours and without."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from lesson_fake import COURSE, until
from rich.color import Color as RichColor
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from test_map_screen import FakeCrew
from textual.pilot import Pilot

from tutor.course.model import Course
from tutor.course.parse import load_outline
from tutor.draw.cells import Look
from tutor.engine.client import Worker
from tutor.engine.session import Session
from tutor.engine.wire import Message
from tutor.errors import StoreProblem
from tutor.store import Store
from tutor.tui.app import TutorApp
from tutor.tui.blocks.editor import CodeEditor
from tutor.tui.lab_pane import LabPane
from tutor.tui.screens.bug import BugScreen, MendScreen
from tutor.tui.screens.dialogs import Confirm
from tutor.tui.screens.exercise import ExerciseScreen
from tutor.tui.screens.help import HelpScreen
from tutor.tui.screens.home import Home, Menu
from tutor.tui.screens.lesson import LessonScreen
from tutor.tui.screens.map import MapScreen
from tutor.tui.screens.terms import TermsScreen
from tutor.tui.thrift import Thrift

SIZES = ((60, 20), (120, 40), (200, 50), (80, 24))
"""The last is the one that it was at before."""
NOW = SIZES[-1:]
SOME = {"light": NOW, "16 colours": NOW, "ascii without colour": (*SIZES[:1], *NOW)}
"""Looks that are not looked at in every size: colours do not depend on it, and letters least where there is room."""
LOOKS = {
    "colour": Look(),
    "light": Look(dark=False),
    "16 colours": Look(few=True),
    "ascii without colour": Look(unicode=False, colour=False),
}
DEPTHS = {False: (ColorSystem.TRUECOLOR, ColorSystem.EIGHT_BIT), True: (ColorSystem.STANDARD,)}
"""What a terminal makes of the colours of a screen, by whether it has few."""
_INK = re.compile(r"\x1b\[[0-9;]*?(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;[0-9;]*)?m")

GUESSES = (("number", "How many mistakes"), ("choice", "What comes of it"), ("sketch", "How do the mistakes grow"))
GLOSSARY = "---\ntitle: Words\n---\n## zero\n\nNothing at all. [Here](02-second/01-other.md)\n"
LESSON = """---
title: Guesses and a bug
minutes: 5
---
A word: [zero](../glossary.md#zero).

## A number

```predict number
ask: How many mistakes does it make on AND?
kind: number
lab: perceptron
measure: mistakes
within: 3
```

## A choice

```predict choice
ask: What comes of it?
kind: choice
lab: perceptron
measure: errors
options: [{say: "It learns", when: errors == 0}, {say: "It does not", when: errors > 0}]
```

## A sketch

```predict sketch
ask: How do the mistakes grow?
kind: sketch
lab: perceptron?data=and
measure: mistakes
steps: 12
range: [0, 10]
within: 0.1
```

## Run it

```lab perceptron
knobs: {data: and}
show: [boundary, mistakes]
goal: errors == 0
say: Run it until it makes no more mistakes.
```

## A bug

"""
BUGGY = Path(__file__).parents[2] / "lessons/06-representation"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The small course of these tests, and a chapter of guesses and a bug."""
    root = tmp_path_factory.mktemp("walked") / "course"
    shutil.copytree(COURSE, root)
    shutil.copytree(BUGGY / "exercises", root / "03-third/exercises")
    bug = re.search(r"^```bug .*?^```$", (BUGGY / "02-end-to-end.md").read_text(encoding="utf-8"), re.M | re.S)
    assert bug
    (root / "03-third/index.md").write_text("---\ntitle: The third chapter\nsummary: One lesson.\n---\nA page.\n")
    (root / "03-third/01-guesses.md").write_text(f"{LESSON}{bug[0]}\n", encoding="utf-8")
    (root / "glossary.md").write_text(GLOSSARY)
    return load_outline(root, "samples")


class OwnWorker(Worker):
    """The worker's session in this process: real runs and real pictures, without a process to wait for."""

    def __init__(self) -> None:
        super().__init__()
        self.session = Session(lambda text, seconds: None)

    async def start(self) -> None:
        pass

    async def _start(self) -> None:
        pass

    async def close(self) -> None:
        pass

    async def _ask(self, message: Message, budget: float) -> Message:
        self.session.tick()
        return self.session.handle({k: tuple(v) if isinstance(v, list) else v for k, v in message.items()})


async def walk(pilot: Pilot[Any], app: TutorApp) -> AsyncIterator[tuple[str, str]]:
    """Through all the screens: (its name, a word that must be on it)."""
    press = pilot.press

    async def back_home() -> None:
        while not isinstance(app.screen, Home):
            app.screen.dismiss() if app.screen.is_modal else app.pop_screen()
            await pilot.pause()

    await until(pilot, lambda: isinstance(app.screen, Home) and app.screen._labs)
    yield "home", "dltutor"
    await press("question_mark")
    await until(pilot, lambda: isinstance(app.screen, HelpScreen))
    yield "help", "Home"
    await back_home()

    app.open_lesson("01-first/words")
    await until(pilot, lambda: isinstance(app.screen, LessonScreen) and app.screen.page.children)
    yield "lesson", "Words and numbers"
    await press("n", "n", "enter")
    await until(pilot, lambda: app.focused is not None and "Question" in glass(app))
    yield "question", "Which of them"
    await press("1")
    await until(pilot, lambda: "not yet" in glass(app))
    yield "wrong answer", "not yet"
    await press("2")
    await until(pilot, lambda: "done" in glass(app))
    yield "right answer", "done"
    await press("escape", "t")
    await until(pilot, lambda: app.focused is not None and app.focused.id != "" and "Typed questions" in glass(app))
    yield "contents", "Typed questions"
    await back_home()

    app.open_lab("perceptron?data=blobs&n=20")
    await until(pilot, lambda: pane_of(app) is not None and pane_of(app).frame is not None)
    await press(".", ".", "c")
    await until(pilot, lambda: pane_of(app).frame.step == 2 and pane_of(app).session.at_rest)
    yield "lab", "perceptron"
    await press("k")
    await pilot.pause()
    yield "source", "kernels/perceptron.py"
    await press("q", ".", "C")
    await until(pilot, lambda: app.screen.__class__.__name__ == "CompareScreen")
    yield "compare", "what you have tried"
    await back_home()

    app.open_lesson("01-first/lab")
    await until(pilot, lambda: isinstance(app.screen, LessonScreen) and app.screen.page.children)
    await app.screen.go(len(app.screen.lesson.sections) - 1)  # type: ignore[attr-defined]
    app.screen.open_card(app.screen.query("ExerciseCard").first())  # type: ignore[attr-defined, arg-type]
    await until(pilot, lambda: isinstance(app.screen, ExerciseScreen))
    yield "exercise", "/update.py"
    await back_home()

    app.open_lab("perceptron?data=blobs&n=20")
    await until(pilot, lambda: pane_of(app) is not None and pane_of(app).frame is not None)
    await press("question_mark")
    await until(pilot, lambda: isinstance(app.screen, HelpScreen))
    yield "help of a lab", "One step"
    await press("q", "s", "ctrl+u", *"rate=0.1,1,10 seed=0..3", "enter")
    await until(pilot, lambda: isinstance(app.screen, MapScreen) and "12 runs" in glass(app))
    yield "map", "12 runs"
    await back_home()

    app.open_lesson("03-third/guesses")
    await until(pilot, lambda: isinstance(app.screen, LessonScreen) and app.screen.page.children)
    for number, (kind, asked) in enumerate(GUESSES):
        await app.screen.go(number + 1)  # type: ignore[attr-defined]
        await press("enter")
        await until(pilot, lambda: app.focused is not None and asked in glass(app))  # noqa: B023
        yield f"guess: {kind}", asked
        await press("escape")
    await press("w")
    await until(pilot, lambda: isinstance(app.screen, TermsScreen))
    yield "words", "Nothing at all."
    await press("q")
    await app.screen.go(len(GUESSES) + 1)  # type: ignore[attr-defined]
    await press("enter", "enter")
    await until(pilot, lambda: app.screen.query(LabPane) and pane_of(app).frame is not None)
    yield "lab of a lesson", "perceptron"
    await back_home()
    app.open_lesson("03-third/guesses")
    await until(pilot, lambda: isinstance(app.screen, LessonScreen) and app.screen.page.children)
    await app.screen.go(len(GUESSES) + 2)  # type: ignore[attr-defined]
    await press("enter", "enter")
    await until(pilot, lambda: isinstance(app.screen, BugScreen) and app.screen.query(CodeEditor))
    await press("down", "enter")
    yield "bug", "Find the bug"
    await press(*["down"] * 11, "enter")
    await until(pilot, lambda: app.screen.found)  # type: ignore[attr-defined]
    yield "bug found", "Line 13 is the one"
    await press("e")
    await until(pilot, lambda: isinstance(app.screen, MendScreen))
    yield "mend", "/bug_dropout.py"
    await back_home()

    app.open_review()
    await until(pilot, lambda: "Review" in glass(app)[:80])
    yield "review", "Review"
    await back_home()
    app.screen.show_courses({"other": ("Another course", "1.0"), "b" * 40: ("A title that is long " * 5, "2")})  # type: ignore[attr-defined]
    await press("end")
    yield "courses", "Another course"
    app.push_screen(Confirm("Trust it?", "It is code. " * 80, "trust it", "leave it"))
    await until(pilot, lambda: isinstance(app.screen, Confirm))
    yield "question", "y: trust it"
    await back_home()
    app.tell(StoreProblem("your progress cannot be written to a file", "make room"))
    await pilot.pause()
    yield "dialog", "cannot be reached"


def pane_of(app: TutorApp) -> Any:
    found = app.screen.query(LabPane)
    return found.first() if found else None


def rows_of(app: TutorApp) -> list[list[Segment]]:
    return [list(strip) for strip in app.screen._compositor.render_strips()]


def glass(app: TutorApp) -> str:
    return "\n".join("".join(segment.text for segment in row).rstrip() for row in rows_of(app))


@pytest.fixture
def make(course: Course, store: Store, monkeypatch: pytest.MonkeyPatch) -> Callable[[Look], TutorApp]:
    monkeypatch.setattr("tutor.labs.lab_ids", lambda: ("neuron", "perceptron"))
    monkeypatch.setattr("tutor.tui.maps.GridCrew", FakeCrew)
    return lambda look: TutorApp(course, store, OwnWorker(), look=look)


@pytest.mark.parametrize("name", LOOKS)
def test_every_screen_at_every_size(make: Callable[[Look], TutorApp], name: str) -> None:
    look = LOOKS[name]
    app = make(look)
    seen = []

    async def main() -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            async for screen, word in walk(pilot, app):
                seen.append(screen)
                for size in SOME.get(name, SIZES):
                    await pilot.resize_terminal(*size)
                    await until(pilot, lambda size=size: tuple(app.screen.size) == size and len(rows_of(app)) == size[1])
                    check(app, f"{screen} at {size[0]}x{size[1]}, {name}", word, size, look)

    asyncio.run(main())
    assert len(seen) == 25


def check(app: TutorApp, where: str, word: str, size: tuple[int, int], look: Look) -> None:
    rows = rows_of(app)
    text = [" ".join("".join(segment.text for segment in row).split()) for row in rows]
    whole = glass(app)
    assert len(rows) == size[1], where
    assert all(sum(segment.cell_length for segment in row) == size[0] for row in rows), where
    assert word in whole or word in " ".join(text), f"{where}: {word!r} is not on it\n{whole}"
    if not app.screen.is_modal:
        assert re.search(r"\bq\b|\^q|esc", text[-1]), f"{where}: the last row does not say how to leave\n{whole}"
        assert text[0], f"{where}: there is no title\n{whole}"
    focused = app.focused
    if focused is not None:
        visible = focused.region.intersection(app.screen.region)
        assert visible.area > 0, f"{where}: what has the keys ({focused}) is not on the screen"
        x, y = app.cursor_position
        assert visible.contains(x, y) or not focused.content_region.area, f"{where}: the cursor is not on {focused}"
    if not look.unicode:
        assert whole.isascii(), f"{where}: {sorted({c for c in whole if not c.isascii()})}"
    if not look.colour:
        assert not _INK.search(sent(rows, ColorSystem.EIGHT_BIT, colour=False)), where
    else:
        for depth in DEPTHS[look.few]:
            for ink, paper, example in pairs(rows, depth):
                assert contrast(ink, paper) >= 4.5, f"{where}: {example!r} is {ink} on {paper} at {depth.name}"


def sent(rows: list[list[Segment]], depth: ColorSystem, *, colour: bool) -> str:
    """What a terminal gets for these rows."""
    thrift = Thrift()
    thrift.colour = colour
    out = []
    for y, row in enumerate(rows):
        out.append(f"\x1b[{y + 1};1H")
        out += [(segment.style or Style()).render(segment.text, color_system=depth) for segment in row]

    return thrift("".join(out))


_WORDS = re.compile(r"[^\W\d_]{2}|\d[\d.]")
_MARKS = set(" oxOX^#%v*yAHV&@Y.:-=+")
"""What marks and fields are made of in ASCII. They are no words: their shapes are held to less."""


def pairs(rows: list[list[Segment]], depth: ColorSystem) -> list[tuple[Any, Any, str]]:
    """(ink, paper, what is written) for every piece of words on the screen, as a terminal of this depth shows it."""
    found = {}
    for row in rows:
        for segment in row:
            style = segment.style
            if style is None or style.color is None or style.bgcolor is None:
                continue
            if not _WORDS.search(segment.text) or set(segment.text) <= _MARKS:
                continue
            ink, paper = (shown_colour(colour, depth) for colour in (style.color, style.bgcolor))
            found[ink, paper] = segment.text
    return [(ink, paper, text) for (ink, paper), text in found.items()]


_XTERM = (
    (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205), (0, 205, 205), (229, 229, 229),
    (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0), (92, 92, 255), (255, 0, 255), (0, 255, 255), (255, 255, 255),
)  # fmt: skip
"""The sixteen colours as xterm has them."""


def shown_colour(colour: RichColor, depth: ColorSystem) -> tuple[int, int, int]:
    less = colour.downgrade(depth)
    if less.number is not None and less.number < 16:
        return _XTERM[less.number]
    return tuple(less.get_truecolor())  # type: ignore[return-value]


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """The contrast ratio of WCAG 2, from 1 to 21."""

    def luminance(colour: tuple[int, int, int]) -> float:
        linear = [c / 12.92 if (c := part / 255) <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for part in colour]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((119, 119, 119), (255, 255, 255)) == pytest.approx(4.48, abs=0.01)


def test_the_list_shows_what_is_chosen_without_colour(make: Callable[[Look], TutorApp]) -> None:
    app = make(Look(colour=False))

    async def main() -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, lambda: isinstance(app.screen, Home) and app.screen._labs)
            row = app.cursor_position.y
            chosen = [segment for segment in rows_of(app)[row] if segment.style and segment.style.reverse]
            assert chosen
            await pilot.press("down")
            assert app.cursor_position.y != row
            assert app.screen.query_one(Menu).highlighted is not None

    asyncio.run(main())
