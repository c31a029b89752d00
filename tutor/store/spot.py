"""Where the learner is at this moment, in a small file beside the progress: what a session is resumed from, however it ended.

It is written again and again while a lab runs, so it is no transaction of the store, which would wait for the disk each time.
A process that is killed has written all that it has handed to the system; only a power failure may take the last second.
"""

from __future__ import annotations

import json
import math
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

NAME = "here.json"
_LONGEST = 20_000
_FARTHEST = 2**53


@dataclass(frozen=True)
class Spot:
    """A screen, and what was open on it."""

    course: str = ""
    screen: str = "home"
    """"home", "lesson", "lab" (by itself) or "review"."""
    lesson: str = ""
    task: str = ""
    """The block of the lesson that is open: a lab, an exercise or a bug; or empty."""
    inside: bool = False
    """The lab has the keys, not the text beside it."""
    plugged: bool = False
    """The lab of the exercise (or bug) is open, on the learner's code."""
    link: str = ""
    """The run of the lab, as far as it is, or empty."""
    step: int = 0
    playing: bool = False
    pace: float = 0.0
    view: str = ""
    tries: int = 0
    """How often it was resumed since a session last lived on it for a moment."""


def read_spot(folder: Path) -> Spot | None:
    """The spot of the last session, or None where there is none that can be read."""
    try:
        with open(folder / NAME, encoding="utf-8") as stream:
            known = json.loads(stream.read(_LONGEST))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(known, dict):
        return None
    given: dict[str, Any] = {}
    for field in fields(Spot):
        value = known.get(field.name, field.default)
        if type(value) is not type(field.default):
            return None
        given[field.name] = value
    spot = Spot(**given)
    sound = 0 <= spot.step <= _FARTHEST and math.isfinite(spot.pace) and spot.pace >= 0
    return spot if sound else None


def write_spot(folder: Path, spot: Spot) -> None:
    """Keep a spot: whole or not at all. A folder that cannot be written is told of by the store, not here."""
    half = folder / f".{NAME}.{os.getpid()}"
    try:
        with open(half, "w", encoding="utf-8", opener=lambda path, flags: os.open(path, flags, 0o600)) as stream:
            json.dump(asdict(spot), stream)
        os.replace(half, folder / NAME)
    except OSError:
        with suppress(OSError):
            half.unlink()
