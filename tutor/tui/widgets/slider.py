"""A knob's range as arithmetic: where a value stands on it, and what the next press of a key makes of it."""

from __future__ import annotations

import math

from tutor.engine.link import value_text
from tutor.labs.spec import Knob, Value

PRESSES = 40
"""Presses from one end of the range to the other, unless the knob says otherwise."""
FINE = 10
"""Fine presses in one press."""
_SNAP = 1e-6


def has_track(knob: Knob) -> bool:
    """Whether it is turned along a range."""
    return knob.kind in ("number", "integer")


def fraction(knob: Knob, value: Value) -> float:
    """Where the value stands between the two ends of the range, 0 to 1."""
    if not isinstance(value, int | float) or knob.high <= knob.low:
        return 0.0
    if knob.log and knob.low > 0:
        return _held(math.log(max(value, knob.low) / knob.low) / math.log(knob.high / knob.low))
    return _held((value - knob.low) / (knob.high - knob.low))


def at(knob: Knob, where: float) -> Value:
    """The value at a fraction of the range, in a form that is good to read."""
    where = _held(where)
    if knob.log and knob.low > 0:
        return _tidy(knob, knob.low * (knob.high / knob.low) ** where, digits=2)
    return _tidy(knob, knob.low + (knob.high - knob.low) * where, digits=3)


def nudge(knob: Knob, value: Value, presses: int, *, fine: bool = False) -> Value:
    """The value after so many presses of an arrow key (negative: to the left); fine: a tenth of each.

    Presses land on the same marks whatever value was typed in between; the ends hold. Choices go along their list.
    """
    if knob.kind == "choice":
        place = knob.choices.index(str(value)) if str(value) in knob.choices else 0
        return knob.choices[min(max(place + presses, 0), len(knob.choices) - 1)]
    if not has_track(knob) or not isinstance(value, int | float) or presses == 0:
        return value
    if knob.log and knob.low > 0:
        return _nudge_ratio(knob, value, presses, fine)
    step = (knob.step or (knob.high - knob.low) / PRESSES) / (FINE if fine else 1)
    if knob.kind == "integer":
        step = max(1.0, float(round(step)))
    moved = knob.low + _next_mark((value - knob.low) / step, presses) * step
    return _tidy(knob, moved, digits=0)


def ends(knob: Knob) -> tuple[Value, Value]:
    """The values at both ends; of choices, the first and the last."""
    if knob.kind == "choice":
        return knob.choices[0], knob.choices[-1]
    return _tidy(knob, knob.low, digits=0), _tidy(knob, knob.high, digits=0)


def short_text(value: Value) -> str:
    """A value in few characters."""
    if isinstance(value, float):
        rounded = float(f"{value:.4g}")
        return value_text(rounded) if 1e-4 <= abs(rounded) < 1e6 or rounded == 0 else f"{value:.3g}"
    return value_text(value)


def _nudge_ratio(knob: Knob, value: float, presses: int, fine: bool) -> Value:
    marks = PRESSES * (FINE if fine else 1)
    mark = _next_mark(fraction(knob, value) * marks, presses)
    moved = knob.low * (knob.high / knob.low) ** _held(mark / marks)
    for digits in (2, 3, 6):
        tidy = _tidy(knob, moved, digits=digits)
        if isinstance(tidy, int | float) and (tidy - value) * presses > 0:
            return tidy
    if knob.kind == "integer":
        return int(min(max(value + presses, knob.low), knob.high))
    return ends(knob)[presses > 0]


def _next_mark(place: float, presses: int) -> float:
    """The mark so many marks away; from between two marks, the nearer ones come first."""
    if presses > 0:
        return math.floor(place + _SNAP) + presses
    return math.ceil(place - _SNAP) + presses


def _tidy(knob: Knob, number: float, *, digits: int) -> Value:
    """Inside the range, with at most so many significant digits (0: only rid of binary dust), whole where it must be."""
    if digits and knob.kind != "integer":
        spread = abs(number) if knob.log else max(abs(number), knob.high - knob.low)
        places = digits - 1 - math.floor(math.log10(spread)) if spread else digits
        number = round(number, places)
    number = min(max(float(f"{number:.9g}"), knob.low), knob.high)
    return int(min(max(round(number), math.ceil(knob.low)), math.floor(knob.high))) if knob.kind == "integer" else number + 0.0


def _held(where: float) -> float:
    return min(1.0, max(0.0, where))
