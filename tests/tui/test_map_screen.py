"""The map of many runs, through the keys: asked for in the lab, walked, coloured by another number, paused, opened."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import lab_fake
import numpy as np
import pytest
from lab_fake import SPEC, LabApp, install, settled, text_of
from textual.pilot import Pilot

from tutor.course.model import Predict
from tutor.draw.cells import Look
from tutor.engine.grid import DIVERGED, FAILED, RUNNING, WAITING
from tutor.labs.spec import LabSpec, Metric, View
from tutor.store import Store
from tutor.tui.lab_guesses import Guess
from tutor.tui.lab_pane import LabPane
from tutor.tui.maps import map_in
from tutor.tui.screens.compare import CompareScreen
from tutor.tui.screens.map import MapScreen

METRICS = (Metric("loss", "Loss", "How bad."), Metric("errors", "Errors", "How many are wrong.", ".0f", "low"))
MAPPED = replace(
    SPEC,
    metrics=METRICS,
    steps=60,
    pace=0.0,
    views=(*SPEC.views, View("sweep", "Many runs", sweep=("rate=0.1,1,10", "seed=0..3"))),
)


class FakeCrew:
    """Carries runs by a formula. The loss is the smaller the nearer the rate is to 1; rate 10 diverges at step 20."""

    made: list[FakeCrew] = []

    def __init__(self, spec: LabSpec, links: list[str], *, device: str = "cpu", nice: int = 0) -> None:
        self.links, self.moved, self.note, self.closed = links, None, "", False
        self.values = np.full((len(links), len(spec.metrics)), np.nan)
        self.steps = np.zeros(len(links), np.int64)
        self.fates = np.full(len(links), WAITING)
        self.errors = [""] * len(links)
        self.hold: asyncio.Event | None = None
        FakeCrew.made.append(self)

    async def plant(self) -> None:
        self.fates[:] = RUNNING
        self._measure()

    def _measure(self) -> None:
        for k, link in enumerate(self.links):
            rate = float((re.findall(r"rate=([\d.]+)", link) or ["0.1"])[0])
            seed = int((re.findall(r"seed=(\d+)", link) or ["0"])[0])
            if "count=13" in link:
                self.fates[k], self.errors[k] = FAILED, "count cannot be 13 here"
            elif rate > 5 and self.steps[k] >= 20:
                self.fates[k], self.values[k, :2] = DIVERGED, (np.inf, np.nan)
            else:
                self.values[k, :2] = (
                    abs(np.log10(rate)) + 1 / (1 + self.steps[k]) + seed / 100,
                    max(0, 9 - self.steps[k] // 10 - seed),
                )

    @property
    def step(self) -> int:
        going = self.steps[self.fates == RUNNING]
        return int(going.min() if len(going) else self.steps.max())

    @property
    def ended(self) -> bool:
        return bool((self.fates > RUNNING).all() and not (self.fates == WAITING).any())

    async def advance(self, limit: int) -> None:
        if self.hold is not None:
            await self.hold.wait()
        await asyncio.sleep(0)
        self.steps[self.fates == RUNNING] = min(limit, self.step + 10)
        self._measure()
        if self.moved is not None:
            self.moved()

    async def close(self) -> None:
        self.closed = True


@pytest.fixture(autouse=True)
def _toys(monkeypatch: pytest.MonkeyPatch) -> None:
    from tutor.draw import draw

    install(monkeypatch)
    monkeypatch.setattr(lab_fake.LAB, "spec", MAPPED)
    monkeypatch.setattr("tutor.tui.maps.GridCrew", FakeCrew)
    monkeypatch.setattr("tutor.tui.lab_map.draw", draw)
    FakeCrew.made = []


Test = Callable[[LabApp, Pilot[Any]], Coroutine[Any, Any, None]]


def drive(test: Test, size: tuple[int, int] = (80, 24), store: Store | None = None, **app: Any) -> LabApp:
    async def main() -> LabApp:
        it = LabApp(**app)
        it.store = store  # type: ignore[attr-defined]
        async with it.run_test(size=size) as pilot:
            await settled(pilot)
            await test(it, pilot)
        return it

    return asyncio.run(main())


async def press(pilot: Pilot[Any], *keys: str) -> str:
    """Press these keys. Returns the screen when nothing moves any more."""
    for key in keys:
        await pilot.press(key)
    for _ in range(20):
        await pilot.pause()
    return "\n".join(text_of(pilot.app))


async def mapped(app: LabApp, pilot: Pilot[Any], *axes: str) -> MapScreen:
    """The map of these axes, asked for by its key, when it rests."""
    await press(pilot, "s", "ctrl+u", *(key for key in " ".join(axes)), "enter")
    screen = app.screen
    assert isinstance(screen, MapScreen), "\n".join(text_of(app))
    return screen


def test_two_knobs_make_a_map_that_goes_on_to_the_labs_number_of_steps() -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        screen = await mapped(app, pilot, "rate=0.1,1,10", "seed=0..3")
        shown = "\n".join(text_of(app))
        assert "A toy: 12 runs   Loss (1 of 2)" in shown
        assert "best Loss 0.0164 at rate 1, seed 0; 4 of 12 diverged" in shown
        assert "12 runs, step 60 of 60" in shown
        assert "paused" in shown
        assert shown.count("!") == 5, "a sign for each run that has diverged, and the legend"
        assert set(FakeCrew.made[0].steps.tolist()) == {60, 20}
        assert "go on" in await press(pilot)
        shown = await press(pilot, "space")
        assert "step 120 of 120" in shown
        assert screen.live.metric.name == "loss"

    drive(test)


def test_one_knob_makes_curves_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    async def outcomes(jobs: Any, processes: int, **how: Any) -> Any:
        asked.extend(jobs)
        return
        yield

    monkeypatch.setattr("tutor.tui.sweeps.outcomes", outcomes)

    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        shown = await press(pilot, "down", "s")
        assert "rate=0.01,0.03,0.1,0.3,1" in shown
        assert "a second knob, such as" in shown
        await press(pilot, "enter")
        assert isinstance(app.screen, CompareScreen)

    drive(test)
    assert len(asked) == 5
    assert not FakeCrew.made


def test_the_cells_are_walked_and_say_their_numbers() -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        await mapped(app, pilot, "rate=0.1,1,10", "seed=0..3")
        assert "rate 0.1, seed 0: Loss 1.02, Errors 3" in await press(pilot)
        assert "rate 1, seed 2: Loss 0.0364, Errors 1" in await press(pilot, "right", "down", "down")
        assert "toy?rate=1&seed=2" in "\n".join(text_of(app))
        assert "rate 10, seed 3:" in await press(pilot, "end", "down", "down", "down")
        assert "rate 1, seed 0: Loss 0.0164, Errors 3" in await press(pilot, "b")
        shown = await press(pilot, "tab")
        assert "Errors (2 of 2)" in shown
        assert "best Errors 0 at rate 0.1, seed 3" in shown
        assert "rate 0.1, seed 3: Errors 0, Loss 1.05" in await press(pilot, "b")
        assert "Loss (1 of 2)" in await press(pilot, "shift+tab")

    drive(test)


def test_a_cell_opens_as_its_own_run_where_it_is() -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        await mapped(app, pilot, "rate=0.1,1,10", "seed=0..3")
        await press(pilot, "right", "down", "enter")
        await settled(pilot)
        assert app.pane.link == "toy?rate=1&seed=1"
        assert app.pane.values["rate"] == 1.0
        assert "step 60" in text_of(app)[-2]

    assert ("open", "toy?rate=1&seed=1", 60) in drive(test).worker.log


def test_a_run_that_failed_says_why_and_does_not_open() -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        await mapped(app, pilot, "count=4,13", "seed=0..1")
        shown = await press(pilot, "right")
        assert "2 of 4 failed" in shown
        assert "count 13, seed 0: count cannot be 13 here" in shown
        assert "there is nothing to open" in await press(pilot, "enter")
        assert isinstance(app.screen, MapScreen)

    drive(test)


def test_it_pauses_and_changes_its_pace_and_goes_on_behind_the_lab() -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        hold = asyncio.Event()
        monkey = pytest.MonkeyPatch()
        monkey.setattr(FakeCrew, "advance", held(hold, FakeCrew.advance))
        screen = await mapped(app, pilot, "rate=0.1,1,10", "seed=0..3")
        assert "running" in "\n".join(text_of(app))
        assert "1024/s" in await press(pilot, "minus")
        assert "paused" in await press(pilot, "space")
        await press(pilot, "plus", "space", "q")
        assert app.screen is app.screen_stack[0]
        hold.set()
        await press(pilot)
        assert screen.live.crew.step == 60
        monkey.undo()

    drive(test)


def held(hold: asyncio.Event, advance: Any) -> Any:
    async def wait(self: FakeCrew, limit: int) -> None:
        await hold.wait()
        await advance(self, limit)

    return wait


def test_a_cell_is_kept_without_curves() -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        await mapped(app, pilot, "rate=0.1,1", "seed=0..1")
        assert "Kept as it is at step 60, without its curves" in await press(pilot, "right", "c")

    with Store.open() as store:
        drive(test, store=store)
        assert [(run.link, run.step) for run in store.runs(lab="toy")] == [("toy?rate=1", 60)]


# -- as a view of the lab


def test_the_view_shows_the_map_of_the_lab_and_enter_opens_it() -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        shown = await press(pilot, "4")
        assert len(FakeCrew.made) == 1
        assert "12 runs, step 60 of 60: best Loss 0.0164 at rate 1, seed 0" in shown
        assert all(f"seed={k}" in FakeCrew.made[0].links[k] for k in range(1, 4))
        assert ("sweep",) not in app.worker.views
        await press(pilot, "enter")
        assert isinstance(app.screen, MapScreen)
        await press(pilot, "q", "1", "4")
        assert len(FakeCrew.made) == 1, "the map is still there"
        shown = await press(pilot, "4", "down", "down", "down", "right")
        assert "r makes the map anew" in shown.replace("\n", " ")
        await press(pilot, "r")
        assert len(FakeCrew.made) == 2
        assert FakeCrew.made[0].closed
        assert "data=or" in FakeCrew.made[1].links[0]

    app = drive(test)
    assert map_in(app, MAPPED) is None, "nobody looks at it any more"
    assert FakeCrew.made[1].closed


def test_a_lesson_gives_the_axes_and_hears_of_the_goal_the_best_and_the_guessed_run() -> None:
    guess = Guess(Predict("g", "?", "number", "toy?rate=1", "errors"), lambda link: "rate=1&seed=1" in link)

    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        shown = await press(pilot)
        assert FakeCrew.made[0].links[:3] == ["toy?rate=0.5", "toy?rate=0.5&seed=1", "toy?rate=1"]
        assert "step 0 of 60" in shown
        assert "Space runs them, enter walks them." in shown.replace("\n", " ")
        assert not app.posted, "a guess may have to be made first"
        await press(pilot, "space")

    app = drive(test, show=("sweep",), sweep=("rate=0.5,1", "seed=0..1"), goal="errors <= 4 and rate > 0.7", guesses=(guess,))
    goal, *ends = app.posted
    assert isinstance(goal, LabPane.GoalReached)
    assert (goal.link, goal.step, goal.metrics["errors"]) == ("toy?rate=1&seed=1", 40, 4.0)
    assert [(end.link, end.step, end.reason) for end in ends] == [
        ("toy?rate=1", 60, "finished"),
        ("toy?rate=1&seed=1", 60, "finished"),
    ]


# -- sizes


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40)])
@pytest.mark.parametrize("look", [Look(), Look(unicode=False, colour=False)], ids=["full", "plain"])
def test_every_size_holds_the_map_and_its_words(size: tuple[int, int], look: Look) -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        await mapped(app, pilot, "rate=0.01,0.03,0.1,0.3,1,3,6,10", "seed=0..7")
        await press(pilot, "right", "down")
        lines = text_of(app)
        shown = "\n".join(lines)
        assert len(lines) == size[1]
        assert all(len(line) <= size[0] for line in lines)
        for said in (
            "seed",
            "rate",
            "64 runs",
            "best Loss 0.0164 at rate 1",
            "rate 0.03, seed 1",
            "16 of 64 diverged",
            "q back",
        ):
            assert said in shown
        assert "[" in shown, "the cell that is looked at is known without colour"
        if not look.unicode:
            assert shown.isascii()

    drive(test, size=size, look=look)


def test_the_map_at_80_columns_is_as_it_was_drawn(frame: Callable[..., None]) -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        await mapped(app, pilot, "rate=0.01,0.03,0.1,0.3,1,3,6,10", "seed=0..7")
        await press(pilot, "right", "down")
        frame(app, "map-80x24")

    drive(test, look=Look(unicode=True, colour=False))


def test_help_says_what_the_keys_do() -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        await mapped(app, pilot, "rate=0.1,1", "seed=0..1")
        assert "Open this run in the lab" in await press(pilot, "question_mark")
        await press(pilot, "q", "q")
        assert not isinstance(app.screen, MapScreen)

    drive(test, size=(80, 50))
