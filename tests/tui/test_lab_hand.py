"""The hand in the picture: taking hold, moving, drawing, letting go; what it shows, and that the link holds it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from lab_fake import FakeWorker, LabApp, settled, text_of
from textual.pilot import Pilot

import tutor.labs
from tutor.draw.cells import Look
from tutor.engine.link import make_link, split_link
from tutor.labs.pads import decode_pad, encode_pad
from tutor.labs.spec import Hand, Knob, LabSpec, Metric, Source, View
from tutor.pictures import Box, Images, Picture
from tutor.tui import lab_hand
from tutor.tui.screens.help import HelpScreen

ROWS, COLUMNS = 6, 8
SKETCH = LabSpec(
    id="sketch",
    title="A sketch",
    summary="One draws.",
    knobs=(
        Knob("column", "integer", 3, label="Column", low=1, high=COLUMNS, live=True),
        Knob("row", "integer", 2, label="Row", low=1, high=ROWS, live=True),
        Knob("drawing", "text", "", live=True),
        Knob("answers", "text", "", live=True),
    ),
    metrics=(Metric("errors", "Errors"),),
    views=(
        View("paper", "Paper", hand=Hand("column", "row", "drawing", (ROWS, COLUMNS))),
        View("ruler", "Ruler", hand=Hand("column")),
        View("words", "Words"),
        View("answers", "Answers", hand=Hand("column", answers="answers")),
    ),
    source=Source("kernels.random", "nothing"),
    unit="step",
    pace=8.0,
)


class Paper(FakeWorker):
    """Shows the drawing that its link holds, with the cursor marked."""

    async def open(self, link: str, *, plug: Any = None, step: int = 0, free: bool = False) -> None:
        await super().open("toy", plug=plug, step=step)
        self.spec, self.link = SKETCH, make_link(SKETCH, split_link(link)[1])

    def _picture(self, name: str, size: tuple[int, int]) -> Picture:
        knobs = self.link.knobs_at(self.at)
        cells = decode_pad(str(knobs["drawing"]), ROWS, COLUMNS)
        here = Box(0, int(knobs["row"]) - 1, int(knobs["column"]) - 1)
        return Images(cells[None].astype(np.float32), ("",), boxes=(here,))


@pytest.fixture(autouse=True)
def _sketch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(tutor.labs._MODULES, "sketch", "lab_fake")
    for module in ("tutor.tui.lab_pane", "tutor.tui.lab_actions"):
        monkeypatch.setattr(f"{module}.find_lab", lambda lab: SimpleNamespace(spec=SKETCH))


Test = Callable[[LabApp, Pilot[Any]], Coroutine[Any, Any, None]]


def drive(test: Test, *, size: tuple[int, int] = (80, 24), link: str = "sketch", look: Look | None = None) -> LabApp:
    async def main() -> LabApp:
        app = LabApp(link, worker=Paper(), look=look)
        async with app.run_test(size=size) as pilot:
            await settled(pilot)
            await test(app, pilot)
        return app

    return asyncio.run(main())


def drawn(*keys: str, **how: Any) -> LabApp:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        for key in keys:
            await pilot.press(key)
        await settled(pilot)

    return drive(test, **how)


def pad_of(app: LabApp) -> list[tuple[int, int]]:
    """The (row, column) of every cell that is inked, from 1."""
    cells = decode_pad(str(app.pane.values["drawing"]), ROWS, COLUMNS)
    return [(int(r) + 1, int(c) + 1) for r, c in np.argwhere(cells)]


def cursor(app: LabApp) -> tuple[Any, Any]:
    return app.pane.values["row"], app.pane.values["column"]


@pytest.mark.parametrize(
    ("keys", "where"),
    [
        (["right"], (2, 4)),
        (["left", "down", "down"], (4, 2)),
        (["up", "up", "up"], (1, 3)),
        (["shift+right"], (2, 8)),
        (["less_than_sign"], (2, 1)),
        (["shift+down"], (6, 3)),
        (["end", "down"], (3, 8)),
    ],
)
def test_arrows_move_the_cursor_and_stop_at_the_edge(keys: list[str], where: tuple[int, int]) -> None:
    assert cursor(drawn("e", *keys)) == where


def test_without_hold_the_arrows_turn_knobs_and_the_drawing_is_no_knob() -> None:
    app = drawn("down", "right")
    assert cursor(app) == (3, 3)
    assert [knob.name for knob in app.pane.panel.knobs] == ["column", "row"]


@pytest.mark.parametrize("key", ["e", "escape", "enter", "q"])
def test_it_lets_go_and_stays_in_the_lab(key: str) -> None:
    app = drawn("e", "right", key, "right")
    assert not app.pane.held
    assert not app.posted
    assert app.pane.panel.knob is not None
    assert app.pane.panel.knob.name == "column"
    assert cursor(app) == (2, 5)


def test_space_inks_and_wipes_one_cell() -> None:
    assert pad_of(drawn("e", "space", "right", "space")) == [(2, 3), (2, 4)]
    assert pad_of(drawn("e", "space", "right", "space", "left", "space")) == [(2, 4)]


def test_the_pen_draws_on_the_way_until_it_is_up() -> None:
    app = drawn("e", "p", "down", "shift+right", "p", "up", "left")
    assert pad_of(app) == [(2, 3), *((3, c) for c in range(3, 9))]
    assert cursor(app) == (2, 7)


def test_x_clears() -> None:
    app = drawn("e", "p", "right", "x")
    assert pad_of(app) == []
    assert app.worker.link.knobs_at(0)["drawing"] == ""


def test_the_link_holds_the_drawing() -> None:
    first = drawn("e", "p", "right", "down")
    again = drawn(link=first.pane.link)
    assert pad_of(again) == [(2, 3), (2, 4), (3, 4)]
    assert cursor(again) == (3, 4)


def test_a_run_that_goes_on_rests_while_one_draws() -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        app.worker.stride = 0
        await pilot.press(".", "space")
        await pilot.pause()
        assert app.pane.playing
        await pilot.press("e", "p", "right", "right")
        await settled(pilot)
        assert not app.worker.playing
        assert {change.step for change in app.worker.link.changes} == {1}
        assert pad_of(app) == [(2, 3), (2, 4), (2, 5)]

    drive(test)


def test_strokes_are_not_lost_while_the_worker_is_slow() -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        let = asyncio.Event()
        change, slow = app.worker.change, app.worker.frame

        async def late_frame(views: Sequence[str], size: tuple[int, int]) -> Any:
            frame = await slow(views, size)
            await let.wait()
            return frame

        app.worker.frame = late_frame  # type: ignore[method-assign]
        await pilot.press("e", "space")
        await pilot.pause()
        # A frame without this stroke is on its way; the worker hangs in the next change.
        hold = asyncio.Event()

        async def late_change(knob: str, value: Any) -> None:
            await hold.wait()
            await change(knob, value)

        app.worker.change = late_change  # type: ignore[method-assign]
        await pilot.press("right")
        let.set()
        await pilot.pause()
        await pilot.pause()
        await pilot.press("space")
        hold.set()
        await settled(pilot)
        assert pad_of(app) == [(2, 3), (2, 4)]
        assert app.worker.link.knobs_at(0)["drawing"] == encode_pad(decode_pad("0030", ROWS, COLUMNS))

    drive(test)


def test_a_ruler_has_one_direction_and_nothing_to_draw_on() -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        await pilot.press("2", "e", "down", "right", "up", "p", "x")
        await settled(pilot)
        assert cursor(app) == (2, 4)
        assert "pen" not in text_of(app)[-1]
        app.worker.stride = 0
        await pilot.press("space")
        assert app.pane.playing

    drive(test)


def test_digits_are_answers_while_it_holds_and_views_otherwise() -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        await pilot.press("4", "e", "0", "7", "left", "3", *"9999999")
        await settled(pilot)
        assert app.pane.values["answers"] == "--039999"
        assert cursor(app) == (2, COLUMNS)
        assert "0-9 answer" in text_of(app)[-1]
        assert app.worker.link.knobs_at(0)["answers"] == "--039999"
        await pilot.press("e", "1")
        await settled(pilot)
        assert app.pane.view.name == "paper"
        assert app.pane.values["answers"] == "--039999"

    drive(test)


def test_a_view_without_a_hand_cannot_be_held() -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        assert "by hand" in text_of(app)[-1]
        await pilot.press("e", "3")
        await settled(pilot)
        assert not app.pane.held
        assert "by hand" not in text_of(app)[-1]
        await pilot.press("e")
        assert not app.pane.held

    drive(test)


@pytest.mark.parametrize("size", [(60, 20), (80, 24)])
@pytest.mark.parametrize("look", [Look(), Look(unicode=False), Look(colour=False), Look(unicode=False, colour=False)])
def test_the_foot_says_that_it_holds_where_it_is_and_what_the_keys_do(size: tuple[int, int], look: Look) -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        before = _painted(app)
        await pilot.press("e", "right", "down", "p")
        await settled(pilot)
        foot = text_of(app)[-1]
        assert foot.startswith(" by hand, pen down  4, 3")
        assert "move" in foot
        assert "e let go" in foot
        assert len(foot) <= size[0]
        assert _painted(app) != before
        if not look.colour:
            assert "[" in "".join(row[:46] for row in text_of(app)[1:10])
        else:
            # The cell under the cursor has a colour that no ink has.
            assert "d7" in _backgrounds(app) or "af" in _backgrounds(app)

    drive(test, size=size, look=look)


def _painted(app: Any) -> list[str]:
    """The picture's rows with their colours."""
    return [str(list(strip)) for strip in app.screen._compositor.render_strips()[1:10]]


