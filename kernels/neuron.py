"""The formal neuron: φ(wᵀx + b). McCulloch & Pitts 1943."""

from __future__ import annotations

import numpy as np
from numba import float32, int64, void
from numpy.typing import NDArray

from kernels.activations import activate
from kernels.jit import exact, floats, given_floats, given_rows

Floats = NDArray[np.float32]


@exact(void(given_floats, float32, int64, given_rows, floats, floats))
def neuron(w: Floats, b: float, activation: int, x: Floats, z: Floats, y: Floats) -> None:
    """The neuron's sum and its answer for every row of x.

    w: (d,). b: the bias. activation: a number of `kernels.activations`. x: (n, d). Filled: z (n,), the sums wᵀx + b, and
    y (n,), the answers φ(z). All float32.
    """
    for i in range(x.shape[0]):
        total = np.float32(b)
        for j in range(w.shape[0]):
            total += w[j] * x[i, j]
        z[i] = total
        y[i] = activate(activation, total)
