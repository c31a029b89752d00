"""The parent's end of the judge: one process, one exercise, one or more texts to try.

The truth and the outcomes of the classic mistakes are here, in the parent, before any code of the learner's is loaded there.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tutor.course.model import Exercise, Place
from tutor.engine.process import GRACE, Child
from tutor.engine.rewrite import uses_numba
from tutor.engine.scratch import Scratch
from tutor.errors import BadLesson, UserError, WorkerGone
from tutor.exercises.author import Signature
from tutor.exercises.files import PARTS, need_trust, part, part_text
from tutor.exercises.values import unpack
from tutor.words import tr

SEED = 20
"""The cases are the same each time: a failure that comes and goes teaches nothing."""
SECONDS = 4.0
"""For all that the learner's code does in one check, told with the line it was at; a second later the process is ended."""
SECONDS_COMPILED = 20.0
"""The same when the code uses Numba, which is loaded and compiles first."""
_PREPARATION = 30.0
_SPARE = 1.0


@dataclass(frozen=True, eq=False)
class Returned:
    """A function came back."""

    value: Any
    after: tuple[Any, ...]
    """The arguments as it left them."""


@dataclass(frozen=True)
class Raised:
    """A function, or its file, failed."""

    kind: str
    """The exception's name; empty when nothing more can be tried."""
    sentence: str = ""
    line: int = 0
    """In the learner's file; 0: not known."""


Outcome = Returned | Raised


@dataclass(frozen=True, eq=False)
class Fault:
    """A classic wrong answer."""

    id: str
    message: str
    outcomes: tuple[Outcome, ...]
    """On each case."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """An exercise with its cases and all that is known about their answers."""

    signature: Signature
    may_change: frozenset[str]
    """Arguments that may be left in any state."""
    tolerance: float | None
    smallest: int
    """The size of an array that must be among the cases; 0: the size is always the same."""
    cases: tuple[tuple[Any, ...], ...]
    truth: tuple[Returned, ...]
    """On each case."""
    faults: tuple[Fault, ...]


@dataclass(frozen=True, eq=False)
class Attempted:
    """What one text of the learner's did."""

    outcomes: tuple[Outcome, ...]
    """On each case that was run: all, unless it was stopped."""
    trouble: Raised | None
    """Why it could not be loaded or had to be stopped."""
    loaded: bool
    """Whether any case was begun."""
    printed: tuple[str, ...]
    """While it was loaded, then on each case that was begun."""


