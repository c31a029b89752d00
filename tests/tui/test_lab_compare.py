"""Keeping runs and comparing them, through the keys."""

from __future__ import annotations

import asyncio
import csv
import json
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lab_fake import LabApp, draw_plainly, install, settled, text_of
from textual.pilot import Pilot

from tutor.draw.cells import Look
from tutor.draw.plainly import to_ascii
from tutor.engine.crew import Job, Outcome
from tutor.engine.curves import Record, curve_of
from tutor.pictures import Lines, Series, Text
from tutor.store import Store
from tutor.tui.compare_rows import table_rows
from tutor.tui.kept import Sheet, keep
from tutor.tui.screens.compare import CompareScreen


@pytest.fixture(autouse=True)
def _toys(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)
    monkeypatch.setattr("tutor.tui.screens.compare.draw", _described)


def _described(picture: Any, size: tuple[int, int], look: Look) -> list[Any]:
    """Any picture as the words that stand in it."""
    parts = getattr(picture, "parts", (picture,))
    said = [f"{part.title}: {part.lines[0]}" for part in parts if isinstance(part, Text)]
    if isinstance(picture, Lines):
        said = [f"{s.label} ends at {s.x[-1]:.0f}" for s in picture.series]
    return draw_plainly(Text(tuple(s if look.unicode else to_ascii(s) for s in said)), size, look)


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.open() as opened:
        yield opened


Test = Callable[[LabApp, Pilot[Any]], Coroutine[Any, Any, None]]


def drive(store: Store | None, test: Test, size: tuple[int, int] = (80, 24), **app: Any) -> LabApp:
    async def main() -> LabApp:
        it = LabApp(**app)
        it.store = store  # type: ignore[attr-defined]
        async with it.run_test(size=size) as pilot:
            await settled(pilot)
            await test(it, pilot)
        return it

    return asyncio.run(main())


