"""How far a tape has been built and walked back after so many steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs.autodiff_read import Tape

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Walk:
    """A tape, part of the way there and back."""

    tape: Tape
    built: int
    """Computed entries so far."""
    seeded: bool
    """Whether the last entry has its gradient of 1."""
    visited: int
    """Entries that have handed on their gradient."""
    value: Array
    """(n,) float64, of the whole tape."""
    grad: Array
    """(n,) float64, as far as it has been handed on."""

    @property
    def length(self) -> int:
        """Steps there and back: each entry once, a 1 at the end, each entry again."""
        return 2 * self.tape.computed + 1

    @property
    def newest(self) -> int:
        """The entry made last; before any, the first that will be."""
        return self.tape.leaves + max(0, self.built - 1)

    @property
    def current(self) -> int:
        """The entry that the last step dealt with."""
        if not self.seeded:
            return self.newest
        return len(self.tape.names) - max(1, self.visited)

    @property
    def done(self) -> bool:
        return self.seeded and self.visited == self.tape.computed


def walk(tape: Tape, step: int) -> Walk:
    """The tape after `step` steps: each records an entry; then the last one gets its 1; then each hands on, the last first."""
    from kernels import tape as kernel

    n = len(tape.names)
    built = min(step, tape.computed)
    seeded = step > tape.computed
    visited = min(max(0, step - tape.computed - 1), tape.computed)
    value, grad = tape.value.copy(), np.zeros(n)
    kernel.record(tape.kind, tape.left, tape.right, value, tape.leaves, n)
    if seeded:
        grad[-1] = 1.0
        kernel.walk_back(tape.kind, tape.left, tape.right, value, grad, n - 1, n - visited)
    return Walk(tape, built, seeded, visited, value, grad)


def shares(now: Walk, i: int) -> tuple[float, float]:
    """∂(entry i) by what it is made from: the left one and the right one."""
    from kernels import tape as kernel

    out = np.zeros(2)
    kernel.partials(now.tape.kind, now.tape.left, now.tape.right, now.value, i, out)
    return float(out[0]), float(out[1])


def differences(now: Walk) -> dict[str, float]:
    """The finite difference of each input."""
    from kernels import tape as kernel
    from kernels.chain import STEP

    tape = now.tape
    return {
        tape.names[i]: float(kernel.difference(tape.kind, tape.left, tape.right, now.value, i, STEP))
        for i in range(tape.inputs)
    }


def relative_errors(now: Walk) -> dict[str, float]:
    """How far each input's gradient is from its finite difference, relatively; infinite where either is no number."""
    from kernels.chain import apart

    found = {name: apart(float(now.grad[i]), value) for i, (name, value) in enumerate(differences(now).items())}
    return {name: error if error == error else float("inf") for name, error in found.items()}
