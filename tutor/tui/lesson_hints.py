"""Hints of an exercise, given one at a time; which have been given is kept."""

from __future__ import annotations

from tutor.course.model import Exercise
from tutor.tui.lesson_book import Book


class Hints:
    """A hint for a mistake is offered only once that mistake has been made, and then before the others."""

    def __init__(self, exercise: Exercise, book: Book) -> None:
        self._exercise = exercise
        self._book = book
        self._key = f"{exercise.id}/hints"  # no task's id holds a slash
        self._mistakes: set[str] = set()
        kept = book.drafted(self._key).split(",")
        self._given = [int(n) for n in kept if n.isdecimal() and len(n) < 10 and int(n) < len(exercise.hints)]

    @property
    def shown(self) -> tuple[str, ...]:
        """Those that have been given, in the order in which they were."""
        return tuple(self._exercise.hints[n].say for n in self._given)

    @property
    def more(self) -> bool:
        """Whether there is one more to give now."""
        return bool(self._waiting())

    def saw(self, mistake: str) -> None:
        """The learner has made this mistake (empty: none that is known)."""
        if mistake:
            self._mistakes.add(mistake)

    def _waiting(self) -> list[int]:
        left = [n for n in range(len(self._exercise.hints)) if n not in self._given]
        pointed = [n for n in left if self._exercise.hints[n].when in self._mistakes]
        return pointed + [n for n in left if not self._exercise.hints[n].when]

    def next(self) -> None:
        """Give one more."""
        waiting = self._waiting()
        if waiting:
            self._given.append(waiting[0])
            self._book.draft(self._key, ",".join(map(str, self._given)))
