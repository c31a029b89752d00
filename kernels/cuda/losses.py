"""Losses of `kernels.losses`, an example a thread."""

from __future__ import annotations

from typing import Any

import numpy as np

from kernels.cuda.device import on_device
from kernels.elementary import exp, log
from kernels.losses import BINARY_CROSS_ENTROPY, CROSS_ENTROPY, binary_slope, binary_term

_ZERO, _HALF = np.float32(0.0), np.float32(0.5)


@on_device
def loss(number: Any, outs: Any, a: Any, t: Any, d: Any, share: Any, P: Any) -> Any:
    """Returns one example's loss; d ← d·share·∂L/∂a. a, d: the example's column, rows being P apart. t: (outs,)."""
    total, top, whole = _ZERO, a[0], _ZERO
    if number == CROSS_ENTROPY:
        for o in range(outs):
            top = max(top, a[o * P])
        for o in range(outs):
            whole += exp(a[o * P] - top)
    for o in range(outs):
        answer, target = a[o * P], t[o]
        if number == CROSS_ENTROPY:
            total += target * (top + log(whole) - answer)
            miss = exp(answer - top) / whole - target
        elif number == BINARY_CROSS_ENTROPY:
            total += binary_term(answer, target)
            miss = binary_slope(answer, target)
        else:
            miss = answer - target
            total += _HALF * miss * miss
        d[o * P] *= share * miss
    return total
