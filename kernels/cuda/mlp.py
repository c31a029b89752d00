"""The small nets of `kernels.mlp` on a GPU: the same steps, the same batches, many steps in one launch.

One block of threads owns one net. Parameters, gradient, what the optimizer remembers and the batch's activations stay in the
block's shared memory from the first step of a launch to the last; so a net must be small (`too_large`). One net gains little
from that: its steps wait for each other. Many nets at once do gain, a block each (`train_each`).

Activations, losses, optimizers and random numbers are those of the processor, from the same source. Sums are taken in another
order, and products are fused into them: a step's numbers are the processor's up to about 1e-6 of their size.

Dimensions: R nets of one shape, n parameters, L layers, B examples in a batch, worked through C ≤ B at a time. Rows of the
shared memory are P ≥ C numbers apart, P odd, so that threads that read a column do not wait for each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numba import float32, int32, int64, uint64
from numpy.typing import NDArray

from kernels.activations import activate, slope
from kernels.cuda import held
from kernels.cuda.device import cuda, kernel, on_device
from kernels.cuda.dots import weight_slopes
from kernels.cuda.losses import loss
from kernels.cuda.optimizers import CLIP, L2, PULL, clip, few_paces, mine, penalize, remembered, settings, shrink, update
from kernels.cuda.random import shuffle
from kernels.jit import record
from kernels.mlp import DRAWN, DRAWS, NET, SHUFFLED, Data, Net, Work
from kernels.optimizers import Rule
from kernels.random import below, bits

Array = NDArray[Any]

THREADS = 256
"""At most so many in a block."""
COLUMNS = 64
"""C is at most this."""
ROOM = 48 * 1024 // 4
"""So many float32 fit in the shared memory of a block, on every GPU."""
WARP, AT_WORK = 32, 1024
"""Threads that go together; and so many of such, about, have registers of a large GPU at once."""
_FIXED = THREADS + 2 * COLUMNS
"""Of these, so many do not depend on the net."""

_ROW, _ROWS, _CUBE, _WHOLE = float32[::1], float32[:, ::1], float32[:, :, ::1], int64[::1]
DATA = record([_CUBE, _CUBE, int64, int64, int64], Data)
"""The type of data on the device: those of each net, or one for all; their arrays are not read-only there."""

_ZERO, _ONE = np.float32(0.0), np.float32(1.0)


@on_device
def choose(data: Any, seed: Any, step: Any, start: Any, count: Any, order: Any, drawn: Any, epoch: Any, pick: Any) -> Any:
    """`kernels.mlp.choose` for the examples from number `start` of the batch. epoch: that of `order`; returns the new one."""
    me, threads, n = cuda.threadIdx.x, cuda.blockDim.x, order.shape[0]
    if data.sampling == DRAWN:
        for i in range(me, count, threads):
            pick[i] = below(bits(seed, np.uint64(DRAWS), np.uint64(step), np.uint64(start + i)), np.uint64(n))
        return epoch
    done = 0
    while done < count:
        shown = step * data.batch + start + done
        place = shown % n
        here = min(count - done, n - place)
        if data.sampling == SHUFFLED and epoch != shown // n:
            epoch = shown // n
            shuffle(seed, epoch, order, drawn)
        for i in range(me, here, threads):
            pick[done + i] = order[place + i] if data.sampling == SHUFFLED else place + i
        done += here
    return epoch


@on_device
def _forward(net: Any, w: Any, a: Any, d: Any, P: Any, count: Any) -> None:
    """z = W·a + b, a = φ(z) and d = φ′(z), layer after layer; an output of an example a thread."""
    for layer in range(net.phi.shape[0]):
        ins, outs, W = net.sizes[layer], net.sizes[layer + 1], net.weights[layer]
        lower, here, phi = net.units[layer] * P, net.units[layer + 1] * P, net.phi[layer]
        for job in range(cuda.threadIdx.x, outs * count, cuda.blockDim.x):
            o, i = job // count, job % count
            z = w[W + outs * ins + o]
            for k in range(ins):
                z += w[W + o * ins + k] * a[lower + k * P + i]
            place = here + o * P + i
            a[place] = activate(phi, z)
            d[place] = slope(phi, z, a[place])
        cuda.syncthreads()


@on_device
def _backward(net: Any, w: Any, a: Any, d: Any, grad: Any, P: Any, count: Any, more: Any) -> None:
    """From d = ∂L/∂z of the last layer, and φ′(z) of the others, to d of every layer and to grad, the last layer first.

    Added to what grad holds if there is `more`; below, d = φ′(z)·Wᵀ·d. A parameter a thread, then an input of an example a
    thread; neither needs what the other writes.
    """
    me, threads = cuda.threadIdx.x, cuda.blockDim.x
    for layer in range(net.phi.shape[0] - 1, -1, -1):
        ins, outs, W = net.sizes[layer], net.sizes[layer + 1], net.weights[layer]
        lower, here = net.units[layer] * P, net.units[layer + 1] * P
        weight_slopes(a, d, grad[W:], ins, outs, lower, here, P, count, more, True)
        if layer > 0:
            for job in range(me, ins * count, threads):
                k, i = job // count, job % count
                total = _ZERO
                for o in range(outs):
                    total += w[W + o * ins + k] * d[here + o * P + i]
                d[lower + k * P + i] *= total
        cuda.syncthreads()


@kernel(
    *(NET, int64, DATA, _ROWS, _CUBE, uint64[::1], int32[:, :, ::1]),
    *(_ROWS, _ROWS, _WHOLE, _ROW, int64, _ROWS, int64, int64),
)
def _train(
    net: Any,
    number: Any,
    data: Any,
    settings: Any,
    pace: Any,
    seeds: Any,
    orders: Any,
    theta: Any,
    memory: Any,
    pins: Any,
    pinned: Any,
    first: Any,
    history: Any,
    slots: Any,
    C: Any,
) -> None:
    """`kernels.mlp.train`, a net a block. See `train_each`; orders: (R, 2, examples) int32, overwritten."""
    pick = cuda.shared.array(COLUMNS, int32)
    lost = cuda.shared.array(COLUMNS, float32)
    parts = cuda.shared.array(THREADS, float32)
    room = cuda.shared.array(0, float32)
    run, me, threads = cuda.blockIdx.x, cuda.threadIdx.x, cuda.blockDim.x
    n, layers, P, own = theta.shape[1], net.phi.shape[0], C | 1, min(run, data.x.shape[0] - 1)
    outs, last, rows = net.sizes[layers], net.units[layers] * P, net.units[layers + 1] * P
    w, grad, kept = room[:n], room[n : 2 * n], room[2 * n : (2 + slots) * n]
    rest = room[(2 + slots) * n :]
    a, d = rest[:rows], rest[rows : 2 * rows]
    start, end = mine(0, n)
    my_w, my_grad, my_first, my_second = w[start:end], grad[start:end], kept[start:end], kept[n + start : n + end]
    for k in range(me, n, threads):
        w[k] = theta[run, k]
    for k in range(me, slots * n, threads):
        kept[k] = memory[run, k]
    epoch, share = -1, _ONE / np.float32(data.batch)
    for s in range(history.shape[1]):
        total = _ZERO
        for start in range(0, data.batch, C):
            count = min(C, data.batch - start)
            epoch = choose(data, seeds[run], first + s, start, count, orders[run, 0], orders[run, 1], epoch, pick)
            cuda.syncthreads()
            for job in range(me, count * data.x.shape[2], threads):
                a[job // count * P + job % count] = data.x[own, pick[job % count], job // count]
            cuda.syncthreads()
            _forward(net, w, a, d, P, count)
            for i in range(me, count, threads):
                lost[i] = loss(net.loss, outs, a[last + i :], data.t[own, pick[i]], d[last + i :], share, P)
            cuda.syncthreads()
            if me == threads - 1:
                for i in range(count):
                    total += lost[i]
            _backward(net, w, a, d, grad, P, count, start > 0)
        if me == threads - 1:
            history[run, s] = total * share
        if settings[run, L2] > _ZERO:
            penalize(net, w, grad, settings[run, L2])
        if settings[run, CLIP] > _ZERO:
            clip(my_grad, settings[run, CLIP], parts)
        now = pace[min(run, pace.shape[0] - 1), min(s, pace.shape[1] - 1)]
        update(number, now, settings[run], my_w, my_grad, my_first, my_second)
        if now[PULL] > _ZERO:
            shrink(net, w, now[PULL])
        cuda.syncthreads()
        if me == 0:
            for k in range(pins.shape[0]):
                w[pins[k]] = pinned[k]
        cuda.syncthreads()
    for k in range(me, n, threads):
        theta[run, k] = w[k]
    for k in range(me, slots * n, threads):
        memory[run, k] = kept[k]


# -- what labs call


def too_large(net: Net, rule: Rule) -> str:
    """Why such a net cannot be trained here, as a sentence without its full stop; empty when it can."""
    if _columns(net, rule, 1) > 0:
        return ""
    return f"a net of {int(net.weights[-1])} parameters and {int(net.units[-1])} units is too large for one block of a GPU"


def threads_of(net: Net, rules: Sequence[Rule], columns: int) -> int:
    """How many threads a net has: what its widest layer has work for. Of many nets each has fewer, so that all are at work.

    The bits are the same, but where a gradient is clipped: there each thread takes a part of a sum.
    """
    widest = max(int((net.sizes[1:] * np.maximum(net.sizes[:-1] + 1, columns)).max()), int(net.sizes[0]) * columns)
    warps = -(-widest // WARP)
    if not any(rule.clip > 0 for rule in rules):
        warps = max(1, min(warps, AT_WORK // len(rules)))
    return min(THREADS, warps * WARP)


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
    """Train R nets of one shape at once, in one launch. In place: theta (R, n), memory (R, SLOTS·n), history (R, steps).

    rules: R of one optimizer, with settings of their own. seeds: (R,), instead of that in `data`. data: one for all, or x (R,
    examples, inputs) and t (R, examples, outputs). The rest as in `kernels.mlp.train`. Raises ValueError if `too_large`.
    """
    if steps <= 0:
        return
    rule, nets = rules[0], len(rules)
    columns, slots = _columns(net, rule, data.batch), remembered(rule)
    if columns == 0:
        raise ValueError(too_large(net, rule))
    there, lost = (held.changing(theta), held.changing(memory)), held.spare("mlp.history", history.shape, np.float32)
    _train[nets, threads_of(net, rules, columns), 0, 4 * _floats(net, slots, columns)](
        Net(*(_there(part) for part in net)),
        int(rule.number),
        data._replace(x=_there(of_each(data.x)), t=_there(of_each(data.t))),
        *(cuda.to_device(array) for array in (settings(rules), few_paces(rules, first, steps), np.asarray(seeds, np.uint64))),
        held.spare("mlp.order", (nets, 2, data.x.shape[-2]), np.int32),
        *there,
        cuda.to_device(pins),
        cuda.to_device(pinned),
        int(first),
        lost,
        slots,
        columns,
    )
    held.fetch(theta, there[0])
    held.fetch(memory, there[1])
    lost.copy_to_host(history)


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
    """As `kernels.mlp.train`, in one launch; `work` is left alone. Raises ValueError where `too_large` says so.

    In place: theta (n,), memory (SLOTS·n,), history (steps,).
    """
    one = (theta[None], memory[None], pins, pinned, first, steps, history[None])
    train_each(net, [rule], data, np.array([data.seed]), *one)


def of_each(array: Array) -> Array:
    """What all nets share, as the only one of its kind."""
    return array[None] if array.ndim == 2 else array


def _there(part: Any) -> Any:
    """The copy on the GPU of an array that never changes; a number as it is."""
    return held.constant(part) if isinstance(part, np.ndarray) else part


def _floats(net: Net, slots: int, columns: int) -> int:
    """How many float32 of the shared memory belong to the net."""
    return (2 + slots) * int(net.weights[-1]) + 2 * int(net.units[-1]) * (columns | 1)


def _columns(net: Net, rule: Rule, batch: int) -> int:
    """C: how many examples of a batch fit at once; 0: none."""
    columns = min(batch, COLUMNS)
    while columns > 0 and _floats(net, remembered(rule), columns) > ROOM - _FIXED:
        columns -= 1
    return columns
