"""What the app opens: a lesson, a lab, the review, and where the last session was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.course.model import Lesson
from tutor.errors import BadLesson, UserError
from tutor.tui.resume import Resuming
from tutor.words import language, tr

if TYPE_CHECKING:
    from tutor.engine.client import Worker
    from tutor.store.spot import Spot


class Opening(Resuming):
    """The part of an app that opens screens. Their modules are imported when they are needed."""

    @property
    def worker(self) -> Worker:
        """The process that trains."""
        raise NotImplementedError

    def _know(self, lesson: Lesson) -> None:
        """Remember what a lesson consists of."""
        raise NotImplementedError

    def tell(self, error: UserError) -> None:
        """Show something that the user can mend."""
        raise NotImplementedError

    def open_start(self, start: str) -> None:
        """Open what the command line named."""
        if start == "review":
            self.open_review()
        elif any(lesson.id == start for lesson in self.course.lessons):
            self.open_lesson(start)
        else:
            self.open_lab(start)

    def open_review(self) -> None:
        """Ask again what is due."""
        from tutor.tui.screens.review import ReviewScreen

        self.push_screen(ReviewScreen())

    def open_lesson(self, lesson_id: str, section: str = "", *, instead: bool = False, spot: Spot | None = None) -> None:
        """Open a lesson where it was left, or at a section. instead: in place of the screen that is open. spot: what was open
        in it."""
        from tutor.course.parse import read_lesson
        from tutor.tui.screens.lesson import LessonScreen

        try:
            lesson, problems = read_lesson(self.course.folder, lesson_id, language())
        except BadLesson as error:
            self.tell(error)
            return
        if not lesson.sections:
            said = tr("{file} has no text", file=lesson.file.name)
            self.tell(BadLesson(said, tr("dltutor lint says what is wrong")))
            return
        self._know(lesson)
        screen = LessonScreen(lesson, section, faults=len(problems), spot=spot)
        if instead:
            self.switch_screen(screen)
        else:
            self.push_screen(screen)

    def open_lab(self, link: str, *, spot: Spot | None = None) -> None:
        """Open a lab by itself, with every view and knob. spot: how far it was."""
        from tutor.tui.screens.lab import LabScreen

        try:
            screen = LabScreen(self.worker, link, spot=spot)
        except UserError as error:
            self.tell(error)
            return
        self.push_screen(screen)

    def go_back_to(self, spot: Spot) -> None:
        """Open what was open; what the course has no more is left out."""
        if spot.screen == "review":
            self.open_review()
        elif spot.screen == "lab":
            self.open_lab(spot.link, spot=spot)
        elif any(lesson.id == spot.lesson for lesson in self.course.lessons):
            self.open_lesson(spot.lesson, spot=spot)