async def press(pilot: Pilot[Any], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


async def compared(app: LabApp, pilot: Pilot[Any], *keys: str) -> CompareScreen:
    """The comparing screen, opened by its key, after these keys."""
    await press(pilot, "C")
    for _ in range(50):
        await pilot.pause()
        if isinstance(app.screen, CompareScreen):
            break
    await pilot.pause()
    screen = app.screen
    assert isinstance(screen, CompareScreen)
    await press(pilot, *keys)
    return screen


def put(store: Store, link: str, step: int = 40, name: str = "", slope: float = 1.0) -> None:
    """A run that was kept some time ago."""
    x = np.arange(step + 1.0)
    curves = {"loss": curve_of(x, slope / (1 + x)), "errors": curve_of(x, np.maximum(0.0, 5.0 - x))}
    keep(store, Record("toy", link, step, {"loss": slope / (1 + step), "errors": 0.0}, curves), name)


def labels(screen: CompareScreen) -> list[str]:
    return [series.label for series in screen.overlaid().series]


# -- keeping


def test_a_kept_run_is_stored_and_stays_behind_the_next_one(store: Store) -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        await press(pilot, *"...", "c")
        assert "Kept as it is at step 3. C compares" in text_of(app)[-4]
        await press(pilot, "down", "right", "2", ".")
        x = np.arange(5, dtype=np.float32)
        drawn = app.pane.with_kept(Lines((Series("loss", x, x),), x_limits=(0.0, 2.0)), app.pane.view)
        assert isinstance(drawn, Lines)
        assert [series.label for series in drawn.series] == ["loss", "rate@3 -"]
        assert drawn.x_limits == (0.0, 3.0)
        assert not drawn.y_log
        await press(pilot, "y")
        drawn = app.pane.with_kept(Lines((Series("loss", x, x),)), app.pane.view)
        assert isinstance(drawn, Lines)
        assert drawn.y_log

    drive(store, test)
    (run,) = store.runs(lab="toy")
    assert (run.link, run.step, run.metrics["errors"]) == ("toy", 3, 3.0)
    assert '"loss":[[0.0,1.0,2.0,3.0],[1.0,0.5' in run.curves


def test_nothing_is_kept_where_there_is_no_store() -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        await press(pilot, ".", "c")
        screen = await compared(app, pilot, "c")
        assert labels(screen) == ["now"]

    drive(None, test)


# -- comparing


def test_what_was_kept_is_overlaid_with_what_is_on_screen(store: Store) -> None:
    put(store, "toy?rate=0.5&seed=3", 40)
    put(store, "toy?rate=2", 60, "the wild one")
    put(store, "still?w=1")
    store.keep_run("toy?gone=1", 5, {})

    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        await press(pilot, "space")
        screen = await compared(app, pilot)
        assert labels(screen) == ["now: rate 0.1, seed 0", "rate 0.5, seed 3", "the wild one"]
        assert [series.role for series in screen.overlaid().series] == ["a", "b", "c"]
        shown = "\n".join(text_of(app))
        head = next(line for line in text_of(app) if "run" in line and "seed" in line)
        assert head.split() == ["run", "rate", "seed", "step", "loss", "errors"]
        assert "the wild one  " in shown
        await press(pilot, "down", "space")
        assert labels(screen) == ["now: rate 0.1", "the wild one"]
        assert any("toy?rate=0.5&seed=3" in line for line in text_of(app))
        await press(pilot, "space", "right")
        assert screen.metric == "errors"
        assert screen.overlaid().title == "Errors"

    drive(store, test)


def test_values_are_read_at_the_cursor_and_the_axis_and_smoothing_change(store: Store) -> None:
    put(store, "toy?rate=0.5", 100, slope=4.0)

    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        await press(pilot, "space")
        screen = await compared(app, pilot, "{", "{", "{", "{", "]")
        assert screen.overlaid().cursor == 22.0
        head = next(line for line in text_of(app) if "loss@22" in line)
        rows = text_of(app)[text_of(app).index(head) + 1 :]
        at = head.split().index("loss@22") + 2  # the mark and the pointer stand before
        assert rows[0].split()[at] == f"{1 / 23:.3g}"
        assert rows[1].split()[at - 1] == f"{4 / 23:.3g}"
        assert "at step 22" in "\n".join(text_of(app))
        await press(pilot, "y")
        assert screen.overlaid().y_log
        sharp = screen.overlaid().series[1].y
        await press(pilot, "w", "w")
        assert "smoothed over 5 % of each run" in "\n".join(text_of(app))
        smooth = screen.overlaid().series[1].y
        assert smooth[0] == sharp[0]
        assert smooth[10] > sharp[10]
        await press(pilot, "w", "w")
        assert np.array_equal(screen.overlaid().series[1].y, sharp)

    drive(store, test)


def test_runs_are_named_and_deleted_and_that_survives(store: Store) -> None:
    put(store, "toy?rate=0.5")
    put(store, "toy?rate=2")

    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        await compared(app, pilot, "t")
        assert "Only a run that is kept" in "\n".join(text_of(app))
        await press(pilot, "down", "t", *"slow", "space", *"one", "enter")
        assert "slow one" in "\n".join(text_of(app))
        await press(pilot, "down", "d", "n")
        assert len(store.runs(lab="toy")) == 2
        await press(pilot, "d", "y")
        assert "rate 2" not in "\n".join(text_of(app))

    drive(store, test)
    with Store.open() as again:
        assert [(run.link, run.name) for run in again.runs(lab="toy")] == [("toy?rate=0.5", "slow one")]


def test_all_of_it_is_written_as_csv_and_json(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(store, "toy?rate=0.5", 2, "one, two")
    monkeypatch.chdir(tmp_path)

    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        await compared(app, pilot, "x")
        assert "Written: dltutor-toy.csv and dltutor-toy.json" in "\n".join(text_of(app))

    drive(store, test)
    rows = list(csv.DictReader((tmp_path / "dltutor-toy.csv").open()))
    assert [(row["name"], row["rate"], row["step"], row["link"]) for row in rows] == [
        ("", "0.1", "0", "toy"),
        ("one, two", "0.5", "2", "toy?rate=0.5"),
    ]
    assert float(rows[1]["loss"]) == 1 / 3
    runs = json.loads((tmp_path / "dltutor-toy.json").read_text())["runs"]
    assert runs[1]["curves"]["loss"] == {"step": [0.0, 1.0, 2.0], "value": [1.0, 0.5, 0.3333333]}


def test_a_run_goes_on_where_it_was_kept(store: Store) -> None:
    put(store, "toy?rate=0.5&count=7", 40)

    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        await compared(app, pilot, "down", "enter")
        await settled(pilot)
        assert app.pane.link == "toy?rate=0.5&count=7"
        assert app.pane.values["count"] == 7
        assert "step 40" in text_of(app)[-2]
        await compared(app, pilot, "q")
        assert app.pane.link == "toy?rate=0.5&count=7"

    assert ("open", "toy?rate=0.5&count=7", 40) in drive(store, test).worker.log


def test_pictures_stand_side_by_side(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    put(store, "toy?rate=0.5", 40)
    put(store, "toy?rate=2", 60)
    asked: list[Job] = []

    async def outcomes(jobs: Sequence[Job], processes: int, **how: Any) -> AsyncIterator[Outcome]:
        asked.extend(jobs)
        for k, job in enumerate(jobs):
            yield Outcome(k, picture=Text((f"{job.view} of {job.link} at {job.steps}",)))

    monkeypatch.setattr("tutor.tui.compare_pictures.outcomes", outcomes)

    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        await compared(app, pilot, "down", "tab")
        await pilot.pause()
        shown = "\n".join(text_of(app))
        assert "rate 0.5: boundary of toy?rate=0.5 at 40" in shown
        assert "rate 2: boundary of toy?rate=2 at 60" in shown
        await press(pilot, "tab", "tab")
        assert "ends at 40" in "\n".join(text_of(app))

    drive(store, test)
    assert [job.view for job in asked] == ["boundary", "boundary", "table", "table"]
    assert asked[0].size == (39, 12)


# -- sweeps


def sweeping(monkeypatch: pytest.MonkeyPatch, asked: list[Job], hold: asyncio.Event | None = None) -> None:
    async def outcomes(jobs: Sequence[Job], processes: int, *, nice: int = 0, moved: Any = None) -> AsyncIterator[Outcome]:
        asked.extend(jobs)
        x = np.arange(11.0)
        for k, job in enumerate(jobs):
            moved(k, 5)
            if k and hold is not None:
                await hold.wait()
            record = Record("toy", job.link, job.steps, {"loss": k / 10}, {"loss": curve_of(x, x + k)})
            yield Outcome(k, record, "steps")

    monkeypatch.setattr("tutor.tui.sweeps.outcomes", outcomes)


def test_a_sweep_is_asked_for_in_the_lab_and_its_runs_come_one_by_one(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Job] = []

    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        hold = asyncio.Event()
        sweeping(monkeypatch, asked, hold)
        await press(pilot, *"....", "down", "s")
        assert "rate=0.01,0.03,0.1,0.3,1" in "\n".join(text_of(app))
        await press(pilot, *"rate", "equals_sign", *"99,1", "enter")
        assert "rate cannot be 99" in "".join(text_of(app))
        await press(pilot, "ctrl+u", *"rate", "equals_sign", *"1,2", "enter")
        for _ in range(50):
            await pilot.pause()
            if isinstance(app.screen, CompareScreen) and "1 of 2 runs made" in "\n".join(text_of(app)):
                break
        screen = app.screen
        assert isinstance(screen, CompareScreen)
        assert labels(screen) == ["now: rate 0.1", "rate 1"]
        assert "running" in "\n".join(text_of(app))
        await press(pilot, "q")
        hold.set()
        screen = await compared(app, pilot)
        assert labels(screen) == ["now: rate 0.1", "rate 1", "rate 2"]
        assert "The sweep of 2 runs is made." in "\n".join(text_of(app))
        await press(pilot, "down", "c")
        assert [run.link for run in store.runs(lab="toy")] == ["toy?rate=2"]
        await press(pilot, "enter")
        await settled(pilot)
        assert app.pane.link == "toy?rate=2"

    app = drive(store, test)
    assert [(job.link, job.steps) for job in asked] == [("toy?rate=1", 4), ("toy?rate=2", 4)]
    assert app.worker.log[-1] == ("open", "toy?rate=2", 4)


# -- sizes


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40)])
@pytest.mark.parametrize("look", [Look(), Look(unicode=False, colour=False)], ids=["full", "plain"])
def test_every_size_holds_the_plot_and_the_table(store: Store, size: tuple[int, int], look: Look) -> None:
    for k in range(12):
        put(store, f"toy?rate={(k + 1) / 2:g}", 10 + k, "a name that is far too long for a table" if k == 3 else "")

    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        await compared(app, pilot, *["down"] * 12)
        lines = text_of(app)
        assert len(lines) == size[1]
        assert all(len(line) <= size[0] for line in lines)
        shown = "\n".join(lines)
        assert "rate 1" in shown
        assert any(line.startswith(("▸", ">")) and " 6 " in line for line in lines)
        assert "q back" in lines[-1]
        if not look.unicode:
            assert shown.isascii()

    drive(store, test, size=size, look=look)


def test_help_says_what_the_keys_do(store: Store) -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        await compared(app, pilot, "question_mark")
        await pilot.pause()
        shown = "\n".join(text_of(app))
        assert "Smooth more, or not at all" in shown
        await press(pilot, "q", "q")
        assert not isinstance(app.screen, CompareScreen)

    drive(store, test, size=(80, 60))


def test_a_number_stands_in_the_table_whole_or_not_at_all() -> None:
    sheet = Sheet(
        ("run", "step", "loss", "accuracy"), (("now", "12", "0.125", "0.8125"), ("kept", "3", "it cannot be run again"))
    )
    wide, narrow = [
        "".join(span.text for row in table_rows(sheet, [0, None], 0, width, 4, Look())[0] for span in row) for width in (60, 27)
    ]
    assert "0.8125" in wide
    assert "0.125" in narrow
    assert "0.8" not in narrow
    assert "acc" not in narrow
    assert "it cannot" in narrow
