"""Every screen, at every size, in every kind of terminal: what matters is on it and can be read, with colours and without."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from lesson_fake import until
from rich.color import Color as RichColor
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.pilot import Pilot

from tutor.course.model import Course
from tutor.draw.cells import Look
from tutor.engine.client import Worker
from tutor.engine.session import Session
from tutor.engine.wire import Message
from tutor.errors import StoreProblem
from tutor.store import Store
from tutor.tui.app import TutorApp
from tutor.tui.lab_pane import LabPane
from tutor.tui.screens.exercise import ExerciseScreen
from tutor.tui.screens.help import HelpScreen
from tutor.tui.screens.home import Home, Menu
from tutor.tui.screens.lesson import LessonScreen
from tutor.tui.thrift import Thrift

SIZES = ((60, 20), (120, 40), (200, 50), (80, 24))
"""The last is the one that it was at before."""
LOOKS = {
    "colour": Look(),
    "light": Look(dark=False),
    "16 colours": Look(few=True),
    "no colour": Look(colour=False),
    "ascii": Look(unicode=False),
}
DEPTHS = {False: (ColorSystem.TRUECOLOR, ColorSystem.EIGHT_BIT), True: (ColorSystem.STANDARD,)}
"""What a terminal makes of the colours of a screen, by whether it has few."""
_INK = re.compile(r"\x1b\[[0-9;]*?(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;[0-9;]*)?m")


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
    yield "exercise", "Exercise"
    await back_home()

    app.open_review()
    await until(pilot, lambda: "Review" in glass(app)[:80])
    yield "review", "Review"
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
                for size in SIZES if name != "light" else SIZES[-1:]:  # light differs in its colours only
                    await pilot.resize_terminal(*size)
                    await until(pilot, lambda size=size: tuple(app.screen.size) == size and len(rows_of(app)) == size[1])
                    check(app, f"{screen} at {size[0]}x{size[1]}, {name}", word, size, look)

    asyncio.run(main())
    assert len(seen) == 13


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
    app = make(LOOKS["no colour"])

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
