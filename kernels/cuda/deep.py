"""The deep nets of `kernels.deep` on a GPU: a block of threads owns a net, and makes many of its steps in one launch.

Such a net is too deep for a block's shared memory, and too narrow to fill a GPU layer by layer. So its arrays lie in the GPU's
own memory, where the caches hold most of them, and its threads wait for each other after each layer. One net gains nothing from
that; many at once do, a block each (`train_each`).

Activations, losses, optimizers and random numbers are the processor's, from the same source. Sums are taken in another order:
a step's numbers are the processor's up to about 1e-5 of their size.

Dimensions: R nets with layers of the same sizes, n parameters, L layers, B examples in a batch, in rows of P ≥ B numbers.
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
from kernels.cuda.learning import descend
from kernels.cuda.losses import loss
from kernels.cuda.mlp import DATA, choose, of_each
from kernels.cuda.normalized import normalize_columns, normalize_rows, through_norm
from kernels.cuda.optimizers import CLIP, clip, mine, paces, settings
from kernels.deep import BATCH_NORM, LAYER_NORM, NO_NORM
from kernels.mlp import NET, Data, Net
from kernels.optimizers import Rule

Array = NDArray[Any]

THREADS = 256
"""Of a block."""
STEP = 32
"""P is a multiple of this: as many threads as go together."""

_ZERO, _ONE = np.float32(0.0), np.float32(1.0)
_ROW, _ROWS, _CUBE, _WHOLES = float32[::1], float32[:, ::1], float32[:, :, ::1], int64[:, ::1]


@on_device
def _forward(
    net: Any, phi: Any, skip: Any, scale: Any, norm: Any, w: Any, z: Any, a: Any, narrow: Any, running: Any, P: Any, B: Any
) -> None:
    """z = W·a + b, normalized, and a = φ(z), plus what skips the layer; layer after layer. See `kernels.deep.forward`."""
    me, threads, last = cuda.threadIdx.x, cuda.blockDim.x, phi.shape[0] - 1
    for layer in range(last + 1):
        ins, outs, W = net.sizes[layer], net.sizes[layer + 1], net.weights[layer]
        lower, here = net.units[layer] * P, net.units[layer + 1] * P
        for job in range(me, outs * B, threads):
            o, i = job // B, job % B
            total = w[W + outs * ins + o]
            for k in range(ins):
                total += w[W + o * ins + k] * a[lower + k * P + i]
            z[here + o * P + i] = total
        cuda.syncthreads()
        if layer < last and norm == BATCH_NORM:
            kept = 2 * net.units[layer + 1]
            normalize_rows(z, here, narrow[net.units[layer + 1] :], running[kept : kept + 2 * outs], outs, P, B)
            cuda.syncthreads()
        elif layer < last and norm == LAYER_NORM:
            normalize_columns(z, here, narrow[net.units[last + 2] + layer * P :], outs, P, B)
            cuda.syncthreads()
        before = net.units[layer + 1 - skip[layer]] * P
        for job in range(me, outs * B, threads):
            place = job // B * P + job % B
            answer = activate(phi[layer], z[here + place])
            a[here + place] = a[before + place] + scale * answer if skip[layer] > 0 else answer
        cuda.syncthreads()


@on_device
def _backward(
    net: Any, phi: Any, skip: Any, scale: Any, norm: Any, w: Any, z: Any, a: Any, d: Any, narrow: Any, grad: Any, P: Any, B: Any
) -> None:
    """From ∂L/∂a of the last layer, in d, to grad. See `kernels.deep.backward`."""
    me, threads, last = cuda.threadIdx.x, cuda.blockDim.x, phi.shape[0] - 1
    for layer in range(last, -1, -1):
        ins, outs, W = net.sizes[layer], net.sizes[layer + 1], net.weights[layer]
        lower, here = net.units[layer] * P, net.units[layer + 1] * P
        past = net.units[layer + 1 - skip[layer]] * P
        for job in range(me, outs * B, threads):
            place = job // B * P + job % B
            along = slope(phi[layer], z[here + place], a[here + place])
            if skip[layer] > 0:  # a ← before + s·a: the gradient goes past the block as it is, and into it times s
                d[past + place] = d[here + place]
                along *= scale
            d[here + place] *= along
        cuda.syncthreads()
        if layer < last and norm != NO_NORM:
            through_norm(net, z, d, narrow, norm, layer, P, B)
            cuda.syncthreads()
        weight_slopes(a, d, grad[W:], ins, outs, lower, here, P, B, False, True)
        if layer > 0:
            more = layer < last and skip[layer + 1] == 2  # what went past the block above is there already
            for job in range(me, ins * B, threads):
                k, i = job // B, job % B
                total = d[lower + k * P + i] if more else _ZERO
                for o in range(outs):
                    total += w[W + o * ins + k] * d[here + o * P + i]
                d[lower + k * P + i] = total
        cuda.syncthreads()


@kernel(
    *(NET, _WHOLES, _WHOLES, _ROW, int64, int64, DATA, _ROWS, _CUBE, uint64[::1], int32[:, :, ::1], int32[:, ::1]),
    *(_ROWS, _ROWS, _ROWS, _ROWS, _CUBE, _ROWS, _ROWS, int64, _ROWS, int64),
)
def _train(
    net: Any,
    phis: Any,
    skips: Any,
    scales: Any,
    norm: Any,
    number: Any,
    data: Any,
    settings: Any,
    pace: Any,
    seeds: Any,
    orders: Any,
    picks: Any,
    thetas: Any,
    memories: Any,
    runnings: Any,
    grads: Any,
    layers: Any,
    narrows: Any,
    losses: Any,
    first: Any,
    history: Any,
    P: Any,
) -> None:
    """`kernels.deep.train`, a net a block. See `train_each`; layers: (R, 3, units·P), z, a and d of each net."""
    parts = cuda.shared.array(THREADS, float32)
    run, me, threads, B = cuda.blockIdx.x, cuda.threadIdx.x, cuda.blockDim.x, data.batch
    w, memory, grad, pick, lost = thetas[run], memories[run], grads[run], picks[run], losses[run]
    z, a, d, narrow, running = layers[run, 0], layers[run, 1], layers[run, 2], narrows[run], runnings[run]
    phi, skip, scale, own = phis[run], skips[run], scales[run], min(run, data.x.shape[0] - 1)
    outs, top = net.sizes[phi.shape[0]], net.units[phi.shape[0]] * P
    epoch, share, n = -1, _ONE / np.float32(B), w.shape[0]
    start, end = mine(0, n)
    for s in range(history.shape[1]):
        epoch = choose(data, seeds[run], first + s, 0, B, orders[run, 0], orders[run, 1], epoch, pick)
        cuda.syncthreads()
        for job in range(me, B * data.x.shape[2], threads):
            a[job // B * P + job % B] = data.x[own, pick[job % B], job // B]
        cuda.syncthreads()
        _forward(net, phi, skip, scale, norm, w, z, a, narrow, running, P, B)
        for i in range(me, B, threads):
            for o in range(outs):
                d[top + o * P + i] = _ONE
            lost[i] = loss(net.loss, outs, a[top + i :], data.t[own, pick[i]], d[top + i :], share, P)
        cuda.syncthreads()
        if me == 0:
            total = _ZERO
            for i in range(B):
                total += lost[i]
            history[run, s] = total * share
        _backward(net, phi, skip, scale, norm, w, z, a, d, narrow, grad, P, B)
        if settings[run, CLIP] > _ZERO:
            clip(grad[start:end], settings[run, CLIP], parts)
            cuda.syncthreads()
        for k in range(me, n, threads):
            descend(number, pace[run, s], settings[run], w, grad, memory, k, n)
        cuda.syncthreads()


# -- what labs call


def train_each(
    nets: Sequence[Net],
    rules: Sequence[Rule],
    data: Data,
    seeds: Array,
    theta: Array,
    memory: Array,
    skips: Sequence[Array],
    scales: Sequence[float],
    norm: int,
    running: Array,
    first: int,
    steps: int,
    history: Array,
) -> None:
    """Train R nets at once, in one launch.

    In place: theta (R, n), memory (R, SLOTS·n), running (R, 2·units), history (R, steps).
    nets: R with layers of the same sizes; activations may differ, and so may skips, scales, and the settings of one optimizer.
    seeds: (R,), instead of that in `data`. data: one for all, or for each its own, as in
    `kernels.cuda.mlp.train_each`. The rest as in `kernels.deep.train`.
    """
    if steps <= 0:
        return
    net, many, P = nets[0], len(nets), -(-data.batch // STEP) * STEP
    n, units = int(net.weights[-1]), int(net.units[-1])
    there = [held.changing(array) for array in (theta, memory, running)]
    losses = held.spare("deep.history", history.shape, np.float32)
    _train[many, THREADS](
        Net._make(cuda.to_device(part) if isinstance(part, np.ndarray) else part for part in net),
        cuda.to_device(np.stack([one.phi for one in nets])),
        cuda.to_device(np.stack(skips)),
        cuda.to_device(np.array(scales, np.float32)),
        int(norm),
        int(rules[0].number),
        data._replace(x=held.constant(of_each(data.x)), t=held.constant(of_each(data.t))),
        *(cuda.to_device(array) for array in (settings(rules), paces(rules, first, steps), np.asarray(seeds, np.uint64))),
        held.spare("deep.orders", (many, 2, data.x.shape[-2]), np.int32),
        held.spare("deep.picks", (many, data.batch), np.int32),
        *there,
        held.spare("deep.grads", (many, n), np.float32),
        held.spare("deep.layers", (many, 3, units * P), np.float32),
        held.spare("deep.narrows", (many, units + len(net.phi) * P), np.float32),
        held.spare("deep.losses", (many, data.batch), np.float32),
        int(first),
        losses,
        P,
    )
    for array, copy in zip((theta, memory, running), there, strict=True):
        held.fetch(array, copy)
    losses.copy_to_host(history)


def train(
    net: Net,
    work: Any,
    rule: Rule,
    data: Data,
    theta: Array,
    memory: Array,
    skip: Array,
    scale: float,
    norm: int,
    narrow: Any,
    running: Array,
    first: int,
    steps: int,
    history: Array,
) -> None:
    """As `kernels.deep.train`, in one launch; `work` and `narrow` are left alone.

    In place: theta (n,), memory (SLOTS·n,), running (2·units,), history (steps,).
    """
    one, at = (theta[None], memory[None], [skip], [scale], norm, running[None]), (first, steps, history[None])
    train_each([net], [rule], data, np.array([data.seed]), *one, *at)
