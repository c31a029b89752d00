"""What the linter has to be told, because the course knows neither labs nor pictures nor how to run code."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tutor.course.model import Exercise
from tutor.errors import UserError


@dataclass(frozen=True)
class LabFacts:
    """What a lesson may say about a lab."""

    knobs: Mapping[str, Callable[[object], object]]
    """By name: reads a value, and raises UserError when it cannot be one."""
    metrics: tuple[str, ...]
    views: tuple[str, ...]
    live: frozenset[str] = frozenset()
    """Knobs that may change while the run goes on, and so may be written `knob@step`."""
    curves: tuple[str, ...] = ()
    """The metrics that a view draws along the run."""
    axis: Callable[[str], object] | None = None
    """Reads an axis of the lab's map of many runs, such as "rate=0.1,1", and raises UserError; None: it has no such map."""
    defaults: Mapping[str, object] = field(default_factory=dict)
    """What the knobs are where nobody sets them."""
    socket: str = ""
    """The learner's function that the lab can run on; empty: none."""


@dataclass(frozen=True)
class Reached:
    """How a run went that was to reach a goal."""

    reason: str
    """start: it held before the first step; until: it was reached; finished, diverged or steps: the run ended without it;
    time: it was stopped."""
    step: int
    metrics: Mapping[str, float]


class Bench(Protocol):
    """Makes runs. Both raise UserError where a run cannot be made, and TooLong where it takes too long."""

    def measure(self, link: str, step: int | None) -> Mapping[str, float]:
        """The metrics after so many steps (None: at the run's end), and `step`, how many it made."""
        ...

    def reach(self, link: str, goal: str, steps: int | None = None) -> Reached:
        """Run until the goal holds, at most so many steps (None: as long as a patient learner would)."""
        ...


class TooLong(UserError):
    """A run that takes longer than it may here."""

    title = "That takes too long"


@dataclass(frozen=True)
class Tools:
    """Everything that is checked by others."""

    labs: Mapping[str, LabFacts]
    formula: Callable[[str], object]
    """Reads a formula; raises an exception whose first argument says what is wrong, with its offset as `position` if known."""
    prove: Callable[[Exercise], list[str]] | None = None
    """Proves that an exercise is sound: the starter fails, the solution passes, each fault is named. Returns complaints."""
    display: Callable[[str], Sequence[str]] | None = None
    """Lays a formula out, in lines as they are shown."""
    bench: Bench | None = None
    """Makes the runs that the lessons speak of; None: nothing is run."""
    unknown: Mapping[str, str] = field(default_factory=dict)
    """Labs of the course itself of which nothing is known: id → why; empty: its code may not run, so nothing is checked."""
