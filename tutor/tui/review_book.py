"""One question of a review: its answers go into the store as reviews, and the next time it begins anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tutor.errors import StoreProblem
from tutor.store.model import Answer

if TYPE_CHECKING:
    from tutor.review import Item
    from tutor.store import Store


class ReviewBook:
    """Keeps the answers to one question, each of which counts (`tutor.tui.lesson_book.Notes`)."""

    def __init__(
        self, store: Store, course: str, item: Item, clock: Callable[[], float], tell: Callable[[StoreProblem], None]
    ) -> None:
        """clock: seconds since 1970. tell: called with what went wrong with the store."""
        self._store, self._course, self._item = store, course, item
        self._clock, self._tell = clock, tell
        self._answers: list[Answer] = []
        self._how = ""

    def is_done(self, task: str) -> bool:
        return self._how == "done"

    def is_skipped(self, task: str) -> bool:
        return self._how == "skipped"

    def finish(self, task: str, how: str = "done") -> bool:
        if self._how in ("done", how):
            return False
        self._how = how
        return True

    def answers(self, task: str) -> Sequence[Answer]:
        return self._answers

    def last(self, task: str) -> Answer | None:
        return self._answers[-1] if self._answers else None

    def answer(self, task: str, given: str, right: bool | None) -> None:
        now = self._clock()
        self._answers.append(Answer(task, given, right, now))
        try:
            self._store.review(self._course, self._item.lesson, task, given, bool(right), self._item.seed, now)
        except StoreProblem as problem:
            self._tell(problem)

    def draft(self, task: str, text: str) -> None:
        """What is typed here is not kept: the next time other numbers are drawn."""

    def drafted(self, task: str) -> str:
        return ""
