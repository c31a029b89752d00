"""A lab on screen: the picture, the knobs, the numbers, and the keys that are the same in every lab.

The pane takes the focus as a whole; its parts do not. It may have the whole screen or half of it: its own size decides.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from weakref import WeakKeyDictionary

from textual import on
from textual.message import Message

from tutor.conditions import Condition, parse_condition
from tutor.engine.client import Frame
from tutor.engine.link import Link, link_text, make_link, split_link
from tutor.errors import BadLink, UserError
from tutor.labs import find_lab
from tutor.labs.spec import LabSpec, Value, View
from tutor.labs.spoken import spoken
from tutor.store.spot import Spot
from tutor.tui.gate import gate_of
from tutor.tui.lab_commands import Open, Pause, Play
from tutor.tui.lab_guesses import Guess, last_step, watched, with_views
from tutor.tui.lab_layout import wants_for
from tutor.tui.lab_parts import LabParts, PictureView
from tutor.tui.lab_session import Arrived, Engine, Gone, Refused, Session, Want
from tutor.tui.lab_words import Goal
from tutor.tui.maps import LiveMap

_holders: WeakKeyDictionary[Engine, LabPane] = WeakKeyDictionary()
"""Which pane's run lives in a worker now."""


def borrow(worker: Engine) -> None:
    """Say that someone else opens a run in this worker: the pane that had it rests, and opens its own when it is used again."""
    holder = _holders.pop(worker, None)
    if holder is not None:
        holder.lose_worker()


