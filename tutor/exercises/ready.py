"""One exercise judged again and again: while the learner reads and types, a process with its cases made stands ready.

Each text of the learner's has a process of its own, as ever: one that has loaded a text is ended, and only then the next one is
made ready.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

from tutor.codefile import read_code
from tutor.course.model import Exercise
from tutor.engine.rewrite import uses_numba
from tutor.errors import UserError
from tutor.exercises.checking import verdict
from tutor.exercises.session import Session
from tutor.exercises.verdict import Verdict

LIFE = 600.0
"""Seconds that a process stands ready for nothing; after them it is ended, and the next check begins with a new one."""


class Checker:
    """Judges one exercise in one event loop. Whoever makes it closes it."""

    def __init__(self, exercise: Exercise) -> None:
        self.exercise = exercise
        self._spare: asyncio.Task[Session] | None = None
        self._end: asyncio.TimerHandle | None = None
        self._closing: set[asyncio.Task[Any]] = set()
        self._numba = False
        """Whether the last text used Numba; then the next one probably does."""
        self._closed = False

    async def check(self, file: Path) -> Verdict:
        """Judge the learner's file: see `tutor.exercises.check`."""
        text = read_code(file)
        self._numba = uses_numba(text)
        session = await self._taken()
        try:
            return verdict(session.prepared, await session.run(file, text), text)
        finally:
            self._later(session)
            self.get_ready()

    def get_ready(self) -> None:
        """Begin to make a process ready in the background, unless there is one."""
        if self._spare is None and not self._closed:
            self._spare = asyncio.create_task(self._started())
            self._spare.add_done_callback(self._ready)

    async def spare(self) -> int | None:
        """The process that stands ready, or None where there is none."""
        if self._spare is None:
            return None
        with suppress(UserError):
            return (await asyncio.shield(self._spare)).pid
        return None

    async def close(self) -> None:
        """End all processes; none is made ready any more."""
        self._closed = True
        self._discard()
        await asyncio.gather(*self._closing, return_exceptions=True)

    async def _taken(self) -> Session:
        """The one that stands ready, if it is of use; otherwise a new one. Raises BadLesson, WorkerGone."""
        while (spare := self._spare) is not None:
            session = None
            with suppress(UserError):  # a new one will say it
                session = await asyncio.shield(spare)  # when this check is given up, it is there for the next
            if self._spare is not spare:
                continue
            self._forget()
            if session is not None:
                if await session.still_good():
                    return session
                self._later(session)
        return await self._started()

    async def _started(self) -> Session:
        session = Session(self.exercise)
        await session.start(self._numba)
        return session

    def _ready(self, spare: asyncio.Task[Session]) -> None:
        if spare is self._spare and not spare.cancelled() and spare.exception() is None:
            self._end = asyncio.get_running_loop().call_later(LIFE, self._discard)

    def _forget(self) -> None:
        if self._end is not None:
            self._end.cancel()
        self._spare = self._end = None

    def _discard(self) -> None:
        """End the one that stands ready, or is on its way there."""
        spare = self._spare
        self._forget()
        if spare is None:
            return
        if not spare.done():
            spare.cancel()  # it ends its own process
            self._until_done(spare)
        elif not spare.cancelled() and spare.exception() is None:
            self._later(spare.result())

    def _later(self, session: Session) -> None:
        """End a process without keeping anyone waiting."""
        self._until_done(asyncio.create_task(session.close()))

    def _until_done(self, task: asyncio.Task[Any]) -> None:
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
