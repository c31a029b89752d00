"""The files of an exercise, and the learner's own.

An exercise is four files beside each other: NAME.py (the starter), NAME.solution.py, NAME.check.py and NAME.faults.py. The
dots keep the last three from being imported by name. The learner edits a copy of the starter in their own data folder.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tutor import trust
from tutor.codefile import read_code
from tutor.course.library import at, root_of
from tutor.course.model import Course, Exercise, Lesson
from tutor.errors import BadLesson, UserError, nearest
from tutor.paths import data_folder, lessons_folder, made

PARTS = ("solution", "check", "faults")
BUILT_IN = "built-in"


@dataclass(frozen=True)
class Owner:
    """The exercise that a file belongs to, and where it stands."""

    course: Course
    lesson: Lesson
    exercise: Exercise


def part(exercise: Exercise, name: str) -> Path:
    """The file beside the starter: "solution", "check" or "faults"."""
    return exercise.file.with_name(f"{exercise.file.stem}.{name}.py")


def need_trust(exercise: Exercise) -> None:
    """Raise Untrusted when the code of the exercise's course may not run here."""
    if exercise.file.resolve().is_relative_to(lessons_folder().resolve()):
        return
    lesson = exercise.place.file
    root = root_of(lesson) if lesson.suffix == ".md" else exercise.file.parent
    if not trust.is_trusted(root):
        trust.need(root, at(root).id, f"the check of the exercise {exercise.id!r}")


def starter(exercise: Exercise) -> str:
    """What the learner begins with. Raises BadLesson."""
    return _course_text(exercise, exercise.file)


def solution(exercise: Exercise) -> str:
    """The course's own answer. Raises BadLesson."""
    return part_text(exercise, "solution")


def part_text(exercise: Exercise, name: str) -> str:
    """The text of the file beside the starter. Raises BadLesson."""
    return _course_text(exercise, part(exercise, name))


def learner_file(course_id: str, lesson_id: str, exercise: Exercise) -> Path:
    """Where the learner's own version is, or will be."""
    return data_folder() / "exercises" / (course_id or BUILT_IN) / lesson_id / exercise.file.name


def ensure_learner_file(course_id: str, lesson_id: str, exercise: Exercise) -> Path:
    """The learner's own version, made from the starter when it is missing; never overwritten. Raises BadLesson, UserError."""
    file = learner_file(course_id, lesson_id, exercise)
    if file.exists():
        return file
    text = starter(exercise)
    made(file.parent)
    half = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        half.write_text(text, encoding="utf-8")
        os.link(half, file)  # unlike a rename, this never replaces what another session has made meanwhile
    except FileExistsError:
        pass
    except OSError:
        _write_new(file, text)
    finally:
        half.unlink(missing_ok=True)
    return file


def _write_new(file: Path, text: str) -> None:
    """For file systems without hard links."""
    try:
        with open(file, "x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        pass
    except OSError as error:
        raise UserError(f"{file} cannot be written: {error.strerror}", "check the folder's permissions") from None


def follow(course_id: str, moved: Mapping[str, str]) -> None:
    """The learner's own files go with their lesson to its new id. moved: old id → new id."""
    home = data_folder() / "exercises" / (course_id or BUILT_IN)
    for old, new in moved.items():
        source, target = home / old, home / new
        if source.is_dir() and not target.exists():
            with suppress(OSError):
                target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                os.rename(source, target)


def find_owner(file: Path, courses: Iterable[Course]) -> Owner:
    """The exercise that a file is an answer to.

    First the learner's own layout (…/exercises/COURSE/CHAPTER/LESSON/NAME.py), then the course's own files (the starter, the
    solution), then the name alone, where only one exercise has it. Raises UserError.
    """
    owners = [
        Owner(course, lesson, task)
        for course in courses
        for lesson in course.lessons
        for task in lesson.tasks
        if isinstance(task, Exercise)
    ]
    path = file.absolute()
    real = file.resolve()
    for owner in owners:
        own = learner_file(owner.course.id, owner.lesson.id, owner.exercise)
        course_files = (owner.exercise.file, part(owner.exercise, "solution"))
        if path == own or real == own.resolve() or real in {one.resolve() for one in course_files}:
            return owner
    named = [owner for owner in owners if owner.exercise.file.name == file.name]
    if len(named) == 1:
        return named[0]
    if named:
        places = ", ".join(f"{owner.lesson.id}" for owner in named)
        raise UserError(f"{file.name} may answer the exercises in {places}", "keep it in the folder that the lesson names")
    raise UserError(f"{file.name} is not the name of an exercise", nearest(file.name, [o.exercise.file.name for o in owners]))


def _course_text(exercise: Exercise, file: Path) -> str:
    try:
        return read_code(file)
    except UserError as error:
        raise BadLesson(f"{exercise.place}: the exercise {exercise.id!r}: {error.message}", error.mend) from None
