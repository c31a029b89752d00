"""What all blocks that can be done have in common: a bar on the left, a head line that says what it is and how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message

from tutor.course.model import Task
from tutor.draw.cells import Look
from tutor.tui.blocks.flow import NOTHING, Flow, Gap, Para, Piece
from tutor.tui.blocks.markdown import Code, Formula, code_lines, parse_markdown
from tutor.words import tr

if TYPE_CHECKING:
    from tutor.tui.lesson_book import Notes

_SIGNS = {"right": ("✓", "+", "$text-success"), "wrong": ("✗", "x", "$text-error"), "held": ("…", "~", "$text-warning")}


def sign(kind: str, look: Look) -> Content:
    """A mark with its colour: "right", "wrong" or "held"; anything else is blank."""
    if kind not in _SIGNS:
        return Content(" ")
    fine, plain, style = _SIGNS[kind]
    return Content.styled(fine if look.unicode else plain, f"bold {style}")


def rich_pieces(text: str, look: Look, style: str = "", lead: Content = NOTHING) -> list[Piece]:
    """A Markdown text as pieces, with `lead` before its first paragraph and the rest hanging under it."""
    from tutor.tui.blocks.display import formula_lines
    from tutor.tui.blocks.flow import Lines

    hang = Content(" " * lead.cell_length)
    pieces: list[Piece] = []
    for part in parse_markdown(text, look):
        first = hang if pieces else lead
        match part:
            case Para(content, before, rest):
                pieces.append(Para(content.stylize_before(style) if style else content, first + before, hang + rest))
            case Formula(tex):
                pieces += [Lines(formula_lines(tex, look), first), Gap()]
            case Code(code, language):
                pieces += [Lines(code_lines(code, language), first), Gap()]
            case _:
                pieces.append(part)
    while pieces and isinstance(pieces[-1], Gap):
        pieces.pop()
    return pieces


class TaskBlock(Vertical):
    """A block that can be done. `state` is "", "done", "skipped", "held" or "wrong" and decides the head line."""

    DEFAULT_CSS = """
    TaskBlock { height: auto; margin: 0 0 1 0; padding: 0 1 0 1; border-left: outer $panel; background: $surface; }
    TaskBlock:focus, TaskBlock:focus-within { border-left: outer $accent; }
    TaskBlock Flow { background: $surface; }
    Question > .feedback, Prediction > .feedback { margin: 1 0 0 0; }
    """
    BINDINGS = [Binding("escape", "screen.read", "Text")]

    NAME = ""
    """What the head line calls it."""

    @dataclass
    class Done(Message):
        """A task has been done (or skipped), for the first time."""

        block: TaskBlock

        @property
        def control(self) -> TaskBlock:
            return self.block

    @dataclass
    class Answered(Message):
        """An answer has been taken (held or right): the learner may want to go on."""

        block: TaskBlock

        @property
        def control(self) -> TaskBlock:
            return self.block

    def __init__(self, task: Task, book: Notes, look: Look) -> None:
        super().__init__()
        self.work = task
        self.book = book
        self.look = look

    def compose(self) -> ComposeResult:
        yield Flow(classes="head")
        yield Flow(classes="feedback")

    def on_mount(self) -> None:
        self.refill()

    @property
    def state(self) -> str:
        if self.book.is_done(self.work.id):
            return "done"
        return "skipped" if self.book.is_skipped(self.work.id) else ""

    def head(self) -> list[Piece]:
        """The first lines: what this is, how it stands, what is asked."""
        words = {
            "done": ("right", "done"),
            "skipped": ("held", "shown, not done"),
            "held": ("held", "held"),
            "wrong": ("wrong", "not yet"),
        }
        kind, said = words.get(self.state, ("", ""))
        title = Content.styled(tr(self.NAME), "bold $text-muted")
        if said:
            title = title + "  " + sign(kind, self.look) + " " + Content.styled(tr(said), "$text-muted")
        return [Para(title)]

    def feedback(self) -> list[Piece]:
        """The last lines: what there is to say about the latest answer."""
        return []

    def refill(self) -> None:
        """Show the state as it is now."""
        self.query_one(".head", Flow).show(self.head())
        below = self.query_one(".feedback", Flow)
        pieces = self.feedback()
        below.display = bool(pieces)
        below.show(pieces)

    def finish(self, how: str = "done") -> None:
        """Record it, once, and tell the screen."""
        if self.book.finish(self.work.id, how):
            self.post_message(self.Done(self))