class LabPane(LabParts, can_focus=True):
    """One lab, set up by a link. Raises BadLink when the link names no run, BadCondition when the goal cannot be read."""

    @dataclass
    class GoalReached(Message):
        """The goal has held for the first time."""

        pane: LabPane
        metrics: dict[str, float]
        link: str
        step: int

    @dataclass
    class Ended(Message):
        """The run has come to rest after at least one step (or, in a lab that does not run, a knob was turned)."""

        pane: LabPane
        reason: str
        """finished, diverged, paused or turned; passed: it goes on, but is where the last sketch ends."""
        metrics: dict[str, float]
        link: str
        step: int

    @dataclass
    class Leave(Message):
        """The learner wants to go back to where they came from."""

        pane: LabPane

    def __init__(
        self,
        worker: Engine,
        link: str,
        *,
        show: Sequence[str] = (),
        hide: Sequence[str] = (),
        lock: Sequence[str] = (),
        goal: str = "",
        par: str = "",
        say: str = "",
        title: str = "",
        plug: Path | None = None,
        guesses: Sequence[Guess] = (),
        spot: Spot | None = None,
        sweep: Sequence[str] = (),
        id: str | None = None,
    ) -> None:
        """show: the views to offer, in order; empty: all. hide: knobs that are not shown. lock: knobs that cannot be turned.
        plug: the learner's file. guesses: what was guessed about this run. spot: how far it was in another session; it goes
        on from there. sweep: the two axes of its map; empty: the lab's own."""
        super().__init__(id=id)
        self.worker, self.plug, self.hidden_knobs, self.locked_knobs = worker, plug, tuple(hide), tuple(lock)
        self.goal = Goal(say, goal, par=par)
        self.title = title
        self.guesses = tuple(guesses)
        self.wanted_axes = tuple(sweep)
        self.frame: Frame | None = None
        self.playing = self.coarse = False
        self.notice = self.gone = self.busy = ""
        self._offered = tuple(show)
        self._turned: dict[str, Value] = {}
        self._rested_at = -1
        self._asked: dict[str, tuple[int, int]] = {}
        """The size in which each view was last asked for."""
        self.set_run(link)
        self._condition: Condition | None = None
        if goal:
            known = [m.name for m in self.spec.metrics] + [k.name for k in self.spec.knobs]
            self._condition = parse_condition(goal, known)
        if spot is not None and spot.link and plug is None:
            self._take_up(spot)
        self.make_parts()

    def set_run(self, text: str) -> None:
        """Another run from its step 0: views, knobs and pace are the lab's own again. Raises BadLink."""
        lab_id, pairs = split_link(text)
        spec = spoken(find_lab(lab_id).spec)
        link = make_link(spec, pairs)
        self.spec: LabSpec = spec
        self._link: Link = link
        self.views: tuple[View, ...] = tuple(v for n in self._offered if (v := spec.view(n)) is not None) or spec.views
        self.view_index = 0
        self.pace = spec.pace
        self.frame, self._turned, self._rested_at = None, {}, -1
        self._from, self.goes_on = 0, False
        self.free = self.plug is None and all(key.partition("@")[0] != "device" for key, _ in pairs)
        """Whether the link leaves open on which device it runs."""

    def _take_up(self, spot: Spot) -> None:
        """Begin where another session was; what the lab does not know any more is as the lab has it."""
        with contextlib.suppress(BadLink):
            self.set_run(spot.link)
            self._from, self.goes_on, self.pace, self.free = spot.step, spot.playing, spot.pace, False
            names = [view.name for view in self.views]
            self.view_index = names.index(spot.view) if spot.view in names else 0

    def mark_spot(self, spot: Spot) -> Spot:
        """Where this run is. One on the learner's code is begun again, at rest: the code may be what ended the session."""
        step, playing = (self.frame.step, self.playing) if self.frame is not None else (0, False)
        if step < self._from:
            step, playing = self._from, self.goes_on
        if self.plug is not None:
            step, playing = 0, False
        return replace(spot, link=self.link, step=step, playing=playing, pace=float(self.pace), view=self.view.name)

    @property
    def values(self) -> dict[str, Value]:
        """Every knob's value: as the run has them, and as they have been turned since."""
        known = self.frame.knobs if self.frame is not None else dict(self._link.knobs)
        return {**known, **self._turned}

    @property
    def link(self) -> str:
        """The run, named."""
        return self.frame.link if self.frame is not None else link_text(self._link, self.spec)

    def link_turned(self) -> str:
        device = self.frame.device if self.frame is not None else self._link.device
        pairs = [*self.values.items(), ("seed", self._link.seed), ("device", device)]
        return link_text(make_link(self.spec, pairs), self.spec)

    # -- the conversation with the worker

    def on_mount(self) -> None:
        self.gate = gate_of(self.app)
        self.session = Session(
            self.worker,
            self.gate,
            post=self.post_message,
            wants=self._wants,
            seen=self._seen,
            period=1 / self.gate.allowance.frames,
        )
        self.run_worker(self.session.converse(), name="lab session", exit_on_error=True)
        self.screen.bindings_updated_signal.subscribe(self, self.bindings_updated)
        self.reopen()
        self.mind_map()

    async def on_unmount(self) -> None:
        self.leave_map()
        if _holders.get(self.worker) is self:
            del _holders[self.worker]
            self.worker.on_busy = None
            if self.playing:
                with contextlib.suppress(UserError):
                    await self.worker.pause()

    def reopen(self) -> None:
        """Open this pane's run, where it was."""
        borrow(self.worker)
        _holders[self.worker] = self
        self.worker.on_busy = self._busy_changed
        step = self.frame.step if self.frame is not None else self._from
        self.session.do(Open(self.link, self.plug, step, self.free and self.frame is None))

    def claim(self) -> None:
        """See to it that the worker holds this pane's run: another pane may have used it."""
        if _holders.get(self.worker) is not self:
            self.reopen()

    def leave(self) -> None:
        self.post_message(self.Leave(self))

    def lose_worker(self) -> None:
        """Another pane uses the worker from here on."""
        self.session.rest()
        self.playing, self.busy = False, ""
        self.refresh_parts()

    def _wants(self) -> list[Want]:
        places = self.places()
        self._asked.update((view.name, size) for view, size in places)
        return with_views(wants_for(places), watched(self.guesses, self.spec))

    def show_guesses(self, guesses: Sequence[Guess]) -> None:
        """Other guesses about this run, or their verdicts."""
        if tuple(guesses) == self.guesses:
            return
        self.guesses = tuple(guesses)
        if self.is_mounted:
            self.refresh_guesses()

    def show_par(self, words: str) -> None:
        """Other words about how many steps the goal takes."""
        self.goal = replace(self.goal, par=words)
        if self.is_mounted:
            self._goal_line.update_rows()

    def _seen(self) -> bool:
        return bool(self.is_attached and self.app.app_focus and self.screen.is_current and self.region and self.is_on_screen)

    def _busy_changed(self, text: str) -> None:
        self.busy = text
        self._words.update_rows()

    @on(Arrived)
    def _arrived(self, event: Arrived) -> None:
        event.stop()
        waiting = self.session.pending
        if event.frame.lab != self.spec.id or any(isinstance(c, Open) for c in waiting):
            # It belongs to a run that has been left since.
            self.gate.drew(self)
            return
        before, self.frame = self.frame, event.frame
        self._turned = dict(event.since)
        self.coarse = event.frame.running and (self.coarse or self.gate.dear or self.gate.allowance.coarse)
        if not any(isinstance(c, Play | Pause) for c in waiting):
            self.playing = event.frame.running
        if event.frame.fell and (before is None or before.fell != event.frame.fell):
            self.notice = event.frame.fell
        same = before is not None and before.running == event.frame.running and before.plugged == event.frame.plugged
        if same and not self.notice:
            self.refresh_live()
        else:
            self.refresh_parts()
        self.gate.drew(self)
        if event.frame.step >= self._from:
            self._from = 0
            if self.goes_on and self.session.at_rest:
                self.action_toggle_run()
        self._judge(event.frame, before)

    def _judge(self, frame: Frame, before: Frame | None) -> None:
        """Tell the host what has been reached."""
        if self._condition is not None and self.goal.reached is None:
            values = {**frame.knobs, **frame.metrics}
            if self._condition.names <= values.keys() and self._condition.holds(values):
                self.goal = replace(self.goal, reached=frame.step)
                self._goal_line.update_rows()
                self.post_message(self.GoalReached(self, frame.metrics, frame.link, frame.step))
        if not self.spec.trains:
            if before is not None and before.knobs != frame.knobs:
                self.post_message(self.Ended(self, "turned", frame.metrics, frame.link, frame.step))
        elif not frame.running and frame.step > 0 and frame.step == frame.head and frame.step != self._rested_at:
            self._rested_at = frame.step
            reason = "paused" if not frame.finished else "diverged" if frame.words.trouble else "finished"
            self.post_message(self.Ended(self, reason, frame.metrics, frame.link, frame.step))
        elif frame.step == 0:
            self._rested_at = -1
        elif before is not None and before.step < last_step(self.guesses) <= frame.step:
            self.post_message(self.Ended(self, "passed", frame.metrics, frame.link, frame.step))

    def told(self, live: LiveMap, cell: int, reason: str) -> None:
        record = live.tried(cell).record
        if reason == "goal":
            self.goal = replace(self.goal, reached=record.step)
            self._goal_line.update_rows()
            self.post_message(self.GoalReached(self, record.metrics, record.link, record.step))
        else:
            self.post_message(self.Ended(self, reason, record.metrics, record.link, record.step))

    @on(Refused)
    def _refused(self, event: Refused) -> None:
        event.stop()
        self.notice, self.playing = event.say, False
        if self.frame is not None:
            self._turned.clear()
        self.refresh_parts()

    @on(Gone)
    def _worker_gone(self, event: Gone) -> None:
        event.stop()
        self.gone, self.playing, self.busy = event.say, False, ""
        self.refresh_parts()

    @on(PictureView.Placed)
    def _picture_placed(self, event: PictureView.Placed) -> None:
        event.stop()
        have = self.frame.pictures if self.frame is not None else self._asked
        missing = any(self._asked.get(view.name) != size or view.name not in have for view, size in self.places())
        if missing and _holders.get(self.worker) is self:
            self.session.redraw()
