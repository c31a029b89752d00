"""A lesson for its author: as learners see it, drawn anew at the same place when it is saved; or what is wrong with it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from tutor.course.folder import LessonFile
from tutor.course.glossary import FILE as GLOSSARY
from tutor.course.lint import check_lesson
from tutor.course.lint_texts import Index, index_of
from tutor.course.markdown import relative
from tutor.course.model import Lesson, Place
from tutor.course.parse import read_course, read_lesson
from tutor.course.problems import Problem, Refused, in_order
from tutor.course.source import LARGEST, is_inside, plain_bytes
from tutor.course.tools import Tools
from tutor.errors import UserError
from tutor.tui.blocks.flow import Flow, Gap, Lines, Para, Piece
from tutor.tui.lesson_book import Book
from tutor.tui.look import shown
from tutor.tui.screens.lesson import LessonScreen
from tutor.words import language, tr

if TYPE_CHECKING:
    from tutor.tui.preview import PreviewApp

PERIOD = 0.05
"""Seconds between two looks at the files. They are looked at, since mounts and containers send no events."""
_HALFWAY = 5
"""So often a file may be missing or empty before that counts: editors cut off, or rename, and then write."""
_PAGES = frozenset({"turn", "next_task", "links", "follow", "contents", "page_on"})
"""What there is to do on a page only."""
_AROUND = 4
"""Lines of the file that are shown above and below a mistake."""

Seen = tuple[bytes, tuple[tuple[str, int, int], ...]]
"""What the lesson's file holds; and name, time and size of each file beside it."""


