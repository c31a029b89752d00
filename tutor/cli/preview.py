"""`dltutor preview`: a lesson on screen while it is being written."""

from __future__ import annotations

import shutil
from pathlib import Path

from tutor.cli.lint import course_folder, tools
from tutor.cli.open import need_terminal
from tutor.cli.own_labs import know_labs
from tutor.cli.parser import Parser, Wanted, size
from tutor.course import library
from tutor.course.folder import LessonFile, survey
from tutor.course.problems import Problems
from tutor.errors import UserError
from tutor.paths import user_path

EXAMPLE = """examples:
  dltutor preview my-course/01-first/01-begin.md
  dltutor preview my-course --at 80x24

The lesson as learners see it, drawn anew at the same place whenever it is saved, with whatever editor. What is wrong with it is
shown with its line instead, until it is mended. Nothing that is done here counts: answers are forgotten at the end."""


def configure(parser: Parser) -> None:
    parser.add_argument("path", metavar="PATH", help="a lesson's file; of a chapter or a course, its first lesson")
    parser.add_argument("--at", metavar="WxH", type=size, help="in a frame of this size, such as 80x24")


def main(arguments: Wanted) -> int:
    path = user_path(arguments.path)
    known = library.at(course_folder(path))
    lesson, language = find_file(known.folder, path)
    need_terminal()
    if arguments.at:
        _need_room(*arguments.at)
    know_labs(known)
    from tutor.tui.preview import run

    return run(known, lesson, language, tools, at=arguments.at)


def find_file(root: Path, path: Path) -> tuple[LessonFile, str]:
    """The lesson that a path is, or the first that is in it; and its language. Raises UserError."""
    last = path.stem.rpartition(".")[2]
    language = last if "." in path.stem and len(last) == 2 else "en"
    lessons = [lesson for chapter in survey(root, Problems(), language) for lesson in chapter.lessons]
    for lesson in lessons:
        if lesson.file.resolve() == path.resolve() or (path.is_dir() and lesson.file.resolve().is_relative_to(path.resolve())):
            return lesson, language
    if path.is_dir():
        raise UserError(f"{path} holds no lesson", f"make one: dltutor new lesson {path}/a-name")
    raise UserError(f"{path} is no lesson", "name a file such as 01-a-few-words.md in a chapter's folder")


def _need_room(columns: int, rows: int) -> None:
    have = shutil.get_terminal_size()
    if have.columns < columns + 1 or have.lines < rows + 1:
        mend = f"make the window larger, or leave out --at {columns}x{rows}"
        raise UserError(f"a frame of {columns}x{rows} needs a terminal of {columns + 1}x{rows + 1}", mend)
