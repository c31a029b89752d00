"""Going through a run by keys: typed steps, branches, and keys that come all at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from lab_fake import LabApp, install, settled, text_of
from textual.events import Key
from textual.pilot import Pilot

from tutor.tui.lab_words import last_turn


@pytest.fixture(autouse=True)
def _toys(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)


def drive(test: Callable[[LabApp, Pilot[Any]], Coroutine[Any, Any, None]], **app: Any) -> LabApp:
    async def main() -> LabApp:
        it = LabApp(**app)
        async with it.run_test(size=(120, 24)) as pilot:
            await settled(pilot)
            await test(it, pilot)
        return it

    return asyncio.run(main())


def send(app: LabApp, *keys: str) -> None:
    """Keys as a terminal hands them over that got them in one packet: none waits for the one before."""
    for key in keys:
        names = {":": "colon", "=": "equals_sign", "?": "question_mark", "&": "ampersand"}
        app.post_message(Key(names.get(key, key), key if len(key) == 1 else "\r" if key == "enter" else None))


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ([":", *"42", "enter"], [("seek", 42)]),
        ([":", *"toy?data=or&seed=5", "enter"], [("open", "toy?data=or&seed=5", 0)]),
        (["down", "enter", *"0", "full_stop", *"5", "enter"], [("change", "rate", 0.5)]),
        (["comma", ":", *"7", "enter"], [("seek", 0), ("seek", 7)]),
    ],
    ids=["a step", "a link", "a value", "after another key"],
)
def test_what_comes_in_one_packet_is_all_typed(typed: list[str], asked: list[tuple[Any, ...]]) -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        for key in typed:
            if key == "full_stop":
                app.post_message(Key(key, "."))
            else:
                send(app, key)
        await settled(pilot)
        assert not app.pane.entry.open

    assert drive(test).worker.log[1:] == asked


def test_a_branch_is_said_below_and_held_by_the_link() -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        await pilot.press("space")
        await settled(pilot)
        await pilot.press("colon", *"50", "enter")
        await settled(pilot)
        assert "step 50 of 100" in text_of(app)[-2]
        assert "from 50" not in text_of(app)[-2]
        await pilot.press("down", "right")
        await settled(pilot)
        assert "rate 0.13 from 50" in text_of(app)[-2]
        assert "rate@50=0.13" in text_of(app)[-2]
        assert app.pane.link == "toy?rate@50=0.13"

    drive(test)


def test_scrubbing_steps_a_fiftieth_of_the_run_and_plays_on_from_there() -> None:
    async def test(app: LabApp, pilot: Pilot[Any]) -> None:
        await pilot.press("space")
        await settled(pilot)
        for key in ("[", "[", "]", "{", ",", "space"):
            await pilot.press(key)
            await settled(pilot)

    asked = drive(test).worker.log[2:]
    assert asked == [("seek", 98), ("seek", 96), ("seek", 98), ("seek", 78), ("seek", 77), ("play", 8.0)]


def test_the_last_turn_of_a_link() -> None:
    assert last_turn("toy?rate=0.5&seed=3") == ""
    assert last_turn("toy?rate=0.5&rate@40=0.1&name@12000=a%20b&seed=3") == "name a b from 12 000"
