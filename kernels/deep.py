"""Deep nets of equal layers: plain, or residual, with or without normalization.

A residual block is two layers whose answer is added to what came in: h ← h + s · (V·relu(W·h + b) + c). He, Zhang, Ren & Sun
2016. Backward the addition hands its gradient on to both: to the block, times s, and past it, as it is.

Layout, batches, losses and optimizers are those of `kernels.mlp`. `skip` (L,): for each layer how many layers back the answer
lies that is added to its own: 2 for the second layer of a block, otherwise 0. norm: what is done to the sums z of hidden layers
before φ: NO_NORM; BATCH_NORM: each unit gets mean 0 and deviation 1 over the batch (Ioffe & Szegedy 2015); LAYER_NORM: each
example over the units of the layer (Ba, Kiros & Hinton 2016). Neither has weights of its own here.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import float64, int64, void
from numpy.typing import NDArray

from kernels import activations, mlp, optimizers
from kernels.jit import apart, fast, floats, in_float64, integers, written_in
from kernels.learning import learn
from kernels.matmul import matmul
from kernels.mlp import DATA, NET, WORK, Data, Net, Work, choose, fill, measure
from kernels.optimizers import HOLD, RULE, SLOTS, Rule
from kernels.simd import span

Array = NDArray[Any]
Integers = NDArray[np.int64]

NO_NORM, BATCH_NORM, LAYER_NORM = range(3)
NORMS = ("none", "batch", "layer")
"""By number."""
EPSILON, NEWS = 1e-5, 0.1
"""What is added to a variance; how much of a batch's mean and variance goes into the running ones at each step."""

_learn = apart(learn)
_matmul = apart(matmul)
_activate = apart(activations.forward, int64, floats, floats)
_slopes = apart(activations.backward, int64, floats, floats, floats)


@written_in
def normalize_rows(z: Array, narrow: Array, running: Array, outs: int, P: int, B: int, training: int) -> None:
    """Batch normalization of z (outs, P), in place. narrow (outs,): 1/√(variance + ε). running (2·outs,): means, variances."""
    for o in range(outs):
        row = span(z, o * P, P)
        mean, variance = running[o], running[outs + o]
        if training == 1:
            mean, variance = z.dtype.type(0), z.dtype.type(0)
            for i in range(B):
                mean += row[i]
            mean /= z.dtype.type(B)
            for i in range(B):
                variance += (row[i] - mean) * (row[i] - mean)
            variance /= z.dtype.type(B)
        narrow[o] = z.dtype.type(1.0 / math.sqrt(variance + EPSILON))
        for i in range(P):
            row[i] = (row[i] - mean) * narrow[o]
        if training == 1:
            running[o] += z.dtype.type(NEWS) * (mean - running[o])
            running[outs + o] += z.dtype.type(NEWS) * (variance - running[outs + o])


@written_in
def normalize_columns(z: Array, narrow: Array, outs: int, P: int) -> None:
    """Layer normalization of z (outs, P), in place. narrow (P,): 1/√(variance + ε) of each example."""
    share = z.dtype.type(1.0 / outs)
    for i in range(P):
        mean, variance = z.dtype.type(0), z.dtype.type(0)
        for o in range(outs):
            mean += z[o * P + i]
        mean *= share
        for o in range(outs):
            variance += (z[o * P + i] - mean) * (z[o * P + i] - mean)
        narrow[i] = z.dtype.type(1.0 / math.sqrt(variance * share + EPSILON))
        for o in range(outs):
            z[o * P + i] = (z[o * P + i] - mean) * narrow[i]


