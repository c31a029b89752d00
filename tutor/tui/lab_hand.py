"""The hand in the picture: taken by a key, it turns the arrows into a cursor, draws, and lets go again.

Every move and stroke is a knob that is turned, so that the run's link holds the drawing and replays it. While the hand holds,
the keys of the knobs mean the cursor; whatever else a key does, it still does.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual.binding import Binding
from textual.events import Blur

from tutor.draw.cells import Look, Row, Span, row_width
from tutor.errors import BadLink
from tutor.labs.pads import decode_pad, encode_pad
from tutor.labs.spec import Array, Hand, Knob, Value, View
from tutor.tui.lab_actions import LabActions
from tutor.tui.lab_commands import Pause
from tutor.tui.lab_keys import key_text
from tutor.tui.strips import fit
from tutor.tui.widgets.strip_view import ink, sign, tail, words
from tutor.words import tr

BINDINGS: list[Binding] = [
    Binding("e", "hand", "By hand: take hold of the picture, or let go", id="lab.hand"),
    Binding("shift+down", "leap(1)", "By hand: five down", id="lab.leap_down"),
    Binding("shift+up", "leap(-1)", "By hand: five up", id="lab.leap_up"),
    Binding("p", "pen", "By hand: pen down, or up", id="lab.pen"),
    Binding("x", "clear_pad", "By hand: clear the drawing", id="lab.clear_pad"),
    Binding("0", "digit(0)", "By hand: a digit as the answer", id="lab.digit_0"),
]
LEAP = 5
"""Cells of a move with shift."""
PERIOD = 0.03
"""Seconds between two frames while the hand holds: the picture has to follow it."""


class LabHand(LabActions):
    """The part of the lab pane that the hand works."""

    held: bool = False
    """Whether the arrows move the cursor in the picture."""
    pen: bool = False
    """Whether moving draws."""
    _calm: float = 0.0
    """The session's own period."""

    @property
    def view(self) -> View:
        raise NotImplementedError

    @property
    def values(self) -> dict[str, Value]:
        raise NotImplementedError

    @property
    def hand(self) -> Hand | None:
        """What the hand can do in the view that is shown."""
        return self.view.hand

    @property
    def shown_knobs(self) -> tuple[Knob, ...]:
        """What the hand writes is no knob to look at."""
        hands = [view.hand for view in self.spec.views if view.hand is not None]
        written = {name for hand in hands for name in (hand.pad, hand.answers)}
        return tuple(knob for knob in super().shown_knobs if knob.name not in written)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("pen", "clear_pad"):
            makes_sense = self.held and self.hand is not None and bool(self.hand.pad)
        elif action == "leap":
            makes_sense = self.held
        elif action == "digit":
            makes_sense = self._answering
        else:
            makes_sense = action != "hand" or self.hand is not None
        mine = action == "toggle_run" and self.hand is not None and bool(self.hand.pad)
        if self.held and (mine or (action == "show_view" and self._answering)):
            return not self.entry.open
        return makes_sense and super().check_action(action, parameters)

    # -- taking hold and letting go

    def action_hand(self) -> None:
        if self.held:
            self.let_go()
        elif self.hand is not None:
            self._calm, self.session.period = self.session.period, min(PERIOD, self.session.period)
            self.held, self.notice = True, ""
            self.remove_class("-other")
            if self.hand.pad and self.playing:
                # The strokes of a drawing that rests are one change of the run; while it went on, each would be its own.
                self.playing = False
                self._do(Pause())
            self.refresh_bindings()
            self.refresh_parts()

    def let_go(self) -> None:
        """The arrows turn knobs again."""
        if self.held:
            self.held = self.pen = False
            self.session.period = self._calm
            self.refresh_bindings()
            self.refresh_parts()

    def on_blur(self, event: Blur) -> None:
        self.let_go()

    def action_leave(self) -> None:
        if self.held:
            self.let_go()
        else:
            super().action_leave()

    def action_type_value(self) -> None:
        if self.held:
            self.let_go()
        else:
            super().action_type_value()

    def _show_view(self, index: int) -> None:
        if self.views[index].hand is None:
            self.let_go()
        super()._show_view(index)

    def _go_to(self, text: str) -> None:
        self.let_go()
        super()._go_to(text)

    # -- moving

    def action_turn(self, presses: int) -> None:
        if self.held:
            self._move(presses, 0)
        else:
            super().action_turn(presses)

    def action_turn_fine(self, presses: int) -> None:
        if self.held:
            self._move(LEAP * presses, 0)
        else:
            super().action_turn_fine(presses)

    def action_choose(self, places: int) -> None:
        if self.held:
            self._move(0, places)
        else:
            super().action_choose(places)

    def action_leap(self, places: int) -> None:
        self._move(0, LEAP * places)

    def action_turn_to_end(self, last: int) -> None:
        if self.held:
            self._move(10**9 if last else -(10**9), 0)
        else:
            super().action_turn_to_end(last)

    def _move(self, right: int, down: int) -> None:
        """Move the cursor, to the edge at most; with the pen down, draw on the way."""
        hand = self.hand
        if hand is None:
            return
        before = self.cell
        if not hand.y:
            right, down = right + down, 0
        for name, by in ((hand.x, right), (hand.y, down)):
            knob = self.spec.knob(name)
            if knob is not None and by:
                value = min(max(int(self.values[name]) + by, int(knob.low)), int(knob.high))
                self._turn_by_hand(knob, value)
        if self.pen:
            self._draw_between(before, self.cell)

    def _turn_by_hand(self, knob: Knob, value: Value) -> None:
        if value != self.values[knob.name]:
            self.turn_knob(knob, value)

    # -- drawing

    @property
    def cell(self) -> tuple[int, int]:
        """The (row, column) under the cursor, counted from the lowest values of its knobs."""
        hand = self.hand
        if hand is None:
            return 0, 0
        knobs = [self.spec.knob(name) for name in (hand.y, hand.x)]
        row, column = (int(self.values[knob.name]) - int(knob.low) if knob is not None else 0 for knob in knobs)
        return row, column

    def action_toggle_run(self) -> None:
        if self.held and self.hand is not None and self.hand.pad:
            cells = self._cells(self.hand)
            row, column = self.cell
            if row < cells.shape[0] and column < cells.shape[1]:
                cells[row, column] = not cells[row, column]
                self._put(self.hand, cells)
        else:
            super().action_toggle_run()

    def action_pen(self) -> None:
        self.pen = not self.pen
        if self.pen:
            self._draw_between(self.cell, self.cell)
        self.refresh_parts()

    def action_clear_pad(self) -> None:
        if self.hand is not None:
            cells = self._cells(self.hand)
            cells[:] = False
            self._put(self.hand, cells)

    def _draw_between(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Ink on every cell of a straight way along a row or a column."""
        if self.hand is None or not self.hand.pad:
            return
        cells = self._cells(self.hand)
        (top, bottom), (left, right) = (sorted(pair) for pair in zip(start, end, strict=True))
        cells[top : bottom + 1, left : right + 1] = True
        self._put(self.hand, cells)

    def _cells(self, hand: Hand) -> Array:
        """(rows, columns) bool: what is drawn now; a text that says no drawing is an empty one."""
        try:
            return decode_pad(str(self.values[hand.pad]), *hand.pad_size)
        except BadLink:
            return decode_pad("", *hand.pad_size)

    # -- answering

    @property
    def _answering(self) -> bool:
        return self.held and self.hand is not None and bool(self.hand.answers)

    def action_digit(self, digit: int) -> None:
        """The answer for where the cursor is; then on to the next place."""
        hand = self.hand
        x, knob = (self.spec.knob(hand.x), self.spec.knob(hand.answers)) if hand is not None else (None, None)
        if x is None or knob is None:
            return
        places, at = int(x.high) - int(x.low) + 1, self.cell[1]
        answers = list(str(self.values[knob.name]).ljust(places, "-")[:places])
        answers[at] = str(digit)
        self._turn_by_hand(knob, "".join(answers).rstrip("-"))
        self._move(1, 0)

    def action_show_view(self, number: int) -> None:
        if self._answering:
            self.action_digit(number)
        else:
            super().action_show_view(number)

    def _put(self, hand: Hand, cells: Array) -> None:
        knob = self.spec.knob(hand.pad)
        if knob is not None:
            self._turn_by_hand(knob, encode_pad(cells))


_FOOT: tuple[tuple[tuple[str, ...], str], ...] = (
    (("lab.hand",), "let go"),
    (("lab.run",), "dot"),
    (("lab.pen",), "pen"),
    (("lab.clear_pad",), "clear"),
    (("lab.help",), "help"),
)
"""(ids of bindings, word), the most needed first, after the arrows."""


def foot(pane: LabHand, hand: Hand, bindings: Sequence[Binding], width: int, look: Look) -> Row:
    """The line of keys while the hand holds: that it does, where it is, whether it draws, and what the keys do."""
    at = [str(pane.values[name]) for name in (hand.x, hand.y) if name]
    state = tr(" by hand, pen down ") if pane.pen else tr(" by hand ")
    row: list[Span] = [Span(words(state, look), ink("accent", look, bold=True, reverse=True)), Span(f" {', '.join(at)}")]
    first = {b.id: key_text(b.key, look) for b in reversed(bindings) if b.id}
    arrows = sign("←→↑↓", "arrows", look) if hand.y else sign("←→", "arrows", look)
    entries = [(arrows, "move"), (f"shift {arrows}", tr("by {leap}", leap=LEAP))]
    drawing = [(ids, word) for ids, word in _FOOT if hand.pad or word not in ("dot", "pen", "clear")]
    if hand.answers:
        entries.insert(0, ("0-9", "answer"))
    entries[-1:-1] = [(" ".join(first[i] for i in ids if i in first), word) for ids, word in drawing]
    for keys, word in entries:
        said = "pen up" if word == "pen" and pane.pen else word
        spans = [Span("  "), Span(keys, ink("accent", look, bold=True)), Span(f" {tr(said)}", ink("muted", look))]
        if row_width((*row, *spans)) <= width:
            row += spans
    return fit(tuple(row), width, tail(look))
