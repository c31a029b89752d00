"""The exercise: the learner's code, what became of it, hints, and then the lab that runs on it."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult, SuspendNotSupported
from textual.binding import BindingType
from textual.containers import Container
from textual.content import Content
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Static, TextArea

from tutor.course.model import Exercise
from tutor.errors import UserError
from tutor.store.spot import Spot
from tutor.tui.blocks.editor import CodeEditor
from tutor.tui.blocks.flow import Flow
from tutor.tui.exercise_layout import CSS, KEYS
from tutor.tui.lesson_book import Book
from tutor.tui.lesson_file import WatchedFile, editor_command, readable, short
from tutor.tui.lesson_hints import Hints
from tutor.tui.lesson_keys import KeyLine
from tutor.tui.lesson_verdict import Side, side_pieces
from tutor.words import tr

if TYPE_CHECKING:
    from tutor.exercises import Verdict
    from tutor.exercises.ready import Checker
    from tutor.tui.app import TutorApp

_LOOK = 0.1
"""Seconds between two looks at the file."""
_PAUSE = 0.8
"""Seconds without a key after which what is typed is checked, if Python can read it."""


class ExerciseScreen(Screen[None]):
    """Editor and verdict side by side, or one above the other."""

    BINDING_GROUP_TITLE = "The exercise"
    HORIZONTAL_BREAKPOINTS = [(0, "-tall"), (100, "-wide")]
    DEFAULT_CSS = CSS
    BINDINGS: ClassVar[list[BindingType]] = [*KEYS]

    app: TutorApp

    def __init__(self, exercise: Exercise, book: Book, *, lab: bool = False) -> None:
        """lab: open its lab at once, where the learner was."""
        super().__init__()
        self._lab_first = lab
        self.exercise = exercise
        self.book = book
        self.hints = Hints(exercise, book)
        self.verdict: Verdict | None = None
        self.notice = ""
        self.checking = False
        self.shown_solution = ""
        self.file: WatchedFile | None = None
        self.checker: Checker | None = None
        """As long as the screen is open, with a process that stands ready."""
        self._complained = False
        self._checked = ""
        """The text that was last given to the check."""
        self._resting: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="bar", markup=False)
        with Container(id="body"):
            yield CodeEditor("", self.app.look)
            with Side():
                yield Flow(id="said")
        yield KeyLine()

    def on_mount(self) -> None:
        from tutor.codefile import read_code
        from tutor.exercises import ensure_learner_file

        editor = self.query_one(CodeEditor)
        try:
            path = ensure_learner_file(self.app.course.id, self.book.lesson.id, self.exercise)
            self.file = WatchedFile(path, read_code(path))
        except UserError as error:
            editor.read_only = True
            self.notice = str(error)
        else:
            self._checked = self.file.text
            editor.load_text(self.file.text)
            editor.move_cursor((len(self.file.text.rstrip().split("\n")) - 1, 0))  # the code is below its explanation
            self.set_interval(_LOOK, self._look_at_file)
            self.call_after_refresh(self._prepare)
        editor.focus()
        self.refill()
        if self._lab_first:
            self.call_after_refresh(self.action_lab)

    def mark_spot(self, spot: Spot) -> Spot:
        return replace(spot, task=self.exercise.id)

    def _prepare(self) -> None:
        from tutor.exercises import checker

        self.checker = self.checker or checker(self.exercise)
        self.checker.get_ready()

    async def on_unmount(self) -> None:
        if self.checker is not None:
            await self.checker.close()

    # What is shown

    def refill(self) -> None:
        """Show the state as it is now."""
        self.on_resize()
        done = self.book.is_done(self.exercise.id)
        pieces = side_pieces(
            self.exercise,
            self.app.look,
            verdict=self.verdict,
            notice=tr("Checking") if self.checking else self.notice,
            hints=self.hints.shown,
            solution=self.shown_solution,
            done=done,
        )
        self.query_one("#said", Flow).show(pieces)
        self.refresh_bindings()

    def on_resize(self) -> None:
        done = self.book.is_done(self.exercise.id)
        state = tr("done") if done else tr("shown, not done") if self.book.is_skipped(self.exercise.id) else tr("open")
        room = self.size.width - 5 - len(tr("Exercise  ") + state)
        dots = "…" if self.app.look.unicode else "..."
        path = short(self.file.path, room, dots) if self.file else self.exercise.file.name
        self.query_one("#bar", Static).update(
            Content.assemble((tr("Exercise  "), "bold"), f"{state}   ", (path, "$text-muted"))
        )

    def say(self, notice: str) -> None:
        self.notice = notice
        self.refill()
        self.query_one(Side).scroll_home(animate=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        match action:
            case "hint":
                return self.hints.more
            case "solution":
                return not self.shown_solution
            case "lab":
                return bool(self.exercise.plug) and self.book.is_done(self.exercise.id)
        return True

    # The file

    @on(TextArea.Changed)
    def _edited(self, event: TextArea.Changed) -> None:
        event.stop()
        self.save()
        self.query_one(CodeEditor).mark(0)
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(_PAUSE, self._check_in_passing)

    def save(self) -> bool:
        """Write what is on the screen into the file; whether that worked."""
        if self.file is None:
            return False
        try:
            self.file.write(self.query_one(CodeEditor).text)
        except UserError as error:
            if not self._complained:
                self._complained = True
                self.say(str(error))
            return False
        self._complained = False
        return True

    def _look_at_file(self) -> None:
        """Another editor may have saved: show what it saved, and check it."""
        if self.file is None:
            return
        try:
            text = self.file.changed_outside()
        except UserError as error:
            self.say(str(error))
            return
        if text is not None:
            self.query_one(CodeEditor).replace_all(text)
            self.action_check()

    def action_outside(self) -> None:
        """Open the file in the learner's own editor, and come back when it ends."""
        command = editor_command()
        if self.file is None or not self.save():
            return
        if not command:
            self.say(
                tr("No editor is known: set EDITOR to one. Or open the file in another window; it is checked when you save it.")
            )
            return
        try:
            with self.app.suspend():
                failed = subprocess.call([*command, str(self.file.path)])
        except (SuspendNotSupported, OSError) as error:
            self.say(tr("{command} cannot be started here: {error}", command=command[0], error=error))
            return
        if failed:
            self.say(tr("{command} ended with status {failed}.", command=command[0], failed=failed))
        self._look_at_file()

    # Checking

    def action_check(self) -> None:
        """Check what is in the editor; a check that is under way is given up."""
        if self.save():
            self.checking = True
            self.say("")
            self._begin_check(asked=True)

    def _check_in_passing(self) -> None:
        """The learner pauses: check what Python can read, without moving anything that they look at."""
        if self.file is not None and self.file.text not in (self._checked, "") and readable(self.file.text):
            self._begin_check(asked=False)

    def _begin_check(self, asked: bool) -> None:
        assert self.file is not None
        self._checked = self.file.text
        self.run_worker(self._check(asked), group="check", exclusive=True)

    async def _check(self, asked: bool) -> None:
        from tutor.exercises import checker

        assert self.file is not None
        code = self.file.text
        self.checker = self.checker or checker(self.exercise)
        try:
            verdict = await self.checker.check(self.file.path)
        except UserError as error:
            self.checking = False
            self.say(str(error))
            return
        self.take(verdict, code, asked)

    def take(self, verdict: Verdict, code: str, asked: bool = True) -> None:
        """Show and keep a verdict. code: what was judged. asked: whether the learner wanted it now."""
        self.checking, self.notice, self.verdict = False, "", verdict
        self.hints.saw(verdict.mistake)
        last = self.book.last(self.exercise.id)
        if (asked or verdict.passed) and (last is None or last.given != code or last.right != verdict.passed):
            self.book.answer(self.exercise.id, code, verdict.passed)
        if verdict.passed:
            self.book.finish(self.exercise.id)
        editor = self.query_one(CodeEditor)
        editor.mark(verdict.line if editor.text == code else 0)
        self.refill()
        if asked:
            self.query_one(Side).scroll_home(animate=False)

    def action_hint(self) -> None:
        self.hints.next()
        self.refill()
        self.call_after_refresh(self._scroll_to_hint)

    def _scroll_to_hint(self) -> None:
        side = self.query_one(Side)
        if self.verdict is None:
            side.scroll_home(animate=False)

    async def action_solution(self) -> None:
        """Ask once more, then show it; the exercise stays open until the learner's own code passes."""
        from tutor.tui.screens.dialogs import Confirm

        message = tr(
            "You learn more from your own wrong code than from someone's right one. "
            "Once you have seen it, the exercise counts as shown, not as done, until your own code passes."
        )
        if self.book.is_done(self.exercise.id):
            message = tr("Yours passes already. This is how the course wrote it.")
        self.app.push_screen(Confirm(tr("Show the solution?"), message, tr("show it"), tr("not yet")), self._show_solution)

    def _show_solution(self, yes: bool | None) -> None:
        from tutor.exercises import solution

        if not yes:
            return
        try:
            self.shown_solution = solution(self.exercise)
        except UserError as error:
            self.say(str(error))
            return
        self.book.finish(self.exercise.id, "skipped")
        self.say("")

    # Away from here

    def action_lab(self) -> None:
        """The lab, training on the learner's code."""
        from tutor.tui.lab_pane import LabPane
        from tutor.tui.lesson_lab import LessonLab

        if self.file is None or not self.save():
            return
        try:
            pane = LabPane(self.app.worker, self.exercise.plug, plug=self.file.path)
        except UserError as error:
            self.say(str(error))
            return
        self.app.push_screen(LessonLab(pane, lambda event: None))

    def action_side(self) -> None:
        self.query_one(Side).focus()

    def action_edit(self) -> None:
        self.query_one(CodeEditor).focus()

    def action_scroll_side(self, by: int) -> None:
        side = self.query_one(Side)
        side.scroll_relative(y=by * max(1, side.size.height - 1), animate=False)

    def action_leave(self) -> None:
        self.save()
        self.dismiss(None)
