"""The part of the app that has to do with courses: the one that is open, the others, and whether its code may run."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Coroutine
from importlib import import_module
from typing import TYPE_CHECKING, Any

from tutor import trust
from tutor.course.model import Course, Lesson
from tutor.draw.cells import Look
from tutor.errors import UserError
from tutor.tui.look import shown
from tutor.tui.openings import Opening
from tutor.tui.start import begin, faults_words, follow, others, read_all
from tutor.words import tr

if TYPE_CHECKING:
    from tutor.engine.client import Worker
    from tutor.store import Store
    from tutor.store.spot import Spot

_COLLECT = (20_000, 20, 100)
"""How rarely Python looks for cyclic garbage: pauses are short, and a full one comes every few minutes."""


class ManyCourses(Opening):
    """One course is open at a time."""

    course: Course
    whole: Course | None
    """The course with its sections, once it has been read."""
    store: Store
    look: Look
    notice: str
    totals: dict[str, int]
    _worker: Worker | None
    _learning: asyncio.Lock | None = None

    @property
    def worker(self) -> Worker:
        raise NotImplementedError

    _sections: dict[tuple[str, str], str]

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        raise NotImplementedError

    def _know(self, lesson: Lesson) -> None:
        raise NotImplementedError

    def tell(self, error: UserError) -> None:
        raise NotImplementedError

    async def _read_rest(self) -> None:
        """Count the tasks of every lesson, and find the labs, without holding up a key."""
        from tutor.tui.screens.home import Home

        whole, labs = await asyncio.to_thread(read_all, self.course)
        courses = await asyncio.to_thread(others, self.course)
        if whole.folder != self.course.folder:  # another one has been opened meanwhile
            return
        self.whole = whole
        for lesson in whole.lessons:
            self._know(lesson)
        for screen in self.screen_stack:
            if isinstance(screen, Home):
                screen.show_labs(labs)
                screen.show_courses(courses)
        # A full collection walks every widget and style: tens of milliseconds, just when a key may come.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*_COLLECT)

    async def open_course(self, name: str) -> None:
        """Put another course in the place of this one. Its code, if any runs, gets a process of its own."""
        try:
            course, _, faults = await asyncio.to_thread(begin, name)
        except UserError as error:
            self.tell(error)
            return
        follow(self.store, course)
        self.course, self.whole, self.notice = course, None, faults_words(faults)
        self.totals.clear()
        self._sections.clear()
        self._spawn(self._read_rest())
        self._spawn(self.learn_labs())

    async def learn_labs(self, then: Callable[[], object] = lambda: None) -> None:
        """Have the worker load the labs of the course that is open, and describe them; a worker that had others ends."""
        if self._learning is None:
            self._learning = asyncio.Lock()
        async with self._learning:
            await self._learn_labs()
        then()

    async def _learn_labs(self) -> None:
        from tutor.labs import authored
        from tutor.tui.screens.home import Home

        if authored().root == self.course.folder:
            return
        described = await asyncio.to_thread(import_module, "tutor.engine.described")
        before = described.loaded_root()
        loads = await asyncio.to_thread(described.announce, self.course.folder, self.course.id)
        if self._worker is not None and (loads or before is not None):
            await self._worker.close()
        if loads:
            try:
                own = described.learn(await self.worker.labs(), self.course.folder)
            except UserError as error:
                self.tell(error)
                return
            for screen in self.screen_stack:
                if isinstance(screen, Home):
                    screen.show_more_labs({name: lab.spec.summary for name, lab in own.labs.items()})

    def open_lab(self, link: str, *, spot: Spot | None = None) -> None:
        """Open a lab by itself; where it is code that came with the course, ask first, and wait until it is loaded."""

        def again() -> None:
            self._spawn(self.learn_labs(lambda: self.open_lab(link, spot=spot)))

        if not self.unlearnt(link):
            super().open_lab(link, spot=spot)
        elif self.withheld(link):
            self.with_trust(tr("This lab"), again)
        else:
            again()

    def carries(self, link: str) -> bool:
        """Whether this is a lab of the course's own."""
        if not (self.course.folder / "labs").is_dir():
            return False
        from tutor.labs.declared import declared_labs

        return link.partition("?")[0] in declared_labs(self.course.folder)

    def unlearnt(self, link: str) -> bool:
        """Whether this is a lab of the course's own that has not been loaded yet."""
        if not self.carries(link):
            return False
        from tutor.labs import authored

        return authored().root != self.course.folder

    def withheld(self, link: str) -> bool:
        """Whether this is a lab of the course's own that has not been trusted."""
        return self.carries(link) and not trust.is_trusted(self.course.folder)

    def with_trust(self, what: str, then: Callable[[], object]) -> None:
        """Do something that runs the course's own code: at once where it may run, or when the learner has said so.

        what: what is code, for the dialog: "The check of this exercise".
        """
        if trust.is_trusted(self.course.folder):
            then()
            return
        from tutor.tui.screens.dialogs import Confirm

        course, files = self.course, trust.code_names(self.course.folder, 3)
        message = "\n\n".join(
            (
                tr("{what} is code that came with the course {title}.", what=what, title=course.title),
                tr(
                    "It runs in a process of its own, under limits. Trust it only if you trust those who wrote it; "
                    "when that code changes, you are asked again."
                ),
                tr("It is in {folder}: {files}", folder=course.folder, files=", ".join(files)),
            )
        )

        def answered(yes: bool | None) -> None:
            if not yes:
                return
            try:
                trust.grant(course.id, course.folder)
            except UserError as error:
                self.tell(error)
                return
            then()

        title = tr("Trust the course {name}?", name=course.id)
        dialog = Confirm(title, shown(message, self.look), tr("trust it"), tr("not now"))
        self.push_screen(dialog, answered)
