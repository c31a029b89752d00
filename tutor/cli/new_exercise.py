"""`dltutor new exercise`: the four files of an exercise, and the block that puts it into a lesson."""

from __future__ import annotations

import keyword
import shlex
from pathlib import Path

from tutor.cli.new_files import chapter_above, start, write_new
from tutor.cli.parser import Wanted
from tutor.errors import UserError
from tutor.paths import user_path

_SUFFIXES = (".py", ".solution.py", ".check.py", ".faults.py")


def make(kind: str, path: Path, arguments: Wanted) -> tuple[list[Path], str]:
    """Write the exercise. Returns its files, and what to do next. Raises UserError."""
    name = path.name.removesuffix(".py").replace("-", "_")
    if not name.isidentifier() or keyword.iskeyword(name) or not name.isascii() or name != name.lower():
        raise UserError(f"{name!r} cannot be the name of a function", "use a-z, 0-9 and _, such as running_mean")
    chapter = chapter_above(path)
    lesson = user_path(arguments.lesson) if arguments.lesson else None
    if lesson is not None and (not lesson.is_file() or lesson.parent.resolve() != chapter.resolve()):
        raise UserError(f"{lesson} is no lesson of {chapter}", "name a .md file of the same chapter")
    block = start("exercise.md", ID=name.replace("_", "-"), NAME=name)
    files = write_new(exercise_files(chapter / "exercises" / f"{name}.py"))
    if lesson is None:
        return files, f"Put this into a lesson of {chapter}:\n\n{block}"
    _append(lesson, block)
    return files, f"{lesson} ends with it now. Look for mistakes: dltutor lint {shlex.quote(str(lesson))}"


def exercise_files(file: Path, kind: str = "exercise") -> dict[Path, str]:
    """The four files. kind: "exercise" or "bug"."""
    return {file.with_name(file.stem + suffix): start(f"{kind}{suffix}.txt", NAME=file.stem) for suffix in _SUFFIXES}


def _append(lesson: Path, block: str) -> None:
    try:
        text = lesson.read_text(encoding="utf-8")
        lesson.write_text(f"{text.rstrip()}\n\n{block}", encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{lesson} cannot be written: {error}", "put the block there yourself") from None
