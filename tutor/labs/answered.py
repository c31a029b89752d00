"""What a learner's function has answered, looked at before it counts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.errors import UserError

Array = NDArray[Any]


def arrays(function: str, answer: Any, wanted: dict[str, tuple[int, ...]]) -> list[Array]:
    """The answer as one float64 array for each name in `wanted`, of the shape given there. Raises UserError."""
    mend = f"return {len(wanted)} arrays, as in: return {', '.join(wanted)}"
    if answer is None:
        raise UserError(f"{function} returned nothing", mend)
    if not isinstance(answer, tuple | list):
        raise UserError(f"{function} returned one value of type {type(answer).__name__}, not {len(wanted)}", mend)
    if len(answer) != len(wanted):
        raise UserError(f"{function} returned {len(answer)} values, not {len(wanted)}", mend)
    return [_array(function, name, value, shape) for value, (name, shape) in zip(answer, wanted.items(), strict=True)]


def _array(function: str, name: str, value: Any, shape: tuple[int, ...]) -> Array:
    try:
        array = np.asarray(value)
        if array.dtype.kind not in "biuf":
            raise ValueError
        array = array.astype(np.float64)
    except (ValueError, TypeError, OverflowError):
        raise UserError(f"{function} returned a {name} that is not made of real numbers", f"{name} is an array") from None
    if array.shape != shape:
        raise UserError(f"{function} returned a {name} of shape {array.shape}, not {shape}", f"{name} keeps its shape")
    if not bool(np.isfinite(array).all()):
        raise UserError(f"{function} returned a {name} that is infinite or not a number", "look for a division by 0")
    return array
