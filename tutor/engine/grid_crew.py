"""The processes that carry a grid of runs, a share each, and what their cells have come to.

All cells go on together: they are sent to the same step, and only when all are there to a further one. How far that is,
is found on the way: a move should take about a third of a second, and not be spent on measuring.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import numpy as np

from tutor.engine.crew import cores
from tutor.engine.grid import FAILED, RUNNING, WAITING
from tutor.engine.process import Child
from tutor.errors import UserError
from tutor.labs.spec import Array, LabSpec

MOST_PROCESSES = 16
_TURN = 0.15
"""Seconds after which a process says what it has done so far."""
_MOVE = 0.3
"""Seconds that a move of all cells to a further step should take."""
_MOST_STEPS = 1 << 20
_BUDGET = 60.0
"""Seconds that one step of one cell may take."""


class GridCrew:
    """A grid that is being carried on. The arrays are by cell, in the order of the links."""

    def __init__(self, spec: LabSpec, links: Sequence[str], *, device: str = "cpu", nice: int = 0, processes: int = 0) -> None:
        """processes: how many; 0: a core each."""
        self.links = tuple(links)
        self.values: Array = np.full((len(links), len(spec.metrics)), np.nan)
        """(cells, metrics) float64"""
        self.steps: Array = np.zeros(len(links), np.int64)
        self.fates: Array = np.full(len(links), WAITING)
        """As in `tutor.engine.grid`; WAITING: it has not begun."""
        self.errors = [""] * len(links)
        self.hashes = [""] * len(links)
        """SHA-256 of each state, as of the last call of `hash`."""
        self.note = ""
        self.moved: Callable[[], None] | None = None
        """Called when cells have moved."""
        count = processes or (cores() if device == "cpu" else 1)
        count = max(1, min(count, MOST_PROCESSES, len(links)))
        self._shares = [np.arange(k, len(links), count) for k in range(count)]
        self._children = [
            Child("tutor.engine.grid_member", who="A process of the map", arguments=(str(nice),)) for _ in range(count)
        ]
        self._stride = 1
        self._spent = np.zeros((count, 2))
        """Seconds of this move by process: advancing, and measuring."""

    async def plant(self) -> None:
        """Begin every run. The first process makes a step of its own first: the others then find compiled kernels."""
        try:
            await asyncio.gather(*(child.start() for child in self._children))
        except UserError:
            await self.close()
            raise
        await self._ask(0, {"op": "plant", "links": self._links(0)})
        if len(self._children) > 1:
            await self._ask(0, {"op": "advance", "target": 1, "seconds": 0.0})
            others = range(1, len(self._children))
            await asyncio.gather(*(self._ask(k, {"op": "plant", "links": self._links(k)}) for k in others))

    def _links(self, process: int) -> list[str]:
        return [self.links[k] for k in self._shares[process]]

    @property
    def step(self) -> int:
        """Where those are that go on; where the last one has ended, when none does."""
        running = self.steps[self.fates == RUNNING]
        return int(running.min() if len(running) else self.steps.max(initial=0))

    @property
    def ended(self) -> bool:
        """Whether no cell can go on."""
        return not ((self.fates == RUNNING) | (self.fates == WAITING)).any()

    async def advance(self, limit: int) -> None:
        """Take all cells that go on to one further step, at most to `limit`."""
        target = min(limit, self.step + self._stride)
        self._spent[:] = 0.0
        await asyncio.gather(*(self._carry(k, target) for k in range(len(self._children))))
        advancing, measuring = self._spent.max(axis=0)
        if advancing < max(_MOVE / 2, measuring):
            self._stride = min(_MOST_STEPS, self._stride * 2)
        elif advancing > 2 * max(_MOVE, measuring):
            self._stride = max(1, self._stride // 2)

    async def _carry(self, process: int, target: int) -> None:
        mine = self._shares[process]
        while ((self.fates[mine] == RUNNING) & (self.steps[mine] < target)).any():
            await self._ask(process, {"op": "advance", "target": target, "seconds": _TURN})

    async def _ask(self, process: int, message: dict[str, object]) -> None:
        """Ask a process, and write down what it says. One that is gone has its cells fail, and does no harm to the others."""
        mine = self._shares[process]
        try:
            answer = await self._children[process].ask(message, _BUDGET)
        except UserError as error:
            lost = mine[(self.fates[mine] == RUNNING) | (self.fates[mine] == WAITING)]
            self.fates[lost] = FAILED
            for k in lost:
                self.errors[k] = error.message
        else:
            cells = mine[answer["cells"]]
            self.values[cells], self.steps[cells], self.fates[cells] = answer["values"], answer["steps"], answer["fates"]
            for k, error_text in zip(cells, answer["errors"], strict=True):
                self.errors[k] = error_text
            for k, digest in zip(cells, answer["hashes"], strict=False):
                self.hashes[k] = digest
            self.note = answer["note"] or self.note
            self._spent[process] += answer["advancing"], answer["measuring"]
        if self.moved is not None:
            self.moved()

    async def hash(self) -> None:
        """Take the hashes of all states."""
        await asyncio.gather(*(self._ask(k, {"op": "hash"}) for k in range(len(self._children))))

    async def close(self) -> None:
        """End the processes."""
        await asyncio.gather(*(child.kill() for child in self._children))
