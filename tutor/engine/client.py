"""The screen's end of its worker process: one run, asked for frame by frame."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from tutor.codefile import read_code
from tutor.engine.curves import Record, unpack
from tutor.engine.process import Child
from tutor.engine.wire import Message
from tutor.errors import WorkerGone
from tutor.labs import built_in_ids, find_lab
from tutor.labs.checked import check_metrics, check_picture, check_words
from tutor.labs.spec import Value, Words
from tutor.pictures import Picture

_STEP_BUDGET = 1.0
_WHO = "The training process"
_START_BUDGET = 30.0
_LABS_BUDGET = 90.0


@dataclass(frozen=True, eq=False)
class Frame:
    """A run as it is now, and the pictures that were asked for."""

    lab: str
    link: str
    """Canonical text of the run, knob changes included."""
    knobs: dict[str, Value]
    seed: int
    step: int
    head: int
    """The furthest step of this run; more than `step` while it is looked at in the past."""
    running: bool
    finished: bool
    """Going on would change nothing."""
    pace: float
    """Steps a second asked for; 0: flat out."""
    rate: float
    """Steps a second measured."""
    device: str
    plugged: bool
    """The learner's own code is training."""
    metrics: dict[str, float]
    words: Words
    pictures: dict[str, Picture]
    """By view."""
    beside: str = ""
    """The learner's code beside the lab's own, in a sentence; empty: there is none, or it is not known yet."""
    comparing: bool = False
    """It will be known soon."""
    fell: str = ""
    """Why the run has left the GPU, in a sentence, or empty."""


_FRAME_FIELDS = tuple(f.name for f in fields(Frame))


class Worker:
    """One worker process. Every request may raise WorkerGone; `revive` then brings the same run back, at the same step."""

    def __init__(self) -> None:
        self.busy = ""
        """What it is doing that takes long, or ""."""
        self.device = ""
        """Where runs begin that leave it open: "auto", "cpu", "cuda", or empty, which is the processor."""
        self.on_busy: Callable[[str], None] | None = None
        self._child = Child("tutor.engine.worker", who=_WHO)
        self._lock = asyncio.Lock()
        self._link = ""
        self._plug: Path | None = None
        self._at = 0

    @property
    def alive(self) -> bool:
        return self._child.alive

    @property
    def pid(self) -> int | None:
        return self._child.pid

    async def start(self) -> None:
        """Spawn the process, and return when it answers."""
        async with self._lock:
            await self._start()

    async def _start(self) -> None:
        if self._child.alive:
            return
        self._child = Child("tutor.engine.worker", who=_WHO)
        self._child.on_busy = self._set_busy
        await self._child.start()
        await self._child.ask({"op": "ping"}, _START_BUDGET)

    async def close(self) -> None:
        """End the process; it gets a moment to end by itself."""
        await self._child.kill(seconds=0.2)

    async def labs(self) -> Message:
        """What the process says of the labs that the open course carries."""
        async with self._lock:
            await self._start()
            return await self._ask({"op": "labs"}, budget=_LABS_BUDGET)

    async def open(self, link: str, *, plug: Path | None = None, step: int = 0, free: bool = False) -> None:
        """Start a run, with the learner's function from `plug` where one is given. Raises BadLink and BadData.

        free: the link leaves open where it runs; from then on it says it.
        """
        async with self._lock:
            if not self._child.alive:
                await self._start()
            self._child.who = "Your code" if plug else _WHO  # it is what may fail there
            # The process may not look into the learner's folders: it gets the text.
            text = read_code(plug) if plug else ""
            message = {"op": "open", "link": link, "plug": str(plug or ""), "text": text, "step": step}
            message["device"] = self.device if free else ""
            try:
                await self._ask(message, budget=_START_BUDGET)
            except WorkerGone:
                self._link, self._plug, self._at = link, plug, step  # the learner's code may end it: `revive` opens this run
                raise
            self._link, self._plug, self._at = link, plug, step

    async def revive(self) -> None:
        """After WorkerGone: a fresh process with the same run at the step that was last seen, paused.

        A run on the learner's code starts from its first step, paused: the code may be what ended the process.
        """
        await self._child.kill()
        if self._link:
            await self.open(self._link, plug=self._plug, step=0 if self._plug else self._at)

    async def play(self, pace: float = 0.0) -> None:
        """Go on by itself: `pace` steps a second, or flat out."""
        await self._request({"op": "play", "pace": float(pace)})

    async def pause(self) -> None:
        await self._request({"op": "pause"})

    async def step(self, count: int = 1) -> None:
        await self._request({"op": "step", "count": count})

    async def seek(self, step: int) -> None:
        """Go to a step, exactly; a step in the future is played up to."""
        await self._request({"op": "seek", "step": max(0, step)})

    async def change(self, knob: str, value: Value) -> None:
        """Turn a knob: from this step on, or from the start where the knob cannot change on the way. Raises BadLink.

        "device" takes the run to another device from this step on; raises DeviceProblem where there is none.
        """
        await self._request({"op": "change", "knob": knob, "value": value})

    async def restart(self, seed: int | None = None) -> None:
        """The same run from its start, with the knobs as they are now; with `seed`, another one."""
        await self._request({"op": "restart", "seed": seed})

    async def frame(self, views: Sequence[str], size: tuple[int, int]) -> Frame:
        """The run as it is now. size: (columns, rows) of cells that there are for a picture."""
        answer = await self._request({"op": "frame", "views": list(views), "size": list(size)})
        try:
            known: dict[str, Any] = {name: answer[name] for name in _FRAME_FIELDS}
            frame = Frame(**known)
            if frame.lab not in built_in_ids():  # other people's code may have had a hand in it
                check_words(frame.words)
                check_metrics(frame.metrics, find_lab(frame.lab).spec)
                for name, picture in frame.pictures.items():
                    check_picture(picture, str(name))
        except (KeyError, TypeError, AttributeError):
            raise WorkerGone(f"{self._child.who} sent what is no frame", "press r to start it again") from None
        self._link, self._at = frame.link, frame.step
        return frame

    async def record(self) -> Record:
        """The run as it is now, to be compared with others."""
        return unpack(await self._request({"op": "record"}))

    async def _request(self, message: Message) -> Message:
        async with self._lock:
            if not self._link:
                raise WorkerGone("No run is open", "open a lab first")
            return await self._ask(message, budget=_STEP_BUDGET)

    async def _ask(self, message: Message, budget: float) -> Message:
        asking = asyncio.ensure_future(self._child.ask(message, budget))
        try:
            # A screen that goes away must not leave half an answer in the pipe for the next one.
            return await asyncio.shield(asking)
        except asyncio.CancelledError:
            with contextlib.suppress(Exception):
                await asking
            raise
        finally:
            self._set_busy("")

    def _set_busy(self, text: str) -> None:
        if text != self.busy:
            self.busy = text
            if self.on_busy:
                self.on_busy(text)
