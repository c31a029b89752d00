"""The lab `pitfalls` in words: where plain descent is stuck, and where the other run has got to."""

from __future__ import annotations

import numpy as np

from tutor.labs.descents import bends, is_lost, left, lost_at, measured
from tutor.labs.spec import Knobs, State, Words
from tutor.labs.words import said

_LOW = 0.01
"""Closer to the lowest height than this, a run has made it."""
_LEVEL = 0.01
"""With a smaller slope than this, a run hardly moves."""
_FLAT = 0.05
"""Where the loss bends no more than this in any direction, it is a plateau."""
_NARROW = 30.0
"""In a valley that bends so many times more across than along, it is a ravine."""


def diagnose(state: State, knobs: Knobs) -> Words:
    """The lab in words."""
    if state["step"][0] == 0:
        return Words("both stand at the start" if np.array_equal(*state["w"]) else "plain descent and a random start")
    plain = place(state, 0)
    helps = [name for name, on in _helps(knobs) if on]
    summary = f"plain descent: {plain}"
    if helps:
        summary += f"; with {' and '.join(helps)}: {place(state, 1)}"
    worst = float(bends(state, state["w"][0])[-1])
    rate = float(knobs["rate"])
    if is_lost(state)[0]:
        return Words(summary, f"plain descent diverged at step {lost_at(state, 0)}: the rate {said(rate)} is too large here")
    if worst > 0 and rate * worst > 2:
        return Words(summary, f"ρ = {said(rate)} is more than 2/L = {said(2 / worst)} where plain descent is: it cannot settle")
    return Words(summary)


def place(state: State, r: int) -> str:
    """Where a run is: at the lowest point, or in which pitfall, or on its way."""
    if is_lost(state)[r]:
        return "lost"
    w, height = state["w"][r], float(state["loss"][r] - state["least"][0])
    slope = float(np.linalg.norm(measured(state, w)[1]))
    least, most = bends(state, w).tolist()
    above = f"{said(height)} too high"
    if height <= _LOW and left(state, r) <= 0.2:
        return f"at the lowest point ({above})" if height > 1e-6 else "at the lowest point"
    if slope <= _LEVEL and max(abs(least), abs(most)) <= _FLAT:
        return f"on a plateau, slope {said(slope, 2)}, {above}"
    if slope <= _LEVEL and least < -_FLAT:
        return f"at the saddle, slope {said(slope, 2)}, {above}"
    if slope <= _LEVEL and least > _FLAT:
        return f"stuck in a local minimum, {above}"
    if least > 0 and most > _NARROW * least and slope < 2 * least * left(state, r):
        return f"crawling along a ravine, {above}"
    return f"on its way, {above}"


def _helps(knobs: Knobs) -> list[tuple[str, bool]]:
    return [
        ("momentum", float(knobs["momentum"]) > 0),
        ("noise", float(knobs["noise"]) > 0),
        ("another start", knobs["start"] == "random"),
    ]
