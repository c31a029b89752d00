"""A map of many runs that goes on in the background, at a pace, while the learner looks at it or does something else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from textual.app import App

from tutor.engine.crew import IDLY
from tutor.engine.curves import Record
from tutor.engine.grid import FAILED
from tutor.engine.grid_crew import GridCrew
from tutor.engine.gridmap import best_cell, first_metric, map_of, where, words_of
from tutor.engine.link import Link
from tutor.engine.sweep import Axis, members
from tutor.errors import UserError
from tutor.labs.spec import Array, LabSpec, Metric
from tutor.pictures import Cells
from tutor.tui.kept import Tried
from tutor.tui.lab_words import count_text
from tutor.words import tr

_PERIOD = 0.1
"""Seconds between two moves at a pace, at least."""


class LiveMap:
    """The runs of two axes, all at the same step. Raises BadSweep when they are too many."""

    def __init__(self, spec: LabSpec, link: Link, axes: Sequence[Axis]) -> None:
        self.spec, self.link, self.axes = spec, link, tuple(axes)
        self.members = tuple(members(link, spec, axes))
        self.crew = GridCrew(spec, [member.link for member in self.members], device=link.device, nice=IDLY)
        self.crew.moved = self._tell
        self.number = first_metric(spec)
        """Of the metric that is shown."""
        self.cursor = (0, 0)
        """(row, column) of the cell that is looked at."""
        self.limit = spec.steps if spec.trains else 0
        """The step at which it rests."""
        self.pace = spec.pace
        """Steps a second; 0: flat out."""
        self.playing = spec.trains
        self.planted = False
        self.failure = ""
        self.closed = False
        """Its processes are gone: it stays as it is."""
        self.listeners: list[Callable[[], None]] = []
        """Called when there is something new to show."""
        self._woken = asyncio.Event()

    # -- its life

    async def run(self) -> None:
        """Carry the runs on, until this is cancelled."""
        try:
            await self.crew.plant()
            self.planted = True
            self._tell()
            while True:
                if self.moving:
                    await self._play()
                if self.playing and not self.moving:
                    self.playing = False
                    self._tell()
                self._woken.clear()
                await self._woken.wait()
        except UserError as error:
            self.failure, self.playing = str(error), False
            self._tell()
        finally:
            self.closed = True
            await self.crew.close()

    @property
    def moving(self) -> bool:
        """Whether there is a step to make."""
        return self.playing and self.planted and not self.crew.ended and self.crew.step < self.limit

    async def _play(self) -> None:
        """Go on as long as nobody says otherwise."""
        began, first, pace = monotonic(), self.crew.step, self.pace
        while self.moving:
            if pace != self.pace:
                began, first, pace = monotonic(), self.crew.step, self.pace
            due = self.limit if not pace else min(self.limit, first + int((monotonic() - began) * pace))
            if due > self.crew.step:
                await self.crew.advance(due)
            if pace:
                late = first + (monotonic() - began - 1.0) * pace > self.crew.step
                if late:  # a machine too slow for the pace must not owe an ever longer past
                    began, first = monotonic(), self.crew.step
                await asyncio.sleep(_PERIOD)

    def _tell(self) -> None:
        for listener in self.listeners:
            listener()

    # -- what the keys do

    def toggle(self) -> None:
        """Pause, or go on; at its end, for as many steps again."""
        self.playing = not self.playing and self.spec.trains and not self.failure
        if self.playing and self.crew.step >= self.limit:
            self.limit += self.spec.steps
        self._wake()

    def set_pace(self, pace: float) -> None:
        self.pace = pace
        self._wake()

    def _wake(self) -> None:
        self._woken.set()

    def turn(self, places: int) -> None:
        """Show another metric."""
        self.number = (self.number + places) % len(self.spec.metrics)

    def move(self, right: int, down: int) -> None:
        """Look at another cell."""
        x, y = (len(axis.values) for axis in self.axes)
        row, column = self.cursor
        self.cursor = max(0, min(row + down, y - 1)), max(0, min(column + right, x - 1))

    # -- what there is to show

    @property
    def metric(self) -> Metric:
        return self.spec.metrics[self.number]

    @property
    def values(self) -> Array:
        """Of the metric that is shown, by cell."""
        return np.asarray(self.crew.values[:, self.number])

    @property
    def cell(self) -> int:
        """The number of the cell that is looked at."""
        row, column = self.cursor
        return column * len(self.axes[1].values) + row

    @property
    def best(self) -> int | None:
        """The number of the best cell."""
        return best_cell(self.metric, self.values, self.crew.fates)

    def look_at(self, cell: int) -> None:
        """Put the cursor on this cell."""
        column, row = divmod(cell, len(self.axes[1].values))
        self.cursor = row, column

    def picture(self, *, pointed: bool) -> Cells:
        """The map; with the cell that is looked at."""
        cursor = self.cursor if pointed else None
        return map_of(self.spec, self.axes, self.metric, self.values, self.crew.fates, cursor)

    def words(self) -> str:
        """What it has come to."""
        if self.failure:
            return tr("It stopped: {failure}", failure=self.failure)
        if not self.planted:
            count = len(self.members)
            return tr("Preparing {count} runs; the first time on a machine, their kernels are compiled", count=count)
        note = f". {self.crew.note.rstrip('.')}" if self.crew.note else ""
        return words_of(self.spec, self.axes, self.metric, self.values, self.crew.fates) + note

    def progress(self) -> str:
        """How far it is: "64 runs, step 250 of 5 000"."""
        count = tr("{count} runs", count=len(self.members))
        if not self.spec.trains:
            return count
        at, end = count_text(self.crew.step), count_text(self.limit)
        return tr("{count}, {unit} {at} of {end}", count=count, unit=self.spec.unit, at=at, end=end)

    def cell_words(self) -> str:
        """The cell that is looked at, with its numbers."""
        k = self.cell
        said = f"{where(self.axes, k)}: "
        if self.crew.errors[k]:
            return said + self.crew.errors[k]
        numbers = list(zip(self.spec.metrics, self.crew.values[k].tolist(), strict=True))
        numbers.insert(0, numbers.pop(self.number))
        return said + ", ".join(f"{m.title} {format(v, m.format).strip()}" for m, v in numbers if not np.isnan(v))

    def tried(self, cell: int) -> Tried:
        """A cell as a run that has been tried; it has no curves."""
        names = [metric.name for metric in self.spec.metrics]
        metrics = dict(zip(names, self.crew.values[cell].tolist(), strict=True))
        record = Record(self.spec.id, self.members[cell].link, int(self.crew.steps[cell]), metrics, {})
        failed = self.crew.errors[cell] if self.crew.fates[cell] == FAILED else ""
        return Tried(record, "swept", state=failed)

    def is_like(self, other: LiveMap) -> bool:
        """Whether it is a map of the same runs."""
        return self.axes == other.axes and self.members[0].link == other.members[0].link


_maps: WeakKeyDictionary[App[Any], LiveMap] = WeakKeyDictionary()


def begin_map(app: App[Any], live: LiveMap) -> LiveMap:
    """Start it, in place of one that may still be going on."""
    _maps[app] = live
    app.run_worker(live.run(), name="map", group="map", exclusive=True)
    return live


def map_in(app: App[Any], spec: LabSpec) -> LiveMap | None:
    """The last map of this lab."""
    live = _maps.get(app)
    return live if live is not None and live.spec.id == spec.id else None


def end_map(app: App[Any], live: LiveMap) -> None:
    """Let its processes go, where it is still the map of this app."""
    if _maps.get(app) is live:
        del _maps[app]
        app.workers.cancel_group(app, "map")
