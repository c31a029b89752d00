"""The questions of a course that have been answered, and when each is to be asked again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tutor.course.instances import instance
from tutor.course.model import Lesson, Quiz
from tutor.review.schedule import Event, due_at
from tutor.store import Store
from tutor.words import tr

_UNITS = (("day", 86_400.0), ("hour", 3600.0), ("minute", 60.0))


@dataclass(frozen=True)
class Item:
    """A question that can be asked again."""

    lesson: str
    title: str
    """The lesson's."""
    section: str
    quiz: Quiz
    """With the numbers of `seed`."""
    seed: int
    due: float
    """Seconds since 1970."""
    missed: bool
    """Whether the last answer was wrong."""


def asked(lessons: Iterable[Lesson], store: Store, course: str, now: float) -> list[Item]:
    """Every question that has been answered and is still there, the most overdue first. Raises StoreProblem."""
    events: dict[tuple[str, str], list[Event]] = {}
    times: dict[tuple[str, str], int] = {}
    for lesson, answers in store.all_answers(course).items():
        for answer in answers:
            if answer.right is not None:
                events.setdefault((lesson, answer.task), []).append(Event(answer.at, answer.right))
    for review in store.reviews(course):
        key = (review.lesson, review.task)
        events.setdefault(key, []).append(Event(review.at, review.right))
        times[key] = max(times.get(key, 0), review.seed)
    found = []
    for one in lessons:
        for section in one.sections:
            for quiz in section.blocks:
                key = (one.id, getattr(quiz, "id", ""))
                due = due_at(events.get(key, ()), now) if isinstance(quiz, Quiz) else None
                if isinstance(quiz, Quiz) and due is not None:
                    seed = times.get(key, 0) + 1
                    missed = not max(events[key]).right
                    found.append(Item(one.id, one.title, section.id, instance(quiz, seed), seed, due, missed))
    return sorted(found, key=lambda item: item.due)


def due_now(items: Iterable[Item], now: float) -> list[Item]:
    """Those that are to be asked now."""
    return [item for item in items if item.due <= now]


def when_text(seconds: float) -> str:
    """A time to come in words: "in 3 days", "in 10 minutes", "now"."""
    if seconds <= 0:
        return tr("now")
    for name, size in _UNITS:
        if seconds >= 0.95 * size:
            number = round(seconds / size)
            return tr(f"in 1 {name}") if number == 1 else tr(f"in {{number}} {name}s", number=number)
    return tr("in less than a minute")
