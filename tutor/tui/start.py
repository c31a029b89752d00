"""What the command line may name."""

from __future__ import annotations

from tutor.course.model import Course
from tutor.errors import BadLink, nearest


def resolve(start: str, course: Course) -> str:
    """What the command line named: a lesson's id or a lab's link.

    Of a lesson's id the last part is enough, when only one lesson has it and no lab.
    Raises BadLink with the nearest of both.
    """
    start = start.strip()
    lessons = [lesson.id for lesson in course.lessons]
    if start in lessons:
        return start
    from tutor.engine.link import make_link, split_link
    from tutor.labs import find_lab, lab_ids

    short = [lesson for lesson in lessons if lesson.rpartition("/")[2] == start]
    if start not in lab_ids() and len(short) == 1:
        return short[0]
    lab, pairs = split_link(start)
    if lab not in lab_ids():
        raise BadLink(f"{lab!r} is neither a lesson nor a lab", nearest(lab, [*lessons, *lab_ids()]))
    make_link(find_lab(lab).spec, pairs)
    return start
