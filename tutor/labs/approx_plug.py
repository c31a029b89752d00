"""The lab `approx` on the learner's own construction: called once, and checked before it is drawn."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from tutor.errors import UserError
from tutor.labs import approx_nets as nets
from tutor.labs.answered import arrays
from tutor.labs.expressions import tabulated
from tutor.labs.spec import Knobs, Plug

Array = NDArray[Any]


def constructed(interpolate: Plug, knobs: Knobs, middle: float, half: float) -> Array:
    """theta of the net of `interpolate(knots, values)` for the lab's function. Raises UserError, saying what is wrong."""
    if knobs["activation"] != "relu":
        raise UserError(f"interpolate builds a net of ReLUs, and the activation is {knobs['activation']}", "set it to relu")
    n = int(knobs["hidden"])
    at = nets.knots(n)
    answer = interpolate(at.copy(), tabulated(nets.function_of(knobs), at).copy())
    w1, b1, w2, b2 = arrays("interpolate", answer, {"w1": (n,), "b1": (n,), "w2": (n,), "b2": ()})
    return nets.packed(w1, b1, w2, float(b2), middle, half)
