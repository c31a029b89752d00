"""`dltutor new course|chapter|lesson`: what a course is made of, small and working."""

from __future__ import annotations

import shlex
from pathlib import Path

from tutor import trust
from tutor.cli.new_exercise import exercise_files
from tutor.cli.new_files import chapter_above, course_above, numbered, quoted, start, title_of, write_new
from tutor.cli.parser import BadUsage, Wanted
from tutor.course.library import name_for
from tutor.errors import UserError

_FIRST = "01-first"


def make(kind: str, path: Path, arguments: Wanted) -> tuple[list[Path], str]:
    """Write the example. Returns its files, and what to do next. Raises UserError."""
    if arguments.lesson:
        raise BadUsage("--lesson goes with an exercise", "leave it out")
    title = quoted(arguments.title or title_of(path.name.removesuffix(".md")) or "Untitled")
    match kind:
        case "course":
            files = write_new(_course(path, title))
            trust.grant(name_for(path), path, own=True)
            at, seen = path, path / _FIRST / "01-every-block.md"
        case "chapter":
            course_above(path)
            files = write_new(_chapter(numbered(path), title))
            at, seen = files[0].parent, files[-1]
        case _:
            chapter_above(path)
            files = write_new({numbered(path, ".md"): start("lesson.md", TITLE=title)})
            at = seen = files[0]
    return files, f"Look for mistakes: dltutor lint {shlex.quote(str(at))}\nSee it: dltutor preview {shlex.quote(str(seen))}"


def _course(path: Path, title: str) -> dict[Path, str]:
    if path.is_file() or (path.is_dir() and any(path.iterdir())):
        raise UserError(f"{path} is there already, and not empty", "take another name; nothing was written")
    chapter = path / _FIRST
    return {
        path / "glossary.md": start("glossary.md"),
        path / "course.yaml": start("course.yaml", TITLE=title, NAME=name_for(path)),
        chapter / "index.md": start("chapter.md", TITLE="First things"),
        chapter / "01-every-block.md": start("tour.md", CHAPTER=_FIRST),
        **exercise_files(chapter / "exercises" / "mean_square.py"),
        **exercise_files(chapter / "exercises" / "wrong_way.py", "bug"),
    }


def _chapter(path: Path, title: str) -> dict[Path, str]:
    return {
        path / "index.md": start("chapter.md", TITLE=title),
        path / "01-begin.md": start("lesson.md", TITLE="Begin"),
    }
