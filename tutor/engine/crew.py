"""Processes that make whole runs, a run at a time each, for sweeps and for comparing."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from tutor.engine.curves import Record, unpack
from tutor.engine.process import Child
from tutor.errors import UserError, WorkerGone
from tutor.pictures import Picture

_BUDGET = 30.0
IDLY = 15
"""The niceness of a crew that works while someone looks at a screen."""


@dataclass(frozen=True)
class Job:
    """A run to be made."""

    link: str
    steps: int
    until: str = ""
    """A condition that ends it early, or ""."""
    view: str = ""
    """The view whose picture is wanted at the end, or ""."""
    size: tuple[int, int] = (1, 1)
    """(columns, rows) of that picture."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """What became of a job."""

    index: int
    """Of the job."""
    record: Record | None = None
    reason: str = ""
    """"steps", "until", "finished", "diverged"; "" when it failed."""
    seconds: float = 0.0
    sha256: str = ""
    picture: Picture | None = None
    fell: str = ""
    """Why it has left the GPU on the way, in a sentence, or ""."""
    error: str = ""
    """Why it could not be made, in a sentence."""


def cores() -> int:
    """How many processors there are for this process."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


async def outcomes(
    jobs: Sequence[Job], processes: int, *, nice: int = 0, moved: Callable[[int, int], None] = lambda index, step: None
) -> AsyncIterator[Outcome]:
    """Make the runs in so many processes, and give each outcome as it comes. `moved(index, step)` says how far a job is.

    The first process works alone until its kernels are there: the others then find them on disk. All end with the iterator.
    """
    waiting = list(enumerate(jobs))
    done: asyncio.Queue[Outcome] = asyncio.Queue()
    compiled = asyncio.Event()

    async def work(first: bool) -> None:
        if not first:
            await compiled.wait()
        child = Child("tutor.engine.member", who="A process of the sweep", arguments=(str(nice),))
        try:
            while waiting:
                index, job = waiting.pop(0)

                def busy(text: str, index: int = index) -> None:
                    moved(index, int(text))
                    if int(text) > 0:
                        compiled.set()

                child.on_busy = busy
                done.put_nowait(await _make(child, index, job))
                compiled.set()
        finally:
            compiled.set()
            await child.kill()

    tasks = [asyncio.ensure_future(work(k == 0)) for k in range(max(1, min(processes, len(jobs))))]
    try:
        for _ in jobs:
            yield await _next(done, tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        raise
    finally:
        await asyncio.gather(*tasks, return_exceptions=True)


async def _next(done: asyncio.Queue[Outcome], tasks: Sequence[asyncio.Task[None]]) -> Outcome:
    """The next outcome. Raises what has ended the last of the tasks, when none can come any more."""
    getting = asyncio.ensure_future(done.get())
    try:
        while not getting.done():
            running = [task for task in tasks if not task.done()]
            if not running and done.empty():
                for task in tasks:
                    task.result()
            await asyncio.wait([getting, *running], return_when=asyncio.FIRST_COMPLETED)
        return getting.result()
    finally:
        getting.cancel()


async def _make(child: Child, index: int, job: Job) -> Outcome:
    message = {"op": "make", "link": job.link, "steps": job.steps, "until": job.until, "view": job.view, "size": job.size}
    try:
        if not child.alive:
            await child.start()
        answer = await child.ask(message, _BUDGET)
    except WorkerGone as error:
        with contextlib.suppress(OSError):
            await child.kill()
        return Outcome(index, error=error.message)
    except UserError as error:
        return Outcome(index, error=str(error))
    told = (answer["reason"], answer["seconds"], answer["sha256"], answer["picture"], answer["fell"])
    return Outcome(index, unpack(answer), *told)
