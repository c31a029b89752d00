"""Blocks that lead to a screen of their own: a lab, an exercise."""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding
from textual.content import Content
from textual.events import Click
from textual.message import Message

from tutor.course.model import Exercise, LabBlock
from tutor.draw.cells import Look
from tutor.tui.blocks.flow import Gap, Para, Piece
from tutor.tui.blocks.task import TaskBlock, rich_pieces, sign
from tutor.tui.lesson_book import Book
from tutor.tui.look import shown
from tutor.words import tr


class Card(TaskBlock, can_focus=True):
    """A block that enter opens."""

    BINDINGS = [Binding("enter,space", "enter", "Open")]

    @dataclass
    class Entered(Message):
        """The learner wants to go in."""

        card: Card

        @property
        def control(self) -> Card:
            return self.card

    def action_enter(self) -> None:
        self.post_message(self.Entered(self))

    def on_click(self, event: Click) -> None:
        event.stop()
        self.action_enter()


class LabCard(Card):
    """A lab, as the lesson set it up."""

    NAME = "Lab"

    def __init__(self, block: LabBlock, book: Book, look: Look, title: str) -> None:
        """title: the lab's own."""
        super().__init__(block, book, look)
        self.block = block
        self.title = title
        self.beside = False
        """Whether the lab is on the screen, beside the text."""
        self.held = False
        """Whether a guess about this lab is still to be made."""
        self.notice = ""

    def head(self) -> list[Piece]:
        title = super().head()[0]
        assert isinstance(title, Para)
        pieces: list[Piece] = [Para(title.text + "  " + Content.styled(shown(self.title, self.look), "bold"))]
        pieces += rich_pieces(self.block.say, self.look)
        if self.block.goal:
            reached = sign("right", self.look) + " " if self.state == "done" else Content("")
            pieces.append(
                Para(Content(self.block.goal), reached + Content.styled(tr("Goal: "), "bold $text-accent"), Content("      "))
            )
        if self.block.par:
            from tutor.tui.lesson_par import par_words

            words = par_words(self.block, self.book)
            pieces.append(Para(Content.styled(shown(words[:1].upper() + words[1:], self.look), "$text-muted")))
        return pieces

    def feedback(self) -> list[Piece]:
        if self.notice:
            return [Para(Content.styled(self.notice, "$text-warning"))]
        if self.held:
            return [Para(Content.styled(tr("Make your guess above first."), "$text-warning"))]
        arrow = "→" if self.look.unicode else "->"
        words = tr("It is beside the text {arrow}  enter goes there.", arrow=arrow) if self.beside else tr("enter opens it.")
        return [Para(Content.styled(words, "$text-muted"))]

    def say(self, notice: str = "", *, held: bool | None = None, beside: bool | None = None) -> None:
        """Change what the card tells, and show it."""
        self.notice = notice
        self.held = self.held if held is None else held
        self.beside = self.beside if beside is None else beside
        if self.is_mounted:
            self.refill()


class ExerciseCard(Card):
    """Code to write."""

    NAME = "Exercise"

    def __init__(self, exercise: Exercise, book: Book, look: Look) -> None:
        super().__init__(exercise, book, look)
        self.exercise = exercise

    def head(self) -> list[Piece]:
        return [*super().head(), *rich_pieces(self.exercise.ask, self.look)]

    def feedback(self) -> list[Piece]:
        again = tr("enter opens your code.") if self.state else tr("enter opens the editor.")
        pieces: list[Piece] = []
        if self.state == "done" and self.exercise.why:
            pieces += [Gap(), *rich_pieces(self.exercise.why, self.look), Gap()]
        return [*pieces, Para(Content.styled(again, "$text-muted"))]
