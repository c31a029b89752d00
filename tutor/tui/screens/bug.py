"""Find the bug: the code of a run that goes wrong. Point at the line, then mend it in a copy of your own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static, TextArea

from tutor.course.bugs import Mark, judge_mark, mark_key
from tutor.course.model import Bug
from tutor.errors import UserError
from tutor.store.spot import Spot
from tutor.tui.blocks.bug import is_found
from tutor.tui.blocks.editor import CodeEditor
from tutor.tui.blocks.flow import Flow, Gap, Para, Piece
from tutor.tui.blocks.task import rich_pieces, sign
from tutor.tui.lesson_book import Book
from tutor.tui.lesson_hints import Hints
from tutor.tui.lesson_keys import KeyLine
from tutor.tui.lesson_verdict import Side
from tutor.tui.screens.exercise import ExerciseScreen
from tutor.words import tr

if TYPE_CHECKING:
    from tutor.tui.app import TutorApp


class BugScreen(Screen[None]):
    """The code, a line of it lit; beside it what there is to do, and what was said about the last line pointed at."""

    BINDING_GROUP_TITLE = "Find the bug"
    HORIZONTAL_BREAKPOINTS = [(0, "-tall"), (100, "-wide")]
    DEFAULT_CSS = """
    BugScreen { background: $background; }
    BugScreen #bar { height: 1; padding: 0 1; background: $panel; text-wrap: nowrap; text-overflow: clip; }
    BugScreen #body { height: 1fr; layout: vertical; }
    BugScreen CodeEditor { height: 1fr; min-height: 6; }
    BugScreen Side { height: 38%; }
    BugScreen.-wide #body { layout: horizontal; }
    BugScreen.-wide CodeEditor { width: 1fr; }
    BugScreen.-wide Side { width: 44%; height: 1fr; padding: 1 2; }
    """
    BINDINGS = [
        Binding("enter", "mark", "It is this line", id="bug.mark"),
        Binding("enter,e", "mend", "Mend it", id="bug.mend"),
        Binding("l,ctrl+l,f9", "lab", "See it run", id="bug.lab"),
        Binding("t,ctrl+t,f2", "hint", "Hint", id="bug.hint"),
        Binding("ctrl+n", "scroll_side(1)", "Scroll the text down", show=False, id="bug.down"),
        Binding("ctrl+p", "scroll_side(-1)", "Scroll the text up", show=False, id="bug.up"),
        Binding("q,escape,ctrl+q", "leave", "Back", id="bug.leave"),
    ]

    app: TutorApp

    def __init__(self, bug: Bug, book: Book, *, first: str = "") -> None:
        """first: "lab" or "mend": open that at once, where the learner was."""
        super().__init__()
        self._first = first
        self.bug = bug
        self.book = book
        self.hints = Hints(bug, book)
        self.mark: Mark | None = None
        self.notice = ""

    def mark_spot(self, spot: Spot) -> Spot:
        return replace(spot, task=self.bug.id)

    def compose(self) -> ComposeResult:
        yield Static(id="bar", markup=False)
        with Container(id="body"):
            yield CodeEditor("", self.app.look)
            with Side():
                yield Flow(id="said")
        yield KeyLine()

    def on_mount(self) -> None:
        from tutor.exercises import starter

        editor = self.query_one(CodeEditor)
        editor.read_only = True
        try:
            editor.load_text(starter(self.bug).rstrip("\n"))
        except UserError as error:
            self.notice = str(error)
        editor.move_cursor((self.bug.line - 1 if self.found else 0, 0))
        editor.focus()
        self.refill()
        if self._first:
            self.call_after_refresh(self.action_lab if self._first == "lab" else self.action_mend)

    @on(TextArea.SelectionChanged)
    def _moved(self, event: TextArea.SelectionChanged) -> None:
        event.stop()
        self.refill()

    def on_screen_resume(self) -> None:
        """Back from mending, or from the run."""
        if self.is_mounted:
            self.refill()

    @property
    def found(self) -> bool:
        return is_found(self.bug, self.book)

    @property
    def done(self) -> bool:
        return self.book.is_done(self.bug.id)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        match action:
            case "mark":
                return not self.found
            case "mend":
                return self.found
            case "hint":
                return self.hints.more
        return True

    def refill(self) -> None:
        """Show the state as it is now."""
        state = tr("done") if self.done else tr("found, to be mended") if self.found else tr("open")
        where = f":{self.query_one(CodeEditor).cursor_location[0] + 1}"
        bar = Content.assemble((tr("Find the bug  "), "bold"), (self.bug.file.name + where, "$text-muted"), f"   {state}")
        self.query_one("#bar", Static).update(bar)
        self.query_one("#said", Flow).show(self._pieces())
        self.refresh_bindings()

    def _pieces(self) -> list[Piece]:
        look = self.app.look
        pieces: list[Piece] = []
        if self.notice:
            pieces += [Para(Content.styled(self.notice, "$text-warning")), Gap()]
        if self.mark is not None:
            pieces += [*rich_pieces(self.mark.say, look, lead=sign("right" if self.mark.right else "wrong", look) + " "), Gap()]
        if self.done:
            pieces += [Para(Content(tr("Mended. The run is on your code now: see it with l."))), Gap()]
            pieces += [*rich_pieces(self.bug.why, look), Gap()]
        elif self.found:
            pieces += [Para(Content(tr("Now mend it: enter opens a copy of your own at this line."))), Gap()]
        for number, hint in enumerate(self.hints.shown, 1):
            pieces += [
                *rich_pieces(hint, look, lead=Content.styled(tr("Hint {number}: ", number=number), "bold $text-accent")),
                Gap(),
            ]
        pieces += rich_pieces(self.bug.ask, look)
        if not self.found:
            how = tr("Go to a line with the arrow keys, and press enter on the one that is wrong. l shows the run.")
            pieces += [Gap(), Para(Content.styled(how, "$text-muted"))]
        return pieces

    def action_mark(self) -> None:
        """Point at the line of the cursor. A wrong mark is answered by what speaks for that line, or else by a hint."""
        editor = self.query_one(CodeEditor)
        line = editor.cursor_location[0] + 1
        self.notice, self.mark = "", judge_mark(self.bug, editor.text, line)
        if self.mark.counts:
            self.book.answer(mark_key(self.bug), str(line), self.mark.right)
            if not self.mark.right and all(note.line != line for note in self.bug.elsewhere):
                self.hints.next()
        self._from_the_top()

    def action_hint(self) -> None:
        self.hints.next()
        self._from_the_top()

    def _from_the_top(self) -> None:
        self.refill()
        self.query_one(Side).scroll_home(animate=False)

    def action_mend(self) -> None:
        self.app.push_screen(MendScreen(self.bug, self.book))

    def action_lab(self) -> None:
        """The lab on the faulty code; once it is mended, on the learner's."""
        from tutor.exercises import learner_file
        from tutor.tui.lab_pane import LabPane
        from tutor.tui.lesson_lab import LessonLab

        file, say = self.bug.file, tr("This run is on the code with the wrong line.")
        if self.done:
            own = learner_file(self.app.course.id, self.book.lesson.id, self.bug)
            if own.exists():
                file, say = own, tr("This run is on your mended code.")
        try:
            pane = LabPane(self.app.worker, self.bug.plug, plug=file, say=say)
        except UserError as error:
            self.notice = str(error)
            self._from_the_top()
            return
        self.app.push_screen(LessonLab(pane, lambda event: None))

    def action_edit(self) -> None:
        self.query_one(CodeEditor).focus()

    def action_scroll_side(self, by: int) -> None:
        side = self.query_one(Side)
        side.scroll_relative(y=by * max(1, side.size.height - 1), animate=False)

    def action_leave(self) -> None:
        self.dismiss(None)


class MendScreen(ExerciseScreen):
    """The learner's own copy of the code, opened at the wrong line; checked as any exercise."""

    def mark_spot(self, spot: Spot) -> Spot:
        return replace(super().mark_spot(spot), inside=True)

    def on_mount(self) -> None:
        self.call_after_refresh(self._to_the_line)  # the exercise screen fills its editor first

    def _to_the_line(self) -> None:
        bug = self.exercise
        assert isinstance(bug, Bug)
        editor = self.query_one(CodeEditor)
        row = min(bug.line, editor.document.line_count) - 1
        editor.move_cursor((row, len(editor.document.get_line(row))))
