"""A run: the state of a lab at a step, a function of its link alone.

`advance(100)` equals ten times `advance(10)`, bit for bit; `seek` back and forth is exact; a knob turned on the way becomes
part of the link.
"""

from __future__ import annotations

import hashlib
import math
import time
from dataclasses import replace

import numpy as np

from tutor.conditions import Condition
from tutor.engine.checkpoints import Checkpoints
from tutor.engine.link import Change, Link, link_text, read_value, value_text
from tutor.engine.record import MetricLog, is_record_point, next_record_point
from tutor.engine.watched import History
from tutor.errors import BadLink, UserError, nearest
from tutor.labs.spec import Knob, Lab, Plug, State, Value, View, Words
from tutor.labs.watch import Watched
from tutor.labs.watch_pictures import histograms, sizes
from tutor.pictures import Guide, Lines, Picture, Series

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
            self.lab.advance(self.state, self.knobs, stop - step, self.link.device, self.plug)
            if self.step > self.head:
                self.head, self._cost = self.step, self._cost + time.perf_counter() - began
            if not is_record_point(self.step):
                continue
            reason = self._look(until)
            if reason:
                return reason
        return ""

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
        if step > past:
            self.advance(step - past)

    def _replay(self, step: int) -> None:
        """Make the steps up to here again. What they measured is on record already, so nothing is looked at on the way."""
        self.diverged = self.finished = False
        while self.step < step:
            stop = min([step, *self._changes_after(self.step)])
            self.lab.advance(self.state, self.knobs, stop - self.step, self.link.device, self.plug)
        if is_record_point(self.step):
            self._look()

    def change(self, name: str, value: object) -> None:
        """Turn a knob from this step on. What came later is forgotten: the run branches here.

        A knob that cannot change on the way starts the run again. Raises BadLink, BadData: then the run is as it was.
        """
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

    def _turn(self, knob: Knob, new: Value, step: int) -> None:
        if step == 0 or not knob.live:
            kept = tuple(c for c in self.link.changes if step == 0 and c.knob != knob.name)
            self.link = replace(self.link.with_knob(knob.name, new), changes=kept)
            self._begin()
            return
        kept = tuple(c for c in self.link.changes if c.step < step or (c.step == step and c.knob != knob.name))
        self.link = replace(self.link, changes=(*kept, Change(step, knob.name, new)))
        self.lab.metrics(self.state, self.knobs)  # a text that the lab cannot read is refused here
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
        """SHA-256 over every array of the state: names, types, shapes and bytes."""
        digest = hashlib.sha256()
        for name in sorted(self.state):
            array = np.ascontiguousarray(self.state[name])
            digest.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
            digest.update(array.tobytes())
        return digest.hexdigest()


def is_finite(state: State) -> bool:
    """Whether every number that may change is an ordinary one."""
    return all(
        bool(np.isfinite(array).all())
        for array in state.values()
        if array.flags.writeable and np.issubdtype(array.dtype, np.floating)
    )
