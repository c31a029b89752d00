"""The conversation of a lab pane with its worker: what was asked for, in order, and frames, pulled one at a time.

Nothing here touches a widget. What comes back is posted as messages: `Arrived`, `Refused`, `Gone`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Protocol

from textual.message import Message

from tutor.engine.client import Frame
from tutor.engine.curves import Record
from tutor.errors import UserError, WorkerGone
from tutor.labs.spec import Value
from tutor.tui.gate import FrameGate
from tutor.tui.lab_commands import (
    Back,
    Change,
    Command,
    Open,
    Pause,
    Play,
    Restart,
    Revive,
    Seek,
    Step,
    Switch,
    WriteDown,
    queued,
)

PERIOD = 0.1
"""Seconds between two frames, at least."""
_UNSEEN = 0.1
"""How often to look whether the pane can be seen again, in seconds."""


class Engine(Protocol):
    """What a pane asks of a worker (`tutor.engine.client.Worker`)."""

    on_busy: Callable[[str], None] | None
    """Called with what it is doing that takes long, and with "" after it."""

    async def open(self, link: str, *, plug: Path | None = None, step: int = 0, free: bool = False) -> None: ...
    async def play(self, pace: float = 0.0) -> None: ...
    async def pause(self) -> None: ...
    async def step(self, count: int = 1) -> None: ...
    async def seek(self, step: int) -> None: ...
    async def change(self, knob: str, value: Value) -> None: ...
    async def restart(self, seed: int | None = None) -> None: ...
    async def frame(self, views: Sequence[str], size: tuple[int, int]) -> Frame: ...
    async def revive(self) -> None: ...
    async def record(self) -> Record: ...


@dataclass(frozen=True)
class Want:
    """Pictures that are on screen, of one size."""

    views: tuple[str, ...]
    size: tuple[int, int]
    """(columns, rows)."""


@dataclass
class Arrived(Message):
    """A frame has come: draw it, then tell the gate."""

    frame: Frame
    since: dict[str, Value]
    """Knobs that have been turned since it was asked for: it does not know of them."""

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, Arrived)


@dataclass
class Refused(Message):
    """The worker did not do it, and says why."""

    say: str


@dataclass
class Recorded(Message):
    """The run, written down for a purpose."""

    purpose: str
    record: Record


@dataclass
class Gone(Message):
    """The worker has died or hangs; only `Revive` or `Open` makes sense now."""

    say: str


class Session:
    """One pane's conversation; `converse` is its life, to be run as a task."""

    def __init__(
        self,
        worker: Engine,
        gate: FrameGate,
        *,
        post: Callable[[Message], object],
        wants: Callable[[], Sequence[Want]],
        seen: Callable[[], bool],
        period: float = PERIOD,
    ) -> None:
        """post: delivers messages. wants: which pictures are on screen now. seen: whether anyone can see them."""
        self.period = period
        self._worker, self._gate = worker, gate
        self._post, self._wants, self._seen = post, wants, seen
        self._pending: list[Command] = []
        self._since: dict[str, Value] = {}
        """Knobs turned since the last frame was asked for."""
        self._wake = asyncio.Event()
        self._stale = False
        self._running = False
        self._doing = False
        """A request is on its way."""
        self._gone = False
        self._failed = False
        self._due = 0.0

    @property
    def pending(self) -> tuple[Command, ...]:
        """Commands that have been given and not yet been begun."""
        return tuple(self._pending)

    @property
    def at_rest(self) -> bool:
        """Whether nothing is asked for, nothing goes on and what is on screen is how things are."""
        return not (self._pending or self._doing or self._stale or self._running)

    @property
    def lost(self) -> bool:
        """Whether there is no run in the worker: only `Open` and `Revive` make sense."""
        return self._gone

    def do(self, command: Command) -> None:
        """Ask for something; it is done as soon as the worker can, and a frame follows."""
        self._pending = queued(self._pending, command)
        if isinstance(command, Change):
            self._since[command.knob] = command.value
        elif isinstance(command, Open | Seek | Back):
            self._since.clear()
        self._wake.set()

    def redraw(self) -> None:
        """Ask for a fresh frame."""
        self._stale = True
        self._wake.set()

    def rest(self) -> None:
        """Someone else has the worker now: ask for nothing until told to."""
        self._pending, self._running, self._stale = [], False, False

    async def converse(self) -> None:
        """Do what is asked, and pull frames while the run goes on; at rest, wait without a sound."""
        while True:
            self._doing = False
            if self._pending:
                self._doing = True
                await self._do_next()
            elif self._gone or not (self._stale or self._running):
                await self._sleep(None)
            elif not self._seen():
                await self._sleep(_UNSEEN)
            elif (early := self._due - monotonic()) > 0:
                await self._sleep(early)
            elif (closed := self._gate.wait()) > 0:
                self._gate.when_open(self._wake.set)
                await self._sleep(closed)
            else:
                self._doing = True
                await self._pull()

    async def _sleep(self, seconds: float | None) -> None:
        """Until there is something new, or so long."""
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return
        self._wake.clear()

    async def _do_next(self) -> None:
        command = self._pending.pop(0)
        if self._gone and not isinstance(command, Open | Revive):
            return
        try:
            await self._carry_out(command)
        except WorkerGone as error:
            self._lost(error)
        except UserError as error:
            self._gone = self._gone or isinstance(command, Open)
            self._stale = not self._gone
            self._post(Refused(str(error)))
        else:
            self._gone = False
            self._stale = True

    async def _carry_out(self, command: Command) -> None:
        worker = self._worker
        match command:
            case Open(link, plug, step, free):
                self._running = False
                await worker.open(link, plug=plug, step=step, free=free)
            case Play(pace):
                await worker.play(pace)
                self._running = True
            case Pause():
                await worker.pause()
                self._running = False
            case Step(count):
                await self._stop()
                await worker.step(count)
            case Back(count):
                await self._stop()
                here = (await worker.frame((), (1, 1))).step
                await worker.seek(max(0, here - count))
            case Seek(step):
                await self._stop()
                await worker.seek(step)
            case Change(knob, value):
                await worker.change(knob, value)
            case Switch(device):
                await worker.change("device", device)
            case Restart(seed):
                await worker.restart(seed)
            case WriteDown(purpose):
                self._post(Recorded(purpose, await worker.record()))
            case Revive():
                self._running = False
                await worker.revive()

    async def _stop(self) -> None:
        if self._running:
            await self._worker.pause()
            self._running = False

    async def _pull(self) -> None:
        self._stale = False
        since: dict[str, Value] = {}
        self._since = since
        self._due = monotonic() + self.period
        wants = list(self._wants()) or [Want((), (1, 1))]
        try:
            frames = [await self._worker.frame(want.views, want.size) for want in wants]
        except WorkerGone as error:
            self._lost(error)
            return
        except UserError as error:
            # The learner's code may have failed since the last frame: then the next one comes through.
            self._running, self._stale, self._failed = False, not self._failed, True
            self._post(Refused(str(error)))
            return
        self._failed = False
        pictures = {name: picture for frame in frames for name, picture in frame.pictures.items()}
        frame = replace(frames[-1], pictures=pictures)
        self._running = frame.running
        self._stale = frame.comparing  # what comes of it is in a later frame
        self._gate.close()
        self._post(Arrived(frame, since))

    def _lost(self, error: WorkerGone) -> None:
        self._gone, self._running, self._stale = True, False, False
        self._pending = [command for command in self._pending if isinstance(command, Open | Revive)]
        self._post(Gone(str(error)))
