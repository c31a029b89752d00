"""A question that is answered before a run, held, and scored by the run."""

from __future__ import annotations

from collections.abc import Mapping

from textual import on
from textual.app import ComposeResult
from textual.content import Content

from tutor.course.grade import Grade, grade_prediction, readable
from tutor.course.model import Predict
from tutor.course.sketch import Curve
from tutor.draw.cells import Look
from tutor.errors import BadCondition
from tutor.tui.blocks.answer_line import AnswerLine
from tutor.tui.blocks.flow import Flow, Para, Piece
from tutor.tui.blocks.options import Drafted, Handed, Options, indexes
from tutor.tui.blocks.sketch import Sketch
from tutor.tui.blocks.task import TaskBlock, rich_pieces, sign
from tutor.tui.lesson_book import Notes
from tutor.words import tr

SEPARATOR = "\n"
"""Between the guess and what was measured, in an answer that has been scored."""


class Prediction(TaskBlock):
    """A guess. It may be changed until the run; then it is scored, once, and stays."""

    NAME = "Guess first"

    def __init__(self, predict: Predict, book: Notes, look: Look) -> None:
        super().__init__(predict, book, look)
        self.predict = predict
        self.notice = ""
        self.body = self._make_body()

    @property
    def guess(self) -> str:
        """What is held or was scored, or empty."""
        last = self.book.last(self.predict.id)
        return last.given.partition(SEPARATOR)[0] if last else ""

    @property
    def open(self) -> bool:
        """Whether it is still to be guessed, or held for a run."""
        return not self.book.is_done(self.predict.id) and not self.book.is_skipped(self.predict.id)

    def _make_body(self) -> Options | AnswerLine | Sketch:
        kept = self.book.drafted(self.predict.id) or self.guess
        if self.predict.kind == "choice":
            body = Options([option.say for option in self.predict.options], self.look)
            body.ticked = set(indexes(kept, len(body.says)))
            body.cursor = min(body.ticked, default=0)
            return body
        if self.predict.kind == "sketch":
            return Sketch(self.predict, kept)
        return AnswerLine(kept, tr("a number"))

    def compose(self) -> ComposeResult:
        yield Flow(classes="head")
        yield self.body
        yield Flow(classes="feedback")

    def on_mount(self) -> None:
        self._lock_if_scored()
        self.refill()

    def _lock_if_scored(self) -> None:
        if self.book.is_done(self.predict.id):
            self.body.freeze()

    @property
    def state(self) -> str:
        return super().state or ("held" if self.guess else "")

    def head(self) -> list[Piece]:
        return [*super().head(), *rich_pieces(self.predict.ask, self.look, "bold")]

    def feedback(self) -> list[Piece]:
        if self.notice:
            return [Para(Content.styled(self.notice, "$text-warning"))]
        last = self.book.last(self.predict.id)
        if last is None:
            how = tr("Arrows: left and right choose a point, up and down move it. enter hands it in.")
            return [Para(Content.styled(how, "$text-muted"))] if self.predict.kind == "sketch" else []
        if last.right is None:
            if self.predict.kind == "sketch":
                return [Para(Content(tr("Your sketch is held until you have run it.")))]
            return [Para(Content(tr("You said {guess}. It is held until you have run it.", guess=self._said())))]
        said = last.given.partition(SEPARATOR)[2]
        mark = sign("right" if last.right else "wrong", self.look) + " "
        return [*rich_pieces(said, self.look, lead=mark)]

    def _said(self) -> str:
        if self.predict.kind == "choice":
            chosen = indexes(self.guess, len(self.predict.options))
            return f'"{self.predict.options[chosen[0]].say}"' if chosen else tr("nothing")
        return self.guess.strip()

    @on(Drafted)
    def _drafted(self, event: Drafted) -> None:
        event.stop()
        if not self.book.is_done(self.predict.id):
            self.book.draft(self.predict.id, event.text)

    @on(Handed)
    def _handed(self, event: Handed) -> None:
        event.stop()
        if self.book.is_done(self.predict.id):
            return
        unread = readable(self.predict, event.given)
        self.notice = unread.say if unread else ""
        if unread is None:
            if event.given != self.guess:
                self.book.answer(self.predict.id, event.given, None)
            self.post_message(self.Answered(self))
        self.refill()

    def score(self, metrics: Mapping[str, float], curve: Curve = ()) -> None:
        """The run has ended with these metrics: judge the guess, if one is held. curve: for a sketch, how it went."""
        if score(self.predict, self.book, metrics, curve) is None:
            return
        self.finish()
        self._lock_if_scored()
        self.refill()


def score(predict: Predict, book: Notes, metrics: Mapping[str, float], curve: Curve = ()) -> Grade | None:
    """Judge the guess that is held and keep the outcome; None when there is nothing to judge.

    The verdict is kept with the guess: it depends on a run that will not be there when the lesson is opened again.
    """
    last = book.last(predict.id)
    if last is None or last.right is not None or book.is_done(predict.id):
        return None
    try:
        result = grade_prediction(predict, last.given, metrics, curve)
    except BadCondition:
        return None
    if not result.counts:
        return None
    verdict = f"{result.say} {result.because}".strip()
    book.answer(predict.id, f"{last.given}{SEPARATOR}{verdict}", result.right)
    return result
