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
from tutor.tui.line import allowance


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


class Slow:
    """An outlet that owes so many bytes of each frame."""

    def __init__(self, frame: int) -> None:
        self.sent, self.left, self.began, self.frame, self.owed = 0, None, None, frame, 0
        self.pieces: list[int] = []

    left: int | None
    began: float | None

    @property
    def owes(self) -> bool:
        return self.owed > 0

    def paint(self) -> None:
        self.owed += self.frame
        self.pay()

    def pay(self) -> None:
        now = self.owed if self.left is None else min(self.owed, self.left)
        self.owed -= now
        self.sent += now
        self.left = None if self.left is None else self.left - now
        if now:
            self.pieces.append(now)

    def write(self, text: str) -> bool:
        self.sent += len(text)
        self.pay()
        return True


def test_on_a_slow_line_a_frame_goes_in_pieces_and_the_gate_opens_after_the_last(clock: list[float]) -> None:
    outlet = Slow(8000)
    gate = FrameGate(outlet.write, outlet)
    gate.ask()
    clock[0] += 0.02
    gate.answered()

    async def main() -> None:
        for turn in range(3):
            outlet.pieces.clear()
            gate.close()
            if gate._unanswered:
                clock[0] += 0.02
                gate.answered()
                assert gate.wait() > 0
            outlet.paint()
            sent = sum(outlet.pieces)
            gate.ask()
            while gate._unanswered:
                assert gate.wait() > 0
                clock[0] += 0.02 + sent / 16_000
                before = sum(outlet.pieces)
                gate.answered()
                sent = sum(outlet.pieces) - before
            assert sum(outlet.pieces) == 8000
            assert gate._closed_at is None
            assert max(outlet.pieces) <= (16_000 * 0.1 if turn else 8000)
            clock[0] += gate.wait()
        assert gate.line.rate == pytest.approx(16_000, rel=0.05)
        assert gate.line.round_trip == pytest.approx(0.02)

    asyncio.run(main())


def test_what_is_owed_goes_out_when_the_answer_gets_lost(clock: list[float]) -> None:
    outlet = Slow(8000)
    gate = FrameGate(outlet.write, outlet)
    gate.ask()
    gate.answered()
    gate.close()
    outlet.left = 500
    outlet.paint()

    async def main() -> None:
        gate.ask()
        assert outlet.owes
        clock[0] += gates.LONG_PATIENCE + 0.1
        assert gate.wait() == 0
        assert not outlet.owes

    asyncio.run(main())


def test_a_lost_answer_does_not_slow_down_what_comes_after(clock: list[float]) -> None:
    asked: list[str] = []
    gate = FrameGate(lambda text: not asked.append(text))
    late = heard = 0
    for turn in range(40):
        gate.close()
        gate.ask()
        clock[0] += 0.01
        while heard < len(asked):
            heard += 1
            if heard != 7:
                gate.answered()
        late += gate.wait() > 1
        clock[0] += gate.wait()
        assert gate.wait() == 0, turn
    assert late == 2


def test_it_says_how_many_frames_a_second_there_are(clock: list[float]) -> None:
    gate = FrameGate(lambda text: True)

    def run(period: float, count: int) -> int:
        for _ in range(count):
            gate.close()
            gate.ask()
            clock[0] += period
            while gate._unanswered:
                gate.answered()
        return gate.frames

    assert gate.frames == 0
    assert run(0.1, 20) == 10
    assert run(0.25, 40) == 4
    clock[0] += 60
    assert run(0.1, 20) == 10
    assert FrameGate(lambda text: False).frames == 0


def test_a_busy_processor_and_a_dear_frame_make_the_next_one_wait(clock: list[float]) -> None:
    outlet = Slow(6000)
    gate = FrameGate(outlet.write, outlet)

    def frame(seconds: float) -> float:
        gate.close()
        outlet.paint()
        gate.ask()
        clock[0] += seconds
        while gate._unanswered:
            gate.answered()
        return gate.wait()

    assert frame(0.01) == pytest.approx(6004 / 32768 - 0.01, abs=0.001)
    outlet.frame = 100  # too little for the line to be to blame
    assert frame(0.4) == pytest.approx(0.2)
    outlet.frame = 0
    assert frame(0.01) == pytest.approx(0, abs=0.001)
    gate.allowance = allowance(low=True)
    outlet.frame = 6000
    assert frame(0.01) > 1.4
    assert gate.dear


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
