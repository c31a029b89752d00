"""Many runs that go on together, all at the same step: each is the run of its own link, bit for bit.

`tutor.engine.run.Run` records metrics, keeps checkpoints and seeks; a cell of a grid has none of that, only a state that is
carried on. It ends where its run ends. A state that is not finite is taken to stay so, and a run that is finished to stay
finished: so a chunk is made at once, and only the chunk in which a run has ended is made again, from record point to record
point, to stop where it did.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from tutor.engine.checkpoints import copy_state
from tutor.engine.digest import is_finite, sha256
from tutor.engine.link import Link
from tutor.engine.record import next_record_point
from tutor.errors import DeviceProblem, UserError
from tutor.labs.devices import failure
from tutor.labs.spec import Knobs, Lab, State, Together

RUNNING, FINISHED, DIVERGED, FAILED, WAITING = range(5)
"""What has become of a cell."""


class Cell:
    """One run. Its `fate` is RUNNING until it has ended; then its state stays as it is."""

    def __init__(self, lab: Lab, link: Link) -> None:
        self.lab, self.link = lab, link
        self.fate = RUNNING
        self.error = ""
        """Why it has failed, in a sentence."""
        self.state: State = {}
        try:
            self.state = lab.start(self.knobs_at(0), link.seed)
        except UserError as error:
            self.fail(str(error))
        else:
            self._look()

    def fail(self, error: str) -> None:
        self.fate, self.error = FAILED, error

    def knobs_at(self, step: int) -> Knobs:
        return self.link.knobs_at(step)

    @property
    def step(self) -> int:
        return int(self.state["step"][0]) if self.state else 0

    def _look(self) -> None:
        if not is_finite(self.state):
            self.fate = DIVERGED
        elif self.lab.finished(self.state, self.knobs_at(self.step)):
            self.fate = FINISHED

    @property
    def device(self) -> str:
        """Where its next step is made, as its link says."""
        return self.link.device_at(self.step)

    def advance(self, target: int, device: str) -> None:
        """Go on to this step, or to where the run ends before it. A run that fails on the way stays where it was.

        device: instead of the link's, or empty.
        """
        if self.fate != RUNNING or self.step >= target:
            return
        before = copy_state(self.state)
        try:
            self._go(target, device)
            self.settle(before, device)
        except UserError as error:
            self.state = before
            if isinstance(error, DeviceProblem):
                raise
            self.fail(str(error))

    def _go(self, target: int, device: str) -> None:
        while self.step < target:
            stop = min([target, *(change.step for change in self.link.changes if change.step > self.step)])
            self.lab.advance(self.state, self.knobs_at(self.step), stop - self.step, device or self.device, None)

    def settle(self, before: State, device: str) -> None:
        """See whether the run has ended since `before`; if so, take it to the record point where it did."""
        target = self.step
        self._look()
        if self.fate == RUNNING:
            return
        self.fate, self.state = RUNNING, before
        while self.fate == RUNNING and self.step < target:
            point = next_record_point(self.step)
            self._go(min(target, point), device)
            if self.step == point:
                self._look()

    def metrics(self) -> dict[str, float]:
        """Its numbers as they are now; none where it could not begin."""
        if not self.state:
            return {}
        with np.errstate(all="ignore"):
            return self.lab.metrics(self.state, self.knobs_at(self.step))

    def hash(self) -> str:
        return sha256(self.state)


class Grid:
    """The cells of some links of one lab."""

    def __init__(self, lab: Lab, links: Sequence[Link]) -> None:
        self.lab = lab
        self.note = ""
        """Why they have left the GPU, in a sentence."""
        self.cells = [Cell(lab, link) for link in links]
        self._next = 0

    @property
    def _device(self) -> str:
        """Where all go on; empty: where their links say."""
        return "cpu" if self.note else ""

    def advance(self, target: int, seconds: float) -> list[int]:
        """Take cells on to this step: all of them, or (once so long has passed) some, where the next call goes on.

        Returns which. Those that have ended are not among them; none at all: every cell has come as far as it goes.
        """
        due = [k for k, cell in enumerate(self.cells) if cell.fate == RUNNING and cell.step < target]
        cells = [self.cells[k] for k in due]
        if due and isinstance(self.lab, Together) and not self.note and all(cell.device != "cpu" for cell in cells):
            before = [copy_state(cell.state) for cell in cells]
            try:
                self._together(self.lab, cells, target)
                for cell, state in zip(cells, before, strict=True):
                    cell.settle(state, self._device)
            except Exception as error:  # numba-cuda and its driver fail in ways that no list foresees
                self._fall(cells, before, error)
            return due if not self.note else self.advance(target, seconds)
        until, moved = time.perf_counter() + seconds, []
        for k in sorted(due, key=lambda k: (k < self._next, k)):
            self._one(self.cells[k], target)
            moved.append(k)
            self._next = k + 1
            if time.perf_counter() > until:
                break
        return moved

    def _together(self, lab: Together, cells: Sequence[Cell], target: int) -> None:
        """All at once on the device."""
        while (here := min(cell.step for cell in cells)) < target:
            changes = {change.step for cell in cells for change in cell.link.changes}
            stop = min([target, *(step for step in changes if step > here)])
            going = [cell for cell in cells if cell.step == here]
            knobs = [cell.knobs_at(here) for cell in going]
            lab.advance_each([cell.state for cell in going], knobs, stop - here, going[0].device)

    def _one(self, cell: Cell, target: int) -> None:
        """One cell by itself."""
        if self.note or cell.device == "cpu":
            cell.advance(target, self._device)
            return
        before = copy_state(cell.state)
        try:
            cell.advance(target, "")
        except Exception as error:  # as above
            self._fall([cell], [before], error)
            cell.advance(target, "cpu")

    def _fall(self, cells: Sequence[Cell], before: Sequence[State], error: Exception) -> None:
        """Leave the GPU, from the states that were there before."""
        self.note = f"All go on on the CPU: {failure(error)}."
        for cell, state in zip(cells, before, strict=True):
            cell.state, cell.fate = state, RUNNING
