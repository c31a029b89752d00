"""The rules of the lab `can-do`: which answers count, and when it is over. Ticks of the run are the clock, so a run replays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.errors import BadLink
from tutor.labs.spec import Knobs, State
from tutor.labs.why.blurred import COUNT

TICKS = 10
"""A second, at the pace at which the lab starts."""
LIMIT = 90 * TICKS
"""When the clock has run down."""


def given(knobs: Knobs, state: State | None = None) -> NDArray[Any]:
    """(20,) int64: the learner's answers, -1 where there is none or it came too late. Raises BadLink on a text that is none."""
    text = str(knobs["answers"])
    if len(text) > COUNT or any(c not in "0123456789-" for c in text):
        raise BadLink(f"answers cannot be {text!r}", f"write at most {COUNT} digits, with - where there is no answer")
    found = np.full(COUNT, -1, np.int64)
    for place, c in enumerate(text):
        found[place] = -1 if c == "-" else int(c)
    if state is not None:
        late = state["answered_at"] >= LIMIT
        if int(state["step"][0]) >= LIMIT:
            late = late | (state["answered_at"] < 0)
        found[late] = -1
    return found


def note_times(state: State, knobs: Knobs) -> None:
    """Write down, for each answer that is new, at which tick it was there; an answer that is taken back has no time."""
    there, times = given(knobs) >= 0, state["answered_at"]
    times[there & (times < 0)] = state["step"][0]
    times[~there] = -1


def is_over(state: State, knobs: Knobs) -> bool:
    """Whether all are labelled, or the time is up."""
    return int(state["step"][0]) >= LIMIT or bool((given(knobs, state) >= 0).all())
