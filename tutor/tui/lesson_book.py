"""What the learner has done in a lesson: read from the store once, written to it at every change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from tutor.errors import StoreProblem

if TYPE_CHECKING:
    from tutor.course.model import Course, Lesson
    from tutor.store import Store
    from tutor.store.model import Answer, Place


class Notes(Protocol):
    """What a block that can be done asks of whoever keeps its answers: a lesson's book, or a review."""

    def is_done(self, task: str) -> bool: ...
    def is_skipped(self, task: str) -> bool: ...
    def finish(self, task: str, how: str = "done") -> bool: ...
    def answers(self, task: str) -> Sequence[Answer]: ...
    def last(self, task: str) -> Answer | None: ...
    def answer(self, task: str, given: str, right: bool | None) -> None: ...
    def draft(self, task: str, text: str) -> None: ...
    def drafted(self, task: str) -> str: ...


class Progress:
    """How far the learner is in a course, for the home screen."""

    def __init__(self, store: Store, course: Course) -> None:
        self.done: dict[str, dict[str, str]] = {}
        self.last: Place | None = None
        try:
            self.done = store.done(course.id)
            self.last = store.last_place(course.id)
        except StoreProblem:  # told when it is written to; an unreadable past is an empty one
            pass


class Book:
    """One lesson's answers, drafts and place. A failing store costs one message, never the answer on the screen."""

    def __init__(self, store: Store, course: str, lesson: Lesson, tell: Callable[[StoreProblem], None]) -> None:
        """tell: called with what went wrong with the store."""
        self._store = store
        self._course = course
        self._tell = tell
        self.lesson = lesson
        self.done: dict[str, str] = {}
        self._answers: dict[str, list[Answer]] = {}
        self._drafts: dict[str, str] = {}
        self._keep(self._read)

    def _read(self) -> None:
        self.done = self._store.done(self._course, self.lesson.id).get(self.lesson.id, {})
        for answer in self._store.answers(self._course, self.lesson.id):
            self._answers.setdefault(answer.task, []).append(answer)

    def _keep(self, act: Callable[[], None]) -> None:
        try:
            act()
        except StoreProblem as problem:
            self._tell(problem)

    @property
    def count(self) -> int:
        """How many tasks of the lesson are done; skipped is not done."""
        return sum(self.is_done(task.id) for task in self.lesson.tasks)

    def is_done(self, task: str) -> bool:
        return self.done.get(task) == "done"

    def is_skipped(self, task: str) -> bool:
        return self.done.get(task) == "skipped"

    def finish(self, task: str, how: str = "done") -> bool:
        """Note that a task is done (or skipped); whether that is new."""
        if self.done.get(task) in ("done", how):
            return False
        self.done[task] = how
        self._keep(lambda: self._store.finish(self._course, self.lesson.id, task, how=how))
        return True

    def answers(self, task: str) -> list[Answer]:
        """The answers to a task, newest last."""
        return self._answers.get(task, [])

    def last(self, task: str) -> Answer | None:
        answers = self.answers(task)
        return answers[-1] if answers else None

    def answer(self, task: str, given: str, right: bool | None) -> None:
        """Keep an answer, and forget the draft it came from."""
        import time

        from tutor.store.model import Answer

        self._answers.setdefault(task, []).append(Answer(task, given, right, time.time()))
        self._keep(lambda: self._store.answer(self._course, self.lesson.id, task, given, right))
        self.draft(task, "")

    def draft(self, task: str, text: str) -> None:
        """Keep what is typed and not handed in."""
        if self.drafted(task) != text:
            self._drafts[task] = text
            self._keep(lambda: self._store.draft(self._course, self.lesson.id, task, text))

    def drafted(self, task: str) -> str:
        if task not in self._drafts:
            self._drafts[task] = ""
            self._keep(lambda: self._drafts.update({task: self._store.drafted(self._course, self.lesson.id, task)}))
        return self._drafts[task]

    def ran(self, task: str, link: str, step: int, metrics: Mapping[str, float], reached: bool) -> None:
        """Remember a lab by this run."""
        self._keep(lambda: self._store.ran(self._course, self.lesson.id, task, link, step, metrics, reached))

    def place(self, section: str, block: str = "") -> None:
        self._keep(lambda: self._store.place(self._course, self.lesson.id, section, block))

    def last_place(self) -> Place | None:
        found: list[Place | None] = [None]

        def read() -> None:
            found[0] = self._store.place_in(self._course, self.lesson.id)

        self._keep(read)
        return found[0]
