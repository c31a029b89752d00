"""Where the learner's answer first differs from the expected one.

A list may stand for a tuple, a whole number for a number, and any float type for another: the values count. What would
break the lab that later runs on the learner's code is a difference: a list for an array, another shape, a float for an index.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.exercises import show
from tutor.words import tr

_TOLERANCES = {2: 1e-2, 4: 1e-4, 8: 1e-9}
"""Relative tolerance by the bytes of the float type that is calculated with."""
_FLOOR = 1e-3
"""Where all that is expected is smaller than this, the tolerance shrinks no further: rounding leaves 1e-17 where 0 is due."""


@dataclass(frozen=True)
class Difference:
    """The first difference."""

    sentence: str
    """"w is wrong", "w has shape (5, 1); (5,) is expected"."""
    where: str = ""
    """"w[3] is 0.5; 1.5 is expected", or empty when the sentence says it all."""


def tolerance_for(*values: Any) -> float:
    """The relative tolerance for these inputs and results: that of the coarsest float type among their arrays."""
    return max((_TOLERANCES.get(size, 1e-9) for value in values for size in _float_sizes(value)), default=1e-9)


def _float_sizes(value: Any) -> list[int]:
    match value:
        case np.ndarray():
            return [value.dtype.itemsize] if value.dtype.kind == "f" else []
        case list() | tuple():
            return [size for item in value for size in _float_sizes(item)]
        case dict():
            return [size for item in value.values() for size in _float_sizes(item)]
    return []


def difference(yours: Any, expected: Any, name: str, tolerance: float, parts: Sequence[str] = ()) -> Difference | None:
    """The first difference, or None.

    name: what the value is called in sentences. parts: the names of a tuple's items, such as ("w", "b"). tolerance: relative to
    the largest number of the array (of the number itself), for floats; integers and truth values are compared exactly.
    """
    match expected:
        case tuple() | list():
            return _sequences(yours, expected, name, tolerance, parts)
        case dict():
            return _mappings(yours, expected, name, tolerance)
        case np.ndarray():
            return _arrays(yours, expected, name, tolerance)
        case bool():
            return None if isinstance(yours, bool) and yours == expected else _otherwise(yours, expected, name)
        case int() | float():
            return _numbers(yours, expected, name, tolerance)
    return None if type(yours) is type(expected) and yours == expected else _otherwise(yours, expected, name)


def _otherwise(yours: Any, expected: Any, name: str) -> Difference:
    if type(yours) is type(expected):
        return Difference(tr("{name} is wrong", name=name), _is(name, show.value(yours), show.value(expected)))
    return Difference(_is(name, show.what(yours), show.what(expected)))


def _is(name: str, yours: object, expected: object) -> str:
    return tr("{name} is {yours}; {expected} is expected", name=name, yours=yours, expected=expected)


def _sequences(yours: Any, expected: Sequence[Any], name: str, tolerance: float, parts: Sequence[str]) -> Difference | None:
    names = parts if len(parts) == len(expected) else [f"{name}[{i}]" for i in range(len(expected))]
    wanted = f"({', '.join(parts)})" if names is parts else ""
    if not isinstance(yours, list | tuple):
        if wanted:
            return Difference(_is(name, show.what(yours), wanted))
        several = "{name} is {yours}; {count} values are expected"
        return Difference(tr(several, name=name, yours=show.what(yours), count=len(expected)))
    if len(yours) != len(expected):
        have = tr("1 value") if len(yours) == 1 else tr("{count} values", count=len(yours))
        said = tr("{name} is {yours}; {count} are expected", name=name, yours=have, count=len(expected))
        return Difference(f"{said}: {wanted}" if wanted else said)
    pairs = zip(yours, expected, names, strict=True)
    return next((found for y, e, n in pairs if (found := difference(y, e, n, tolerance))), None)


def _mappings(yours: Any, expected: dict[str, Any], name: str, tolerance: float) -> Difference | None:
    if not isinstance(yours, dict):
        return _otherwise(yours, expected, name)
    if yours.keys() != expected.keys():
        have, due = ", ".join(yours) or tr("(none)"), ", ".join(expected)
        return Difference(tr("{name} has the keys {yours}; {expected} are expected", name=name, yours=have, expected=due))
    found = (difference(yours[key], expected[key], f"{name}[{key!r}]", tolerance) for key in expected)
    return next((one for one in found if one), None)


def _numbers(yours: Any, expected: float, name: str, tolerance: float) -> Difference | None:
    if isinstance(yours, np.ndarray) and yours.ndim == 0:
        yours = yours.item()
    if isinstance(yours, bool) or not isinstance(yours, int | float):
        return _otherwise(yours, expected, name)
    wrong = _wrong(np.float64(yours), np.float64(expected), tolerance if isinstance(expected, float) else 0.0)
    return _differing(name, float(yours), float(expected), name) if wrong.any() else None


def _arrays(yours: Any, expected: NDArray[Any], name: str, tolerance: float) -> Difference | None:
    if not isinstance(yours, np.ndarray):
        return _otherwise(yours, expected, name)
    if yours.shape != expected.shape:
        shapes = {"yours": show.shape(yours.shape), "expected": show.shape(expected.shape)}
        return Difference(tr("{name} has shape {yours}; {expected} is expected", name=name, **shapes))
    if expected.dtype.kind != "f" and yours.dtype.kind not in ("iu" if expected.dtype.kind in "iu" else expected.dtype.kind):
        kinds = {"yours": yours.dtype, "expected": expected.dtype}
        return Difference(tr("{name} holds {yours} values; {expected} is expected", name=name, **kinds))
    wrong = _wrong(yours, expected, tolerance if expected.dtype.kind == "f" else 0.0)
    if not wrong.any():
        return None
    place = tuple(int(i) for i in np.argwhere(wrong)[0])
    return _differing(f"{name}[{', '.join(map(str, place))}]" if place else name, yours[place], expected[place], name)


def _wrong(yours: Any, expected: Any, tolerance: float) -> NDArray[np.bool_]:
    """Where two numbers or arrays of one shape differ; a NaN equals a NaN, and an infinity one of its sign."""
    if not tolerance:
        return np.asarray(yours != expected)
    y, e = np.asarray(yours, np.float64), np.asarray(expected, np.float64)
    finite = np.abs(e[np.isfinite(e)])
    limit = tolerance * max(float(finite.max()) if finite.size else 0.0, _FLOOR)
    with np.errstate(invalid="ignore", over="ignore"):
        close = np.abs(y - e) <= limit
    return np.asarray(~(close | (y == e) | (np.isnan(y) & np.isnan(e))))


def _differing(place: str, yours: float, expected: float, name: str) -> Difference:
    if np.isfinite(expected) and not np.isfinite(yours):
        return Difference(tr("{name} is not finite", name=name), _is(place, float(yours), show.number(expected)))
    one, other = show.pair(yours, expected)
    return Difference(tr("{name} is wrong", name=name), _is(place, one, other))
