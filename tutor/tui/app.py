"""The app: what all screens share, what they open, and how it ends."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

from textual.binding import Binding
from textual.screen import Screen
from textual.scrollbar import ScrollBar, ScrollBarRender

from tutor.course.model import Course, Glossary, Lesson
from tutor.draw.cells import Look
from tutor.errors import StoreProblem, UserError
from tutor.tui.caret import Careted
from tutor.tui.caret import wanted as wanted_cursor
from tutor.tui.ending import Ending, ended_well, let_go
from tutor.tui.fault import log_error
from tutor.tui.gate import Gated
from tutor.tui.lesson_book import Progress
from tutor.tui.line import allowance
from tutor.tui.look import find_look
from tutor.tui.many_courses import ManyCourses
from tutor.tui.openings import Opening
from tutor.tui.resume import last_course
from tutor.tui.start import begin, faults_words, follow
from tutor.tui.theme import DARK, LIGHT, theme
from tutor.tui.thrift import Thrifty
from tutor.words import language, tr, use, wanted

if TYPE_CHECKING:
    from tutor.engine.client import Worker
    from tutor.store import Store


class _PlainBars(ScrollBarRender):
    """A scroll bar of whole cells: ASCII, and fewer bytes a line scrolled."""

    VERTICAL_BARS = [" "] * 8
    HORIZONTAL_BARS = [" "] * 8


_QUIET = 2.0
"""Seconds after the worker has started before the rest is compiled ahead: what the learner opens at once goes first."""


class TutorApp(ManyCourses, Careted, Thrifty, Ending, Gated, Opening):
    """One learner at one terminal."""

    TITLE = "dltutor"
    ENABLE_COMMAND_PALETTE = False
    CSS = """
    Screen { background: $background; color: $foreground; }
    .-ascii TaskBlock, .-ascii AsideBlock, .-ascii TimelineBlock, .-ascii LessonScreen LabPane { border-left: blank; }
    .-mono TaskBlock, .-mono AsideBlock, .-mono TimelineBlock, .-mono LessonScreen LabPane { border-left: blank; }
    .-mono LessonScreen LabPane:focus { border-left: vkey; }
    .-mono TaskBlock:focus, .-mono TaskBlock:focus-within { border-left: outer; }
    .-mono AsideBlock:focus, .-mono TimelineBlock:focus { border-left: outer; }
    .-ascii LessonScreen LabPane:focus { border-left: ascii $accent; }
    .-ascii TaskBlock:focus, .-ascii TaskBlock:focus-within { border-left: ascii $accent; }
    .-ascii AsideBlock:focus, .-ascii TimelineBlock:focus { border-left: ascii $accent; }
    .-ascii Side, .-mono Side { border-top: ascii $panel; }
    .-ascii .dialog { border: ascii $primary; }
    """
    BINDINGS = [
        Binding("question_mark", "help", "Help", id="app.help"),
        Binding("f1", "help", "Help", show=False),
        Binding("ctrl+z", "suspend_process", "To the shell; there, fg comes back", show=False, id="app.suspend"),
        Binding("ctrl+q", "quit", "Quit", show=False, priority=False, id="app.quit_now"),
        Binding("f8", "other_theme", "Dark/light", show=False, id="app.theme"),
    ]

    def __init__(
        self,
        course: Course,
        store: Store,
        worker: Worker | None = None,
        *,
        look: Look | None = None,
        start: str = "",
        resume: bool = False,
        faults: int = 0,
    ) -> None:
        """worker: None: made when it is first needed, after the first paint. start: a lesson's id or a lab's link, as `resolve`
        gave it. resume: without one, go back to where the last session was. faults: how many the outline has."""
        super().__init__()
        self.course = course
        self.store = store
        self._worker = worker
        self.look = look or find_look(theme=store.setting("theme"))
        if self.thrift is not None:
            self.thrift.colour = self.look.colour
        self.cursor_seen = wanted_cursor() or not self.look.colour
        self.totals: dict[str, int] = {}
        self.whole: Course | None = None
        """The course with its sections, once it has been read."""
        self.notice = store.notice or faults_words(faults)
        self.failed = ""
        """What ended the app before its time, for who started it."""
        self.device = store.setting("device")
        """Where runs begin that leave it open: "auto", "cpu", "cuda"; empty: on the processor."""
        self._start, self._resume = start, resume
        self._sections: dict[tuple[str, str], str] = {}
        self._told: set[str] = set()
        self._background: set[asyncio.Task[Any]] = set()
        self.animation_level = "none"
        ScrollBar.renderer = _PlainBars
        self.register_theme(theme(True, self.look.few))
        self.register_theme(theme(False, self.look.few))
        self.theme = DARK if self.look.dark else LIGHT

    def get_default_screen(self) -> Screen[Any]:
        from tutor.tui.screens.home import Home

        return Home()

    def on_mount(self) -> None:
        self.set_class(not self.look.unicode, "-ascii")
        self.set_class(not self.look.colour, "-mono")
        self.set_class(self.look.few or not self.look.colour, "-bare")
        self.call_after_refresh(self._painted)

    def _painted(self) -> None:
        """The first screen is on the glass: now start what takes time."""
        if self._start:
            if not self.carries(self._start):
                self.open_start(self._start)
        elif self._resume:
            self.resume()
        self.start_noting()
        self._spawn(self._start_worker())
        self._spawn(self._read_rest())

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._background.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._background.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            if isinstance(error, UserError):
                self.tell(error)
            elif isinstance(error, Exception):
                self._handle_exception(error)

    async def _start_worker(self) -> None:
        await asyncio.to_thread(import_module, "tutor.engine.client")
        await self.learn_labs()
        if self._start and self.carries(self._start):
            self.open_start(self._start)
        with suppress(UserError):  # opening a lab tries again, and says why it cannot
            await self.worker.start()
        await asyncio.sleep(_QUIET)
        warm = await asyncio.to_thread(import_module, "tutor.engine.warm")
        await warm.warm_quietly()

    # What screens ask for

    @property
    def worker(self) -> Worker:
        """The process that trains. Importing its client loads NumPy, which the first paint does not wait for."""
        if self._worker is None:
            from tutor.engine.client import Worker

            self._worker = Worker()
            self._worker.device = self.device
        return self._worker

    @property
    def has_glossary(self) -> bool:
        """Whether the course has words of its own."""
        return (self.course.folder / "glossary.md").is_file()

    def glossary(self) -> Glossary:
        """The words of the course."""
        from tutor.course.glossary import read_glossary
        from tutor.course.problems import Problems

        return read_glossary(self.course.folder, Problems(), language())

    def progress(self) -> Progress:
        """What is done, and where the learner was last."""
        return Progress(self.store, self.course)

    def where(self, lesson_id: str) -> str:
        """The title of the section where the learner left a lesson, or empty."""
        try:
            place = self.store.place_in(self.course.id, lesson_id)
        except StoreProblem:
            return ""
        return self._sections.get((lesson_id, place.section), "") if place else ""

    def _know(self, lesson: Lesson) -> None:
        self._sections.update({(lesson.id, part.id): part.title for part in lesson.sections})
        self.totals[lesson.id] = len(lesson.tasks)

    def tell(self, error: UserError) -> None:
        """Show something that the user can mend; a failing store is told once, not at every key."""
        from tutor.tui.screens.dialogs import notice_of

        if isinstance(error, StoreProblem):
            if str(error) in self._told:
                return
            self._told.add(str(error))
        self.push_screen(notice_of(error, self.look))

    def action_help(self) -> None:
        from tutor.tui.screens.help import HelpScreen, sections_for

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(tr(str(self.screen.BINDING_GROUP_TITLE or self.title)), sections_for(self.screen)))

    def action_other_theme(self) -> None:
        """Dark instead of light, or the reverse; remembered."""
        from dataclasses import replace

        self.look = replace(self.look, dark=not self.look.dark)
        self.theme = DARK if self.look.dark else LIGHT
        try:
            self.store.set("theme", "dark" if self.look.dark else "light")
        except StoreProblem as error:
            self.tell(error)

    # How it ends

    def keep_all(self) -> None:
        for screen in self.screen_stack:
            leave_text = getattr(screen, "leave_text", None)
            if leave_text is not None:
                leave_text()
        self.note_spot()

    def child_ids(self) -> list[int]:
        pid = self._worker.pid if self._worker is not None else None
        return [pid] if pid else []

    async def action_quit(self) -> None:
        self.keep_all()
        await super().action_quit()

    async def on_unmount(self) -> None:
        for task in list(self._background):
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        if self._worker is not None:
            await self._worker.close()

    def _handle_exception(self, error: Exception) -> None:
        """An error that nobody expected: one line for the learner, the rest into a file, and a clean end."""
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self.failed = log_error(error)
        self._close_messages_no_wait()


def run(
    start: str | None = None,
    *,
    mouse: bool = True,
    frames: int | None = None,
    low: bool = False,
    settings: Mapping[str, str] | None = None,
) -> int:
    """Open the screen: at home, at a lesson or at a lab. Returns the exit status.

    mouse: False, or "off" in the setting of that name: the terminal keeps its mouse. frames: pictures a second at most.
    low: spare the line to the terminal. settings: how it is from now on: a theme, "dark" or "light", and the device of runs
    that leave it open, "auto", "cpu" or "cuda". Raises UserError before anything is on the screen.
    """
    import sys

    from tutor.store import Store

    with Store.open() as store:
        use(wanted(store.setting("language")))
        for name, value in (settings or {}).items():
            with suppress(StoreProblem):  # where nothing can be written the screen says so
                store.set(name, value)
        course, place, faults = begin(start or last_course(store))
        follow(store, course)
        app = TutorApp(course, store, start=place, resume=not start, faults=faults)
        app.gate.allowance = allowance(frames, low or store.setting("low-bandwidth") == "on")
        for fixed in ("COLUMNS", "LINES"):  # where they are exported, the window could change its size and nobody would notice
            os.environ.pop(fixed, None)
        with ended_well(app):
            app.run(mouse=mouse and store.setting("mouse") != "off")
            if app.return_code == 128 + signal.SIGHUP:
                let_go()
        if app.failed:
            print(app.failed, file=sys.stderr)
            return 3
        return app.return_code or 0
