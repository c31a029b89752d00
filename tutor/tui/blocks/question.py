"""A quiz of any of the six kinds, answered by keyboard, with feedback on every wrong answer."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content

from tutor.course.grade import Grade, answer_text, grade, shown_order
from tutor.course.model import Quiz
from tutor.draw.cells import Look
from tutor.tui.blocks.answer_line import AnswerLine
from tutor.tui.blocks.flow import Flow, Para, Piece
from tutor.tui.blocks.options import Drafted, Handed, Options, Order, indexes
from tutor.tui.blocks.task import TaskBlock, rich_pieces, sign
from tutor.tui.lesson_book import Notes
from tutor.words import tr

_HOW = {
    "choice": "choose one",
    "choices": "choose all that are right",
    "number": "a number",
    "range": "an interval",
    "text": "a word or two",
    "order": "put in order",
}
_PLACEHOLDER = {"number": "a number, such as 0.25", "range": "two numbers, such as 2 to 5", "text": "type, then enter"}
_TRIES = 2
"""Wrong answers after which the right one may be shown."""


class Question(TaskBlock):
    """A quiz. What was answered is graded again when the lesson is opened again, so its feedback is there too."""

    BINDINGS = [Binding("ctrl+r", "reveal", "Show answer")]
    NAME = "Question"

    def __init__(self, quiz: Quiz, book: Notes, look: Look) -> None:
        super().__init__(quiz, book, look)
        self.quiz = quiz
        self.body = self._make_body()
        last = book.last(quiz.id)
        self.latest: Grade | None = grade(quiz, last.given) if last else None
        self.notice = ""
        self.revealed = False

    def _make_body(self) -> Options | Order | AnswerLine:
        quiz, says = self.quiz, [option.say for option in self.quiz.options]
        kept = self.book.drafted(quiz.id) or (last.given if (last := self.book.last(quiz.id)) else "")
        if quiz.kind == "order":
            order = indexes(kept, len(says))
            return Order(says, self.look, order if sorted(order) == list(range(len(says))) else shown_order(quiz))
        if quiz.kind in ("choice", "choices"):
            body = Options(says, self.look, many=quiz.kind == "choices")
            body.ticked = set(indexes(kept, len(says)))
            body.cursor = min(body.ticked, default=0)
            return body
        hint = tr(_PLACEHOLDER[quiz.kind])
        return AnswerLine(kept, hint)

    def compose(self) -> ComposeResult:
        yield Flow(classes="head")
        yield self.body
        yield Flow(classes="feedback")

    def on_mount(self) -> None:
        self._mark()
        self.refill()

    @property
    def state(self) -> str:
        return super().state or ("wrong" if self.latest is not None and self.latest.right is False else "")

    def head(self) -> list[Piece]:
        title = super().head()
        first = title[0]
        assert isinstance(first, Para)
        how = Content.styled(f"  {tr(_HOW[self.quiz.kind])}", "$text-muted") if not self.state else Content("")
        return [Para(first.text + how), *rich_pieces(self.quiz.ask, self.look, "bold")]

    def feedback(self) -> list[Piece]:
        if self.notice:
            return [Para(Content.styled(self.notice, "$text-warning"))]
        pieces: list[Piece] = []
        if self.latest is not None and self.latest.counts:
            mark = sign("right" if self.latest.right else "wrong", self.look) + " "
            pieces += rich_pieces(f"{self.latest.say} {self.latest.because}".strip(), self.look, lead=mark)
        if not self.book.is_done(self.quiz.id):
            wrong = sum(answer.right is False for answer in self.book.answers(self.quiz.id))
            for hint in self.quiz.hints[:wrong]:
                pieces += rich_pieces(hint, self.look, lead=Content.styled(tr("Hint: "), "bold $text-accent"))
            if self.revealed:
                pieces += rich_pieces(
                    answer_text(self.quiz), self.look, lead=Content.styled(tr("The answer: "), "bold $text-accent")
                )
        return pieces

    def _mark(self) -> None:
        """Show on the options what is known about them."""
        body, done = self.body, self.book.is_done(self.quiz.id)
        if isinstance(body, Options):
            if not body.many:
                tried = {
                    i for a in self.book.answers(self.quiz.id) for i in indexes(a.given, len(body.says)) if a.right is False
                }
                body.wrong = tried
            if done:
                body.right = {i for i, option in enumerate(self.quiz.options) if option.right}
                body.wrong = set()
        elif isinstance(body, Order):
            in_place = [place == index for place, index in enumerate(body.order)]
            if self.latest is not None and self.latest.counts:
                body.placed = in_place.index(False) if False in in_place else len(in_place)
        if done:
            body.freeze()
        if not isinstance(body, AnswerLine):
            body.refill()

    @on(Drafted)
    def _drafted(self, event: Drafted) -> None:
        event.stop()
        if not self.book.is_done(self.quiz.id):
            self.book.draft(self.quiz.id, event.text)

    @on(Handed)
    def _handed(self, event: Handed) -> None:
        event.stop()
        if self.book.is_done(self.quiz.id):
            return
        result = grade(self.quiz, event.given)
        self.notice = "" if result.counts else result.say
        if result.counts:
            self.latest = result
            self.book.answer(self.quiz.id, event.given, result.right)
            if result.right:
                self.finish()
                self.post_message(self.Answered(self))
            self._mark()
        self.refill()
        self.refresh_bindings()
        self.call_after_refresh(self.scroll_visible, animate=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "reveal":
            wrong = sum(answer.right is False for answer in self.book.answers(self.quiz.id))
            return wrong >= _TRIES and not self.book.is_done(self.quiz.id) and not self.revealed
        return True

    def action_reveal(self) -> None:
        """Show the answer; the question then counts as skipped until it is answered."""
        self.revealed = True
        self.finish("skipped")
        self.refill()
        self.refresh_bindings()