class Session:
    """A judge process for one exercise: `async with Session(exercise) as session`."""

    def __init__(self, exercise: Exercise) -> None:
        self.exercise = exercise
        self._scratch = Scratch()
        self._child = Child("tutor.exercises.judge", who="The exercise's check", arguments=[str(self._scratch.folder)])
        self.prepared: Prepared
        self._texts: dict[str, str] = {}
        """Of the exercise's own files, as they were when the cases were made."""

    async def __aenter__(self) -> Session:
        """Start the process and make the cases.

        Raises Untrusted (its course's code may not run), BadLesson (the exercise is at fault), WorkerGone (no process).
        """
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def start(self, numba: bool = False) -> None:
        """The same without `with`. numba: have it loaded as well, for code that will use it."""
        need_trust(self.exercise)
        files = {name: str(part(self.exercise, name)) for name in PARTS}
        try:
            self._texts = self._course_texts()
            await self._child.start()
            message = {"do": "prepare", "files": files, "texts": self._texts, "seed": SEED, "numba": numba}
            try:
                answer = await self._child.ask(message, _PREPARATION)
            except WorkerGone as gone:
                place = Place(part(self.exercise, "check"))
                raise BadLesson(
                    f"{place}: {gone.message}",
                    "look for a loop without an end in check, solution and faults; or make the cases smaller",
                ) from None
            self.prepared = _prepared(answer, self.exercise.mistakes)
        except BaseException:
            await self.close()
            raise
        self._child.who = "Your code"

    async def close(self) -> None:
        try:
            await self._child.kill()
        finally:
            self._scratch.clear()

    @property
    def alive(self) -> bool:
        return self._child.alive

    @property
    def pid(self) -> int | None:
        return self._child.pid

    async def still_good(self) -> bool:
        """Whether it answers, and its cases are those that the exercise's files make now. Before any code was loaded only."""
        try:
            return self._texts == self._course_texts() and "ready" in await self._child.ask({"do": "wait"}, 0.0)
        except UserError:
            return False

    def _course_texts(self) -> dict[str, str]:
        return {name: part_text(self.exercise, name) for name in PARTS}

    async def run(self, file: Path, text: str) -> Attempted:
        """Load the text (as if it were in the file) and call its function on every case. Never raises for what it does."""
        seconds = SECONDS_COMPILED if uses_numba(text) else SECONDS
        deadline = time.monotonic() + seconds + _SPARE
        outcomes: list[Outcome] = []
        printed: list[str] = []
        loaded = False
        trouble: Raised | None = None
        try:
            answer = await self._ask({"do": "load", "file": str(file), "text": text, "seconds": seconds}, deadline)
            printed.append(str(answer["printed"]))
            trouble = _raised(answer) if "raised" in answer else None
            for number in range(len(self.prepared.cases) if trouble is None else 0):
                loaded = True
                answer = await self._ask({"do": "case", "number": number}, deadline)
                printed.append(str(answer["printed"]))
                outcome = _outcome(answer)
                if isinstance(outcome, Raised) and not outcome.kind:
                    trouble = outcome
                    break
                outcomes.append(outcome)
        except UserError as error:
            trouble = Raised("", self._death(error, seconds + _SPARE, deadline))
            printed.append(self._last_words())
        except (KeyError, TypeError, ValueError, AttributeError):
            trouble = Raised("", "Your code disturbed the answers of its own process; it only has to return a result")
            await self._child.kill()
        return Attempted(tuple(outcomes), trouble, loaded, tuple(printed))

    async def _ask(self, message: dict[str, Any], deadline: float) -> dict[str, Any]:
        left = max(deadline - time.monotonic(), 0.05)
        try:
            async with asyncio.timeout(left + _SPARE):  # for a child that says for ever that it is busy
                return await self._child.ask(message, left - GRACE)
        except TimeoutError:
            await self._child.kill()
            raise WorkerGone(f"{self._child.who} did not answer") from None

    def _death(self, error: UserError, seconds: float, deadline: float) -> str:
        if isinstance(error, WorkerGone) and time.monotonic() >= deadline - 0.01:
            name = self.prepared.signature.function
            said = "Time is up: {name} did not return within {seconds} s, and was stopped"
            return tr(said, name=name, seconds=f"{seconds:g}")
        return error.message.replace("ended by itself", "ended its own process instead of returning")

    def _last_words(self) -> str:
        """What a dead process has printed, without the judge's own last words."""
        return self._child.last_words().split('Traceback (most recent call last):\n  File "<frozen runpy>"')[0]


def _prepared(answer: dict[str, Any], told: Mapping[str, str]) -> Prepared:
    """told: what is said of mistakes in place of their docstrings."""
    signature = Signature(answer["function"], answer["arguments"], answer["results"], answer["signature"])
    return Prepared(
        signature,
        frozenset(answer["may_change"]),
        answer["tolerance"],
        answer["smallest"],
        tuple(tuple(unpack(argument) for argument in case) for case in answer["cases"]),
        tuple(_returned(outcome) for outcome in answer["truth"]),
        tuple(
            Fault(one["id"], told.get(one["id"], one["message"]), tuple(map(_outcome, one["outcomes"])))
            for one in answer["faults"]
        ),
    )


def _outcome(answer: dict[str, Any]) -> Outcome:
    return _raised(answer) if "raised" in answer else _returned(answer)


def _returned(answer: dict[str, Any]) -> Returned:
    return Returned(unpack(answer["value"]), tuple(unpack(argument) for argument in answer["after"]))


def _raised(answer: dict[str, Any]) -> Raised:
    return Raised(str(answer["raised"]), str(answer.get("sentence", "")), int(answer.get("line", 0)))
