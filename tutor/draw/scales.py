"""Numbers for axes: limits that change rarely, round ticks, short labels. Nothing here fails on any float."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

LARGEST = 1e300
"""Values beyond this are held to it, so that differences stay finite."""
_ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)
_SPANS = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


def span_of(values: NDArray[Any]) -> tuple[float, float] | None:
    """The smallest and the largest finite value, or None when there is none."""
    values = np.asarray(values, np.float64).ravel()
    finite = values[np.isfinite(values)]
    if not finite.size:
        return None
    return max(float(finite.min()), -LARGEST), min(float(finite.max()), LARGEST)


def usable(limits: tuple[float, float] | None) -> tuple[float, float] | None:
    """The limits if they are finite, in order and not too close to be told apart, else None."""
    if limits is None:
        return None
    low, high = float(limits[0]), float(limits[1])
    if not (math.isfinite(low) and math.isfinite(high)):
        return None
    low, high = max(low, -LARGEST), min(high, LARGEST)
    return (low, high) if high - low > max(abs(low), abs(high)) * 1e-9 and high - low > 1e-290 else None


def _apart(low: float, high: float) -> tuple[float, float]:
    """Finite limits in order, widened where they are (nearly) one value."""
    low, high = (x if math.isfinite(x) else 0.0 for x in (low, high))
    low, high = sorted((min(max(low, -LARGEST), LARGEST), min(max(high, -LARGEST), LARGEST)))
    if usable((low, high)) is None:
        middle = (low + high) / 2
        half = abs(middle) / 2 if abs(middle) > 1e-280 else 0.5
        return middle - half, middle + half
    return low, high


def _power(x: float) -> float:
    return 10.0 ** max(-300, min(300, math.floor(math.log10(x))))


def stepped_limits(low: float, high: float, previous: tuple[float, float] | None = None) -> tuple[float, float]:
    """Round limits around low…high that stay the same while the data grow a little.

    The limits `previous` are kept while the data lie within them and fill at least two fifths. Otherwise zero is taken in where
    it is near, and each end moves out to a step: 1, 1.2, 1.5, 2, … times a power of ten where the other end is zero, else a
    round tenth of the span.
    """
    low, high = _apart(low, high)
    if previous is not None and usable(previous) is not None:
        a, b = previous
        if a <= low and high <= b and high - low >= 0.4 * (b - a):
            return previous
    if 0 < low < 0.5 * high:
        low = 0.0
    elif 0.5 * low < high < 0:
        high = 0.0
    if low == 0.0:
        return 0.0, _step_up(high)
    if high == 0.0:
        return -_step_up(-low), 0.0
    step = tick_step(high - low, 10)
    return math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step


def _step_up(value: float) -> float:
    power = _power(value)
    return next((s * power for s in _SPANS if s * power >= value * (1 - 1e-9)), 10 * power)


def tick_step(span: float, count: int) -> float:
    """A round step that divides the span in about `count` pieces or fewer."""
    rough = max(span / max(1, count), 1e-300)
    power = _power(rough)
    return next((r * power for r in _ROUND if r * power >= rough * (1 - 1e-9)), 10 * power)


def ticks(low: float, high: float, count: int) -> list[tuple[float, str]]:
    """At most about `count` round values within low…high, in order, each with its label."""
    low, high = _apart(low, high)
    for pieces in (max(1, count), max(1, count - 1), max(1, count - 2), 1):
        step = tick_step(high - low, pieces)
        first = math.ceil(low / step - 1e-6)
        last = math.floor(high / step + 1e-6)
        if 0 <= last - first < max(2, count) + 1:
            values = [k * step for k in range(int(first), int(last) + 1)]
            if len(values) <= max(2, count):
                return [(v, _at_step(v, step)) for v in values]
    return [(low, number(low)), (high, number(high))]


def _at_step(value: float, step: float) -> str:
    if value == 0 or abs(value) < step / 1e6:
        return "0"
    if abs(step) > 1e-4 and abs(value) < 1e6:
        places = next((p for p in range(6) if abs(step * 10**p - round(step * 10**p)) < 1e-6 * step * 10**p), 5)
        return f"{value:.{places}f}"
    if 1e6 <= abs(value) < 1e9 and step >= 1e5:
        return f"{value / 1e6:g}M"
    return number(value, 4)


def number(value: float, digits: int = 3) -> str:
    """A number in few characters: 0.031, 1500, 2.5e7, 1e-5."""
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    text = f"{value:.{digits}g}"
    if "e" in text:
        base, exponent = text.split("e")
        if 0 <= int(exponent) < 6:
            return f"{value:.0f}"
        return f"{base}e{int(exponent)}"
    return "0" if text == "-0" else text


def log_ticks(low: float, high: float, count: int) -> list[tuple[float, str]]:
    """Ticks for an axis of decimal logarithms from `low` to `high`: powers of ten, or 1, 2, 5 where there are few of them."""
    first, last = math.ceil(low - 1e-9), math.floor(high + 1e-9)
    if last - first >= 1:
        every = max(1, math.ceil((last - first + 1) / max(1, count)))
        return [(float(k), _ten(k)) for k in range(first, last + 1) if (k - last) % every == 0]
    found = []
    for k in range(math.floor(low) - 1, math.ceil(high) + 1):
        for digit in (1, 2, 5):
            at = k + math.log10(digit)
            if low - 1e-9 <= at <= high + 1e-9:
                found.append((at, number(digit * 10.0 ** max(-300, min(300, k)))))
    if len(found) >= 2:
        return found[:: max(1, math.ceil(len(found) / max(1, count)))]
    return [(x, number(10.0 ** max(-300, min(300, x)))) for x in (low, high)]


def _ten(k: int) -> str:
    return number(10.0**k) if -4 < k < 5 else f"1e{k}"
