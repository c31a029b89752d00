"""What the linter has to be told, because the course knows neither labs nor pictures nor how to run code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tutor.course.model import Exercise


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
    socket: str = ""
    """The learner's function that the lab can run on; empty: none."""


@dataclass(frozen=True)
class Tools:
    """Everything that is checked by others."""

    labs: Mapping[str, LabFacts]
    formula: Callable[[str], object]
    """Reads a formula; raises an exception whose first argument says what is wrong, with its offset as `position` if known."""
    prove: Callable[[Exercise], list[str]] | None = None
    """Proves that an exercise is sound: the starter fails, the solution passes, each fault is named. Returns complaints."""
