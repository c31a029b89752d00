"""Nets of `kernels.mlp` that are too large for one block of a GPU: the products of `kernels.cuda.matmul`, layer after layer.

To those kernels a multilayer perceptron is a net that convolves images of one pixel with kernels of one pixel, its parameters
laid out in the same way; so `kernels.cuda.convnet` trains it. One step is some ten launches, and worth them for wide layers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernels.architecture import CONVOLUTION, STATISTICS
from kernels.architecture import Net as Layered
from kernels.cuda import convnet
from kernels.mlp import Data, Net, Work
from kernels.optimizers import Rule

Array = NDArray[Any]


def layered(net: Net) -> Layered:
    """The same net, as `kernels.architecture` writes nets down."""
    table = np.zeros((len(net.phi), STATISTICS + 1), np.int64)
    for layer, row in enumerate(table):
        ins, outs = net.sizes[layer], net.sizes[layer + 1]
        row[:] = (
            *(CONVOLUTION, net.phi[layer], ins, 1, 1, outs, 1, 1, 1, 1, 1, 0),
            *(net.weights[layer], net.units[layer], net.units[layer + 1], 0, 0),
        )
    return Layered(table, net.units, int(net.weights[-1]), net.loss, net.inputs)


def train(
    net: Net,
    work: Work,
    rule: Rule,
    data: Data,
    theta: Array,
    memory: Array,
    pins: Array,
    pinned: Array,
    first: int,
    steps: int,
    history: Array,
) -> None:
    """As `kernels.mlp.train`; `work` is left alone. In place: theta (n,), memory (SLOTS·n,), history (steps,)."""
    convnet.descend(layered(net), rule, data, theta, memory, pins, pinned, first, steps, history)


def train_each(
    net: Net,
    rules: Sequence[Rule],
    data: Data,
    seeds: Array,
    theta: Array,
    memory: Array,
    pins: Array,
    pinned: Array,
    first: int,
    steps: int,
    history: Array,
) -> None:
    """As `kernels.cuda.mlp.train_each`, one net after another: each fills the GPU by itself."""
    for k, rule in enumerate(rules):
        x, t = (part if part.ndim == 2 else part[k] for part in (data.x, data.t))
        mine = data._replace(x=x, t=t, seed=int(seeds[k]))
        convnet.descend(layered(net), rule, mine, theta[k], memory[k], pins, pinned, first, steps, history[k])
