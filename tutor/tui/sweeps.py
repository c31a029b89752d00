"""A sweep that goes on in the background while the learner does something else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from textual.app import App

from tutor.engine.crew import IDLY, Job, Outcome, cores, outcomes
from tutor.engine.curves import Record
from tutor.engine.sweep import Member
from tutor.labs.spec import LabSpec
from tutor.tui.kept import Tried
from tutor.words import tr


class Sweep:
    """Runs that are being made, and what became of those that are done."""

    def __init__(self, spec: LabSpec, wanted: Sequence[Member], steps: int) -> None:
        self.spec = spec
        self.members = tuple(wanted)
        self.steps = steps
        self.changed: Callable[[], None] | None = None
        """Called when there is something new to show."""
        self._came: dict[int, Outcome] = {}
        self._at: dict[int, int] = {}
        self._failure = ""

    @property
    def done(self) -> int:
        """How many runs are made."""
        return len(self._came)

    async def run(self) -> None:
        """Make the runs, and leave a processor to the screen where there is one to spare."""
        jobs = [Job(member.link, self.steps) for member in self.members]
        try:
            async for outcome in outcomes(jobs, max(1, cores() - 1), nice=IDLY, moved=self._moved):
                self._came[outcome.index] = outcome
                self._tell()
        except OSError as error:
            self._failure = str(error.strerror)
            self._tell()

    def _moved(self, index: int, step: int) -> None:
        self._at[index] = step
        self._tell()

    def _tell(self) -> None:
        if self.changed is not None:
            self.changed()

    def tried(self) -> list[Tried]:
        """The runs as they are now, in the order of the sweep."""
        return [self._tried(k, member) for k, member in enumerate(self.members)]

    def _tried(self, index: int, member: Member) -> Tried:
        outcome = self._came.get(index)
        if outcome is not None and outcome.record is not None:
            return Tried(outcome.record, "swept")
        step = self._at.get(index, 0)
        if outcome is not None:
            state = outcome.error
        elif self._failure:
            state = tr("no process could be started: {failure}", failure=self._failure)
        else:
            state = "running" if index in self._at else "waiting"
        return Tried(Record(self.spec.id, member.link, step, {}, {}), "swept", state=state)

    def words(self) -> str:
        """How far it is."""
        if self.done == len(self.members):
            return tr("The sweep of {members} runs is made.", members=len(self.members))
        return tr("A sweep: {done} of {members} runs made.", done=self.done, members=len(self.members))


_sweeps: WeakKeyDictionary[App[Any], Sweep] = WeakKeyDictionary()


def begin_sweep(app: App[Any], sweep: Sweep) -> None:
    """Start it, in place of one that may still be going on."""
    _sweeps[app] = sweep
    app.run_worker(sweep.run(), name="sweep", group="sweep", exclusive=True)


def sweep_of(app: App[Any], spec: LabSpec) -> Sweep | None:
    """The last sweep of this lab."""
    sweep = _sweeps.get(app)
    return sweep if sweep is not None and sweep.spec.id == spec.id else None
