"""Values in few words: what a learner reads under "yours" and "expected"."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

import numpy as np

from tutor.exercises.values import Strange
from tutor.words import tr

_FEW = 6
"""Numbers shown of a row, and rows of a matrix."""
_LONGEST_TEXT = 60
_DEEPEST = 3
"""Lists within lists that are shown."""


def number(value: float) -> str:
    """Six digits: 0.25, -1.5, 1e-09, nan; whole numbers without a point."""
    return str(value) if isinstance(value, bool | int | np.integer) else f"{float(value):.6g}"


def pair(one: float, other: float) -> tuple[str, str]:
    """Two numbers that are not equal, with as many digits as it takes to see it."""
    for digits in (6, 9, 12, 17):
        first, second = f"{float(one):.{digits}g}", f"{float(other):.{digits}g}"
        if first != second:
            return first, second
    return str(one), str(other)


def value(thing: Any, depth: int = _DEEPEST) -> str:
    """A value in one line: [0.5, -1], (1, 2), [1, 2, 3, 4, 5, 6, … 17 in all]."""
    if depth < 0:
        return "…"
    match thing:
        case np.ndarray():
            return _array(thing)
        case bool() | None:
            return str(thing)
        case int() | float() | np.number():
            return number(float(thing) if isinstance(thing, np.floating) else thing)  # type: ignore[arg-type]
        case str():
            return repr(thing if len(thing) <= _LONGEST_TEXT else thing[:_LONGEST_TEXT] + "…")
        case list():
            return f"list [{_parts(thing, depth)}]"
        case tuple():
            return f"({_parts(thing, depth)})"
        case dict():
            some = [f"{key!r}: {value(item, depth - 1)}" for key, item in list(thing.items())[:_FEW]]
            return "{" + ", ".join([*some, "…"] if len(thing) > _FEW else some) + "}"
        case Strange():
            return thing.what
    return type(thing).__name__


def what(thing: Any) -> str:
    """What kind of thing it is, with its article: "an array of shape (3,)", "a number", "nothing (None)"."""
    match thing:
        case np.ndarray():
            return tr("an array of shape {shape}", shape=shape(thing.shape))
        case None:
            return tr("nothing (None)")
        case bool():
            return tr("{value} (a truth value)", value=thing)
        case int() | float():
            return tr("a number")
        case str():
            return tr("text")
        case list():
            return tr("a list")
        case tuple():
            return tr("a tuple")
        case dict():
            return tr("a dictionary")
        case Strange():
            return thing.what
    return type(thing).__name__


def shape(of: Sequence[int]) -> str:
    """A shape as NumPy writes it: (3,), (2, 3), ()."""
    return str(tuple(int(n) for n in of))


def named(names: Sequence[str], values: Sequence[Any]) -> str:
    """Values with their names: "w = [0.5, -1], b = 0"."""
    return ", ".join(f"{name} = {value(thing)}" for name, thing in zip(names, values, strict=True))


def plain(text: str, longest: int) -> str:
    """Text from outside, made fit for a terminal: no control characters, no more than so many characters."""
    cut = text[: longest + 1].expandtabs(4).replace("\r\n", "\n")
    clean = "".join(c if c == "\n" or unicodedata.category(c)[0] != "C" else "�" for c in cut)
    return clean if len(clean) <= longest else clean[: longest - 1] + "…"


def _array(array: np.ndarray[Any, Any]) -> str:
    if array.ndim == 0:
        return f"array({number(array.item())})"
    if array.ndim > 2 and array.size > _FEW:
        return f"array of shape {shape(array.shape)} starting {_row(array.reshape(-1))}"
    if array.ndim == 1:
        return _row(array)
    rows = [_row(row) if array.ndim == 2 else _array(row) for row in array[:_FEW]]
    return "[" + ", ".join(rows) + (f", … {len(array)} rows]" if len(array) > _FEW else "]")


def _row(row: np.ndarray[Any, Any]) -> str:
    some = ", ".join(number(item) for item in row[:_FEW].tolist())
    return f"[{some}, … {row.size} in all]" if row.size > _FEW else f"[{some}]"


def _parts(items: Sequence[Any], depth: int) -> str:
    some = ", ".join(value(item, depth - 1) for item in items[:_FEW])
    return f"{some}, … {len(items)} in all" if len(items) > _FEW else some
