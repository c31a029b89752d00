"""The perceptron's lab on the learner's own update: shown one example at a time, its answer checked before it counts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.errors import UserError
from tutor.labs.spec import Plug, State

Array = NDArray[Any]

_MEND = "return w and b, as in: return w, b"
_LARGEST = float(np.finfo(np.float32).max)


def train(update: Plug, state: State, rate: float, shuffled: bool, steps: int) -> None:
    """Show the next examples of the run to `update(w, b, x, t, rate)` and keep the weights that it returns.

    Order, mistakes and streak are as in `kernels.perceptron.train`; an example counts as right in a row only when the weights
    stayed as they were. When `update` fails, the state is as it was before that example. Raises UserError.
    """
    from kernels.perceptron import MISTAKES, STREAK, score
    from kernels.random import shuffle

    w, order, tally, x, t = state["w"], state["order"], state["tally"], state["x"], state["t"]
    n, seed = len(t), int(state["seed"][0])
    for _ in range(steps):
        step = int(state["step"][0])
        if step % n == 0 and shuffled:
            shuffle(seed, step // n, order)
        i = int(order[step % n])
        mistake = float(t[i]) * score(w, x[i]) <= 0
        before = w.astype(np.float64)
        answer = update(before[:-1].copy(), float(before[-1]), x[i, :-1].astype(np.float64), int(t[i]), rate)
        new_w, new_b = read_answer(answer, len(w) - 1)
        w[:-1], w[-1] = new_w, new_b
        tally[MISTAKES] += mistake
        still = not mistake and bool((w == before).all())
        tally[STREAK] = tally[STREAK] + 1 if still else 0
        state["step"] += 1


def read_answer(answer: Any, inputs: int) -> tuple[Array, float]:
    """The weights (inputs,) float64 and the bias that `update` returned. Raises UserError, naming what is wrong with them."""
    if answer is None:
        raise UserError("update returned nothing", _MEND)
    if not isinstance(answer, tuple | list):
        raise UserError(f"update returned one value of type {type(answer).__name__}, not the two that are wanted", _MEND)
    if len(answer) != 2:
        raise UserError(f"update returned {len(answer)} values, not the two that are wanted", _MEND)
    w, b = _numbers(answer[0], "w"), _numbers(answer[1], "b")
    if w.shape != (inputs,):
        raise UserError(f"update returned a w of shape {w.shape}, not {(inputs,)}", "w has one number for each input")
    if b.shape != ():
        raise UserError(f"update returned a b of shape {b.shape}, not one number", "the bias is a single number")
    return w, float(b)


def _numbers(value: Any, name: str) -> Array:
    """The value as float64. Raises UserError when it is none, or is not finite in float32."""
    try:
        array = np.asarray(value)
        if array.dtype.kind not in "biuf":
            raise ValueError
        array = array.astype(np.float64)
    except (ValueError, TypeError, OverflowError):
        raise UserError(f"update returned a {name} that is not made of real numbers", _MEND) from None
    if not bool((np.abs(array) <= _LARGEST).all()):
        raise UserError(
            f"update returned a {name} that is infinite or not a number", "look for a division by 0, or for steps that grow"
        )
    return array
