"""A curve to draw with the arrow keys: left and right choose a point, up and down move it."""

from __future__ import annotations

from textual.actions import SkipAction
from textual.binding import Binding

from tutor.course import sketch
from tutor.course.answers import short
from tutor.course.model import Predict
from tutor.draw.cells import Row
from tutor.tui.blocks.options import Drafted, Handed
from tutor.tui.widgets.strip_view import StripView
from tutor.words import tr

_STEP = 0.05
"""How far a point moves at a press, as a share of the range."""


class Sketch(StripView, can_focus=True):
    """A prediction of kind `sketch`, being drawn."""

    DEFAULT_CSS = """
    Sketch { height: 11; max-width: 72; background: $background; }
    """
    BINDINGS = [
        Binding("left", "choose(-1)", "Point", key_display="left/right"),
        Binding("right", "choose(1)", "Point", show=False),
        Binding("up", "move(1)", "Move it", key_display="up/down"),
        Binding("down", "move(-1)", "Move it", show=False),
        Binding("enter", "hand_in", "Answer"),
    ]

    def __init__(self, predict: Predict, text: str) -> None:
        """text: what was drawn before, or anything else for a level line."""
        super().__init__(self._build_rows)
        self.predict = predict
        self.heights = sketch.read_sketch(predict, text) or [0.5] * sketch.POINTS
        self.chosen = 0
        self.locked = False

    def watch_has_focus(self, _has_focus: bool) -> None:
        super().watch_has_focus(_has_focus)
        self.update_rows()

    def freeze(self) -> None:
        """Take no more answers."""
        self.locked, self.can_focus = True, False
        if self.has_focus:
            self.screen.set_focus(None)
        self.update_rows()

    def _build_rows(self, width: int, height: int) -> list[Row]:
        import numpy as np

        from tutor.draw import draw
        from tutor.pictures import Lines, Series

        predict, steps = self.predict, sketch.steps_of(self.predict)
        values = [sketch.value_at(predict, share) for share in self.heights]
        fine = np.linspace(0, predict.steps, sketch.FINE, dtype=np.float32)
        line = np.array([sketch.value_at(predict, share) for share in sketch.spread(self.heights)], np.float32)
        at, role = self.chosen, "guess"
        series = [
            Series("", fine, line, role),
            Series("", np.array(steps, np.float32), np.array(values, np.float32), role, True),
        ]
        title, cursor = tr("your sketch of {measure}", measure=predict.measure), None
        if self.has_focus and not self.locked:
            cursor = steps[at]
            here = {"measure": predict.measure, "step": f"{steps[at]:.0f}", "value": short(float(f"{values[at]:.3g}"))}
            title = tr("{measure} at step {step}: {value}", **here)
        picture = Lines(
            tuple(series), title, x_limits=(0.0, float(predict.steps)), y_limits=(predict.low, predict.high),
            y_log=predict.log, cursor=cursor,
        )  # fmt: skip
        return list(draw(picture, (width, height), self.look))

    def action_choose(self, by: int) -> None:
        self.chosen = min(sketch.POINTS - 1, max(0, self.chosen + by))
        self.update_rows()

    def action_move(self, by: int) -> None:
        if self.locked:
            raise SkipAction
        moved = self.heights[self.chosen] + by * _STEP
        self.heights[self.chosen] = min(1.0, max(0.0, round(moved / _STEP) * _STEP))
        self.update_rows()
        self.post_message(Drafted(sketch.sketch_text(self.predict, self.heights)))

    def action_hand_in(self) -> None:
        self.post_message(Handed(sketch.sketch_text(self.predict, self.heights)))