@fast(void(NET, WORK, floats, integers, float64, int64, floats, floats, int64, int64, int64))
def forward(
    net: Net,
    work: Work,
    theta: Array,
    skip: Integers,
    scale: float,
    norm: int,
    narrow: Array,
    running: Array,
    training: int,
    P: int,
    B: int,
) -> None:
    """z = W·a + b, normalized, and a = φ(z), plus what skips the layer; from the input in the first rows of work.a.

    narrow: (units + L·P,) work memory. running: (2·units,), each layer's running means and variances; changed in training.
    """
    last, units = net.phi.shape[0] - 1, net.units[net.phi.shape[0] + 1]
    for layer in range(last + 1):
        ins, outs, W = net.sizes[layer], net.sizes[layer + 1], net.weights[layer]
        lower, here = net.units[layer] * P, net.units[layer + 1] * P
        z, a = span(work.z, here, outs * P), span(work.a, here, outs * P)
        for o in range(outs):
            row, b = span(z, o * P, P), theta[W + outs * ins + o]
            for i in range(P):
                row[i] = b
        _matmul(work.z, here, work.columns, theta, W, ins, 1, work.a, lower, work.columns, outs, P, ins, True)
        if layer < last and norm == BATCH_NORM:
            kept = span(running, 2 * net.units[layer + 1], 2 * outs)
            normalize_rows(z, span(narrow, net.units[layer + 1], outs), kept, outs, P, B, training)
        elif layer < last and norm == LAYER_NORM:
            normalize_columns(z, span(narrow, units + layer * P, P), outs, P)
        _activate(net.phi[layer], z, a)
        if skip[layer] > 0:
            before, s = span(work.a, net.units[layer + 1 - skip[layer]] * P, outs * P), a.dtype.type(scale)
            for i in range(outs * P):
                a[i] = before[i] + s * a[i]


_forward = apart(forward)


@written_in
def through_norm(net: Net, work: Work, narrow: Array, norm: int, layer: int, P: int, B: int) -> None:
    """From the gradient by the normalized sums to that by the sums: d ← (d − mean d − ẑ · mean (d·ẑ)) / deviation."""
    outs, here = net.sizes[layer + 1], net.units[layer + 1] * P
    d, z = span(work.d, here, outs * P), span(work.z, here, outs * P)
    if norm == BATCH_NORM:
        for o in range(outs):
            row, hat, width = span(d, o * P, P), span(z, o * P, P), narrow[net.units[layer + 1] + o]
            mean, along = d.dtype.type(0), d.dtype.type(0)
            for i in range(B):
                mean += row[i]
                along += row[i] * hat[i]
            mean, along = mean / d.dtype.type(B), along / d.dtype.type(B)
            for i in range(B):
                row[i] = (row[i] - mean - hat[i] * along) * width
    else:
        share, widths = d.dtype.type(1.0 / outs), span(narrow, net.units[net.phi.shape[0] + 1] + layer * P, P)
        for i in range(B):
            mean, along = d.dtype.type(0), d.dtype.type(0)
            for o in range(outs):
                mean += d[o * P + i]
                along += d[o * P + i] * z[o * P + i]
            for o in range(outs):
                d[o * P + i] = (d[o * P + i] - share * mean - z[o * P + i] * share * along) * widths[i]


@written_in
def backward(
    net: Net, work: Work, theta: Array, skip: Integers, scale: float, norm: int, narrow: Array, P: int, B: int
) -> None:
    """From ∂L/∂a of the last layer, in work.d, to work.grad; d of a layer ends as ∂L/∂z before normalization."""
    last = net.phi.shape[0] - 1
    for layer in range(last, -1, -1):
        ins, outs, W = net.sizes[layer], net.sizes[layer + 1], net.weights[layer]
        lower, here = net.units[layer] * P, net.units[layer + 1] * P
        z, a, d = span(work.z, here, outs * P), span(work.a, here, outs * P), span(work.d, here, outs * P)
        if skip[layer] > 0:  # a ← before + s·a: the gradient goes past the block as it is, and into it times s
            past, s = span(work.d, net.units[layer + 1 - skip[layer]] * P, outs * P), d.dtype.type(scale)
            for i in range(outs * P):
                past[i] = d[i]
                d[i] *= s
        _slopes(net.phi[layer], z, a, d)
        if layer < last and norm != NO_NORM:
            through_norm(net, work, narrow, norm, layer, P, B)
        for o in range(outs):
            row, total = span(d, o * P, P), theta.dtype.type(0)
            for i in range(P):
                total += row[i]
            work.grad[W + outs * ins + o] = total
        for i in range(ins):
            row = span(work.a, lower + i * P, B)
            for k in range(B):
                work.rows[k * ins + i] = row[k]
        _matmul(work.grad, W, work.steps[layer], work.d, here, P, 1, work.rows, 0, work.steps[layer], outs, ins, B, False)
        if layer > 0:
            more = layer < last and skip[layer + 1] == 2  # what went past the block above is there already
            _matmul(work.d, lower, work.columns, theta, W, 1, ins, work.d, here, work.columns, ins, P, outs, more)


