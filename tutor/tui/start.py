"""What is found out at the start: what the command line names, and what there is."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from tutor.course.model import Course
from tutor.errors import BadLink, StoreProblem, nearest
from tutor.words import language, tr

if TYPE_CHECKING:
    from tutor.store import Store


def begin(start: str | None) -> tuple[Course, str, int]:
    """The course to open, what of it ("": its home), and how many faults its outline has. Raises UserError.

    start: what the command line named: nothing, something of the chosen course, another course's name, COURSE:LESSON, or a
    lesson that only another course has.
    """
    from tutor.course import library
    from tutor.course.parse import read_outline

    known = library.chosen()
    course, problems = read_outline(known.folder, known.id, language())
    if not start:
        return course, "", len(problems)
    name, colon, rest = start.strip().partition(":")
    for other in library.all_courses():
        if (colon and other.name == name) or (not colon and start == other.name):
            found, faults = read_outline(other.folder, other.id, language())
            return found, resolve(rest, found) if rest else "", len(faults)
    try:
        return course, resolve(start, course), len(problems)
    except BadLink:
        for other in library.all_courses()[1:]:
            found, faults = read_outline(other.folder, other.id, language())
            if any(start in (lesson.id, lesson.id.rpartition("/")[2]) for lesson in found.lessons):
                return found, resolve(start, found), len(faults)
        raise


def faults_words(faults: int) -> str:
    """What is said of a course with faults; empty where it has none."""
    if faults == 1:
        return tr("This course has a fault: dltutor lint names it.")
    return tr("This course has {faults} faults: dltutor lint names them.", faults=faults) if faults else ""


def others(course: Course) -> Mapping[str, tuple[str, str]]:
    """The other courses that there are: name → title and version."""
    from tutor.course import library

    return {
        known.name: (known.about.title, known.about.version)
        for known in library.all_courses()
        if known.folder.resolve() != course.folder.resolve()
    }


def resolve(start: str, course: Course) -> str:
    """What the command line named: a lesson's id, a lab's link, or "review".

    Of a lesson's id the last part is enough, when only one lesson has it and no lab.
    Raises BadLink with the nearest of both.
    """
    start = start.strip()
    lessons = [lesson.id for lesson in course.lessons]
    if start in lessons or start == "review":
        return start
    from tutor.engine.link import make_link, split_link
    from tutor.labs import find_lab, lab_ids

    short = [lesson for lesson in lessons if lesson.rpartition("/")[2] == start]
    if start not in lab_ids() and len(short) == 1:
        return short[0]
    lab, pairs = split_link(start)
    if (course.folder / "labs").is_dir():
        from tutor.labs.declared import declared_labs

        if lab in declared_labs(course.folder):
            return start  # its knobs are read when it has been loaded
    if lab not in lab_ids():
        raise BadLink(tr("{lab!r} is neither a lesson nor a lab", lab=lab), nearest(lab, [*lessons, *lab_ids()]))
    make_link(find_lab(lab).spec, pairs)
    return start


def follow(store: Store, course: Course) -> None:
    """What was done in lessons that have a new id now goes with them."""
    if course.moved:
        from tutor.exercises.files import follow as files_follow

        with suppress(StoreProblem):
            store.move(course.id, course.moved)
        files_follow(course.id, course.moved)


def read_all(course: Course) -> tuple[Course, Mapping[str, str]]:
    """The course with its sections, and each lab's summary; a lab that cannot be loaded here is not offered."""
    from tutor.course.parse import read_course
    from tutor.engine.scratch import clear_left
    from tutor.labs import find_lab, lab_ids
    from tutor.review.schedule import scheduler

    clear_left()
    whole, _ = read_course(course.folder, course.id, language())
    scheduler()  # what is due is worked out on the screen's own thread: what that loads is loaded here
    summaries = {}
    for lab in lab_ids():
        with suppress(ImportError):
            summaries[lab] = tr(find_lab(lab).spec.summary)
    return whole, summaries
