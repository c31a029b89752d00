"""One step of a net on several cores: each core takes the gradient of its share of the batch, and the shares are averaged.

The shares are cut by their number alone and are added in their order, so the result does not depend on which core was first.
Kernels release Python's lock while they run; that is what lets Python's threads be of use.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernels import mlp
from kernels.optimizers import HOLD, gradient_descent

Array = NDArray[Any]


@dataclass(frozen=True)
class Shard:
    """A part of a batch, and the memory that one core needs for it."""

    data: mlp.Data
    work: mlp.Work
    history: Array
    """(1,): its loss."""


def shards(net: mlp.Net, x: Array, t: Array, count: int) -> tuple[Shard, ...]:
    """The batch x (B, inputs), t (B, outputs) in so many equal parts. Raises ValueError where B is no multiple of count."""
    size = len(x) // count
    if size * count != len(x):
        raise ValueError(f"{len(x)} examples cannot be dealt out to {count} cores evenly")
    parts = [(x[k * size : (k + 1) * size], t[k * size : (k + 1) * size]) for k in range(count)]
    return tuple(Shard(mlp.data(a, b, size, "in order"), mlp.work(net, size, size), np.zeros(1, np.float32)) for a, b in parts)


def step(pool: ThreadPoolExecutor, net: mlp.Net, parts: Sequence[Shard], rate: float, theta: Array, memory: Array) -> None:
    """One step of gradient descent on the whole batch, in place: theta (n,) float32. memory: (SLOTS·n,), left as it is."""
    list(pool.map(lambda part: _gradient(net, part, theta, memory), parts))
    grad = parts[0].work.grad
    for part in parts[1:]:
        grad += part.work.grad
    grad /= np.float32(len(parts))
    gradient_descent(theta, grad, rate)


def _gradient(net: mlp.Net, part: Shard, theta: Array, memory: Array) -> None:
    """The gradient of a part's mean loss, into its work.grad. The rule HOLD moves nothing."""
    none = np.zeros(0, np.int64)
    mlp.train(net, part.work, HOLD, part.data, theta, memory, none, np.zeros(0, np.float32), 0, 1, part.history)
