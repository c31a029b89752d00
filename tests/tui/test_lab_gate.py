"""The frame gate, and the one place where the terminal's answer comes in."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.events import CursorPosition

from tutor.tui import gate as gates
from tutor.tui.gate import ASK, TRIES, FrameGate, Gated, gate_of


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(gates, "monotonic", lambda: now[0])
    return now


def test_it_is_closed_until_the_terminal_answers(clock: list[float]) -> None:
    sent: list[str] = []
    gate = FrameGate(lambda text: not sent.append(text))
    assert gate.wait() == 0
    gate.close()
    gate.ask()
    assert sent == [ASK]
    assert gate.wait() > 0
    gate.answered()
    assert gate.wait() == 0


def test_without_a_terminal_it_opens_at_once(clock: list[float]) -> None:
    gate = FrameGate(lambda text: False)
    gate.close()
    gate.ask()
    assert gate.wait() == 0


def test_a_terminal_that_never_answers_is_not_asked_for_ever(clock: list[float]) -> None:
    sent: list[str] = []
    gate = FrameGate(lambda text: not sent.append(text))
    for _ in range(10):
        gate.close()
        gate.ask()
        clock[0] += gate.wait()
        assert gate.wait() == 0
    assert len(sent) == TRIES
    assert clock[0] == 100.0 + TRIES * gates.PATIENCE


def test_a_late_answer_does_not_open_it_for_the_next_frame(clock: list[float]) -> None:
    gate = FrameGate(lambda text: True)
    gate.close()
    gate.ask()
    clock[0] += gates.PATIENCE
    assert gate.wait() == 0
    gate.close()
    gate.ask()
    gate.answered()
    assert gate.wait() > 0
    gate.answered()
    assert gate.wait() == 0


def test_who_waits_is_called_once_when_it_opens(clock: list[float]) -> None:
    called: list[int] = []
    gate = FrameGate(lambda text: True)
    gate.close()
    gate.ask()
    gate.when_open(lambda: called.append(1))
    gate.answered()
    gate.answered()
    assert called == [1]


def test_textual_still_reads_the_answer_as_a_cursor_position() -> None:
    assert [type(message) for message in XTermParser().feed("\x1b[12;40R")] == [CursorPosition]


def test_the_answer_reaches_the_gate_of_the_app() -> None:
    async def main() -> None:
        app: Gated = Gated()
        async with app.run_test() as pilot:
            gate = gate_of(app)
            assert gate is app.gate
            gate._write = lambda text: True
            gate.close()
            gate.ask()
            assert gate.wait() > 0
            app.post_message(CursorPosition(3, 4))
            await pilot.pause()
            assert gate.wait() == 0

    asyncio.run(main())


def test_an_app_without_a_gate_is_never_held_back() -> None:
    app: App[Any] = App()
    gate = gate_of(app)
    gate.close()
    gate.ask()
    assert gate.wait() == 0


def test_before_leaving_the_answers_are_waited_for() -> None:
    async def main() -> None:
        gate = FrameGate(lambda text: True)
        gate.ask()
        asyncio.get_running_loop().call_soon(gate.answered)
        await gate.settle(seconds=60)

    asyncio.run(main())
