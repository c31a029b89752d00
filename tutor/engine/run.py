"""A run: the state of a lab at a step, a function of its link alone.

`advance(100)` equals ten times `advance(10)`, bit for bit; `seek` back and forth is exact; a knob turned on the way becomes
part of the link.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from tutor.conditions import Condition
from tutor.engine.checkpoints import Checkpoints, copy_state
from tutor.engine.digest import is_finite, sha256
from tutor.engine.link import Change, Link, link_text, read_device, read_value, value_text
from tutor.engine.record import MetricLog, is_record_point, next_record_point
from tutor.engine.watched import History
from tutor.errors import BadLink, DeviceProblem, UserError, nearest
from tutor.labs.devices import failure, need_cuda
from tutor.labs.spec import Knob, Lab, Plug, State, Value, View, Words
from tutor.labs.watch import Watched
from tutor.labs.watch_pictures import histograms, sizes
from tutor.pictures import Guide, Lines, Picture, Series, Text

_ROLES = ("a", "b", "c", "d", "e", "f", "g", "h")
_GUIDES = 4


class Run:
    """One life of a lab. Raises BadData at the start when the lab's data are not there."""

    def __init__(self, lab: Lab, link: Link, plug: Plug | None = None) -> None:
        self.lab = lab
        self.link = link
        self.plug = plug
        self.patience = math.inf
        """Seconds that one picture may spend on looking back."""
        self.fell = ""
        """Why the run has left the GPU, in a sentence, or empty."""
        self.on_fall: Callable[[Run], None] | None = None
        """Called when it has."""
        self.head = 0
        self.finished = False
        self.diverged = False
        self._begin()

    def _begin(self) -> None:
        self.state: State = self.lab.start(self.knobs_at(0), self.link.seed)
        self.log = MetricLog([metric.name for metric in self.lab.spec.metrics])
        self.checkpoints = Checkpoints()
        self.watched = History()
        self.before_branch: MetricLog | None = None
        """What the run came to before a knob was turned in its past, from that step on."""
        self.head = 0
        self._cost = 0.0
        self._look()

    @property
    def step(self) -> int:
        return int(self.state["step"][0])

    @property
    def knobs(self) -> dict[str, Value]:
        """The knobs as they are now."""
        return self.knobs_at(self.step)

    def knobs_at(self, step: int) -> dict[str, Value]:
        return self.link.knobs_at(step)

    @property
    def device(self) -> str:
        """Where the next step is made."""
        return self.link.device_at(self.step)

    @property
    def text(self) -> str:
        """The canonical link of this run, with every knob change so far."""
        return link_text(self.link, self.lab.spec)

    def advance(self, steps: int, until: Condition | None = None) -> str:
        """Make up to `steps` steps. Returns why it stopped early, or "".

        "until": the condition holds; "finished": going on changes nothing; "diverged": the state is no longer finite. All
        three are looked for at the run's record points, so the answer does not depend on how the steps were cut.
        """
        if self.diverged or self.finished:
            return "diverged" if self.diverged else "finished"
        target = self.step + steps
        while self.step < target:
            step = self.step
            stop = min(target, next_record_point(step), *self._changes_after(step))
            began = time.perf_counter()
            if not self.make(stop - step):
                continue
            if self.step > self.head:
                self.head, self._cost = self.step, self._cost + time.perf_counter() - began
            if not is_record_point(self.step):
                continue
            reason = self._look(until)
            if reason:
                return reason
        return ""

    def make(self, steps: int) -> bool:
        """Make so many steps with the knobs as they are now. Returns False where a GPU has failed: then none was made, and from
        here on the run goes on on the processor; its link says so."""
        before = copy_state(self.state) if self.device != "cpu" else None
        try:
            self.lab.advance(self.state, self.knobs, steps, self.device, self.plug)
        except Exception as error:  # numba-cuda and its driver fail in ways that no list foresees
            if before is None or (isinstance(error, UserError) and not isinstance(error, DeviceProblem)):
                raise
            self._fall(before, error)
            return False
        return True

    def _fall(self, before: State, error: Exception) -> None:
        """Go on without the GPU."""
        self.state = before
        self._branch(Change(self.step, "device", "cpu"))
        where = f"from {self.lab.spec.unit} {self.step} on" if self.step else "from its start"
        self.fell = f"This run goes on on the CPU {where}: {failure(error)}."
        if self.on_fall is not None:
            self.on_fall(self)

    def try_step(self) -> None:
        """Make one step on a copy of the state: what it needs is compiled now, and a GPU that fails is left now."""
        kept, self.state = self.state, copy_state(self.state)
        try:
            if not self.make(1):
                kept = self.state
                self.try_step()
        finally:
            self.state = kept

    def _look(self, until: Condition | None = None) -> str:
        """Record the metrics of a record point, and say whether the run ends here."""
        step, knobs = self.step, self.knobs
        metrics = self.lab.metrics(self.state, knobs)
        self.log.add(step, metrics)
        if self.checkpoints.due(step, self._cost):
            self.checkpoints.add(step, self.state, self._cost)
        self.diverged = not is_finite(self.state)
        self.finished = not self.diverged and self.lab.finished(self.state, knobs)
        if until is not None and until.holds({**knobs, **metrics}):
            return "until"
        return "diverged" if self.diverged else "finished" if self.finished else ""

    def _changes_after(self, step: int) -> list[int]:
        return [change.step for change in self.link.changes if change.step > step]

    def seek(self, step: int) -> None:
        """Go to a step, past or future, exactly; a run that ends before it stays at its end."""
        step = max(0, step)
        past = min(step, self.head)
        at, state = self.checkpoints.before(past)
        if past < self.step or at > self.step:
            self.state = state
        self._replay(past)
        if step > self.step:
            self.advance(step - self.step)

    def _replay(self, step: int) -> None:
        """Make the steps up to here again. What they measured is on record already, so nothing is looked at on the way."""
        self.diverged = self.finished = False
        while self.step < step:
            if self.step >= self.head:  # a GPU has failed on the way: what came later is not on record any more
                self.advance(step - self.step)
                return
            stop = min([step, *self._changes_after(self.step)])
            if not self.make(stop - self.step):
                continue
        if is_record_point(self.step):
            self._look()

    def change(self, name: str, value: object) -> None:
        """Turn a knob from this step on. What came later is forgotten: the run branches here.

        A knob that cannot change on the way starts the run again. "device" is turned like a knob.
        Raises BadLink, BadData, DeviceProblem: then the run is as it was.
        """
        if name == "device":
            self._switch(read_device(self.lab.spec, str(value)))
            return
        knob = self.lab.spec.knob(name)
        if knob is None:
            raise BadLink(f"{self.link.lab!r} has no knob {name!r}", nearest(name, [k.name for k in self.lab.spec.knobs]))
        new, step = read_value(knob, value), self.step
        if self.knobs[name] == new:
            return
        before = self.link
        try:
            self._turn(knob, new, step)
        except UserError:
            self.link = before  # the lab has refused before anything else was changed
            raise

    def _switch(self, device: str) -> None:
        """Go on on another device from the same state."""
        if device == self.device:
            return
        if device == "cuda":
            need_cuda("this run goes on on the CPU")
        self.fell = ""
        self._branch(Change(self.step, "device", device))

    def _turn(self, knob: Knob, new: Value, step: int) -> None:
        if step == 0 or not knob.live:
            kept = tuple(c for c in self.link.changes if step == 0 and c.knob != knob.name)
            self.link = replace(self.link.with_knob(knob.name, new), changes=kept, device=self.device)
            self._begin()
            return
        link = self.link
        self.link = replace(link, changes=(*link.changes, Change(step, knob.name, new)))
        self.lab.metrics(self.state, self.knobs)  # a text that the lab cannot read is refused here
        self.link = link
        self._branch(Change(step, knob.name, new))

    def _branch(self, turn: Change) -> None:
        """Leave what the run came to from here on: it goes another way."""
        step = turn.step
        kept = [c for c in self.link.changes if c.step < step or (c.step == step and c.knob != turn.knob)]
        if step == 0 and turn.knob == "device":
            kept = [c for c in self.link.changes if c.knob != "device"]
            self.link = replace(self.link, device=str(turn.value), changes=tuple(kept))
        else:
            self.link = replace(self.link, changes=(*kept, turn))
        rest = self.log.cut(step)
        if step < self.head:
            self.before_branch = rest
        self.checkpoints.cut(step)
        self.watched.cut(step)
        self.head = step
        self.finished = False

    def metrics(self) -> dict[str, float]:
        return self.lab.metrics(self.state, self.knobs)

    def words(self) -> Words:
        return self.lab.diagnose(self.state, self.knobs)

    def view(self, name: str, size: tuple[int, int]) -> Picture:
        """The picture of a view; size: (columns, rows) of cells. Raises BadLink on an unknown view."""
        view = self.lab.spec.view(name)
        if view is None:
            raise BadLink(f"{self.link.lab!r} has no view {name!r}", nearest(name, [v.name for v in self.lab.spec.views]))
        if view.curves:
            return self._curves(view, size[0])
        if view.watched and isinstance(self.lab, Watched):
            return self._watched(self.lab, view)
        if view.sweep:
            names = " and ".join(axis.partition("=")[0] for axis in view.sweep)
            return Text((f"Many runs that differ from this one in {names}.",))
        return self.lab.view(name, self.state, self.knobs, size)

    def _watched(self, lab: Watched, view: View) -> Picture:
        if view.watched == "layers":
            return histograms(lab.layers(self.state, self.knobs))
        found = self.watched.curve(lab, self.checkpoints, self.state, self.knobs_at, self.head, self.patience)
        cursor = float(self.step) if self.step < self.head else None
        return sizes(found, self.lab.spec.unit, self.head, cursor)

    def _curves(self, view: View, columns: int) -> Lines:
        titles = {metric.name: metric.title for metric in self.lab.spec.metrics}
        series = []
        for role, name in zip(_ROLES, view.curves, strict=False):
            x, y = self.log.curve(name, max(8, columns))
            if np.isfinite(y).any():
                series.append(Series(titles[name], x.astype(np.float32), y.astype(np.float32), role))
        last = self.log.last
        if self.before_branch is not None and series:
            x, y = self.before_branch.curve(view.curves[0], max(8, columns))
            series.append(Series("before", x.astype(np.float32), y.astype(np.float32), "muted"))
            last = max(last, self.before_branch.last)
        cursor = float(self.step) if self.step < self.head else None
        limits = (0.0, float(max(1, last)))
        unit = self.lab.spec.unit
        return Lines(
            tuple(series),
            view.title,
            x_label=f"{unit}s",
            guides=self._turns(),
            x_limits=limits,
            y_log=view.y_log,
            cursor=cursor,
        )

    def _turns(self) -> tuple[Guide, ...]:
        """Where knobs were turned on the way: the last few."""
        turns = self.link.changes[-_GUIDES:]
        return tuple(Guide(f"{turn.knob} {value_text(turn.value)}", float(turn.step), "x", "accent") for turn in turns)

    def hash(self) -> str:
        """SHA-256 over every array of the state."""
        return sha256(self.state)
