"""What a lab pane shows, part by part: each part knows how to build its rows from how things stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.events import Click, Resize, Show
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget

from tutor.draw import draw
from tutor.draw.cells import Look, Row
from tutor.labs.spec import Value, View
from tutor.tui import lab_hand, lab_keys, lab_words
from tutor.tui.gate import gate_of
from tutor.tui.lab_guesses import Guess, guess_rows, with_guesses
from tutor.tui.lab_layout import CSS, classes_for, second_view
from tutor.tui.lab_map import LabMap
from tutor.tui.widgets.entry import Entry
from tutor.tui.widgets.knobs import KnobPanel
from tutor.tui.widgets.strip_view import StripView, look_of
from tutor.words import tr


class PictureView(StripView):
    """Where a picture goes; it says so when its size has changed or it has come back."""

    @dataclass
    class Placed(Message):
        """The picture has to be made for this place."""

    def on_resize(self, event: Resize) -> None:
        super().on_resize(event)
        self.post_message(self.Placed())

    def on_show(self, event: Show) -> None:
        self.post_message(self.Placed())


class LabParts(LabMap):
    """The lab pane as something to look at."""

    BINDING_GROUP_TITLE = "The lab"
    # With priority, keys act in the order in which they come: what is typed in one breath with the `:` before it is not lost.
    BINDINGS: ClassVar[list[BindingType]] = [
        replace(binding, priority=True) for binding in (*lab_keys.BINDINGS, *lab_hand.BINDINGS)
    ]
    DEFAULT_CSS = CSS

    title: str
    """The lab's own where it is empty."""
    guesses: Sequence[Guess]
    """What was guessed about this run."""
    coarse: bool
    """Pictures have fewer colours, for as long as the run goes on."""
    busy: str
    """What the worker does that takes long, or ""."""
    _keys: Sequence[Binding] = (*lab_keys.BINDINGS, *lab_hand.BINDINGS)

    @property
    def caret_part(self) -> Widget:
        """What the keys are about: the knobs where they are on the screen, or else the pane's first row."""
        return self.panel if self.panel.region and self.panel.is_on_screen else self._title

    @property
    def look(self) -> Look:
        return look_of(self)

    @property
    def values(self) -> dict[str, Value]:
        """Every knob's value, as it is shown."""
        raise NotImplementedError

    @property
    def view(self) -> View:
        return self.views[self.view_index]

    def compose(self) -> ComposeResult:
        yield self._title
        with Container(id="lab-body"):
            with Container(id="lab-pictures"):
                yield self._main
                yield self._second
            with Container(id="lab-side"):
                with Container(id="lab-turn"):
                    yield self.panel
                    yield self._detail
                yield self._numbers
        yield self._words
        yield self.entry
        yield self._guess_line
        yield self._goal_line
        yield self._status
        yield self._foot

    def make_parts(self) -> None:
        """The parts, kept by name: they are brought up to date ten times a second."""
        self._title = StripView(self._title_rows, id="lab-title")
        self._main = PictureView(self._main_rows, id="lab-main")
        self._second = PictureView(self._second_rows, id="lab-second")
        self.panel = KnobPanel(self.shown_knobs, self.values, locked=self.locked_knobs, id="lab-knobs")
        self._detail = StripView(self._detail_rows, id="lab-detail")
        self._numbers = StripView(self._metric_rows, lines=lambda width: len(self.spec.metrics), id="lab-metrics")
        self._words = StripView(self._word_rows, id="lab-words")
        self.entry = Entry(id="lab-entry")
        self._guess_line = StripView(self._guess_rows, lines=lambda width: len(self._guess_rows(width, 2)), id="lab-guess")
        self._guess_line.display = any(guess.given for guess in self.guesses)
        nothing = "" if self.goal.say or self.goal.condition else "-none"
        self._goal_line = StripView(self._goal_rows, lines=self._goal_lines, id="lab-goal", classes=nothing)
        self._status = StripView(self._status_rows, id="lab-status")
        self._foot = StripView(self._foot_rows, id="lab-foot")

    def refresh_parts(self) -> None:
        """Bring every part up to date; only what differs is repainted."""
        self.panel.update_values(self.values)
        for part in (self._title, self._main, self._second, self._detail, self._numbers):
            part.update_rows()
        for part in (self._words, self._guess_line, self._goal_line, self._status, self._foot):
            part.update_rows()

    def refresh_guesses(self) -> None:
        """Bring up to date what was guessed: in the pictures, and in its line."""
        self._guess_line.display = any(guess.given for guess in self.guesses)
        self._guess_line.refresh(layout=True)
        for part in (self._main, self._second, self._guess_line):
            part.update_rows()

    def refresh_live(self) -> None:
        """Bring up to date what changes from frame to frame."""
        self.panel.update_values(self.values)
        for part in (self._main, self._second, self._numbers, self._words, self._status):
            part.update_rows()

    def _title_rows(self, width: int, height: int) -> list[Row]:
        plugged = self.frame.plugged if self.frame is not None else self.plug is not None
        return [lab_words.title_row(self.title or self.spec.title, self.views, self.view_index, plugged, width, self.look)]

    def _main_rows(self, width: int, height: int) -> list[Row]:
        return self._picture(self.view, width, height)

    def _second_rows(self, width: int, height: int) -> list[Row]:
        second = second_view(self.views, self.view)
        return self._picture(second, width, height) if second is not None else []

    def _picture(self, view: View, width: int, height: int) -> list[Row]:
        if view.sweep:
            return self.map_rows(width, height)
        picture = self.frame.pictures.get(view.name) if self.frame is not None else None
        if picture is None:
            return []
        picture = with_guesses(self.with_kept(picture, view), view, self.link, self.guesses)
        return draw(picture, (width, height), replace(self.look, coarse=self.coarse))

    def _detail_rows(self, width: int, height: int) -> list[Row]:
        knob = self.panel.knob
        value = self.panel.value(knob) if knob is not None else ""
        return lab_words.knob_rows(knob, value, width, height, self.look, self.spec.trains)

    def _metric_rows(self, width: int, height: int) -> list[Row]:
        return lab_words.metric_rows(self.spec, self.frame.metrics if self.frame is not None else {}, width, self.look)[:height]

    def _word_rows(self, width: int, height: int) -> list[Row]:
        if self.gone:
            return lab_words.summary_rows(
                "", tr("{gone} r starts it again, where it was.", gone=self.gone), width, height, self.look
            )
        if self.busy:
            return lab_words.summary_rows(f"{self.busy} …", "", width, height, self.look)
        if self.notice:
            return lab_words.summary_rows("", self.notice, width, height, self.look)
        if self.live is not None:
            return lab_words.summary_rows(self.map_words(), "", width, height, self.look)
        if self.frame is None:
            return lab_words.summary_rows("starting", "", width, height, self.look)
        said = self.frame.words
        rows = lab_words.summary_rows(said.summary, said.trouble, width, height, self.look)
        beside = self.frame.beside or (tr("comparing your code with ours") if self.frame.comparing else "")
        return [*rows, *lab_words.aside_rows(beside, width, height - len(rows), self.look)]

    def _guess_rows(self, width: int, height: int) -> list[Row]:
        return guess_rows(self.guesses, self.link, width, height, self.look)

    def _goal_rows(self, width: int, height: int) -> list[Row]:
        return lab_words.goal_rows(self.goal, self.spec.unit, width, height, self.look)

    def _goal_lines(self, width: int) -> int:
        return len(lab_words.goal_rows(replace(self.goal, reached=None), self.spec.unit, width, 2, self.look))

    def _status_rows(self, width: int, height: int) -> list[Row]:
        frames = gate_of(self.app).frames
        return [lab_words.status_row(self.frame, self.spec, self.link, self.pace, self.playing, width, self.look, frames)]

    def _foot_rows(self, width: int, height: int) -> list[Row]:
        if self.held and self.hand is not None:
            return [lab_hand.foot(self, self.hand, self._keys, width, self.look)]
        return [lab_keys.foot(self._keys, self.senseless(), width, self.look, self.playing)]

    def places(self) -> list[tuple[View, tuple[int, int]]]:
        """Which views are on screen, and in how many columns and rows."""
        views = ((self.view, self._main), (second_view(self.views, self.view), self._second))
        shown = [(view, part) for view, part in views if view is not None and part.region and part.is_on_screen]
        return [(view, (part.size.width, part.size.height)) for view, part in shown if not view.sweep]

    def bindings_updated(self, screen: Screen[Any]) -> None:
        """Keys can be remapped; what is shown is what works."""
        mine = [active.binding for active in screen.active_bindings.values() if active.node is self]
        if mine and mine != self._keys:
            self._keys = mine
            self._foot.update_rows()

    def on_resize(self, event: Resize) -> None:
        for name, holds in classes_for(self.size.width, self.size.height).items():
            self.set_class(holds, name)
        self.set_class(len(self.views) < 2, "-single")
        self.set_class(self.plug is not None, "-plugged")

    def on_click(self, event: Click) -> None:
        """A view can be chosen by its name in the title."""
        if event.widget is self._title and (row := self._title.rows):
            number = lab_words.tab_at(row[0], event.x)
            if number and len(self.views) > 1:
                self.action_show_view(number)

    @on(KnobPanel.Turned)
    def _knob_turned(self, event: KnobPanel.Turned) -> None:
        event.stop()
        self.turn_knob(event.knob, event.value)

    @on(KnobPanel.Chosen)
    def _knob_chosen(self, event: KnobPanel.Chosen) -> None:
        event.stop()
        self._detail.update_rows()