@fast(void(NET, WORK, RULE, DATA, floats, floats, integers, float64, int64, floats, floats, int64, int64, floats))
def train(
    net: Net,
    work: Work,
    rule: Rule,
    data: Data,
    theta: Array,
    memory: Array,
    skip: Integers,
    scale: float,
    norm: int,
    narrow: Array,
    running: Array,
    first: int,
    steps: int,
    history: Array,
) -> None:
    """`kernels.mlp.train` for such a net. In place: theta (n,), memory (SLOTS·n,) and running (2·units,)."""
    P, B = work.pick.shape[0], data.batch
    last = net.phi.shape[0]
    here, count = net.units[last] * P, net.sizes[last] * P
    for step in range(first, first + steps):
        choose(work, data, step)
        fill(work, data, P)
        _forward(net, work, theta, skip, scale, norm, narrow, running, 1, P, B)
        a, d = span(work.a, here, count), span(work.d, here, count)
        history[step - first] = measure(net.loss, a, work.t, d, work.rows, P, B)
        backward(net, work, theta, skip, scale, norm, narrow, P, B)
        if rule.clip > 0.0:
            optimizers.clip(work.grad, rule.clip)
        _learn(rule, step + 1, theta, work.grad, memory)


# -- what labs call


def net(
    inputs: int, width: int, depth: int, outputs: int, hidden: str = "relu", residual: bool = False
) -> tuple[Net, Integers]:
    """A net with `depth` hidden layers of `width` units, and its `skip`; residual: all but the first are blocks of two.

    Raises ValueError on another activation, and on an even number of layers below 3 where it is residual.
    """
    found = mlp.net((inputs, *[width] * depth, outputs), hidden, loss="cross-entropy")
    skip = np.zeros(depth + 1, np.int64)
    if residual:
        if depth < 3 or depth % 2 == 0:
            raise ValueError(f"a residual net has 3, 5, 7 … hidden layers, not {depth}")
        skip[2:depth:2] = 2
        found.phi[2:depth:2] = activations.LINEAR
    return found, skip


def running(net: Net, dtype: Any = np.float32) -> Array:
    """(2·units,): for each layer the running means, 0, and the running variances, 1."""
    found = np.zeros(2 * int(net.units[-1]), dtype)
    for start, outs in zip(net.units[1:-1], net.sizes[1:], strict=True):
        found[2 * start + outs : 2 * start + 2 * outs] = 1
    return found


def space(net: Net, work: Work) -> Array:
    """`narrow` for forward and train, of work's type."""
    return np.zeros(int(net.units[-1]) + len(net.phi) * len(work.pick), work.a.dtype)


def gradients(net: Net, work: Work, theta: Array, skip: Integers, scale: float, norm: int, x: Array, t: Array) -> float:
    """One batch forward and backward, and nothing learnt. Returns its loss, and leaves z, a, d and grad in `work`.

    x: (B, inputs), t: (B, outputs), theta: (n,), all float32 or all float64.
    """
    if theta.dtype == np.float64:
        in_float64(*mlp._PARTS, forward, train)
    loss, memory = np.zeros(1, theta.dtype), np.zeros(SLOTS * theta.size, theta.dtype)
    data = mlp.data(x, t, len(x), "in order")
    met = running(net, theta.dtype)
    train(net, work, HOLD, data, theta, memory, skip, scale, norm, space(net, work), met, 0, 1, loss)
    return float(loss[0])


def answers(net: Net, work: Work, theta: Array, skip: Integers, scale: float, norm: int, met: Array, x: Array) -> Array:
    """What every unit answers to x (m, inputs), as (units, m) float32, with the running means and variances `met`."""
    P, units = len(work.pick), int(net.units[-1])
    out, narrow = np.empty((units, len(x)), np.float32), space(net, work)
    a = work.a.reshape(units, P)
    for start in range(0, len(x), P):
        part = x[start : start + P]
        a[: x.shape[1], : len(part)] = part.T
        forward(net, work, theta, skip, scale, norm, narrow, met, 0, P, len(part))
        out[:, start : start + len(part)] = a[:, : len(part)]
    return out
