"""What an author sets up for a lab: knobs that are locked, and par with the learner's best beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lab_fake import LabApp, install, settled, text_of
from lesson_fake import COURSE, LessonWorker, glass, opened, until
from textual.pilot import Pilot

from tutor.course.parse import load_outline
from tutor.engine.curves import Record, curve_of
from tutor.store import Store
from tutor.tui.app import TutorApp
from tutor.tui.blocks.cards import LabCard
from tutor.tui.lesson_lab import LessonLab
from tutor.tui.lesson_par import reached_at


def drive(monkeypatch: pytest.MonkeyPatch, act: Callable[[LabApp, Pilot[Any]], Awaitable[None]], **pane: Any) -> None:
    install(monkeypatch)

    async def run() -> None:
        app = LabApp(**pane)
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            await act(app, pilot)

    asyncio.run(run())


def test_a_locked_knob_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(app: LabApp, pilot: Pilot[Any]) -> None:
        assert any("Rate   0.1  locked" in line for line in text_of(app))
        for keys in (["down", "right"], ["enter", "1", "enter"]):
            for key in keys:
                await pilot.press(key)
            await settled(pilot)
            assert app.pane.values["rate"] == 0.1
            assert any("Rate is locked in this lesson" in line for line in text_of(app))
        assert all(request[0] != "change" for request in app.worker.log)
        for key in (":", *"toy?rate=0.5", "enter"):
            await pilot.press("colon" if key == ":" else "question_mark" if key == "?" else key)
        await settled(pilot)
        assert app.pane.values["rate"] == 0.1
        await pilot.press("escape", "up", "right")
        await settled(pilot)
        assert app.worker.log[-1][:2] == ("change", "data")

    drive(monkeypatch, act, lock=("rate",))


def test_the_first_step_at_which_it_held() -> None:
    x = np.arange(101, dtype=np.float64)
    curves = {"errors": curve_of(x, np.maximum(0.0, 3.0 - x // 10)), "loss": curve_of(x, 1 / (1 + x))}
    record = Record("toy", "toy", 100, {}, curves)
    assert reached_at("errors == 0", record, {}, 90) == 30
    assert reached_at("errors == 0 and loss < 0.02", record, {}, 90) == 50
    assert reached_at("errors == 0 and rate > 1", record, {"rate": 2.0}, 90) == 30
    assert reached_at("errors == 0 and rate > 1", record, {"rate": 0.5}, 90) == 90
    assert reached_at("margin > 1", record, {}, 90) == 90


class Worker(LessonWorker):
    """Its run holds the goal from step 7 on, though the screen sees it at the end only."""

    async def record(self) -> Record:
        x = np.arange(13, dtype=np.float64)
        return Record("perceptron", "perceptron", 12, {}, {"errors": curve_of(x, np.where(x < 7, 1.0, 0.0))})


def test_par_and_the_best_beside_it(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    root = tmp_path / "course"
    shutil.copytree(COURSE, root)
    file = root / "01-first" / "02-lab.md"
    text = file.read_text().replace("goal: errors == 0 and mistakes > 0", "goal: errors == 0\npar: 9")
    file.write_text(text)

    async def run() -> None:
        app = TutorApp(load_outline(root, "samples"), store, Worker(), start="01-first/lab")  # type: ignore[arg-type]
        async with app.run_test(size=(80, 24)) as pilot:
            await opened(pilot)
            assert "Par 9 examples" in glass(app)
            card = app.screen.query_one(LabCard)
            card.action_enter()
            await until(pilot, lambda: isinstance(app.screen, LessonLab) and "(par 9 examples)" in glass(app))
            await pilot.press("space")
            await until(pilot, lambda: "Reached at example 12 (par 9 examples, your best 7)." in glass(app))
            await pilot.press("q")
            await until(pilot, lambda: app.screen.query(LabCard) and "Par 9 examples, your best 7" in glass(app))

    asyncio.run(run())
    assert store.drafted("samples", "01-first/lab", "perceptron/best") == "7"
