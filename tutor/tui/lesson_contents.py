"""The sections of a lesson, beside its text."""

from __future__ import annotations

from textual.binding import Binding
from textual.content import Content
from textual.widgets.option_list import Option

from tutor.course.model import Exercise, LabBlock, Lesson, Predict, Quiz, Section
from tutor.draw.cells import Look
from tutor.tui.blocks.inline import inline
from tutor.tui.lesson_book import Book
from tutor.tui.widgets.chosen import ChosenList


class Contents(ChosenList):
    """Sections with what is done in each; enter goes there."""

    DEFAULT_CSS = """
    Contents { width: 28; max-width: 45%; height: 1fr; border: none; background: $surface; padding: 1 1; display: none; }
    Contents { scrollbar-size-vertical: 1; }
    Contents:focus { border: none; background: $surface; background-tint: transparent; }
    Contents > .option-list--option { padding: 0; }
    Contents.-shown { display: block; }
    Contents > .option-list--option-highlighted { color: $foreground; background: $panel; text-style: none; }
    Contents:focus > .option-list--option-highlighted { text-style: bold underline; }
    """
    BINDINGS = [Binding("enter", "select", "Go there"), Binding("escape,t", "screen.contents", "Close")]

    def __init__(self) -> None:
        super().__init__()
        self._held = -1

    def fill(self, lesson: Lesson, book: Book, current: int, look: Look) -> None:
        """Show the sections as they stand. current: the one on screen."""
        marks = ("✓", "·", " ") if look.unicode else ("x", ".", " ")
        kept = self.highlighted
        self.clear_options()
        for number, section in enumerate(lesson.sections):
            done, total = counts(section, book)
            mark = marks[0] if total and done == total else marks[1] if total else marks[2]
            style = "$text-success" if mark == marks[0] else "$text-muted"
            here = "bold" if number == current else ""
            self.add_option(
                Option(Content.assemble((f"{mark} ", style), (inline(section.title, look).plain, here)), id=str(number))
            )
        if lesson.sections:
            moved = current != self._held
            self.highlighted = current if moved or kept is None else min(kept, len(lesson.sections) - 1)
        self._held = current


def counts(section: Section, book: Book) -> tuple[int, int]:
    """(done, all) tasks of a section."""
    tasks = [block.id for block in section.blocks if isinstance(block, Quiz | Predict | LabBlock | Exercise)]
    return sum(book.is_done(task) for task in tasks), len(tasks)