def _backgrounds(app: Any) -> str:
    colours = set()
    for strip in app.screen._compositor.render_strips()[1:10]:
        for segment in strip:
            style = segment.style
            for colour in (style.color, style.bgcolor) if style else ():
                if colour is not None and colour.triplet is not None and colour.triplet.blue == 0 and colour.triplet.red:
                    colours.add(colour.triplet.hex)
    return " ".join(colours)


def test_help_tells_its_keys() -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        await pilot.press("e", "question_mark")
        await pilot.pause()
        assert isinstance(app.screen, HelpScreen)
        said = " ".join(text_of(app))
        assert "By hand: take hold of the picture" in said
        assert "By hand: clear the drawing" in said

    drive(test, size=(80, 60))


def test_another_key_for_the_hand_works_and_is_shown() -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        app.set_keymap({"lab.hand": "h"})
        await pilot.press("h", "right")
        await settled(pilot)
        assert "h let go" in text_of(app)[-1]
        await pilot.press("h")
        assert not app.pane.held

    drive(test)


def test_frames_follow_the_hand_and_rest_without_it() -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        app.pane.session.period = 0.1
        await pilot.press("e")
        assert app.pane.session.period == lab_hand.PERIOD <= 0.05
        await pilot.press("e")
        assert app.pane.session.period == 0.1

    drive(test)


def test_a_broken_drawing_in_a_link_is_drawn_over() -> None:
    app = LabApp("sketch", worker=Paper())
    assert app.pane.spec is SKETCH
    app.pane._turned["drawing"] = "zz"
    assert not app.pane._cells(replace(SKETCH.views[0]).hand).any()  # type: ignore[arg-type]
