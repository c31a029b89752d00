"""What the store gives back, as plain data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """One answer that the learner gave."""

    task: str
    given: str
    """As it was given; what it means is the task's business."""
    right: bool | None
    """None: held, not judged yet (a prediction before its run)."""
    at: float
    """Seconds since 1970."""


@dataclass(frozen=True)
class Place:
    """Where the learner was."""

    course: str
    lesson: str
    section: str
    block: str
    """Empty: the start of the section."""
    at: float


@dataclass(frozen=True)
class KeptRun:
    """A run that was worth keeping: its link makes it again."""

    id: int
    link: str
    step: int
    metrics: dict[str, float]
    """As they were at that step; inf and nan are possible."""
    lesson: str
    """The lesson it was kept in, or empty."""
    at: float
    name: str = ""
    """As the learner calls it, or empty."""
    curves: str = ""
    """Its curves as `tutor.engine.curves` writes them; empty: its link makes them again."""


@dataclass(frozen=True)
class Reviewed:
    """One answer to a question that was asked again."""

    lesson: str
    task: str
    given: str
    right: bool
    seed: int
    """Which numbers were drawn for it."""
    at: float


@dataclass(frozen=True)
class Ran:
    """The run that a lab of a lesson is remembered by: one that reached its goal, or else the last."""

    lesson: str
    task: str
    link: str
    step: int
    metrics: dict[str, float]
    reached: bool
    """Whether the goal held; True, too, where there is no goal."""
    at: float
