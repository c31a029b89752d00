"""A map of many runs with the whole screen: an axis a knob, a cell a run; walked with the arrows, opened with enter."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen

from tutor.draw import draw
from tutor.draw.cells import Look, Row, Span
from tutor.errors import StoreProblem
from tutor.store import Store
from tutor.tui import kept
from tutor.tui.gate import gate_of
from tutor.tui.kept import Tried
from tutor.tui.lab_keys import key_text, next_pace
from tutor.tui.maps import LiveMap
from tutor.tui.screens.help import HelpScreen, lab_help, sections_for
from tutor.tui.strips import fit, wrap
from tutor.tui.widgets.strip_view import StripView, ink, look_of, sign, tail, words
from tutor.words import tr

BINDINGS: list[Binding] = [
    Binding("up", "move(0, -1)", "The run above", id="map.up"),
    Binding("down", "move(0, 1)", "The run below", id="map.down"),
    Binding("left", "move(-1, 0)", "The run at the left", id="map.left"),
    Binding("right", "move(1, 0)", "The run at the right", id="map.right"),
    Binding("home", "move(-9999, 0)", "The first column", id="map.first"),
    Binding("end", "move(9999, 0)", "The last column", id="map.last"),
    Binding("b", "best", "The best run", id="map.best"),
    Binding("enter", "open", "Open this run in the lab, where it is now", id="map.open"),
    Binding("tab,m", "metric(1)", "Colour by the next number", id="map.next_metric"),
    Binding("shift+tab", "metric(-1)", "Colour by the number before", id="map.previous_metric"),
    Binding("space", "run", "Pause, or go on", id="map.run"),
    Binding("plus,equals_sign", "faster(1)", "Faster", id="map.faster"),
    Binding("minus", "faster(-1)", "Slower", id="map.slower"),
    Binding("c", "keep", "Keep this run to compare", id="map.keep"),
    Binding("question_mark", "help", "Help", id="map.help"),
    Binding("q,escape,backspace", "leave", "Back", id="map.leave"),
]
_FOOT = (
    (("map.left", "map.right", "map.up", "map.down"), "run"),
    (("map.leave",), "back"),
    (("map.help",), "help"),
    (("map.open",), "open"),
    (("map.next_metric",), "number"),
    (("map.run",), "pause"),
    (("map.best",), "best"),
    (("map.slower", "map.faster"), "speed"),
    (("map.keep",), "keep"),
)
"""(ids of bindings, word), the most needed first."""


class MapScreen(Screen[Tried | None]):
    """The runs of a map. Ends with the run to open in the lab, or None."""

    BINDING_GROUP_TITLE = "The map"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [replace(binding, priority=True) for binding in BINDINGS]
    DEFAULT_CSS = """
    MapScreen { background: $background; color: $foreground; layout: vertical; }
    MapScreen #map-title, MapScreen #map-foot { background: $surface; }
    MapScreen #map-picture { height: 1fr; }
    MapScreen #map-words, MapScreen #map-cell { height: 1; }
    MapScreen.-tall #map-words, MapScreen.-tall #map-cell { height: 2; }
    """

    def __init__(self, live: LiveMap, store: Store | None) -> None:
        super().__init__()
        self.live = live
        self._store = store
        self._notice = ""

    def compose(self) -> ComposeResult:
        yield StripView(self._title_rows, id="map-title")
        yield StripView(self._picture_rows, id="map-picture")
        yield StripView(self._word_rows, id="map-words")
        yield StripView(self._cell_rows, id="map-cell")
        yield StripView(self._status_rows, id="map-status")
        yield StripView(self._foot_rows, id="map-foot")

    def on_mount(self) -> None:
        self._gate, self._waiting = gate_of(self.app), False
        self.live.listeners.append(self._moved)

    def on_unmount(self) -> None:
        if self._moved in self.live.listeners:
            self.live.listeners.remove(self._moved)

    def on_resize(self) -> None:
        self.set_class(self.size.height >= 28, "-tall")

    # -- what is shown

    @property
    def look(self) -> Look:
        return look_of(self)

    def _moved(self) -> None:
        """Cells have moved: show it, once the terminal has drawn the last picture."""
        if self._waiting or not self.is_attached or not self.is_current:
            return
        closed = self._gate.wait()
        if closed > 0:
            self._waiting = True
            self.set_timer(closed, self._late)
            self._gate.when_open(self._late)
            return
        self._gate.close()
        self._show()
        self._gate.drew(self)

    def _late(self) -> None:
        if self._waiting:
            self._waiting = False
            self._moved()

    def on_screen_resume(self) -> None:
        self._show()

    def _show(self) -> None:
        for view in self.query(StripView):
            view.update_rows()

    def _title_rows(self, width: int, height: int) -> list[Row]:
        live, look = self.live, self.look
        title = tr("{title}: {count} runs", title=live.spec.title, count=len(live.members))
        name = Span(words(title, look), ink("primary", look, bold=True))
        number, count = live.number + 1, len(live.spec.metrics)
        said = tr("{metric} ({number} of {count})", metric=live.metric.title, number=number, count=count)
        return [fit((name, Span("   "), Span(words(said, look), ink("text", look, bold=True))), width, tail(look))]

    def _picture_rows(self, width: int, height: int) -> list[Row]:
        return draw(replace(self.live.picture(pointed=True), title=""), (width, height), self.look)

    def _word_rows(self, width: int, height: int) -> list[Row]:
        if self._notice:
            return wrap(words(self._notice, self.look), width, height, ink("accent", self.look, bold=True), tail(self.look))
        return wrap(words(self.live.words(), self.look), width, height, ink("text", self.look, bold=True), tail(self.look))

    def _cell_rows(self, width: int, height: int) -> list[Row]:
        return wrap(words(self.live.cell_words(), self.look), width, height, ink("text", self.look), tail(self.look))

    def _status_rows(self, width: int, height: int) -> list[Row]:
        live, look = self.live, self.look
        state = f"{sign('▶', '>', look)} {tr('running')}" if live.playing else f"{sign('‖', '||', look)} {tr('paused')}"
        if live.crew.ended:
            state = f"{sign('■', '=', look)} {tr('finished')}"
        pace = f"{live.pace:g}/s" if live.pace else tr("flat out")
        parts = [state, live.progress(), *([pace] if live.playing else []), live.link.device]
        faint = ink("muted", look)
        link = Span(words(live.members[live.cell].link, look), ink("primary", look))
        said = Span(words(" · ".join(parts) + " · ", look), faint)
        return [fit((said, link), width, tail(look))]

    def _foot_rows(self, width: int, height: int) -> list[Row]:
        first = {b.id: key_text(b.key.partition(",")[0], self.look) for b in reversed(BINDINGS) if b.id}
        row: list[Span] = []
        for ids, word in _FOOT:
            keys = [first[name] for name in ids]
            said = tr("go on" if word == "pause" and not self.live.playing else word)
            shown = (" " if any(len(key) > 1 for key in keys) else "").join(keys)
            spans = [Span("  " if row else ""), Span(shown, ink("accent", self.look, bold=True))]
            spans.append(Span(f" {said}", ink("muted", self.look)))
            if sum(len(span.text) for span in (*row, *spans)) <= width:
                row += spans
        return [tuple(span for span in row if span.text)]

    # -- keys

    def action_move(self, right: int, down: int) -> None:
        self._notice = ""
        self.live.move(right, down)
        self._show()

    def action_best(self) -> None:
        """To the best cell of the number that is shown; by a number without a best, to the highest."""
        best = self.live.best
        if best is not None:
            self.live.look_at(best)
        self._show()

    def action_metric(self, places: int) -> None:
        self._notice = ""
        self.live.turn(places)
        self._show()

    def action_run(self) -> None:
        self.live.toggle()
        self._show()

    def action_faster(self, places: int) -> None:
        self.live.set_pace(next_pace(self.live.pace, places))
        self._show()

    def action_open(self) -> None:
        tried = self.live.tried(self.live.cell)
        if tried.state:
            self._say(tr("This run could not be made, so there is nothing to open."))
        else:
            self.dismiss(tried)

    def action_keep(self) -> None:
        tried = self.live.tried(self.live.cell)
        if self._store is None or tried.state:
            self._say(tr("There is nothing to keep."))
            return
        try:
            kept.keep(self._store, tried.record)
        except StoreProblem as error:
            self._say(str(error))
        else:
            unit, step = self.live.spec.unit, tried.record.step
            said = "Kept as it is at {unit} {step}, without its curves. C in the lab compares."
            self._say(tr(said, unit=unit, step=step))

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen(tr("the map"), [*sections_for(self), *lab_help(self.live.spec)]))

    def action_leave(self) -> None:
        self.dismiss(None)

    def _say(self, notice: str) -> None:
        self._notice = notice
        self._show()
