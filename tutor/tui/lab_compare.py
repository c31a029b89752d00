"""Keeping runs and comparing them, from the lab: what was kept stays behind the curves of what comes next."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from textual import on

from tutor.engine.curves import ROLES, Record
from tutor.engine.link import parse_link
from tutor.engine.sweep import members, most_on, read_axis, suggestion
from tutor.errors import StoreProblem
from tutor.labs.spec import View
from tutor.pictures import Lines, Picture, Series
from tutor.tui.kept import Tried, against, keep, kept_runs, store_of
from tutor.tui.lab_commands import Open, WriteDown
from tutor.tui.lab_hand import LabHand
from tutor.tui.lab_session import Recorded
from tutor.tui.maps import LiveMap
from tutor.tui.sweeps import Sweep, begin_sweep, sweep_of
from tutor.words import tr

_BEHIND = 3
"""Kept runs that are drawn behind the one on screen, the newest."""
_HOW = "values with commas, from..to for whole numbers; a second knob, such as seed=0..7, makes a map; enter runs them"


class LabCompare(LabHand):
    """The part of the lab pane that keeps and compares."""

    log_axis: bool = False
    """Whether curves have the other axis than their view asks for."""
    _behind: tuple[Tried, ...] = ()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        makes_sense = True
        if action == "log_axis":
            makes_sense = self.spec.trains and any(view.curves for view in self.views)
        return makes_sense and super().check_action(action, parameters)

    def action_keep(self) -> None:
        self._do(WriteDown("keep"))

    def action_compare(self) -> None:
        self._do(WriteDown("compare"))

    def action_log_axis(self) -> None:
        self.log_axis = not self.log_axis
        self.refresh_parts()

    def action_sweep(self) -> None:
        knob = self.panel.knob
        text = suggestion(knob, self.panel.value(knob)) if knob is not None else "seed=0..4"
        self._ask("sweep", "sweep", text, tr(_HOW))

    def sweep(self, text: str) -> None:
        """Make the runs that were typed in the background, and show them. Raises UserError."""
        link = parse_link(self.link, self.spec)
        axes = [read_axis(part, self.spec, most_on(link.device)) for part in text.split()]
        if not axes:
            return
        if len(axes) == 2:
            self.open_map(LiveMap(self.spec, link, axes))
            return
        wanted = members(link, self.spec, axes)
        steps = self.frame.head if self.frame is not None and self.frame.head > 0 else self.spec.steps
        begin_sweep(self.app, Sweep(self.spec, wanted, steps if self.spec.trains else 0))
        self.action_compare()

    def open_map(self, live: LiveMap) -> None:
        """Show a map with the whole screen, and begin it."""
        raise NotImplementedError

    @on(Recorded)
    def _recorded(self, event: Recorded) -> None:
        event.stop()
        if event.record.lab != self.spec.id:
            return
        if event.purpose == "keep":
            self._keep(event.record)
        else:
            self._compare(event.record)

    def _keep(self, record: Record) -> None:
        store = store_of(self.app)
        try:
            number = keep(store, record) if store is not None else -1 - len(self._behind)
        except StoreProblem as error:
            self.notice = str(error)
        else:
            self._behind = (*self._behind, Tried(record, "kept", number))[-_BEHIND:]
            self.notice = tr(
                "Kept as it is at {unit} {step}. C compares what you have kept.", unit=self.spec.unit, step=record.step
            )
        self.refresh_parts()

    def _compare(self, record: Record) -> None:
        from tutor.tui.screens.compare import CompareScreen

        screen = CompareScreen(self.spec, record, store_of(self.app), sweep_of(self.app, self.spec))
        self.app.push_screen(screen, self._compared)

    def _compared(self, chosen: Tried | None) -> None:
        """Back from comparing: go on with the run that was chosen there, if one was."""
        store = store_of(self.app)
        if store is not None:
            there = {run.id: run for run in kept_runs(store, self.spec)}
            self._behind = tuple(there[run.id] for run in self._behind if run.id in there)
        if chosen is None or chosen.origin == "now":
            self.refresh_parts()
            return
        self.set_run(chosen.record.link)
        self.gone = ""
        self.playing = False
        self.panel.load(self.shown_knobs, parse_link(chosen.record.link, self.spec).knobs_at(chosen.record.step))
        self._do(Open(chosen.record.link, self.plug, chosen.record.step))
        if chosen.record.plugged and self.plug is None:
            self.notice = tr("Your own code trained that run; here the lab's own does.")
            self.refresh_parts()

    def with_kept(self, picture: Picture, view: View) -> Picture:
        """The picture of a curve with what was kept behind it, on the axis that was chosen."""
        if not isinstance(picture, Lines) or not view.curves:
            return picture
        metric, series, last = view.curves[0], list(picture.series), picture.x_limits[1] if picture.x_limits else 1.0
        for place, run in enumerate(reversed(self._behind)):
            curve = run.record.curves.get(metric)
            if run.record.lab == self.spec.id and curve is not None and len(curve.x):
                label = run.name or against(run.record, self.link, self.spec)
                x, y = curve.x.astype(np.float32), curve.y.astype(np.float32)
                series.append(Series(label, x, y, ROLES[-1 - place]))
                last = max(last, float(x[-1]))
        limits = (0.0, last) if picture.x_limits else None
        return replace(picture, series=tuple(series), x_limits=limits, y_log=picture.y_log != self.log_axis)
