"""Makes the picture at the top of README: a lesson and its lab on a real screen, drawn by the program itself.

python tests/tui/readme_screen.py
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path

from rich.segment import Segment
from textual.app import App

from tutor import paths
from tutor.course.parse import read_outline
from tutor.draw.cells import Ink, Look, Row, Span
from tutor.draw.svg import to_svg
from tutor.engine.client import Worker
from tutor.store import Store
from tutor.tui.app import TutorApp

FILE = Path(__file__).parents[2] / ".pictures" / "lab.svg"
SIZE = (124, 34)
TITLE = "A lesson and its lab: two clouds of points, the line that a perceptron has found between them, and its knobs"


async def screen() -> list[Row]:
    """The screen after a guess and thirty-one examples, as rows of cells."""
    course, _ = read_outline(paths.lessons_folder())
    with Store.open() as store:
        app = TutorApp(course, store, Worker(), look=Look(), start="01-neuron/perceptron")
        async with app.run_test(size=SIZE) as pilot:
            await seen(app, "1/8")
            for _ in range(3):
                await pilot.press("n")
            await seen(app, "4/8")
            await pilot.press("enter", *"20", "enter")
            await seen(app, "every weight is 0")
            await pilot.press("enter", "colon", *"31", "enter")
            await seen(app, "example 31")
            await pilot.pause()
            rows = [tuple(_span(segment) for segment in strip) for strip in app.screen._compositor.render_strips()]
    return rows


async def seen(app: App[None], words: str) -> None:
    """Wait until the words are on the screen."""
    async with asyncio.timeout(60):
        while not any(words in strip.text for strip in app.screen._compositor.render_strips()):
            await asyncio.sleep(0.02)


def _span(segment: Segment) -> Span:
    style = segment.style
    if style is None:
        return Span(segment.text)
    front, back = (
        None if colour is None or colour.triplet is None else int(colour.triplet.hex[1:], 16)
        for colour in (style.color, style.bgcolor)
    )
    marks = Ink(front, back, bool(style.bold), bool(style.dim), bool(style.underline), bool(style.reverse))
    return Span(segment.text, marks)


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        os.environ["DLTUTOR_HOME"] = home
        FILE.parent.mkdir(exist_ok=True)
        FILE.write_text(to_svg(asyncio.run(screen()), Look(), TITLE), encoding="utf-8")


if __name__ == "__main__":
    main()
