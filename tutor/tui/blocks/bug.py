"""The card of a bug: a run that goes wrong, and the code with one wrong line behind it."""

from __future__ import annotations

from textual.content import Content

from tutor.course.bugs import mark_key
from tutor.course.model import Bug
from tutor.draw.cells import Look
from tutor.tui.blocks.cards import Card
from tutor.tui.blocks.flow import Gap, Para, Piece
from tutor.tui.blocks.task import rich_pieces, sign
from tutor.tui.lesson_book import Notes
from tutor.words import tr


def is_found(bug: Bug, book: Notes) -> bool:
    """Whether the learner has pointed at the wrong line (or has seen the solution, or mended it already)."""
    over = book.is_done(bug.id) or book.is_skipped(bug.id)
    return over or any(answer.right for answer in book.answers(mark_key(bug)))


class BugCard(Card):
    """Code with one wrong line, to find and to mend."""

    NAME = "Find the bug"

    def __init__(self, bug: Bug, book: Notes, look: Look) -> None:
        super().__init__(bug, book, look)
        self.bug = bug

    def head(self) -> list[Piece]:
        return [*super().head(), *rich_pieces(self.bug.ask, self.look)]

    def feedback(self) -> list[Piece]:
        pieces: list[Piece] = []
        if self.state == "done":
            pieces += [Gap(), *rich_pieces(self.bug.why, self.look), Gap()]
        elif is_found(self.bug, self.book):
            pieces.append(
                Para(
                    Content(tr("Line {line} is found, and waits to be mended.", line=self.bug.line)),
                    sign("right", self.look) + " ",
                )
            )
        return [*pieces, Para(Content.styled(tr("enter opens the code and its run."), "$text-muted"))]
