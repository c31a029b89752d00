"""What a formal neuron answers to each row of a truth table, and whether that is right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs.sets import truth_table
from tutor.labs.spec import Knobs

Array = NDArray[Any]

ACTIVATIONS = ("step", "sign", "linear", "sigmoid", "tanh", "relu")
"""In the order of `kernels.activations`, which is not imported here: describing a lab loads no compiler."""
_CUT = {"step": 0.5, "sign": 0.0, "linear": 0.0, "sigmoid": 0.5, "tanh": 0.0, "relu": 0.5}
"""The answer at which an activation changes sides: those that answer from 0 up have targets 0 and 1, the others −1 and +1."""
_CUT_SUM = {"relu": 0.5}
"""The sum at which it does, where that is not 0."""


@dataclass(frozen=True, eq=False)
class Answers:
    """What the neuron makes of each row of its truth table."""

    name: str
    w: tuple[float, float]
    b: float
    activation: str
    x: Array
    """(n, 2)"""
    true: Array
    """(n,) bool"""
    t: Array
    """(n,): the targets, in the range of the activation."""
    z: Array
    """(n,): the sums."""
    y: Array
    """(n,): the answers."""
    right: Array
    """(n,) bool: the answer is strictly on the target's side of the cut."""
    low: float
    """The target of a row that is false; of a true one it is 1."""
    cut: float
    """The answer at which the sides change."""
    cut_sum: float
    """The sum at which they do."""


def answers(knobs: Knobs) -> Answers:
    """Ask the neuron about every row."""
    name, activation = str(knobs["data"]), str(knobs["activation"])
    w = (float(knobs["w1"]), float(knobs["w2"]) if name != "not" else 0.0)
    b = float(knobs["b"])
    x, true = truth_table(name)
    z, y = respond(w, b, activation, x)
    cut = _CUT[activation]
    low = 0.0 if cut else -1.0
    right = np.where(true, y > cut, y < cut)
    return Answers(
        name, w, b, activation, x, true, np.where(true, 1.0, low), z, y, right, low, cut, _CUT_SUM.get(activation, 0.0)
    )


def respond(w: tuple[float, float], b: float, activation: str, x: Array) -> tuple[Array, Array]:
    """The sums and the answers (n,) for the rows of x (n, 2)."""
    from kernels.neuron import neuron

    z, y = np.empty(len(x), np.float32), np.empty(len(x), np.float32)
    neuron(np.array(w, np.float32), b, ACTIVATIONS.index(activation), np.ascontiguousarray(x, np.float32), z, y)
    return z, y


def margin(a: Answers) -> float:
    """The least distance of a row to the boundary, counted negative on the wrong side; 0 where there is no boundary."""
    length = float(np.hypot(*a.w))
    if length == 0:
        return 0.0
    side = np.where(a.true, 1.0, -1.0)
    return float((side * (a.z.astype(np.float64) - a.cut_sum)).min()) / length
