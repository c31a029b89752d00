"""The convolutional net of `kernels.convnet` on a GPU: a step is a row of launches over arrays that stay there.

Layout, batches, losses and optimizers are the processor's, from the same source; sums are taken in another order, though
always in the same one: a step's numbers are the processor's up to about 1e-5 of their size, and the same bits each time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from kernels import activations
from kernels.architecture import (
    COLUMNS,
    CONVOLUTION,
    FILTERS,
    HEIGHT,
    HERE,
    KIND,
    NORMALIZATION,
    PHI,
    PHIS,
    ROWS,
    WEIGHTS,
    WIDTH,
    C,
    Net,
)
from kernels.batches import Data
from kernels.cuda import convolution, held, layers, normalization, pooling
from kernels.cuda.convolution import Places, zeros
from kernels.cuda.device import cuda
from kernels.cuda.learning import Learning
from kernels.cuda.matmul import Launch, run
from kernels.optimizers import Rule

Array = NDArray[Any]

STEP = 32
"""Columns come in multiples of this: as many as threads go together."""


class Work(NamedTuple):
    """The memory that steps use again and again, on the GPU. Nothing of it outlives a call."""

    P: int
    z: Any
    """Weighted sums; the same array as `a` where every slope can be told from the answer."""
    a: Any
    d: Any
    grad: Any
    lost: Any
    """(P,): the loss of each example."""
    met: Any
    """The mean and the 1 / deviation of each channel that is normalized."""
    spare: Any
    """Room for the stretches of the longest sums."""
    rows: tuple[Any, ...]
    """Each layer's row of numbers, as `kernels.architecture` has it."""
    places: tuple[Places | None, ...]
    """The tables of each layer that convolves."""
    weights: Any
    """(n,): whether a parameter is a weight."""


def work(net: Net, batch: int) -> Work:
    """Memory for batches of up to so many images."""
    P, numbers = -(-batch // STEP) * STEP, int(net.units[-1])
    convolves = [bool(g[KIND] == CONVOLUTION) for g in net.layers]
    weights = np.zeros(net.parameters, np.bool_)
    for g, so in zip(net.layers, convolves, strict=True):
        weights[g[WEIGHTS] : g[WEIGHTS] + g[FILTERS] * g[C] * g[HEIGHT] * g[WIDTH]] = so
    spare = max((convolution.spare_of(g, P) for g, so in zip(net.layers, convolves, strict=True) if so), default=0)
    a = zeros(numbers * P)
    return Work(
        P,
        a if all(int(phi) - activations.LINEAR < len(PHIS) for phi in net.layers[:, PHI]) else zeros(numbers * P),
        a,
        zeros(numbers * P),
        zeros(net.parameters),
        zeros(P),
        zeros(max(1, 2 * int(net.layers[:, FILTERS].sum()))),
        zeros(max(1, spare)),
        tuple(cuda.to_device(np.ascontiguousarray(g)) for g in net.layers),
        tuple(convolution.places(g, P) if so else None for g, so in zip(net.layers, convolves, strict=True)),
        cuda.to_device(weights),
    )


def forward(net: Net, work: Work, theta: Any, B: int, training: int) -> Sequence[Launch]:
    """The launches of `kernels.convnet.forward`, from the images in the first rows of work.a."""
    found: list[Launch] = []
    for g, row, at in zip(net.layers, work.rows, work.places, strict=True):
        bent = g[PHI] != activations.LINEAR
        z = work.z if bent else work.a
        if at is not None:
            found += convolution.convolve(g, at, work.P, theta, work.a, z)
        elif g[KIND] == NORMALIZATION:
            found.append(normalization.normalize(g, row, work.P, B, theta, work.a, work.met, training))
        else:
            found.append(pooling.pool(g, row, work.P, work.a))
        if bent:
            found.append(layers.bend(int(g[PHI]), z if at is not None else work.a, work.a, *_made(g, work.P)))
    return found


def backward(net: Net, work: Work, theta: Any, B: int, training: int, learn: bool) -> Sequence[Launch]:
    """The launches of `kernels.convnet.backward`, from ∂L/∂a of the last layer, in work.d."""
    found: list[Launch] = []
    for layer in range(len(net.layers) - 1, -1, -1):
        g, row, at = net.layers[layer], work.rows[layer], work.places[layer]
        if g[PHI] != activations.LINEAR:
            found.append(layers.unbend(int(g[PHI]), work.z if at is not None else work.a, work.a, work.d, *_made(g, work.P)))
        down = layer > 0 or net.inputs > 0
        if at is not None:
            if learn:
                found += convolution.kernel_slopes(g, at, work.P, work.a, work.d, work.grad, work.spare)
            if down:
                found += convolution.image_slopes(g, at, work.P, theta, work.d)
        elif g[KIND] == NORMALIZATION:
            found.append(normalization.normalize_back(g, row, work.P, B, theta, work.a, work.d, work.met, training, work.grad))
        elif down:
            found.append(pooling.pool_back(g, row, work.P, work.a, work.d))
    return found


def _made(g: Any, P: int) -> tuple[int, int]:
    """Where the layer's units start in the arrays of a batch, and how many numbers they are."""
    return int(g[HERE]) * P, int(g[FILTERS] * g[ROWS] * g[COLUMNS]) * P


def train(
    net: Net,
    work: Any,
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
    """As `kernels.convnet.train`; its `work` is left alone. In place: theta (n,), memory (SLOTS·n,), history (steps,)."""
    descend(net, rule._replace(l1=0.0), data, theta, memory, pins, pinned, first, steps, history)


def descend(
    net: Net,
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
    """`train`, with the pull of the rule's l1 as well."""
    if steps <= 0:
        return
    B, work, last = data.batch, room(net, data.batch), net.layers[-1]
    x, t = held.constant(data.x), held.constant(data.t)
    w, kept, losses = held.changing(theta), held.changing(memory), held.spare("convnet.history", (steps,), np.float32)
    pick, learning = layers.picks(data, first, steps), Learning(rule, first, steps, work.weights, pins, pinned)
    start, outs = int(last[HERE]) * work.P, int(net.units[-1] - net.units[-2])
    there, back = forward(net, work, w, B, 1), backward(net, work, w, B, 1, True)
    after = [
        normalization.remember(g, row, B, w, work.met)
        for g, row in zip(net.layers, work.rows, strict=True)
        if g[KIND] == NORMALIZATION and rule.number >= 0
    ]
    for s in range(steps):
        asked = layers.measure(net.loss, outs, work.a, t, work.d, start, pick, s, work.P, work.lost, losses)
        learned = learning.launches(s, w, work.grad, kept)
        run([layers.fill(x, pick, s, work.P, work.a), *there, asked, *back, *learned, *after])
    held.fetch(theta, w)
    held.fetch(memory, kept)
    losses.copy_to_host(history)


def room(net: Net, batch: int) -> Work:
    """Memory for batches of this size, made once for a net."""
    return cast(Work, held.room(("convnet", net.layers.tobytes(), batch), lambda: work(net, batch)))
