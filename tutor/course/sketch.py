"""A prediction drawn as a curve: a few heights over the steps of a run, and how close they come to what was measured.

Heights are shares of the range that the author gave, 0 at its lower end and 1 at its upper one, by ratios on a log range. All
distances are between heights, so they mean the same on any range.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from tutor.course.answers import read_number
from tutor.course.model import Predict
from tutor.words import tr

POINTS = 7
"""How many points the learner moves."""
FINE = 101
"""At so many places, equally far apart, two curves are compared."""
_LEVEL = 0.08
"""A curve that ends less than this from where it began has no direction."""
_TURN = 0.15
"""So far beyond both ends a curve has turned on its way."""
_SOONER = 0.12
"""Half of the way made this much sooner or later, as a share of the steps, is another pace."""

Curve = Sequence[tuple[float, float]]
"""(step, value) by step."""


def steps_of(predict: Predict) -> list[float]:
    """The steps of the points."""
    return [predict.steps * i / (POINTS - 1) for i in range(POINTS)]


def height(predict: Predict, value: float) -> float:
    """Where a value is in the range, held between 0 and 1."""
    if math.isnan(value):
        return math.nan
    low, high = predict.low, predict.high
    if predict.log:
        value, low, high = math.log10(max(value, 1e-300)), math.log10(low), math.log10(high)
    return min(1.0, max(0.0, (value - low) / (high - low)))


def value_at(predict: Predict, share: float) -> float:
    """The value at a height."""
    if predict.log:
        return float(predict.low * (predict.high / predict.low) ** share)
    return predict.low + share * (predict.high - predict.low)


def read_sketch(predict: Predict, text: str) -> list[float] | None:
    """The heights of the points from values with commas or blanks between, or None when these are no `POINTS` numbers."""
    values = [read_number(word) for word in text.replace(",", " ").split()]
    found = [height(predict, value) for value in values if value is not None]
    return found if len(values) == len(found) == POINTS else None


def sketch_text(predict: Predict, heights: Sequence[float]) -> str:
    """What `read_sketch` reads."""
    return ", ".join(f"{value_at(predict, share):.3g}" for share in heights)


def spread(heights: Sequence[float]) -> list[float]:
    """The sketch at `FINE` places: straight from point to point. heights: of the points."""
    return [_between(i / (FINE - 1) * (POINTS - 1), heights) for i in range(FINE)]


def _between(at: float, heights: Sequence[float]) -> float:
    left = min(int(at), len(heights) - 2)
    return heights[left] + (at - left) * (heights[left + 1] - heights[left])


def measured(predict: Predict, curve: Curve) -> list[float]:
    """The run at the same places, as heights; empty when it has no number. A run that ended early stays where it ended."""
    points = [(step, height(predict, value)) for step, value in curve if not math.isnan(value)]
    if not points:
        return []
    found, k = [], 0
    for i in range(FINE):
        step = predict.steps * i / (FINE - 1)
        while k + 1 < len(points) and points[k + 1][0] <= step:
            k += 1
        here, there = points[k], points[min(k + 1, len(points) - 1)]
        share = (step - here[0]) / (there[0] - here[0]) if there[0] > here[0] and step > here[0] else 0.0
        found.append(here[1] + share * (there[1] - here[1]))
    return found


def distance(drawn: Sequence[float], truth: Sequence[float]) -> float:
    """The mean distance of two curves, as a share of the range. drawn, truth: heights at the same places."""
    return sum(abs(a - b) for a, b in zip(drawn, truth, strict=True)) / len(truth)


def shape_words(drawn: Sequence[float], truth: Sequence[float]) -> str:
    """What differs in the shapes of two curves, in a sentence: direction, a turn on the way, pace, where it ends."""
    said = {-1: tr("falls"), 0: tr("ends where it began"), 1: tr("rises")}
    mine, its = _direction(drawn), _direction(truth)
    if _turn(truth) and not _turn(drawn):
        return tr(
            "On its way it {turns} beyond both its ends, which you did not draw.", turns=said[1 if _turn(truth) > 0 else -1]
        )
    if mine != its:
        return tr("The direction was another one: it {its}, yours {yours}.", its=said[its], yours=said[mine])
    if not its:
        return (
            tr("It stays level, as you drew it.")
            if abs(drawn[-1] - truth[-1]) < _LEVEL
            else tr("Level, but at another height.")
        )
    sooner = (_half(truth) - _half(drawn)) / FINE
    if abs(sooner) > _SOONER:
        return (
            tr("You had the direction right, but too fast.") if sooner > 0 else tr("You had the direction right, but too slow.")
        )
    if abs(drawn[-1] - truth[-1]) > _SOONER:
        return (
            tr("You had the direction right, but it ends lower.")
            if truth[-1] < drawn[-1]
            else tr("You had the direction right, but it ends higher.")
        )
    return tr("You had the direction and the pace right.")


def _direction(heights: Sequence[float]) -> int:
    way = heights[-1] - heights[0]
    return 0 if abs(way) < _LEVEL else 1 if way > 0 else -1


def _turn(heights: Sequence[float]) -> int:
    """1 where the curve goes well above both its ends, −1 where it goes below them, else 0."""
    ends = heights[0], heights[-1]
    if max(heights) > max(ends) + _TURN:
        return 1
    return -1 if min(heights) < min(ends) - _TURN else 0


def _half(heights: Sequence[float]) -> int:
    """The first place at which half of the way from the start to the end is made."""
    way = heights[-1] - heights[0]
    return next(i for i, here in enumerate(heights) if abs(here - heights[0]) >= abs(way) / 2)
