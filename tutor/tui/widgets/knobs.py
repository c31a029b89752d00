"""All knobs of a lab, one a row: choose with up and down, turn with left and right, or take the mouse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from textual.events import MouseDown, MouseMove, MouseUp
from textual.message import Message

from tutor.draw.cells import Row, Span, cell_width
from tutor.labs.spec import Knob, Value
from tutor.tui.strips import fit
from tutor.tui.widgets.slider import at, ends, fraction, has_track, nudge, short_text
from tutor.tui.widgets.strip_view import StripView, sign, tail, words
from tutor.words import tr

_VALUE = 7
"""Columns for a number."""
_NARROW = 6
"""With fewer columns than this for a slider, there is none."""


@dataclass(frozen=True)
class Place:
    """Where things stand on a knob's row, in columns."""

    label: int
    """How wide the label is, its mark and the blank after it included."""
    track: int
    """How wide the slider is."""


def applies(knob: Knob, values: Mapping[str, Value]) -> bool:
    """Whether the knob means anything while the others stand as they do."""
    return knob.when is None or str(values.get(knob.when[0], "")) in knob.when[1]


class KnobPanel(StripView):
    """The knobs. It shows the values that it is given; turning one only says so (`Turned`)."""

    DEFAULT_CSS = "KnobPanel { height: auto; }"

    @dataclass
    class Turned(Message):
        """A knob has been turned by mouse or key to another value."""

        panel: KnobPanel
        knob: Knob
        value: Value

    @dataclass
    class Chosen(Message):
        """Another knob has been chosen."""

        panel: KnobPanel
        knob: Knob

    def __init__(
        self, knobs: Sequence[Knob], values: Mapping[str, Value], *, locked: Sequence[str] = (), id: str | None = None
    ) -> None:
        """locked: names of knobs that cannot be turned."""
        super().__init__(self._build_rows, lines=lambda width: len(self.knobs), id=id)
        self._knobs = tuple(knobs)
        self._values = dict(values)
        self._locked = frozenset(locked)
        self._chosen = self.knobs[0].name if self.knobs else ""
        self._top = 0
        self._dragging: Knob | None = None

    @property
    def knobs(self) -> tuple[Knob, ...]:
        """Those that apply now, in order."""
        return tuple(knob for knob in self._knobs if applies(knob, self._values))

    @property
    def knob(self) -> Knob | None:
        """The one that is chosen."""
        knobs = self.knobs
        return next((knob for knob in knobs if knob.name == self._chosen), knobs[0] if knobs else None)

    @property
    def caret_row(self) -> int:
        """The row of the knob that is chosen."""
        return self.knobs.index(self.knob) - self._top if self.knob is not None else 0

    @property
    def values(self) -> Mapping[str, Value]:
        """All of them, as they are shown."""
        return self._values

    def value(self, knob: Knob) -> Value:
        return self._values.get(knob.name, knob.default)

    def load(self, knobs: Sequence[Knob], values: Mapping[str, Value]) -> None:
        """Other knobs altogether."""
        self._knobs, self._chosen, self._top = tuple(knobs), "", 0
        self._values = {}
        self.update_values(values)

    def update_values(self, values: Mapping[str, Value]) -> None:
        """Show these values."""
        if values == self._values:
            return
        count, self._values = len(self.knobs), dict(values)
        if len(self.knobs) != count:
            self.refresh(layout=True)
        self.update_rows()

    def choose(self, places: int) -> None:
        """Go so many knobs down (negative: up), around the end."""
        knobs, current = self.knobs, self.knob
        if current is not None:
            self._choose(knobs[(knobs.index(current) + places) % len(knobs)])

    def turn(self, presses: int, *, fine: bool = False) -> None:
        """Turn the chosen knob."""
        if (knob := self.knob) is not None:
            self._turn(knob, nudge(knob, self.value(knob), presses, fine=fine))

    def turn_to_end(self, last: bool) -> None:
        """Turn the chosen knob all the way."""
        if (knob := self.knob) is not None and (has_track(knob) or knob.kind == "choice"):
            self._turn(knob, ends(knob)[last])

    def _build_rows(self, width: int, height: int) -> list[Row]:
        knobs, current = self.knobs, self.knob
        chosen = knobs.index(current) if current is not None else 0
        self._top = max(min(self._top, chosen, len(knobs) - height), chosen - height + 1, 0)
        return [self._row(knob, knob is current) for knob in knobs[self._top : self._top + height]]

    def place(self) -> Place:
        labels = max((cell_width(words(knob.title, self.look)) for knob in self.knobs), default=0)
        label = min(labels, max(4, self.size.width // 3)) + 3
        track = self.size.width - label - _VALUE - 1
        return Place(label, track if track >= _NARROW else 0)

    def _row(self, knob: Knob, chosen: bool) -> Row:
        look, place, width = self.look, self.place(), self.size.width
        mark = sign("▸", ">", look) if chosen else " "
        name = words(knob.title, look)
        title = fit((Span(name, self.ink("text" if chosen else "muted", bold=chosen)),), place.label - 3, tail(look))
        row: list[Span] = [Span(f"{mark} ", self.ink("accent", bold=True)), *title, Span(" ")]
        value = self.value(knob)
        strong = self.ink("text", bold=chosen)
        if knob.name in self._locked:
            row += [Span(short_text(value) if has_track(knob) else str(value) or "-", strong)]
            row += [Span(f"  {tr('locked')}", self.ink("muted"))]
        elif has_track(knob):
            text = short_text(value)
            row += self._track(fraction(knob, value), place.track, chosen) if place.track else ()
            row.append(Span(text.rjust(width - place.label - place.track), strong))
        elif knob.kind == "choice":
            first, last = ends(knob)
            faint, bright = self.ink("muted"), self.ink("accent" if chosen else "muted", bold=chosen)
            row += [
                Span(sign("‹ ", "< ", look) if value != first else "  ", bright if chosen else faint),
                Span(str(value), strong),
                Span(sign(" ›", " >", look) if value != last else "  ", bright if chosen else faint),
            ]
        else:
            row.append(Span(str(value) or "-", strong))
        return fit(tuple(row), width, tail(look))

    def _track(self, where: float, width: int, chosen: bool) -> list[Span]:
        look = self.look
        thumb = round(where * (width - 1))
        return [
            Span(sign("━", "=", look) * thumb, self.ink("primary")),
            Span(sign("●", "O", look), self.ink("accent" if chosen else "primary", bold=chosen)),
            Span(sign("─", "-", look) * (width - 1 - thumb), self.ink("muted")),
        ]

    def _choose(self, knob: Knob) -> None:
        if knob is not self.knob:
            self._chosen = knob.name
            self.update_rows()
            self.post_message(self.Chosen(self, knob))

    def _turn(self, knob: Knob, value: Value) -> None:
        if value != self.value(knob):
            self._values[knob.name] = value
            self.update_rows()
            self.post_message(self.Turned(self, knob, value))

    def on_mouse_down(self, event: MouseDown) -> None:
        row = self._top + event.y
        if not 0 <= row < len(self.knobs):
            return
        knob, place = self.knobs[row], self.place()
        self._choose(knob)
        if knob.kind == "choice" and event.x >= place.label:
            middle = place.label + 2 + cell_width(str(self.value(knob))) // 2
            self.turn(-1 if event.x < middle else 1)
        elif has_track(knob) and place.label <= event.x < place.label + place.track:
            self._dragging = knob
            self.capture_mouse()
            self._drag(event.x)

    def on_mouse_move(self, event: MouseMove) -> None:
        if self._dragging is not None:
            self._drag(event.x)

    def on_mouse_up(self, event: MouseUp) -> None:
        if self._dragging is not None:
            self._dragging = None
            self.release_mouse()

    def _drag(self, x: int) -> None:
        place = self.place()
        if self._dragging is not None:
            self._turn(self._dragging, at(self._dragging, (x - place.label) / max(1, place.track - 1)))
