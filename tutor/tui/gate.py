"""One live picture in flight at a time, from the worker to the glass.

A full write queue blocks Textual's event loop, so on a slow link a stream of frames makes keys late by seconds. After each
frame the gate asks the terminal where its cursor is (CSI 6n); the answer can only come once every byte before it has been
drawn. Until then no new frame is asked for: the newest one is simply drawn next. A terminal that never answers costs nothing
but a few slow first frames: after `PATIENCE` seconds the gate opens by itself, and after `TRIES` silent questions it stops
asking.

On a slow line a frame goes in pieces, each after the answer to the one before it: a key's echo goes in between.

The app takes the mixin `Gated`; this module is the only one that reaches for Textual's driver.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import Any, Protocol

from textual.app import App
from textual.events import CursorPosition
from textual.widget import Widget

from tutor.tui.line import Allowance, Line

PATIENCE = 0.5
"""Seconds to wait for an answer when the terminal has never given one."""
LONG_PATIENCE = 5.0
"""Seconds to wait for an answer when it has: the link is slow, and one more frame would make it slower."""
TRIES = 3
"""Questions without any answer after which the terminal is taken to be silent."""
ASK = "\x1b[6n"
LOOK_AGAIN = 2.0
"""Seconds after which the way to the terminal and back is measured again."""
REST = 2.0
"""Seconds between two frames after which it was a rest, and says nothing about how often they come."""
BUSY = 0.1
"""Seconds in which a frame should be on the glass. Where it is not, and the line is not to blame, the processor has too much to
do: then the next frame waits for half as long again."""


class Outlet(Protocol):
    """What is between the gate and the terminal (`tutor.tui.thrift.Thrift`)."""

    sent: int
    """Bytes so far."""
    left: int | None
    """Bytes that may go at once; the rest is owed. None: all."""
    began: float | None
    """When the first byte went since this was last set to None."""

    @property
    def owes(self) -> bool:
        """Whether something is held back; an empty write sends as much of it as may go."""
        ...


class FrameGate:
    """Open: a frame may be asked for. Closed: one is on its way to the glass."""

    def __init__(self, write: Callable[[str], bool], outlet: Outlet | None = None) -> None:
        """write: sends text to the terminal; False when there is none that could answer. outlet: what it goes through."""
        self.line = Line()
        self.allowance = Allowance()
        self._write, self._outlet = write, outlet
        self._sent_before = 0
        self._hold_until = 0.0
        self._closed_at: float | None = None
        self._drawn = False
        """The frame has been painted: an answer may open the gate."""
        self._heard_one = False
        """An answer has come since the gate was closed."""
        self._asked: deque[tuple[float, int]] = deque()
        """When the questions were sent that are not answered, and how many bytes before each since the last answer."""
        self._unanswered = 0
        self._answers = 0
        self._leaving = False
        """Nobody will see what is still owed."""
        self._sent_at_answer = 0
        self._looked_at = 0.0
        self._opened_at = 0.0
        self._period = 0.0
        self._shown = 0
        self._cost = 0.0
        self._waiting: list[Callable[[], None]] = []

    @property
    def silent(self) -> bool:
        """Whether this terminal is taken to be one that never answers."""
        return self._answers == 0 and self._unanswered >= TRIES

    @property
    def patience(self) -> float:
        """Seconds that the gate stays closed when no answer comes."""
        return LONG_PATIENCE if self._answers else PATIENCE

    def wait(self) -> float:
        """Seconds until the gate opens by itself; 0 when it is open."""
        if self._closed_at is None:
            return max(0.0, self._hold_until - monotonic())
        left = self._closed_at + self.patience - monotonic()
        if left <= 0:
            if self._heard_one:  # it answers, but not this: the answer is lost, and no later frame is to wait for it
                self._asked.clear()
                self._unanswered = 0
            self._open()
            return 0.0
        return left

    @property
    def frames(self) -> int:
        """Frames a second that reach the glass, of late, in a round number; 0 where nobody can know."""
        if not self._answers or not self._period:
            return 0
        if abs(1 / self._period - self._shown) > 0.8:  # not to and fro between two numbers
            self._shown = max(1, round(1 / self._period))
        return self._shown

    @property
    def dear(self) -> bool:
        """Whether frames, of late, cost more than the line, or what is allowed, has for as many as there may be."""
        return self._answers > 0 and self._cost > min(self.allowance.rate, self.line.rate) / self.allowance.frames

    def close(self) -> None:
        """A frame has been fetched and is going to be drawn."""
        self._closed_at, self._drawn, self._heard_one = monotonic(), False, False
        self._sent_before = self._sent()
        if self._answers and not self._unanswered and self._closed_at - self._looked_at > LOOK_AGAIN:
            self._looked_at = self._closed_at
            self._question()
        self._next_piece()

    def drew(self, widget: Widget) -> None:
        """The frame has been handed to widgets inside `widget`: ask, once they have been painted.

        Children post their repaint when they are idle, which may be after the first refresh: hence two.
        """
        widget.call_after_refresh(widget.call_after_refresh, self.ask)

    def ask(self) -> None:
        """Ask the terminal for a sign of life."""
        self._drawn = True
        if self.silent or not self._question():
            self._open()

    def _question(self) -> bool:
        if not self._write(ASK):
            return False
        now = monotonic()
        began = self._outlet.began if self._outlet is not None and self._drawn else None
        # A busy processor may be late in asking: the bytes have been on their way since they were written.
        self._asked.append((now if began is None else began, self._sent() - self._sent_at_answer))
        self._unanswered += 1
        if self._outlet is not None and self._outlet.owes:  # should the answer get lost, it is still paid
            asyncio.get_running_loop().call_later(self.patience + 0.1, self.wait)
        return True

    def answered(self) -> None:
        """The terminal has answered one question."""
        self._answers += 1
        self._heard_one = True
        self._unanswered = max(0, self._unanswered - 1)
        if self._asked:
            self._heard(*self._asked.popleft())
        if self._unanswered or not (self._drawn or self._closed_at is None):
            return
        if self._outlet is not None and self._outlet.owes and self._closed_at is not None and not self._leaving:
            self._next_piece()
            self._closed_at = max(self._closed_at, monotonic() - PATIENCE)  # it lives: a long frame is no silence
            if self._write("") and self._question():
                return
        self._open()

    def _heard(self, at: float, size: int) -> None:
        now = monotonic()
        if not self._asked:
            self.line.heard(now - at, size)
        self._sent_at_answer = self._sent()

    def when_open(self, call: Callable[[], None]) -> None:
        """Call this once when the gate next opens (not when it opens by itself: see `wait`)."""
        if call not in self._waiting:
            self._waiting.append(call)

    async def settle(self, seconds: float = 0.5) -> None:
        """Wait for answers that are still to come, so that they do not end up in the user's shell as typed text."""
        self._leaving = True
        until = monotonic() + seconds
        while self._unanswered and not self.silent and monotonic() < until:
            await asyncio.sleep(0.01)

    def _next_piece(self) -> None:
        if self._outlet is not None:
            self._outlet.left, self._outlet.began = self.line.piece, None

    def _sent(self) -> int:
        return self._outlet.sent if self._outlet is not None else 0

    def _open(self) -> None:
        if self._outlet is not None and self._outlet.left is not None:
            self._outlet.left = None
            if self._outlet.owes:
                self._write("")
        if self._closed_at is not None:
            now = monotonic()
            size = self._sent() - self._sent_before
            wait = size / self.allowance.rate
            busy = now - self._closed_at if self.line.piece is None else 0.0
            self._hold_until = max(self._closed_at + wait, now + busy / 2 if busy > BUSY else 0.0)
            self._cost += 0.5 * (size - self._cost)
            period = now - self._opened_at
            if period > REST:
                self._period = 0.0
            else:
                self._period = self._period + 0.2 * (period - self._period) if self._period else period
            self._opened_at = now
        self._closed_at = None
        waiting, self._waiting = self._waiting, []
        for call in waiting:
            call()


class Gated(App[Any]):
    """The part of an app that owns the gate and hands the terminal's answers to it."""

    _gate: FrameGate | None = None

    @property
    def outlet(self) -> Outlet | None:
        """What the frames go through, where that is known."""
        return None

    @property
    def gate(self) -> FrameGate:
        if self._gate is None:
            self._gate = FrameGate(self._write_to_terminal, self.outlet)
        return self._gate

    def _write_to_terminal(self, text: str) -> bool:
        driver = self._driver
        if driver is None or driver.is_headless or driver.is_web:
            return False
        driver.write(text)
        return True

    async def action_quit(self) -> None:
        await self.gate.settle()
        self.exit()

    def on_cursor_position(self, event: CursorPosition) -> None:
        event.stop()
        self.gate.answered()


def gate_of(app: App[Any]) -> FrameGate:
    """The app's gate; for an app without one, a gate that never asks and so never holds a frame back for long."""
    if isinstance(app, Gated):
        return app.gate
    return FrameGate(lambda text: False)
