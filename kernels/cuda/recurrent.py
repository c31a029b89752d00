"""The recurrent nets of `kernels.recurrent` on a GPU: the same steps, the same batches, many steps in one launch.

One block of threads owns one net. Times wait for each other, there and back; within a time a thread makes a unit of an example,
all its gates. What does not wait is done for all times at once: logits, losses, gradients. Parameters stay in shared memory for
the whole launch if they fit there; what the times leave behind lies in the GPU's memory, so no net is too large. One net gains
little from a GPU, many at once do (`train_each`).

Cells, losses, optimizers and random numbers are those of the processor, from the same source. Sums are taken in another order,
and products are fused into them: a step's numbers are the processor's up to about 1e-6 of their size.

Dimensions and layout as in `kernels.recurrent`, for R nets of one shape; but z is (T·H·P·K,), the K blocks of a unit of an
example beside each other, and y is (T·P·V,), the logits of an example beside each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numba import boolean, float32, int32, int64, uint8, uint64
from numpy.typing import NDArray

from kernels import cells, symbols
from kernels.cuda import held
from kernels.cuda.device import bare, cuda, kernel, on_device
from kernels.cuda.optimizers import CLIP, clip, learn, mine, paces, settings
from kernels.jit import record
from kernels.optimizers import Rule
from kernels.recurrent_net import NET, Net, padded
from kernels.sequences import TEXT, Data, recalled

Array = NDArray[Any]

THREADS = 256
"""At most so many in a block."""
SPARE = 2 * THREADS
ROOM = 48 * 1024 // 4 - 2 * THREADS - SPARE
"""So many parameters fit in the shared memory of a block, on every GPU."""
DATA = record([int64, uint8[::1], int64, int64, int64, int64], Data)
"""The type of data on the device, whose text is not read-only there."""

_ZERO, _INFINITE = np.float32(0.0), np.float32(np.inf)
_ROWS = float32[:, ::1]


@on_device
def _fill(net: Any, data: Any, seed: Any, step: Any, P: Any, x: Any, t: Any) -> None:
    """`kernels.sequences.fill`: x, t (T·P,)."""
    T, B = net.times, data.batch
    for place in range(cuda.threadIdx.x, T * P, cuda.blockDim.x):
        k, i = place // P, place % P
        symbol, target = np.int64(0), np.int64(-1)
        if i < B and data.kind == TEXT:
            length = (data.text.shape[0] - 1) // B
            at = i * length + step % (length // T) * T + k
            symbol, target = np.int64(data.text[at]), np.int64(data.text[at + 1])
        elif i < B:
            symbol = recalled(seed, data.choices, data.fillers, step, T, k, place)
            if k == T - 1:
                target = recalled(seed, data.choices, data.fillers, step, T, 0, i)
        x[place], t[place] = symbol, target
    cuda.syncthreads()


@on_device
def _forward(net: Any, w: Any, P: Any, x: Any, h: Any, c: Any, z: Any) -> None:
    """From the state before the first time to that after the last: z = W·x + U·h + b, and what the cell makes of it."""
    H, V, G, K, n = net.units, net.symbols, net.gates, net.blocks, net.units * P
    b, W = G * H * H, G * H * H + G * H
    for t in range(net.times):
        for job in range(cuda.threadIdx.x, n, cuda.blockDim.x):
            k, i, at, place = job // P, job % P, t * n, t * n + job
            for gate in range(G):
                row, total = gate * H + k, _ZERO
                for j in range(H):
                    total += w[row * H + j] * h[at + j * P + i]
                told = w[W + row * V + x[t * P + i]] + w[b + row]
                if net.cell == cells.GRU and gate == 2:  # the last block is U·h alone
                    z[place * K + 2], z[place * K + 3] = told, total
                else:
                    z[place * K + gate] = told + total
            blocks, after = bare(z[place * K : place * K + K]), bare(h[place + n : place + n + 1])
            if net.cell == cells.GRU:
                cells.gru(blocks, bare(h[place : place + 1]), after)
            elif net.cell == cells.LSTM:
                cells.lstm(blocks, bare(c[place : place + 1]), bare(c[place + n : place + n + 1]), after)
            else:
                cells.vanilla(blocks, after)
        cuda.syncthreads()


@on_device
def _answer(net: Any, w: Any, P: Any, B: Any, first: Any, h: Any, y: Any, target: Any, spare: Any, lost: Any) -> Any:
    """Logits and ∂L/∂y from time `first` on, into y. Returns the loss, to every thread. spare: (2·threads,)."""
    H, V, T, n = net.units, net.symbols, net.times, net.units * P
    Y = net.gates * H * (H + 1 + V)
    a, me, threads, total = Y + V * H, cuda.threadIdx.x, cuda.blockDim.x, _ZERO
    for job in range(me, (T - first) * V * P, threads):
        t, v, i = first + job // (V * P), job // P % V, job % P
        logit = w[a + v]
        for j in range(H):
            logit += w[Y + v * H + j] * h[(t + 1) * n + j * P + i]
        y[(t * P + i) * V + v] = logit
    cuda.syncthreads()
    for place in range(first * P + me, T * P, threads):
        here, wanted = bare(y[place * V : place * V + V]), bare(target[place : place + 1])
        there = 1 if place % P < B else 0
        total += symbols.cross_entropy(here, wanted, spare[2 * me : 2 * me + 2], there, (T - first) * B)
    lost[me] = total
    cuda.syncthreads()
    total = _ZERO
    for other in range(threads):
        total += lost[other]
    cuda.syncthreads()
    return total


@on_device
def _backward(net: Any, w: Any, P: Any, first: Any, h: Any, c: Any, z: Any, y: Any, dh: Any, dc: Any) -> None:
    """From ∂L/∂y to ∂L/∂z, in the place of z, the last time first."""
    H, V, G, K, T, n = net.units, net.symbols, net.gates, net.blocks, net.times, net.units * P
    Y, me, threads = net.gates * H * (H + 1 + V), cuda.threadIdx.x, cuda.blockDim.x
    for place in range(me, T * n, threads):  # what comes down from y
        t, k, i, total = place // n, place // P % H, place % P, _ZERO
        for v in range(V if t >= first else 0):
            total += w[Y + v * H + k] * y[(t * P + i) * V + v]
        dh[place + n] = total
    for job in range(me, n, threads):
        dc[T * n + job] = _ZERO
    cuda.syncthreads()
    for t in range(T - 1, -1, -1):
        for job in range(me, n, threads):
            k, i, place = job // P, job % P, t * n + job
            if t < T - 1:  # what comes back through time
                total = dh[place + n]
                if net.cell == cells.GRU:
                    total += dh[place + 2 * n]
                for gate in range(G):
                    block = 3 if net.cell == cells.GRU and gate == 2 else gate
                    for j in range(H):
                        total += w[(gate * H + j) * H + k] * z[((t + 1) * n + j * P + i) * K + block]
                dh[place + n] = total
            blocks, slope = bare(z[place * K : place * K + K]), bare(dh[place + n : place + n + 1])
            if net.cell == cells.GRU:
                cells.gru_backward(blocks, bare(h[place : place + 1]), slope)
            elif net.cell == cells.LSTM:
                before, after = bare(c[place : place + 1]), bare(c[place + n : place + n + 1])
                cells.lstm_backward(
                    blocks, before, after, slope, bare(dc[place + n : place + n + 1]), bare(dc[place : place + 1])
                )
            else:
                cells.vanilla_backward(blocks, bare(h[place + n : place + n + 1]), slope)
        cuda.syncthreads()


@on_device
def _collect(net: Any, P: Any, B: Any, first: Any, x: Any, h: Any, z: Any, y: Any, grad: Any) -> None:
    """∂L/∂θ from ∂L/∂z and ∂L/∂y: sums over times and examples. A parameter a thread; of W a row, since each adds to one."""
    H, V, G, K, T, n = net.units, net.symbols, net.gates, net.blocks, net.times, net.units * P
    b, W, me, threads = G * H * H, G * H * H + G * H, cuda.threadIdx.x, cuda.blockDim.x
    Y = W + G * H * V
    for job in range(me, G * H * H, threads):
        gate, k, j, total = job // (H * H), job // H % H, job % H, _ZERO
        block = 3 if net.cell == cells.GRU and gate == 2 else gate
        for t in range(T):
            for i in range(B):
                total += z[(t * n + k * P + i) * K + block] * h[t * n + j * P + i]
        grad[job] = total
    for row in range(me, G * H, threads):
        gate, k, total = row // H, row % H, _ZERO
        for v in range(V):
            grad[W + row * V + v] = _ZERO
        for t in range(T):
            for i in range(B):
                d = z[(t * n + k * P + i) * K + gate]
                grad[W + row * V + x[t * P + i]] += d
                total += d
        grad[b + row] = total
    for job in range(me, V * H + V, threads):
        v, total = job // H if job < V * H else job - V * H, _ZERO
        for t in range(first, T):
            for i in range(B):
                d = y[(t * P + i) * V + v]
                total += d * h[(t + 1) * n + job % H * P + i] if job < V * H else d
        grad[Y + job] = total
    cuda.syncthreads()


@kernel(
    *(NET, DATA, int64, _ROWS, float32[:, :, ::1], uint64[::1], _ROWS, _ROWS, _ROWS),
    *(int64, _ROWS, _ROWS, boolean, int64, _ROWS, int32[:, ::1]),
)
def _train(
    net: Any, data: Any, number: Any, settings: Any, pace: Any, seeds: Any, theta: Any, memory: Any, carry: Any,
    first: Any, history: Any, lengths: Any, fits: Any, P: Any, spaces: Any, marks: Any,
) -> None:  # fmt: skip
    """`kernels.recurrent.train`, a net a block. spaces, marks: (R, …), overwritten; see `_floats`. fits: θ in shared memory."""
    parts = cuda.shared.array(THREADS, float32)
    lost = cuda.shared.array(THREADS, float32)
    spare = cuda.shared.array(SPARE, float32)
    room = cuda.shared.array(0, float32)
    run, me, threads = cuda.blockIdx.x, cuda.threadIdx.x, cuda.blockDim.x
    T, n, N, space = net.times, net.units * P, theta.shape[1], spaces[cuda.blockIdx.x]
    states, sums, logits = (T + 1) * n, T * net.blocks * n, T * P * net.symbols
    h, c, dh, dc = (
        space[:states], space[states : 2 * states], space[2 * states : 3 * states], space[3 * states : 4 * states],
    )  # fmt: skip
    z, y = space[4 * states : 4 * states + sums], space[4 * states + sums : 4 * states + sums + logits]
    grad = space[4 * states + sums + logits : 4 * states + sums + logits + N]
    x, target, start = marks[run, : T * P], marks[run, T * P : 2 * T * P], T - 1
    if data.kind == TEXT:
        start = 0
    w = room[:N] if fits else theta[run]
    for k in range(me, N if fits else 0, threads):
        w[k] = theta[run, k]
    cuda.syncthreads()
    begin, end = mine(0, N)
    limit = settings[run, CLIP] if settings[run, CLIP] > _ZERO else _INFINITE
    for s in range(history.shape[1]):
        _fill(net, data, seeds[run], first + s, P, x, target)
        goes_on = data.kind == TEXT and (first + s) % ((data.text.shape[0] - 1) // data.batch // T) > 0
        for k in range(me, n, threads):
            h[k] = carry[run, k] if goes_on else _ZERO
            c[k] = carry[run, n + k] if goes_on else _ZERO
        cuda.syncthreads()
        _forward(net, w, P, x, h, c, z)
        loss = _answer(net, w, P, data.batch, start, h, y, target, spare, lost)
        for k in range(me, n, threads):
            carry[run, k] = h[T * n + k]
            carry[run, n + k] = c[T * n + k] if net.cell == cells.LSTM else _ZERO
        length = _ZERO
        if number >= -1:
            _backward(net, w, P, start, h, c, z, y, dh, dc)
            _collect(net, P, data.batch, start, x, h, z, y, grad)
            length = clip(grad[begin:end], limit, parts)
            cuda.syncthreads()
            learn(number, pace[run, s], settings[run], w, grad, memory[run], N)
            cuda.syncthreads()
        if me == 0:
            history[run, s], lengths[run, s] = loss, length
    for k in range(me, N if fits else 0, threads):
        theta[run, k] = w[k]


# -- what labs call


def train_each(
    net: Net, rules: Sequence[Rule], data: Data, seeds: Array, theta: Array, memory: Array, carry: Array,
    first: int, steps: int, history: Array, lengths: Array,
) -> None:  # fmt: skip
    """Train R nets of one shape at once, in one launch. In place: theta (R, n), memory (R, SLOTS·n), carry (R, 2·H·P).

    rules: R of one optimizer, which may differ in their settings. seeds: (R,), instead of that in `data`. history, lengths:
    (R, steps), filled. The rest as in `kernels.recurrent.train`. Raises ValueError on a text too short for one step.
    """
    P, T, runs = padded(data.batch), net.times, len(theta)
    if carry.shape[1] != 2 * net.units * P:
        raise ValueError("these states were made for another net or for another batch")
    if data.kind == TEXT and (len(data.text) - 1) // data.batch < T:
        raise ValueError("the text is too short for one step")
    if steps <= 0 or runs == 0:
        return
    changed, fits = [held.changing(array) for array in (theta, memory, carry)], theta.shape[1] <= ROOM
    found = [held.spare(f"recurrent.{what}", (runs, steps), np.float32) for what in ("history", "lengths")]
    widest = max(net.units * P, P * net.symbols)
    threads = min(THREADS, -(-widest // 32) * 32)
    text, numbers = held.constant(data.text), [int(number) for number in (data.batch, data.seed, data.choices, data.fillers)]
    given = [cuda.to_device(array) for array in (settings(rules), paces(rules, first, steps), np.asarray(seeds, np.uint64))]
    _train[runs, threads, 0, 4 * theta.shape[1] if fits else 0](
        Net(*map(int, net)), Data(int(data.kind), text, *numbers), int(rules[0].number), *given, *changed,
        int(first), *found, fits, P, held.spare("recurrent.spaces", (runs, _floats(net, P, theta.shape[1])), np.float32),
        held.spare("recurrent.marks", (runs, 2 * T * P), np.int32),
    )  # fmt: skip
    for array, copy in zip((theta, memory, carry), changed, strict=True):
        held.fetch(array, copy)
    for array, copy in zip((history, lengths), found, strict=True):
        array[...] = copy.copy_to_host()


def train(
    net: Net, work: Any, rule: Rule, data: Data, theta: Array, memory: Array, carry: Array,
    first: int, steps: int, history: Array, lengths: Array,
) -> None:  # fmt: skip
    """As `kernels.recurrent.train`, in one launch; `work` is left alone."""
    one = (theta[None], memory[None], carry[None], first, steps, history[None], lengths[None])
    train_each(net, [rule], data, np.array([data.seed]), *one)


def _floats(net: Net, P: int, parameters: int) -> int:
    """So many float32 a net needs: h, c and their slopes, z, y, and the gradient."""
    T, n = net.times, net.units * P
    return 4 * (T + 1) * n + T * net.blocks * n + T * P * net.symbols + parameters
