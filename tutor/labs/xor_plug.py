"""The lab `xor` on the learner's own weights: asked for once, and checked before they are shown."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.errors import UserError
from tutor.labs.answered import arrays
from tutor.labs.spec import Knobs, Plug

_SHAPES = {"w1": (2, 2), "b1": (2,), "w2": (2,), "b2": ()}
_LARGEST = 1e30


def weights_of(weights: Plug, knobs: Knobs) -> NDArray[Any]:
    """theta (9,) float32 of the 2-2-1 net that `weights()` returns. Raises UserError, naming what is wrong."""
    if int(knobs["hidden"]) != 2:
        raise UserError("your weights are for a net of 2 hidden units", "set the hidden units to 2")
    theta = np.concatenate([part.ravel() for part in arrays("weights", weights(), _SHAPES)])
    if np.abs(theta).max() > _LARGEST:
        raise UserError("weights returned a number too large to calculate with", "use ordinary numbers")
    return theta.astype(np.float32)
