"""One live picture in flight at a time, from the worker to the glass.

A full write queue blocks Textual's event loop, so on a slow link a stream of frames makes keys late by seconds. After each
frame the gate asks the terminal where its cursor is (CSI 6n); the answer can only come once every byte before it has been
drawn. Until then no new frame is asked for: the newest one is simply drawn next. A terminal that never answers costs nothing
but a few slow first frames: after `PATIENCE` seconds the gate opens by itself, and after `TRIES` silent questions it stops
asking.

The app takes the mixin `Gated`; this module is the only one that reaches for Textual's driver.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Any

from textual.app import App
from textual.events import CursorPosition
from textual.widget import Widget

PATIENCE = 0.5
"""Seconds to wait for an answer when the terminal has never given one."""
LONG_PATIENCE = 5.0
"""Seconds to wait for an answer when it has: the link is slow, and one more frame would make it slower."""
TRIES = 3
"""Questions without any answer after which the terminal is taken to be silent."""
ASK = "\x1b[6n"
SLOW = 0.1
"""Seconds that a frame takes on a slow link; such a link is then left free for as long again, so that keys find it free."""
RATE = 32 * 1024
"""Bytes a second that live pictures may send; a frame that costs more than its share makes the next one wait."""


class FrameGate:
    """Open: a frame may be asked for. Closed: one is on its way to the glass."""

    def __init__(self, write: Callable[[str], bool], sent: Callable[[], int] = lambda: 0) -> None:
        """write: sends text to the terminal; False when there is none that could answer. sent: how many bytes it got so far."""
        self._write, self._sent = write, sent
        self._sent_before = 0
        self._hold_until = 0.0
        self._closed_at: float | None = None
        self._unanswered = 0
        self._answers = 0
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
            self._open()
            return 0.0
        return left

    def close(self) -> None:
        """A frame has been fetched and is going to be drawn."""
        self._closed_at = monotonic()
        self._sent_before = self._sent()

    def drew(self, widget: Widget) -> None:
        """The frame has been handed to widgets inside `widget`: ask, once they have been painted.

        Children post their repaint when they are idle, which may be after the first refresh: hence two.
        """
        widget.call_after_refresh(widget.call_after_refresh, self.ask)

    def ask(self) -> None:
        """Ask the terminal for a sign of life."""
        if self.silent or not self._write(ASK):
            self._open()
        else:
            self._unanswered += 1

    def answered(self) -> None:
        """The terminal has answered one question."""
        self._answers += 1
        self._unanswered = max(0, self._unanswered - 1)
        if self._unanswered == 0:
            self._open()

    def when_open(self, call: Callable[[], None]) -> None:
        """Call this once when the gate next opens (not when it opens by itself: see `wait`)."""
        if call not in self._waiting:
            self._waiting.append(call)

    async def settle(self, seconds: float = 0.5) -> None:
        """Wait for answers that are still to come, so that they do not end up in the user's shell as typed text."""
        until = monotonic() + seconds
        while self._unanswered and not self.silent and monotonic() < until:
            await asyncio.sleep(0.01)

    def _open(self) -> None:
        if self._closed_at is not None:
            now = monotonic()
            transit = now - self._closed_at
            free = transit if transit > SLOW else 0.0
            self._hold_until = max(now + free, self._closed_at + (self._sent() - self._sent_before) / RATE)
        self._closed_at = None
        waiting, self._waiting = self._waiting, []
        for call in waiting:
            call()


class Gated(App[Any]):
    """The part of an app that owns the gate and hands the terminal's answers to it."""

    _gate: FrameGate | None = None

    @property
    def gate(self) -> FrameGate:
        if self._gate is None:
            self._gate = FrameGate(self._write_to_terminal, self.bytes_sent)
        return self._gate

    def bytes_sent(self) -> int:
        """Bytes that the terminal got so far, where anyone counts them."""
        return 0

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
