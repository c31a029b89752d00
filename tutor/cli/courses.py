"""The course, for the commands that walk it."""

from __future__ import annotations

from tutor import paths
from tutor.cli.language import speak
from tutor.course.model import Course, Lesson
from tutor.course.parse import load_lesson, read_course, read_outline
from tutor.errors import BadLesson, nearest
from tutor.words import language


def lesson_ids() -> list[str]:
    """The ids of all lessons, in order."""
    outline, _ = read_outline(paths.lessons_folder())
    return [lesson.id for lesson in outline.lessons]


def match_lesson(name: str) -> str | None:
    """The id of the lesson of this name: the whole id, or its last part where only one lesson has it."""
    ids = lesson_ids()
    if name in ids:
        return name
    tails = [known for known in ids if known.rpartition("/")[2] == name]
    return tails[0] if len(tails) == 1 else None


def find_lesson(name: str) -> Lesson:
    """A lesson by its id or its last part. Raises BadLesson, with the nearest id."""
    lesson = match_lesson(name)
    if lesson is None:
        raise BadLesson(f"there is no lesson {name!r}", nearest(name, lesson_ids()))
    return load_lesson(paths.lessons_folder(), lesson, spoken())


def spoken() -> str:
    """The learner's language, from here on spoken."""
    speak()
    return language()


def whole_course() -> tuple[Course, int]:
    """The course as far as it can be read, and how many faults it has."""
    course, problems = read_course(paths.lessons_folder(), "", spoken())
    return course, len(problems)
