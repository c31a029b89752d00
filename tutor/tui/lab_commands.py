"""What a lab pane can ask of its worker, and how requests that wait are summed up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tutor.labs.spec import Value


@dataclass(frozen=True)
class Open:
    """Start another run."""

    link: str
    plug: Path | None = None
    step: int = 0
    free: bool = False
    """The link leaves open on which device it runs."""


@dataclass(frozen=True)
class Play:
    """Go on by itself."""

    pace: float


@dataclass(frozen=True)
class Pause:
    """Stop where it is."""


@dataclass(frozen=True)
class Step:
    """Stop, and make some steps."""

    count: int = 1


@dataclass(frozen=True)
class Back:
    """Stop, and go back some steps from wherever it has got to."""

    count: int = 1


@dataclass(frozen=True)
class Seek:
    """Stop, and go to a step."""

    step: int


@dataclass(frozen=True)
class Change:
    """Turn a knob."""

    knob: str
    value: Value


@dataclass(frozen=True)
class Switch:
    """Go on on another device."""

    device: str


@dataclass(frozen=True)
class Restart:
    """Begin again, with another seed where one is given; a run that goes on by itself still does."""

    seed: int | None = None


@dataclass(frozen=True)
class Revive:
    """A fresh process, the same run."""


@dataclass(frozen=True)
class WriteDown:
    """Tell the run as it is, with its curves, for a purpose."""

    purpose: str


Command = Open | Play | Pause | Step | Back | Seek | Change | Switch | Restart | Revive | WriteDown


def queued(pending: Sequence[Command], new: Command) -> list[Command]:
    """The commands that are waiting with one more; what a later one makes pointless is dropped, repeats are added up."""
    waiting = list(pending)
    last = waiting[-1] if waiting else None
    match new, last:
        case (Step(more), Step(count)):
            return [*waiting[:-1], Step(count + more)]
        case (Back(more), Back(count)):
            return [*waiting[:-1], Back(count + more)]
        case (Change(), Change()) if new.knob == last.knob:
            return [*waiting[:-1], new]
        case (Seek(), Seek()) | (Switch(), Switch()) | (Restart(), Restart()) | (Play() | Pause(), Play() | Pause()):
            return [*waiting[:-1], new]
        case (Open() | Revive(), _):
            return [new]
    return [*waiting, new]
