"""One layer's backward in the lab `backprop`: the kernel's, or the learner's own, its answer checked before it counts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.errors import UserError
from tutor.labs.spec import Plug

Array = NDArray[Any]

_MEND = "return three arrays, as in: return grad_W, grad_b, grad_x"


def backward(plug: Plug | None, d: Array, o: Array, a: Array, x: Array, W: Array, phi: int) -> tuple[Array, Array, Array]:
    """∂L/∂W (O, I), ∂L/∂b (O,) and ∂L/∂x (m, I) of a layer, from d = ∂L/∂a (m, O). Raises UserError about the learner's."""
    from kernels import chain
    from kernels.activations import TANH

    if plug is None:
        _, grad_W, grad_b, grad_x = chain.backward(d, o, a, x, W, phi)
        return grad_W, grad_b, grad_x
    if phi != TANH:
        raise UserError("your backward is for layers whose activation is tanh", "set φ to tanh")
    answer = plug(d.copy(), o.copy(), x.copy(), W.copy())
    if not isinstance(answer, tuple | list) or len(answer) != 3:
        raise UserError("backward did not return three values", _MEND)
    wanted = {"grad_W": W.shape, "grad_b": W.shape[:1], "grad_x": x.shape}
    found = [_array(value, name, shape) for value, (name, shape) in zip(answer, wanted.items(), strict=True)]
    return found[0], found[1], found[2]


def _array(value: Any, name: str, shape: tuple[int, ...]) -> Array:
    """The value as float64 of this shape. Raises UserError."""
    try:
        array = np.asarray(value)
        if array.dtype.kind not in "biuf":
            raise ValueError
        array = array.astype(np.float64)
    except (ValueError, TypeError, OverflowError):
        raise UserError(f"backward returned a {name} that is not made of real numbers", _MEND) from None
    if array.shape != shape:
        raise UserError(
            f"backward returned a {name} of shape {array.shape}, not {shape}", "see the shapes in the file's first lines"
        )
    if not bool(np.isfinite(array).all()):
        raise UserError(f"backward returned a {name} that is infinite or not a number", "look for a division by 0")
    return array
