"""Par: in how many steps a goal can well be reached, and in how many the learner has reached it."""

from __future__ import annotations

from tutor.conditions import Condition, parse_condition
from tutor.course.model import LabBlock
from tutor.engine.curves import Record
from tutor.labs import find_lab
from tutor.labs.spec import Value
from tutor.tui.lab_words import count_text
from tutor.tui.lesson_book import Notes
from tutor.words import tr


def _key(block: LabBlock) -> str:
    """Under what the best is kept; no task's id holds a slash."""
    return f"{block.id}/best"


def best_of(block: LabBlock, book: Notes) -> int | None:
    """The fewest steps in which the learner has reached the goal."""
    kept = book.drafted(_key(block))
    return int(kept) if kept.isdecimal() and len(kept) < 20 else None


def keep_best(block: LabBlock, book: Notes, step: int) -> bool:
    """Keep the step at which the goal was reached, if it was never reached sooner. Whether that is so."""
    best = best_of(block, book)
    if best is not None and best <= step:
        return False
    book.draft(_key(block), str(step))
    return True


def par_words(block: LabBlock, book: Notes) -> str:
    """Such as "par 120 steps, your best 96"; empty where there is no par."""
    if not block.par:
        return ""
    unit = f"{find_lab(block.lab).spec.unit}s"
    best = best_of(block, book)
    if best is None:
        return tr("par {steps} {unit}", steps=count_text(block.par), unit=unit)
    return tr("par {steps} {unit}, your best {best}", steps=count_text(block.par), unit=unit, best=count_text(best))


def reached_at(goal: str, record: Record, knobs: dict[str, Value], seen: int) -> int:
    """The first step at which the goal held, as far as the curves of the run tell; otherwise the step at which it was seen.

    knobs: as they are now. The screen sees a fast run in leaps, so the step at which it sees the goal is late.
    """
    condition: Condition = parse_condition(goal)
    curves = {name: curve for name, curve in record.curves.items() if name in condition.names}
    for step in sorted({float(x) for curve in curves.values() for x in curve.x if 0 < x <= seen}):
        values = {**knobs, **{name: curve.value(step) for name, curve in curves.items()}}
        if condition.names <= values.keys() and condition.holds(values):
            return int(step)
    return seen
