"""The map of many runs as a view of the lab: it goes on while it is looked at, and `enter` opens it with the whole screen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tutor.conditions import Condition
from tutor.draw import draw
from tutor.draw.cells import Look, Row
from tutor.engine.link import parse_link
from tutor.engine.sweep import Axis, map_suggestion, members, most_on, read_axis
from tutor.errors import UserError
from tutor.tui.gate import FrameGate
from tutor.tui.kept import Tried, store_of
from tutor.tui.lab_compare import _HOW, LabCompare
from tutor.tui.lab_guesses import Guess
from tutor.tui.lab_keys import next_pace
from tutor.tui.maps import LiveMap, begin_map, end_map, map_in
from tutor.tui.widgets.strip_view import StripView
from tutor.words import tr


class LabMap(LabCompare):
    """The part of the lab pane that has to do with maps."""

    wanted_axes: Sequence[str]
    """The two axes that the lesson asks for; empty: the lab's own."""
    guesses: Sequence[Guess]
    _offered: tuple[str, ...]
    """The views that the lesson offers; empty: no lesson does."""
    _condition: Condition | None
    gate: FrameGate
    _main: StripView
    _words: StripView
    _mine: LiveMap | None = None
    """The map that this pane listens to."""
    _map_closed = False
    _told_end = False

    @property
    def look(self) -> Look:
        raise NotImplementedError

    def told(self, live: LiveMap, cell: int, reason: str) -> None:
        """Tell the host what a run of the map has come to. reason: "goal" or "finished"."""
        raise NotImplementedError

    @property
    def live(self) -> LiveMap | None:
        """The map that is on screen now, as the view that is shown."""
        return self._mine if self.view.sweep else None

    # -- its life

    def mind_map(self) -> None:
        """Where a map is to be seen, see to it that there is one: that of these runs, if it goes on, or a new one."""
        if not self.view.sweep or (self._mine is not None and not self._mine.closed):
            return
        try:
            wanted = self._wanted()
        except UserError as error:  # the linter finds these; a lesson in the making has them
            self.notice = str(error)
            return
        there = map_in(self.app, self.spec)
        if there is None or there.closed or not there.is_like(wanted):
            wanted.playing = wanted.playing and not self._offered  # in a lesson there may be a guess to be made first
            there = begin_map(self.app, wanted)
        self._listen(there)

    def _wanted(self) -> LiveMap:
        """The map of the run as it is set now, over the axes of the one that is there or of the view. Raises BadSweep."""
        link = parse_link(self.link, self.spec)
        if self._mine is not None:
            return LiveMap(self.spec, link, self._mine.axes)
        texts = self.wanted_axes or self.view.sweep
        return LiveMap(self.spec, link, [read_axis(text, self.spec, most_on(link.device)) for text in texts])

    def _listen(self, live: LiveMap) -> None:
        if self._mine is not live:
            self._unlisten()
            self._mine, self._told_end = live, False
            live.listeners.append(self._map_moved)

    def _unlisten(self) -> None:
        if self._mine is not None and self._map_moved in self._mine.listeners:
            self._mine.listeners.remove(self._map_moved)

    def leave_map(self) -> None:
        """The pane goes: nobody looks at its map any more."""
        if self._mine is not None:
            self._unlisten()
            end_map(self.app, self._mine)

    def _map_moved(self) -> None:
        """Cells have moved: judge them, and show them where they are seen, once the terminal has drawn the last picture."""
        if self._mine is None or not self.is_attached:
            return
        self._judge_map(self._mine)
        if self.live is None or not self.screen.is_current or self._map_closed:
            return
        closed = self.gate.wait()
        if closed > 0:
            self._map_closed = True
            self.set_timer(closed, self._map_late)
            self.gate.when_open(self._map_late)
            return
        self.gate.close()
        self._main.update_rows()
        self._words.update_rows()
        self.gate.drew(self)

    def _map_late(self) -> None:
        if self._map_closed:
            self._map_closed = False
            self._map_moved()

    def _judge_map(self, live: LiveMap) -> None:
        """Tell the host when a cell has reached the goal, and when all have come to their end."""
        crew = live.crew
        if self._condition is not None and self.goal.reached is None:
            names, base = [metric.name for metric in self.spec.metrics], live.link.knobs_at(0)
            for cell in np.flatnonzero(np.isfinite(crew.values).any(axis=1)).tolist():
                metrics = dict(zip(names, crew.values[cell].tolist(), strict=True))
                values = {**base, **dict(live.members[cell].values), **metrics}
                if self._condition.names <= values.keys() and self._condition.holds(values):
                    self.told(live, cell, "goal")
                    break
        over = live.planted and (crew.ended or crew.step >= live.limit)
        if over and not self._told_end:
            self._told_end = True
            asked = [k for k, member in enumerate(live.members) if any(guess.fits(member.link) for guess in self.guesses)]
            for place in (live.best, *asked):
                if place is not None:
                    self.told(live, place, "finished")

    # -- what is shown

    def map_rows(self, width: int, height: int) -> list[Row]:
        return draw(self._mine.picture(pointed=False), (width, height), self.look) if self._mine is not None else []

    def map_words(self) -> str:
        live = self._mine
        if live is None:
            return ""
        if live.closed or not self._fits(live):
            return f"{live.progress()}: {live.words()}. {tr('The knobs have been turned since: r makes the map anew.')}"
        if live.planted and not live.playing and live.crew.step < live.limit:
            return f"{live.progress()}: {live.words()}. {tr('Space runs them, enter walks them.')}"
        return f"{live.progress()}: {live.words()}. {tr('Enter walks them.')}"

    def _fits(self, live: LiveMap) -> bool:
        """Whether the map is of the run as it is set now."""
        now = members(parse_link(self.link, self.spec), self.spec, [Axis(axis.name, axis.values[:1]) for axis in live.axes])
        return now[0].link == live.members[0].link

    # -- keys

    def open_map(self, live: LiveMap) -> None:
        from tutor.tui.screens.map import MapScreen

        if map_in(self.app, self.spec) is not live:
            begin_map(self.app, live)
        self._listen(live)
        self.app.push_screen(MapScreen(live, store_of(self.app)), self._mapped)

    def _mapped(self, chosen: Tried | None) -> None:
        """Back from the map: go on with the run that was chosen there, if one was."""
        if chosen is not None and self.view.sweep:
            self.view_index = next((k for k, view in enumerate(self.views) if not view.sweep), self.view_index)
        self._compared(chosen)

    def action_sweep(self) -> None:
        if self.view.sweep:
            axes = " ".join(self.wanted_axes) or map_suggestion(self.spec, None, "")
            self._ask("sweep", "sweep", axes, _HOW)
        else:
            super().action_sweep()

    def action_type_value(self) -> None:
        if self.live is not None:
            self.open_map(self.live)
        else:
            super().action_type_value()

    def action_toggle_run(self) -> None:
        if self.live is not None:
            self.live.toggle()
            self.refresh_parts()
        else:
            super().action_toggle_run()

    def action_again(self) -> None:
        if self.live is not None:
            self._listen(begin_map(self.app, self._wanted()))
            self.refresh_parts()
        else:
            super().action_again()

    def action_faster(self, places: int) -> None:
        if self.live is not None:
            self.live.set_pace(next_pace(self.live.pace, places))
            self.refresh_parts()
        else:
            super().action_faster(places)

    def _show_view(self, index: int) -> None:
        super()._show_view(index)
        self.mind_map()
        self.refresh_parts()
