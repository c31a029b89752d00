"""The learner's own gradient in the lab `gan-2d`, checked before the generator follows it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.errors import UserError
from tutor.labs.gan.players import Gradient
from tutor.labs.spec import Knobs, Plug

Array = NDArray[Any]

_FOR = ("non-saturating", "minimax")


def gradient_of(plug: Plug, knobs: Knobs) -> Gradient:
    """The learner's function, as the generator's turn calls it. Raises UserError."""
    if str(knobs["game"]) not in _FOR:
        raise UserError(f"your gradient is not for the game {knobs['game']}", "set the game to non-saturating")

    def call(f: Array, slopes: Array) -> Array:
        return _checked(plug(f.astype(np.float64), slopes.astype(np.float64)), slopes.shape)

    return call


def _checked(answer: Any, shape: tuple[int, ...]) -> Array:
    """The answer as an array of this shape. Raises UserError."""
    if answer is None:
        raise UserError("generator_gradient returned nothing", "return an array (m, 2)")
    try:
        array = np.asarray(answer)
        if array.dtype.kind not in "biuf":
            raise ValueError
        array = array.astype(np.float64)
    except (ValueError, TypeError, OverflowError):
        raise UserError("generator_gradient returned something that is not made of real numbers", "return an array") from None
    if array.shape != shape:
        raise UserError(f"generator_gradient returned shape {array.shape}, not {shape}", "a row for each point, as in slopes")
    if not bool(np.isfinite(array).all()) or float(np.abs(array).max()) > 1e30:
        raise UserError("generator_gradient returned a number that is infinite or none", "look for a division by 0")
    return array
