"""The app of `dltutor preview`: one lesson, drawn anew when it is saved, for its author."""

from __future__ import annotations

import sys
from collections.abc import Callable

from textual.events import Resize
from textual.geometry import Size

from tutor.course.folder import LessonFile, survey
from tutor.course.library import Known
from tutor.course.parse import read_outline
from tutor.course.problems import Problems
from tutor.course.tools import Tools
from tutor.engine.scratch import Scratch
from tutor.store import Store
from tutor.store.spot import Spot
from tutor.tui.app import TutorApp
from tutor.tui.ending import ended_well
from tutor.words import language as spoken
from tutor.words import use


class PreviewApp(TutorApp):
    """It opens lessons as previews, and ends when one is left."""

    file: LessonFile
    make_tools: Callable[[], Tools]
    """Loads what the linter needs; it takes a while."""
    at: tuple[int, int] | None = None
    """The columns and rows of the frame, or None: the whole terminal."""

    def open_start(self, start: str) -> None:
        from tutor.tui.screens.preview import PreviewScreen

        self.push_screen(PreviewScreen(self.file), lambda _: self.exit())

    def open_lesson(self, lesson_id: str, section: str = "", *, instead: bool = False, spot: Spot | None = None) -> None:
        """Another lesson of the course, as a preview too."""
        from tutor.tui.screens.preview import PreviewScreen

        chapters = survey(self.course.folder, Problems(), spoken())
        found = next((lesson for chapter in chapters for lesson in chapter.lessons if lesson.id == lesson_id), None)
        if found is not None:
            self.file = found
            self.switch_screen(PreviewScreen(found, section))

    def on_resize(self, event: Resize) -> None:
        if self.at is not None:
            event.size = event.virtual_size = Size(*self.at)
            self.call_after_refresh(self.draw_frame)

    def draw_frame(self) -> None:
        """A line to the right of the lesson and below it, outside of what Textual draws."""
        if self.at is not None:
            self._write_to_terminal(frame_text(*self.at, unicode=self.look.unicode))


def frame_text(columns: int, rows: int, *, unicode: bool) -> str:
    """What draws the right and the lower edge of a frame around so many cells; the cursor ends where it was."""
    side, floor, corner = ("│", "─", "┘") if unicode else ("|", "-", "+")
    name = f" {columns}x{rows} "
    lines = [f"\x1b[{row};{columns + 1}H{side}" for row in range(1, rows + 1)]
    return f"\x1b7\x1b[0;2m{''.join(lines)}\x1b[{rows + 1};1H{name.rjust(columns, floor)}{corner}\x1b[0m\x1b8"


def run(
    known: Known, file: LessonFile, language: str, make_tools: Callable[[], Tools], *, at: tuple[int, int] | None = None
) -> int:
    """Show a lesson of a course until it is left. Returns the exit status."""
    use(language)
    course, _ = read_outline(known.folder, known.id, language)
    with Scratch() as folder, Store.open(folder) as store:
        app = PreviewApp(course, store, start=file.id)
        app.file, app.make_tools, app.at = file, make_tools, at
        with ended_well(app):
            app.run(mouse=False, size=at)
        if app.failed:
            print(app.failed, file=sys.stderr)
            return 3
        return app.return_code or 0
