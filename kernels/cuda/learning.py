"""What every large net does on a GPU once its gradient is known (`kernels.learning`): penalty, clipping, the optimizer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numba import boolean, float32, int64

from kernels import optimizers
from kernels.cuda.device import cuda, kernel, on_device
from kernels.cuda.layers import spread
from kernels.cuda.matmul import Launch
from kernels.cuda.optimizers import CLIP, L2, PULL, clip, mine, paces, settings, update
from kernels.optimizers import Rule

THREADS = 256
"""Of the block that clips."""

_ZERO = np.float32(0.0)
_ROW, _ROWS, _MARKS = float32[::1], float32[:, ::1], boolean[::1]


@kernel(_ROW, _ROW, _MARKS, _ROW)
def _penalize(theta: Any, grad: Any, weights: Any, settings: Any) -> None:
    """`kernels.mlp.penalize`. weights: (n,) whether a parameter is a weight, and not a bias."""
    w = cuda.local.array(1, float32)
    g = cuda.local.array(1, float32)
    for k in range(cuda.grid(1), theta.shape[0], cuda.gridsize(1)):
        if weights[k]:
            w[0], g[0] = theta[k], grad[k]
            optimizers.l2(w, g, settings[L2])
            grad[k] = g[0]


@kernel(_ROW, _ROW)
def _clip(grad: Any, settings: Any) -> None:
    """`kernels.optimizers.clip`, in one block."""
    parts = cuda.shared.array(THREADS, float32)
    start, end = mine(0, grad.shape[0])
    clip(grad[start:end], settings[CLIP], parts)


@on_device
def descend(number: Any, pace: Any, settings: Any, theta: Any, grad: Any, memory: Any, k: Any, n: Any) -> None:
    """`kernels.optimizers.update` for parameter k of n, which stays in registers meanwhile."""
    w = cuda.local.array(1, float32)
    g = cuda.local.array(1, float32)
    first = cuda.local.array(1, float32)
    second = cuda.local.array(1, float32)
    w[0], g[0], first[0], second[0] = theta[k], grad[k], memory[k], memory[n + k]
    update(number, pace, settings, w, g, first, second)
    theta[k], memory[k], memory[n + k] = w[0], first[0], second[0]


@kernel(int64, _ROWS, int64, _ROW, _ROW, _ROW, _ROW, _MARKS)
def _learn(number: Any, pace: Any, s: Any, settings: Any, theta: Any, grad: Any, memory: Any, weights: Any) -> None:
    """`kernels.optimizers.update` and the pull of the L1 penalty, a parameter a thread. pace: (steps, 3)."""
    w = cuda.local.array(1, float32)
    n = theta.shape[0]
    for k in range(cuda.grid(1), n, cuda.gridsize(1)):
        descend(number, pace[s], settings, theta, grad, memory, k, n)
        if pace[s, PULL] > _ZERO and weights[k]:
            w[0] = theta[k]
            optimizers.l1(w, pace[s, PULL])
            theta[k] = w[0]


@kernel(_ROW, int64[::1], _ROW)
def _pin(theta: Any, pins: Any, pinned: Any) -> None:
    """Parameters that are held."""
    for k in range(cuda.grid(1), pins.shape[0], cuda.gridsize(1)):
        theta[pins[k]] = pinned[k]


# -- on the processor


class Learning:
    """An optimizer with its settings on the GPU, for the steps from number `first` on."""

    def __init__(self, rule: Rule, first: int, steps: int, weights: Any, pins: Any, pinned: Any) -> None:
        self.rule = rule
        self._weights = weights
        self._settings = cuda.to_device(settings([rule])[0])
        self._pace = cuda.to_device(paces([rule], first, steps)[0])
        self._pins = (cuda.to_device(pins), cuda.to_device(pinned)) if len(pins) else ()

    def launches(self, s: int, theta: Any, grad: Any, memory: Any) -> Sequence[Launch]:
        """Step number first + s, in place: theta (n,) and memory (SLOTS·n,). grad: (n,), penalized and clipped."""
        n, found = theta.shape[0], []
        if self.rule.l2 > 0:
            found.append(spread(_penalize, n, (theta, grad, self._weights, self._settings)))
        if self.rule.clip > 0:
            found.append((_clip, 1, THREADS, (grad, self._settings)))
        if self.rule.number >= 0:
            given = (self.rule.number, self._pace, s, self._settings, theta, grad, memory, self._weights)
            found.append(spread(_learn, n, given))
        if self._pins:
            found.append(spread(_pin, self._pins[0].shape[0], (theta, *self._pins)))
        return found
