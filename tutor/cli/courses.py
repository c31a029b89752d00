"""The courses, for the commands that walk them."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.cli.language import speak
from tutor.course.library import Known, all_courses, chosen, outline
from tutor.course.model import Course, Lesson
from tutor.course.parse import load_lesson, read_course
from tutor.errors import BadLesson, nearest
from tutor.words import language


def whole_course(known: Known | None = None) -> tuple[Course, int]:
    """A course (None: the chosen one) as far as it can be read, and how many faults it has."""
    known = known or chosen()
    course, problems = read_course(known.folder, known.id, spoken())
    return course, len(problems)


def whole_courses() -> Iterator[Course]:
    """Every course, the chosen one first."""
    for known in all_courses():
        yield whole_course(known)[0]


def lesson_ids() -> list[str]:
    """The ids of all lessons of the chosen course, in order."""
    return [lesson.id for lesson in outline(chosen()).lessons]


def match_lesson(name: str) -> tuple[Known, str] | None:
    """The course and the id of the lesson of this name: COURSE:LESSON, the whole id, or its last part where one has it."""
    course, colon, rest = name.partition(":")
    courses = [known for known in all_courses() if not colon or known.name == course]
    for known in courses:
        found = _in_course(rest if colon else name, known)
        if found is not None:
            return known, found
    return None


def _in_course(name: str, known: Known) -> str | None:
    ids = [lesson.id for lesson in outline(known).lessons]
    if name in ids:
        return name
    tails = [one for one in ids if one.rpartition("/")[2] == name]
    return tails[0] if len(tails) == 1 else None


def find_lesson(name: str) -> Lesson:
    """A lesson by its id or its last part. Raises BadLesson, with the nearest id."""
    found = match_lesson(name)
    if found is None:
        raise BadLesson(f"there is no lesson {name!r}", nearest(name, lesson_ids()))
    known, lesson = found
    return load_lesson(known.folder, lesson, spoken())


def spoken() -> str:
    """The learner's language, from here on spoken."""
    speak()
    return language()
