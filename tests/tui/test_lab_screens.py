"""The screens around a lab: by itself, its source, its help."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lab_fake import SPEC, FakeWorker, LabApp, install, settled, text_of
from textual.containers import ScrollableContainer

from tutor.labs.spec import Source
from tutor.tui.lab_pane import LabPane
from tutor.tui.screens.help import HelpScreen, lab_help
from tutor.tui.screens.lab import LabScreen
from tutor.tui.screens.source import SourceScreen, kernel_listing, learner_listing, line_of


@pytest.fixture(autouse=True)
def _toys(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)


def test_a_function_is_found_with_its_decorators() -> None:
    text = "import x\n\n@jit\n@other(1)\ndef one():\n    pass\n\ndef two():\n    pass\n"
    assert line_of(text, "one") == 2
    assert line_of(text, "two") == 7
    assert line_of(text, "three") == 0
    assert line_of("def broken(", "broken") == 0


def test_a_kernel_is_read_without_importing_it() -> None:
    before = set(sys.modules)
    shown = kernel_listing(Source("kernels.perceptron", "train"))
    assert "def train" in shown.text
    assert "def train" in "".join(shown.text.splitlines(keepends=True)[shown.line : shown.line + 3])
    assert not {name for name in set(sys.modules) - before if name.startswith(("numba", "kernels."))}
    assert "is not there" in kernel_listing(Source("kernels.nothing", "f")).text


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    assert "cannot be read" in learner_listing(tmp_path / "gone.py", "update").text


def test_the_source_opens_at_the_function_and_goes_back() -> None:
    async def main() -> None:
        app = LabApp()
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            await pilot.press("k")
            await pilot.pause()
            assert isinstance(app.screen, SourceScreen)
            assert text_of(app)[0] == "kernels/random.py"
            await pilot.press("q")
            await pilot.pause()
            assert app.screen.query("#lab-main")

    asyncio.run(main())


def test_both_files_can_be_read(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text("\n" * 60 + "def update():\n    return 1\n" + "\n" * 60)

    async def main() -> None:
        app = LabApp()
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            await app.push_screen(
                SourceScreen([learner_listing(file, "update"), kernel_listing(Source("kernels.perceptron", "train"))])
            )
            await pilot.pause()
            assert text_of(app)[0] == "your code: mine.py"
            assert "61  def update():" in text_of(app)[2]
            await pilot.press("down", "down")
            assert app.screen.query_one(ScrollableContainer).scroll_y > 0
            await pilot.press("tab")
            await pilot.pause()
            assert text_of(app)[0] == "kernels/perceptron.py"

    asyncio.run(main())


def test_help_lists_the_keys_and_what_the_lab_means() -> None:
    async def main() -> list[str]:
        app = LabApp()
        async with app.run_test(size=(80, 120)) as pilot:
            await settled(pilot)
            await pilot.press("question_mark")
            await pilot.pause()
            assert isinstance(app.screen, HelpScreen)
            lines = text_of(app)
            await pilot.press("q")
            await pilot.pause()
            assert not isinstance(app.screen, HelpScreen)
            return lines

    lines = asyncio.run(main())
    shown = "\n".join(lines)
    for said in (
        "Run, or pause",
        "Back through the run",
        "What it learns from. (and, or, xor, blobs)",
        "How bad.",
        "The plane.",
    ):
        assert said in shown
    assert any(line.split()[:2] == ["space", "Run,"] for line in lines)
    assert any(line.startswith("1 2 3 ") for line in lines)
    assert "All knobs and numbers" not in shown


def test_every_knob_number_and_view_is_explained() -> None:
    assert [section.title for section in lab_help(SPEC)] == ["Its knobs", "Its numbers", "Its views"]


def test_the_lab_screen_is_left_by_q() -> None:
    async def main() -> None:
        worker = FakeWorker()
        app = LabApp()
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            below: Any = app.screen
            await app.push_screen(LabScreen(worker, "toy?data=or"))
            await pilot.pause()
            await pilot.press("space")
            await pilot.pause()
            assert ("open", "toy?data=or", 0) in worker.log
            await pilot.press("q")
            await pilot.pause()
            assert app.screen is below
            assert not worker.playing

    asyncio.run(main())


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (60, 36)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_lab_looks_as_it_did(size: tuple[int, int], frame: Callable[..., None]) -> None:
    async def main() -> None:
        app = LabApp("toy?data=xor", goal="errors == 0", say="Try to get all of them right.")
        async with app.run_test(size=size) as pilot:
            await settled(pilot)
            await pilot.press("down", "space")
            await settled(pilot)
            frame(app, f"lab-toy-{size[0]}x{size[1]}")

    asyncio.run(main())


def test_leaving_twice_in_one_breath_leaves_once() -> None:
    async def main() -> None:
        app = LabApp()
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            below = app.screen
            app.push_screen(LabScreen(FakeWorker(), "toy"))
            await settled(pilot)
            pane = app.screen.query_one(LabPane)
            pane.leave()
            pane.leave()
            await pilot.pause()
            assert app.screen is below

    asyncio.run(main())
