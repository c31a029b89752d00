"""A multilayer perceptron that learns with dropout: each step trains another thinned net. Srivastava et al. 2014.

In a step each hidden unit is kept with the probability `keep`, for each example anew; what is kept is divided by `keep`
("inverted" dropout), so that the next layer gets the same on average, and nothing need be changed when the net is used:

    a = φ(z) · m        m = 1/keep or 0        ∂L/∂φ(z) = ∂L/∂a · m

Everything else is as in `kernels.mlp`: the same layout, batches, losses, penalties and optimizers. A mask is a function of
the seed and the step's number alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import float64, int64, void
from numpy.typing import NDArray

from kernels import activations, mlp, optimizers
from kernels.jit import apart, fast, floats, in_float64, written_in
from kernels.learning import learn
from kernels.matmul import matmul
from kernels.mlp import DATA, NET, WORK, Data, Net, Work, choose, fill, measure, penalize, shrink
from kernels.optimizers import HOLD, RULE, SLOTS, Rule
from kernels.random import philox
from kernels.simd import span

Array = NDArray[Any]
MASKS = 24
"""The stream of random numbers that decides which units are kept."""

_learn = apart(learn)
_matmul = apart(matmul)
_activate = apart(activations.forward, int64, floats, floats)
_slopes = apart(activations.backward, int64, floats, floats, floats)


@written_in
def draw(mask: Array, seed: int, step: int, keep: float) -> None:
    """Fill mask (n,), n a multiple of 8, with 1/keep or 0: eight decisions of 16 bits from each block of random numbers."""
    limit, whole = np.uint64(keep * 65536.0), mask.dtype.type(1.0 / keep)
    low, half, nothing = np.uint64(0xFFFF), np.uint64(16), mask.dtype.type(0)
    key, when = np.uint64(seed), np.uint64(step)
    for block in range(mask.shape[0] // 8):
        words = philox(np.uint64(block), np.uint64(0), when, np.uint64(0), key, np.uint64(MASKS))
        for k in range(4):
            mask[8 * block + 2 * k] = whole if (words[k] & low) < limit else nothing
            mask[8 * block + 2 * k + 1] = whole if (words[k] >> half) < limit else nothing


@written_in
def forward(net: Net, work: Work, theta: Array, mask: Array, raw: Array, P: int) -> None:
    """z = W·a + b, raw = φ(z) and a = raw·mask, layer after layer; the last layer is not masked.

    mask, raw: (units·P,), laid out as work.a.
    """
    last = net.phi.shape[0] - 1
    for layer in range(last + 1):
        ins, outs, W = net.sizes[layer], net.sizes[layer + 1], net.weights[layer]
        lower, here = net.units[layer] * P, net.units[layer + 1] * P
        for o in range(outs):
            row, b = span(work.z, here + o * P, P), theta[W + outs * ins + o]
            for i in range(P):
                row[i] = b
        _matmul(work.z, here, work.columns, theta, W, ins, 1, work.a, lower, work.columns, outs, P, ins, True)
        answers, kept, m = span(raw, here, outs * P), span(work.a, here, outs * P), span(mask, here, outs * P)
        _activate(net.phi[layer], span(work.z, here, outs * P), answers)
        if layer < last:
            for i in range(outs * P):
                kept[i] = answers[i] * m[i]
        else:
            for i in range(outs * P):
                kept[i] = answers[i]


@written_in
def backward(net: Net, work: Work, theta: Array, mask: Array, raw: Array, P: int, B: int) -> None:
    """From ∂L/∂a of the last layer, in work.d, to work.grad: d ← d · mask · φ′(z), then as in `kernels.mlp.backward`."""
    last = net.phi.shape[0] - 1
    for layer in range(last, -1, -1):
        ins, outs, W = net.sizes[layer], net.sizes[layer + 1], net.weights[layer]
        lower, here = net.units[layer] * P, net.units[layer + 1] * P
        d = span(work.d, here, outs * P)
        if layer < last:
            m = span(mask, here, outs * P)
            for i in range(outs * P):
                d[i] *= m[i]
        _slopes(net.phi[layer], span(work.z, here, outs * P), span(raw, here, outs * P), d)
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
            _matmul(work.d, lower, work.columns, theta, W, 1, ins, work.d, here, work.columns, ins, P, outs, False)


@fast(void(NET, WORK, RULE, DATA, floats, floats, floats, floats, float64, int64, int64, floats))
def train(
    net: Net,
    work: Work,
    rule: Rule,
    data: Data,
    theta: Array,
    memory: Array,
    mask: Array,
    raw: Array,
    keep: float,
    first: int,
    steps: int,
    history: Array,
) -> None:
    """`kernels.mlp.train` with dropout. mask, raw: (units·P,), work memory; nothing in them outlives a step.

    keep: the share of the hidden units that is kept, above 0 and at most 1. history: (steps,), each batch's loss, thinned.
    """
    P, B = work.pick.shape[0], data.batch
    last = net.phi.shape[0]
    here, count = net.units[last] * P, net.sizes[last] * P
    for step in range(first, first + steps):
        choose(work, data, step)
        fill(work, data, P)
        draw(mask, data.seed, step, keep)
        forward(net, work, theta, mask, raw, P)
        a, d = span(work.a, here, count), span(work.d, here, count)
        history[step - first] = measure(net.loss, a, work.t, d, work.rows, P, B)
        backward(net, work, theta, mask, raw, P, B)
        if rule.l2 > 0.0:
            penalize(net, theta, work.grad, rule)
        if rule.clip > 0.0:
            optimizers.clip(work.grad, rule.clip)
        _learn(rule, step + 1, theta, work.grad, memory)
        if rule.l1 > 0.0:
            shrink(net, theta, rule)


def space(net: Net, work: Work) -> tuple[Array, Array]:
    """mask and raw for `train`, of work's type."""
    return np.zeros_like(work.a), np.zeros_like(work.a)


def masks(net: Net, batch: int, seed: int, step: int, keep: float) -> list[NDArray[np.float32]]:
    """The mask (units, batch) of each hidden layer in this step, as `train` draws it for batches of this size."""
    work = mlp.work(net, batch)
    mask, raw = space(net, work)
    nothing = [np.zeros((batch, int(size)), np.float32) for size in (net.sizes[0], net.sizes[-1])]
    gradients(net, work, mlp.parameters(net, "zero"), *nothing, seed=seed, step=step, keep=keep, mask=mask, raw=raw)
    rows = mask.reshape(int(net.units[-1]), -1)[:, :batch]
    return [rows[net.units[k] : net.units[k + 1]].copy() for k in range(1, len(net.phi))]


def gradients(
    net: Net,
    work: Work,
    theta: Array,
    x: Array,
    t: Array,
    *,
    seed: int,
    step: int,
    keep: float,
    mask: Array,
    raw: Array,
) -> float:
    """One batch in the thinned net of this step, and nothing learnt: returns its loss, and leaves grad in `work`.

    x: (B, inputs), t: (B, outputs), theta: (n,), all float32 or all float64.
    """
    if theta.dtype == np.float64:
        in_float64(*mlp._PARTS, train)
    loss, memory = np.zeros(1, theta.dtype), np.zeros(SLOTS * theta.size, theta.dtype)
    data = mlp.data(x, t, len(x), "in order")._replace(seed=seed)
    train(net, work, HOLD, data, theta, memory, mask, raw, keep, step, 1, loss)
    return float(loss[0])
