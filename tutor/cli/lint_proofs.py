"""Proofs of exercises for the linter: side by side, and only for what has changed since it was last proven."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from tutor.cli.lint_cache import Findings
from tutor.course.lint import EXERCISE_FILES
from tutor.course.model import Exercise
from tutor.course.source import plain_bytes
from tutor.exercises import prove


class Proofs:
    """Proves the exercises of a course in the background, from the first moment on. To be used in a `with`."""

    def __init__(self, exercises: Sequence[Exercise], moved: Callable[[int], None] = lambda done: None) -> None:
        """moved: told how many have been looked at."""
        self._findings = Findings("proofs")
        self._moved = moved
        self._done = 0
        self._pool = ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1))
        self._proofs: dict[tuple[str, str], Future[list[str]]] = {}
        for exercise in exercises:
            self._start(exercise)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._pool.shutdown(cancel_futures=True)

    def _start(self, exercise: Exercise) -> Future[list[str]]:
        key = (exercise.id, str(exercise.file))
        if key not in self._proofs:
            self._proofs[key] = self._pool.submit(self._proven, exercise)
        return self._proofs[key]

    def _proven(self, exercise: Exercise) -> list[str]:
        question = question_of(exercise)
        if self._findings.known(question) is not None:
            return []
        complaints = prove(exercise)
        if not complaints:
            self._findings.keep(question, True)
        return complaints

    def __call__(self, exercise: Exercise) -> list[str]:
        """What is wrong with an exercise; empty: nothing."""
        complaints = self._start(exercise).result()
        self._done += 1
        self._moved(self._done)
        return complaints


def question_of(exercise: Exercise) -> str:
    """All that a proof depends on: the exercise's block, and its files."""
    digest = hashlib.sha256()
    for file in (exercise.file, *(exercise.file.with_name(exercise.file.stem + suffix) for suffix in EXERCISE_FILES)):
        digest.update(_bytes(file))
        digest.update(b"\0")
    return f"{exercise.id} {exercise.hints!r} {digest.hexdigest()}"


def _bytes(file: Path) -> bytes:
    try:
        return plain_bytes(file, 1_000_000) or b""
    except OSError:
        return b""
