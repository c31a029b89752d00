"""What is found out at the start: what the command line names, and what there is."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from tutor.course.model import Course
from tutor.errors import BadLink, nearest
from tutor.words import language, tr


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
    if lab not in lab_ids():
        raise BadLink(tr("{lab!r} is neither a lesson nor a lab", lab=lab), nearest(lab, [*lessons, *lab_ids()]))
    make_link(find_lab(lab).spec, pairs)
    return start


def read_all(course: Course) -> tuple[Course, Mapping[str, str]]:
    """The course with its sections, and each lab's summary; a lab that cannot be loaded here is not offered."""
    from tutor.course.parse import read_course
    from tutor.labs import find_lab, lab_ids
    from tutor.review.schedule import scheduler

    whole, _ = read_course(course.folder, course.id, language())
    scheduler()  # what is due is worked out on the screen's own thread: what that loads is loaded here
    summaries = {}
    for lab in lab_ids():
        with suppress(ImportError):
            summaries[lab] = tr(find_lab(lab).spec.summary)
    return whole, summaries
