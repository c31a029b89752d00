"""The lab pane through its keys, on a toy lab."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from lab_fake import FakeWorker, LabApp, install, settled, text_of
from textual.app import App
from textual.geometry import Region
from textual.pilot import Pilot

from tutor.draw.cells import Look, plain
from tutor.errors import BadCondition, BadLink
from tutor.tui import lab_keys
from tutor.tui.lab_pane import LabPane
from tutor.tui.theme import palette
from tutor.tui.widgets.strip_view import StripView


@pytest.fixture(autouse=True)
def _toys(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)


Test = Callable[[LabApp, Pilot[Any]], Coroutine[Any, Any, None]]


def drive(test: Test, *, size: tuple[int, int] = (80, 24), opened: bool = True, **app: Any) -> LabApp:
    async def main() -> LabApp:
        it = LabApp(**app)
        async with it.run_test(size=size) as pilot:
            if opened:
                await settled(pilot)
            await test(it, pilot)
        return it

    return asyncio.run(main())


def keys(*pressed: str) -> Test:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        for key in pressed:
            await pilot.press(key)
        await settled(pilot)

    return test


def asked(app: LabApp) -> list[tuple[Any, ...]]:
    """What the worker was asked for after the run was opened, but for the pause at the end."""
    return app.worker.log[1:]


# -- keys


@pytest.mark.parametrize(
    ("pressed", "requests"),
    [
        (["."], [("step", 1)]),
        ([".", "."], [("step", 1), ("step", 1)]),
        ([".", ","], [("step", 1), ("seek", 0)]),
        (["r"], [("restart", None)]),
        (["n", "n"], [("restart", 1), ("restart", 2)]),
        (["right"], [("change", "data", "or")]),
        (["end"], [("change", "data", "blobs")]),
        (["down", "right"], [("change", "rate", 0.13)]),
        (["down", "greater_than_sign"], [("change", "rate", 0.102)]),
        (["down", "shift+left"], [("change", "rate", 0.098)]),
        (["down", "home"], [("change", "rate", 0.001)]),
        (["up", "left"], [("change", "count", 2)]),
        (["+", "space"], [("play", 16.0)]),
        (["-", "-", "-", "-", "space"], [("play", 1.0)]),
        (["=", *["+"] * 20, "space"], [("play", 0.0)]),
        (["tab"], []),
    ],
)
def test_keys_ask_for_what_they_say(pressed: list[str], requests: list[tuple[Any, ...]]) -> None:
    assert asked(drive(one_by_one(pressed))) == requests


def one_by_one(pressed: list[str]) -> Test:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        for key in pressed:
            await pilot.press(key)
            await settled(pilot)

    return test


def every_key() -> list[str]:
    return [key for binding in lab_keys.BINDINGS for key in binding.key.split(",")]


@pytest.mark.parametrize("key", every_key())
def test_every_key_may_come_before_the_first_frame(key: str) -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        await pilot.press(key)
        assert app.pane.frame is None
        held = app.worker.held
        assert held is not None
        held.set()
        if len(app.screen_stack) > 1:
            await pilot.press("q")
        await settled(pilot)

    worker = FakeWorker()
    worker.held = asyncio.Event()
    app = drive(test, opened=False, worker=worker)
    assert app.pane.frame is not None
    assert app.worker.log[0] == ("open", "toy", 0)


def test_steps_back_and_scrubbing_stay_within_the_run() -> None:
    app = drive(one_by_one(["space", "{", "[", "]", "}", "}"]))
    # The toy's run ends at 100: a fiftieth of it is 2.
    assert asked(app) == [("play", 8.0), ("seek", 80), ("seek", 78), ("seek", 80), ("seek", 100), ("seek", 100)]


def test_pausing_stops_where_it_is() -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        app.worker.stride = 0
        await pilot.press("space")
        assert app.pane.playing
        assert text_of(app)[-1].startswith("space pause")
        await pilot.press("space")
        await settled(pilot)
        assert app.worker.log[-1] == ("pause",)
        assert not app.pane.playing
        assert any("paused" in line for line in text_of(app))

    drive(test)


def test_a_run_that_has_ended_says_what_to_do() -> None:
    app = drive(one_by_one(["space", "space"]))
    assert asked(app) == [("play", 8.0)]
    assert "r starts it again" in app.pane.notice


def test_q_and_its_likes_leave() -> None:
    for key in ("q", "escape", "backspace"):
        assert [type(message) for message in drive(keys(key)).posted] == [LabPane.Leave]


def test_a_remapped_key_works_and_is_shown() -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        app.set_keymap({"lab.run": "p"})
        await pilot.press("p")
        await settled(pilot)
        assert text_of(app)[-1].startswith("p run")

    assert asked(drive(test)) == [("play", 8.0)]


# -- views


def test_views_go_around_and_have_numbers() -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        seen = []
        for key in ("tab", "tab", "tab", "shift+tab", "2", "9"):
            await pilot.press(key)
            await settled(pilot)
            seen.append(app.pane.view.name)
        assert seen == ["loss", "table", "boundary", "table", "loss", "loss"]
        assert app.worker.views[-1] == ("loss",)

    drive(test)


def test_only_the_views_that_are_offered() -> None:
    app = drive(keys("tab"), show=("table", "boundary"))
    assert [view.name for view in app.pane.views] == ["table", "boundary"]
    assert [view for k, view in enumerate(app.worker.views) if view not in app.worker.views[:k]] == [("table",), ("boundary",)]


def test_a_wide_pane_shows_a_curve_below_the_picture() -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        assert app.worker.views[-1] == ("boundary", "loss")
        await pilot.press("2")
        await settled(pilot)
        assert app.worker.views[-1] == ("boundary", "loss")

    drive(test, size=(120, 40))


def test_a_view_is_chosen_by_its_name() -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        await pilot.click("#lab-title", offset=(text_of(app)[0].index("Loss"), 0))
        await settled(pilot)
        assert app.pane.view.name == "loss"
        await pilot.click("#lab-title", offset=(2, 0))
        await settled(pilot)
        assert app.pane.view.name == "loss"

    drive(test)


# -- knobs


def test_a_knob_shows_its_value_before_the_worker_knows() -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        await pilot.press("right", "right")
        assert "‹ xor ›" in text_of(app)[1]
        assert app.worker.log == [("open", "toy", 0)]
        held = app.worker.held
        assert held is not None
        held.set()
        await settled(pilot)
        assert app.pane.values["data"] == "xor"

    worker = FakeWorker()
    worker.held = asyncio.Event()
    assert asked(drive(test, opened=False, worker=worker)) == [("change", "data", "xor")]


def test_knobs_that_mean_nothing_are_not_there() -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        assert [knob.name for knob in app.pane.panel.knobs] == ["data", "rate"]
        await pilot.press("end")
        await settled(pilot)
        assert [knob.name for knob in app.pane.panel.knobs] == ["data", "margin", "rate"]
        assert "Margin" in text_of(app)[2]

    drive(test, hide=("count",))


def test_the_help_line_says_what_a_change_does() -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        detail = app.pane.query_one("#lab-detail", StripView)
        said = " ".join(plain(detail.rows).split())
        assert said == "[and] or xor blobs What it learns from. A change starts the run again."
        await pilot.press("down")
        assert "0.001 to 10" in plain(detail.rows)
        assert "Takes effect at once." in " ".join(plain(detail.rows).split())

    drive(test)


def test_a_refused_change_is_taken_back_and_said() -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        await pilot.press("up", "enter", "1", "3", "enter")
        await settled(pilot)
        assert app.pane.values["count"] == 4
        assert "count cannot be 13 here" in text_of(app)[-4]
        await pilot.press(".")
        await settled(pilot)
        assert "1 steps" in text_of(app)[-4]

    drive(test)


def test_the_mouse_chooses_drags_and_picks() -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        panel = app.pane.panel
        place = panel.place()
        await pilot.mouse_down(panel, offset=(place.label, 1))
        await pilot.hover(panel, offset=(place.label + place.track - 1, 1))
        await pilot.mouse_up(panel, offset=(place.label + place.track - 1, 1))
        await settled(pilot)
        assert panel.knob is not None
        assert panel.knob.name == "rate"
        assert app.pane.values["rate"] == 10.0
        await pilot.click(panel, offset=(place.label + 6, 0))
        await settled(pilot)
        assert app.pane.values["data"] == "or"

    drive(test)


# -- typing


def test_a_value_is_typed_and_mended_in_place() -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        await pilot.press("down", "enter")
        await pilot.press(*"99", "enter")
        assert "rate cannot be 99; use a number from 0.001 to 10" in "".join(text_of(app))
        assert app.pane.entry.open
        await pilot.press("backspace", "backspace", *"0.5", "enter")
        await settled(pilot)
        assert not app.pane.entry.open
        assert app.focused is app.pane

    assert asked(drive(test)) == [("change", "rate", 0.5)]


def test_escape_leaves_a_value_as_it_was() -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        await pilot.press("down", "enter", "7", "escape")
        await settled(pilot)
        assert not app.pane.entry.open
        assert not app.posted

    assert asked(drive(test)) == []


def test_a_step_and_a_link_can_be_typed() -> None:
    app = drive(keys("colon", *"42", "enter"))
    assert asked(app) == [("seek", 42)]
    app = drive(keys("colon", *"toy?data=or&seed=5", "enter"))
    assert asked(app) == [("open", "toy?data=or&seed=5", 0)]
    assert app.pane.link == "toy?data=or&seed=5"


def test_a_bad_link_is_refused_in_place() -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        await pilot.press("colon", *"toy?dat=or", "enter")
        await settled(pilot)
        assert app.pane.entry.open
        assert "did you mean 'data'" in "".join(text_of(app))

    assert asked(drive(test)) == []


def test_another_lab_is_taken_only_where_there_is_no_goal() -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        await pilot.press("colon", *"still?w=1", "enter")
        await settled(pilot)
        names.append([knob.name for knob in app.pane.panel.knobs])

    names: list[list[str]] = []
    app = drive(test)
    assert app.pane.spec.id == "still"
    assert names == [["w"]]
    app = drive(test, goal="errors == 0")
    assert app.pane.spec.id == "toy"


# -- what it tells the host


def test_the_goal_is_reached_once() -> None:
    app = drive(one_by_one(["space", "r", "space"]), goal="errors == 0", say="Run it.")
    goals = [message for message in app.posted if isinstance(message, LabPane.GoalReached)]
    assert [(goal.step, goal.link, goal.metrics["errors"]) for goal in goals] == [(30, "toy", 0.0)]
    assert app.pane.goal.reached == 30


def test_every_rest_after_a_step_is_told_once() -> None:
    app = drive(one_by_one([".", ".", "tab", ",", "space", "r", "."]))
    ended = [(message.reason, message.step) for message in app.posted if isinstance(message, LabPane.Ended)]
    assert ended == [("paused", 1), ("paused", 2), ("finished", 100), ("paused", 1)]


def test_a_run_that_breaks_has_diverged() -> None:
    app = drive(one_by_one(["space"]), link="toy?data=xor")
    assert [message.reason for message in app.posted if isinstance(message, LabPane.Ended)] == ["diverged"]


def test_a_bad_link_or_goal_is_an_error_of_who_made_the_pane() -> None:
    with pytest.raises(BadLink):
        LabPane(FakeWorker(), "toy?nothing=1")
    with pytest.raises(BadCondition):
        LabPane(FakeWorker(), "toy", goal="colour == 1")


# -- labs that do not run


def test_a_lab_without_a_run_has_no_keys_for_one() -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        await pilot.press("space", ".", ",", "r", "n", "+", "tab", "right")
        await settled(pilot)
        assert "run" not in text_of(app)[-1]
        assert not any("paused" in line for line in text_of(app))

    app = drive(test, link="still?w=1", goal="errors == 1.1")
    assert asked(app) == [("change", "w", 1.1)]
    assert [type(message) for message in app.posted] == [LabPane.GoalReached, LabPane.Ended]


# -- the worker's end


def test_a_dead_worker_costs_one_sentence_and_r() -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        await pilot.press(".")
        await settled(pilot)
        app.worker.broken = "The training process was killed."
        await pilot.press(".")
        await settled(pilot)
        assert "The training process was killed. r starts it again" in text_of(app)[-4]
        await pilot.press(".", "right", "space")
        await settled(pilot)
        assert "The training process was killed." in text_of(app)[-4]
        await pilot.press("r")
        await settled(pilot)
        assert "after 1 steps" in text_of(app)[-4]

    assert [what[0] for what in asked(drive(test))] == ["step", "step", "revive"]


def test_what_takes_long_is_said() -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        assert app.worker.on_busy is not None
        app.worker.on_busy("compiling the toy kernel")
        await pilot.pause()
        assert "compiling the toy kernel" in text_of(app)[-4]
        app.worker.on_busy("")
        await pilot.pause()
        assert "compiling" not in "".join(text_of(app))

    drive(test)


def test_two_panes_share_a_worker_one_after_the_other() -> None:
    worker = FakeWorker()

    class Two(LabApp):
        def compose(self) -> Any:
            yield LabPane(worker, "toy?seed=1", id="one")
            yield self.pane

    async def main() -> None:
        app = Two("toy?seed=2", worker=worker)
        async with app.run_test(size=(80, 48)) as pilot:
            one, two = app.query_one("#one", LabPane), app.pane
            await settled(pilot)
            two.focus()
            await pilot.press(".")
            await settled(pilot)
            one.focus()
            await pilot.pause()
            await pilot.press(".")
            for _ in range(20):
                await pilot.pause()
            two.focus()
            await pilot.pause()
            await pilot.press(".")
            await settled(pilot)
            assert two.frame is not None
            assert (two.frame.seed, two.frame.step) == (2, 2)

    asyncio.run(main())
    assert [what for what in worker.log if what[0] == "open"][-2:] == [("open", "toy?seed=1", 0), ("open", "toy?seed=2", 1)]


def test_the_learners_own_code_is_named() -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        assert "your code" in text_of(app)[0]

    app = drive(test, plug=Path("update.py"))
    assert app.worker.plug == Path("update.py")


# -- what is repainted


def test_only_what_changed_is_repainted(monkeypatch: pytest.MonkeyPatch) -> None:
    painted: list[tuple[str, Region]] = []
    real = StripView.refresh

    def refresh(self: StripView, *regions: Region, **more: Any) -> StripView:
        painted.extend((self.id or "", region) for region in regions or (self.region,))
        return real(self, *regions, **more)

    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        monkeypatch.setattr(StripView, "refresh", refresh)
        app.pane.session.redraw()
        await settled(pilot)
        assert painted == []
        await pilot.press(".")
        await settled(pilot)
        # One digit in the picture, in the words and in the status; both ends of the loss.
        sizes = {name: sum(region.area for where, region in painted if where == name) for name, _ in painted}
        assert sizes.pop("lab-metrics") <= 4
        assert sizes == {"lab-main": 1, "lab-words": 1, "lab-status": 1}

    drive(test)


def test_at_rest_nothing_is_asked_for_and_nothing_is_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        frames, displayed = app.worker.frames, []
        monkeypatch.setattr(App, "_display", lambda self, screen, renderable: displayed.append(renderable))
        for _ in range(20):
            await pilot.pause()
        assert app.worker.frames == frames
        assert displayed == []

    drive(test)


# -- sizes


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (60, 36), (100, 30), (40, 12)])
@pytest.mark.parametrize("look", [Look(), Look(unicode=False, colour=False)], ids=["full", "plain"])
def test_every_size_holds_together(size: tuple[int, int], look: Look) -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        await pilot.press("space")
        await settled(pilot)
        lines = text_of(app)
        assert len(lines) == size[1]
        assert all(len(line) <= size[0] for line in lines)
        assert lines[0].startswith("A toy")
        assert "boundary at 100" in "\n".join(lines)
        assert "wrong after 100" in "\n".join(lines)
        assert "errors == 0" in "\n".join(lines)
        if not look.unicode:
            assert "\n".join(lines).isascii()

    drive(test, size=size, look=look, goal="errors == 0")


def test_a_small_pane_has_two_sides() -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        assert "Errors" not in "\n".join(text_of(app))
        await pilot.press("down")
        assert any(line.startswith("▸ Rate") for line in text_of(app))
        await pilot.press("o")
        await pilot.pause()
        shown = "\n".join(text_of(app))
        assert "Errors" in shown
        assert "Points" in shown
        assert "boundary at" not in shown
        await pilot.press(".")
        await settled(pilot)
        await pilot.press("o")
        await settled(pilot)
        assert "boundary at   1" in "\n".join(text_of(app))

    drive(test, size=(60, 20))


def test_a_new_size_is_drawn_anew() -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        await pilot.resize_terminal(120, 40)
        await settled(pilot)
        assert app.worker.views[-1] == ("boundary", "loss")
        assert "#" * 80 in text_of(app)[1]

    drive(test)


def test_another_theme_takes_every_colour_with_it() -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        app.look = Look(dark=False)
        app.theme = "textual-light"
        await settled(pilot)
        inks = {span.ink.fg for part in app.pane.query(StripView) for row in part.rows for span in row}
        assert inks <= {None, *(int(colour[1:], 16) for colour in palette(dark=False).values())}
        grounds = {segment.style.bgcolor for strip in app.screen._compositor.render_strips() for segment in strip}
        assert all(ground.triplet.red > 200 for ground in grounds)

    drive(test)
