"""What is wrong in a course: a place, what and why, how to mend it, and the rule that it breaks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tutor.course.model import Place
from tutor.errors import BadLesson
from tutor.harmless import harmless


@dataclass(frozen=True)
class Problem:
    """One fault of a course."""

    place: Place
    message: str
    mend: str
    rule: str
    """A short stable name, such as "unknown-knob"."""

    def __str__(self) -> str:
        said = f"{self.place}: {self.message} ({self.mend})" if self.mend else f"{self.place}: {self.message}"
        return harmless(" ".join(said.splitlines()))

    def as_json(self) -> dict[str, str | int]:
        """The same for machines; the keys stay as they are."""
        return {
            "file": str(self.place.file),
            "line": self.place.line,
            "column": self.place.column,
            "rule": self.rule,
            "message": self.message,
            "mend": self.mend,
        }


class Problems:
    """Collects faults while a file is read, so that an author sees all of them at once."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, place: Place, rule: str, message: str, mend: str = "") -> None:
        self.found.append(Problem(place, message, mend, rule))

    def __len__(self) -> int:
        return len(self.found)


_IN_FILE = re.compile(r"(?P<file>[^:]+\.py)(:(?P<line>\d+))?(:\d+)?: (?P<said>.*)", re.DOTALL)


def placed(root: Path, sentence: str) -> tuple[Place, str] | None:
    """A sentence about code, such as "labs/own.py:12: …", as the place that it names below root, and the rest; or None."""
    match = _IN_FILE.match(sentence)
    return (Place(root / match["file"], int(match["line"] or 1)), match["said"]) if match else None


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """The problems as a reader meets them: by file, line and column."""
    return sorted(problems, key=lambda problem: (str(problem.place.file), problem.place.line, problem.place.column))


class Refused(BadLesson):
    """A text that cannot be used, because of this problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.place}: {problem.message}", problem.mend)
        self.problem = problem


def refuse(problems: Sequence[Problem]) -> None:
    """Raise BadLesson with the first problem, if there is one."""
    if problems:
        raise Refused(in_order(problems)[0])