class PreviewScreen(LessonScreen):
    """A lesson that follows its file."""

    app: PreviewApp

    def __init__(self, file: LessonFile, section: str = "") -> None:
        super().__init__(Lesson(file.id, file.id, 0, (), (), (), file.file), section)
        self.file = file
        self.problems: Sequence[Problem] = ()
        """What is wrong now; while there is anything, it is shown in place of the page."""
        self._seen: Seen | None = None
        self._patience = 0
        self._tools: Tools | None = None
        self._index: Index | None = None
        self._place = ""
        self._loading = asyncio.Lock()

    async def on_mount(self) -> None:
        self._seen = seen_now(self.file.file)
        await self._load()
        self.set_interval(PERIOD, self.look)
        self.run_worker(self._learn(), exit_on_error=True)

    async def _learn(self) -> None:
        """Load what the linter needs, without holding up the first page; then look again, with all of it."""
        self._tools = await asyncio.to_thread(self.app.make_tools)
        await self._survey()
        await self._load(anew=False)

    async def _survey(self) -> None:
        """What links may lead to."""
        course, _ = await asyncio.to_thread(read_course, self.app.course.folder, "", language())
        self._index = index_of(course, spelled=language() == "en")

    async def look(self) -> None:
        """Show the lesson anew, if any of its files has changed."""
        seen = seen_now(self.file.file)
        if seen == self._seen:
            self._patience = 0
            return
        if (seen is None or not seen[0]) and self._patience < _HALFWAY:  # an editor in the middle of saving
            self._patience += 1
            return
        before, self._seen = self._seen, seen
        if self._index is not None and (before is None or seen is None or seen[1] != before[1]):
            await self._survey()
        await self._load()

    async def _load(self, *, anew: bool = True) -> None:
        """Read the lesson, and show it or what is wrong with it. anew: even if it is what it was."""
        async with self._loading:
            lesson, problems = self._read()
            before, self.problems = self.problems, problems
            if not before and self._open:
                self._place = self.page.where()
            if problems or lesson is None:
                await self._show_problem()
            elif not self._open:
                self.lesson = lesson
                await super().on_mount()
            elif anew or before:
                index = self._where(lesson)
                self.lesson, self.faults = lesson, 0
                self.book = Book(self.app.store, self.app.course.id, lesson, self.app.tell)
                await self.go(index, self._place)
                self.refresh_bindings()

    def _read(self) -> tuple[Lesson | None, list[Problem]]:
        """The lesson as its file has it, and what is wrong with it."""
        file = self.file.file
        if not file.is_file():
            said = "is no plain file" if file.exists() else "is not there"
            mend = "save it again under this name, or leave with q and preview it under its new one"
            return None, [Problem(Place(file), f"{file.name} {said}", mend, "file")]
        try:
            lesson, found = read_lesson(self.app.course.folder, self.file.id, language())
            problems = list(found)
            if self._tools is not None and self._index is not None:
                anchors = {**self._index.anchors, lesson.file.resolve(): tuple(section.id for section in lesson.sections)}
                problems += check_lesson(lesson, replace(self._index, anchors=anchors), self._tools)
        except Refused as error:
            return None, [error.problem]
        except UserError as error:
            return None, [Problem(Place(file), error.message, error.mend, "file")]
        except OSError as error:  # a file that goes away meanwhile
            return None, [Problem(Place(file), str(error), "", "file")]
        return lesson, in_order(problems)

    def _where(self, lesson: Lesson) -> int:
        """The page of the new text that is the one on screen: the same section, or the same number."""
        ids = [section.id for section in lesson.sections]
        here = self.lesson.sections[self.index].id if self.index < len(self.lesson.sections) else ""
        return ids.index(here) if here in ids else max(0, min(self.index, len(ids) - 1))

    async def _show_problem(self) -> None:
        """The first mistake in place of the page: a page without it would not be the one that is being written."""
        first, more = self.problems[0], len(self.problems) - 1
        place = first.place
        name = relative(place.file, self.app.course.folder)
        self.query_one("#bar", Static).update(Content(shown(f"{name}:{place.line}:{place.column}", self.app.look)))
        pieces: list[Piece] = [Para(Content.styled(shown(first.message, self.app.look), "bold $text-error"))]
        if first.mend:
            pieces += [Gap(), Para(Content(shown(first.mend, self.app.look)))]
        pieces += [Gap(), Lines(self._excerpt(place))]
        if more:
            said = tr("And one more below.") if more == 1 else tr("And {more} more below.", more=more)
            pieces += [Gap(), Para(Content.styled(said, "$text-muted"))]
        with self.app.batch_update():
            await self._take_away()
            await self.page.remove_children()
            await self.page.mount(Flow(pieces, classes="prose"))
            self.page.scroll_home(animate=False, immediate=True)
        self.page.focus()
        self.refresh_bindings()

    def _excerpt(self, place: Place) -> tuple[Content, ...]:
        """The lines around a mistake, with a mark under it."""
        if not is_inside(self.app.course.folder, place.file):  # a link that leads out is told, not followed
            return ()
        try:
            lines = (plain_bytes(place.file, LARGEST) or b"").decode("utf-8", "replace").split("\n")
        except OSError:
            return ()
        out = []
        first = max(1, place.line - _AROUND)
        room = max(20, self.size.width - 12)
        cut = max(0, place.column - room // 2) if place.column > room else 0
        for number in range(first, min(len(lines), place.line + _AROUND) + 1):
            here = number == place.line
            text = "".join(c if c.isprintable() else " " for c in lines[number - 1])[cut : cut + room]
            style = "bold" if here else "$text-muted"
            out.append(
                Content.assemble(
                    (f"{number:5} ", "$text-accent" if here else "$text-muted"), (shown(text, self.app.look), style)
                )
            )
            if here:
                out.append(Content.styled(" " * (5 + place.column - cut) + "^", "bold $text-error"))
        return tuple(out)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if self.problems and action in _PAGES:
            return False
        return super().check_action(action, parameters)


def seen_now(file: Path) -> Seen | None:
    """How the files of a lesson are now; None: it is not there. Its own text counts, whatever its time: clocks are coarse."""
    try:
        text = plain_bytes(file, LARGEST + 1)
    except OSError:
        return None
    if text is None:
        return None
    beside = []
    for other in (file.parent / "index.md", *sorted((file.parent / "exercises").glob("*.py")), file.parent.parent / GLOSSARY):
        try:
            about = other.stat()
        except OSError:
            continue
        beside.append((other.name, about.st_mtime_ns, about.st_size))
    return text, tuple(beside)
