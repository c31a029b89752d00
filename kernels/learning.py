"""What every net does once its gradient is known, compiled once for all of them."""

from __future__ import annotations

from typing import Any

from numba import int64, void
from numpy.typing import NDArray

from kernels.jit import fast, floats
from kernels.optimizers import RULE, Rule, update

Array = NDArray[Any]


@fast(void(RULE, int64, floats, floats, floats))
def learn(rule: Rule, step: int, theta: Array, grad: Array, memory: Array) -> None:
    """`kernels.optimizers.update`, as a kernel."""
    update(rule, step, theta, grad, memory)
