"""Values on their way between the process that runs the learner's code and the one that compares.

`tutor.engine.wire` carries numbers, text and arrays as they are, but does not tell a list from a tuple and refuses what it
does not know. The learner's code may return anything, so anything is packed: what cannot travel becomes `Strange`, in words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

LARGEST_ARRAY = 4 * 2**20
"""Bytes of one array; no exercise needs more to show that an answer is right."""
MOST_PARTS = 10_000
DEEPEST = 20
LONGEST_TEXT = 1000
_NUMERIC = frozenset("biuf")


@dataclass(frozen=True)
class Strange:
    """Something that does not travel."""

    what: str
    """With its article: "a generator", "an array of text"."""


def pack(value: Any) -> Any:
    """The value as a tree that the wire carries; `unpack` reads it."""
    return _pack(value, [MOST_PARTS], DEEPEST)


def _pack(value: Any, left: list[int], depth: int) -> Any:
    left[0] -= 1
    if left[0] < 0 or depth < 0:
        return {"strange": "something nested too deep" if depth < 0 else "more than 10 000 values"}
    match value:
        case None | bool():
            return value
        case np.ndarray():
            return _pack_array(np.array(value, copy=True, subok=False))
        case np.generic():
            return _pack_scalar(value)
        case int():
            return int(value) if -(2**63) <= value < 2**63 else {"strange": f"an integer of {value.bit_length()} bits"}
        case float():
            return float(value)
        case str():
            return str(value[:LONGEST_TEXT])
        case list() | tuple():
            kind = "list" if isinstance(value, list) else "tuple"
            return {kind: [_pack(item, left, depth - 1) for item in value[: MOST_PARTS + 1]]}
        case dict():
            return {"dict": [[str(key), _pack(item, left, depth - 1)] for key, item in list(value.items())[: MOST_PARTS + 1]]}
    return {"strange": _article(type(value).__name__)}


def _pack_array(array: np.ndarray[Any, Any]) -> Any:
    if array.dtype.kind not in _NUMERIC:
        return {"strange": f"an array of {array.dtype}"}
    if array.nbytes > LARGEST_ARRAY:
        return {"strange": f"an array of shape {array.shape}, which is too large"}
    return array


def _pack_scalar(value: np.generic) -> Any:
    match value.dtype.kind:
        case "b":
            return bool(value)
        case "i" | "u":
            return int(value)
        case "f":
            return float(value)
    return {"strange": _article(str(value.dtype))}


def unpack(tree: Any) -> Any:
    """The value of a tree that `pack` made. Raises ValueError on any other."""
    if not isinstance(tree, dict):
        return tree
    if len(tree) != 1:
        raise ValueError("not a packed value")
    [(kind, inside)] = tree.items()
    match kind:
        case "list":
            return [unpack(item) for item in inside]
        case "tuple":
            return tuple(unpack(item) for item in inside)
        case "dict":
            return {str(key): unpack(item) for key, item in inside}
        case "strange":
            return Strange(str(inside))
    raise ValueError(f"not a packed value: {kind!r}")


def _article(name: str) -> str:
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"
