"""README's picture is the program's screen as it is now."""

from __future__ import annotations

import asyncio

import readme_screen

from tutor.draw.cells import Look
from tutor.draw.svg import to_svg


def test_the_picture_in_readme_is_what_the_program_shows() -> None:
    made = to_svg(asyncio.run(readme_screen.screen()), Look(), readme_screen.TITLE)
    told = "the screen has changed: look at it, then run: python tests/tui/readme_screen.py"
    assert made == readme_screen.FILE.read_text("utf-8"), told
