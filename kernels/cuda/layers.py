"""What a net that is too large for a block does between its products: a number a thread, in a launch of its own.

Dimensions: B examples in a batch, P ≥ B columns. Arrays are flat, a unit a row of P numbers, as in `kernels.convnet`; `start`
is where in them a layer begins. Every launch has as many blocks as there is work for, at most BLOCKS, and goes on in strides.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import float32, int32, int64, uint64

from kernels.activations import activate, slope
from kernels.batches import DRAWN, DRAWS, SHUFFLED, Data
from kernels.cuda.device import cuda, kernel
from kernels.cuda.losses import loss
from kernels.cuda.matmul import Launch
from kernels.random import below, bits, shuffle

THREADS, BLOCKS = 256, 1024
"""Threads of a block, and how many blocks there are at most."""

_ZERO, _ONE = np.float32(0.0), np.float32(1.0)
_ROW, _ROWS, _PICKS = float32[::1], float32[:, ::1], int32[:, ::1]


@kernel(uint64, int64, int64, _PICKS)
def _draw(seed: Any, first: Any, n: Any, pick: Any) -> None:
    """The examples of every batch, drawn with replacement as `kernels.batches.choose` does. pick: (steps, B)."""
    B = pick.shape[1]
    for job in range(cuda.grid(1), pick.shape[0] * B, cuda.gridsize(1)):
        step, i = first + job // B, job % B
        pick[job // B, i] = below(bits(seed, np.uint64(DRAWS), np.uint64(step), np.uint64(i)), np.uint64(n))


@kernel(_ROWS, _PICKS, int64, int64, _ROW)
def _fill(x: Any, pick: Any, s: Any, P: Any, a: Any) -> None:
    """`kernels.batches.fill`: the examples of batch number s, into the first rows of a."""
    B = pick.shape[1]
    for job in range(cuda.grid(1), x.shape[1] * B, cuda.gridsize(1)):
        k, i = job // B, job % B
        a[k * P + i] = x[pick[s, i], k]


@kernel(int64, _ROW, _ROW, int64, int64)
def _bend(phi: Any, z: Any, a: Any, start: Any, count: Any) -> None:
    """a = φ(z). z and a may be the same array."""
    for i in range(start + cuda.grid(1), start + count, cuda.gridsize(1)):
        a[i] = activate(phi, z[i])


@kernel(int64, _ROW, _ROW, _ROW, int64, int64)
def _unbend(phi: Any, z: Any, a: Any, d: Any, start: Any, count: Any) -> None:
    """d ← d · φ′(z): from ∂L/∂a to ∂L/∂z."""
    for i in range(start + cuda.grid(1), start + count, cuda.gridsize(1)):
        d[i] *= slope(phi, z[i], a[i])


@kernel(_ROW, int64, int64, int64, _ROW, int64, int64, int64, int64, int64, int64)
def _frame(
    x: Any, lower: Any, side: Any, wide: Any, framed: Any, high: Any, broad: Any, top: Any, left: Any, step: Any, P: Any
) -> None:
    """Copy images (side, wide) into frames (high, broad): pixel (r, s) to (top + r·step, left + s·step), if that is inside.

    x: the images from `lower` on. framed: as many frames as there are images; the rest of them is left alone.
    """
    images = framed.shape[0] // (high * broad * P)
    for job in range(cuda.grid(1), images * side * wide * P, cuda.gridsize(1)):
        pixel, i = job // P, job % P
        c, r, s = pixel // (side * wide), top + pixel // wide % side * step, left + pixel % wide * step
        if 0 <= r < high and 0 <= s < broad:
            framed[((c * high + r) * broad + s) * P + i] = x[lower + job]


@kernel(int64, int64, _ROW, _ROWS, _ROW, int64, _PICKS, int64, int64, _ROW, _ROW)
def _measure(
    number: Any, outs: Any, a: Any, t: Any, d: Any, start: Any, pick: Any, s: Any, P: Any, lost: Any, history: Any
) -> None:
    """`kernels.losses.loss`, in one block: ∂L/∂a of the last layer, from `start` on, and in history[s] batch s's loss."""
    me, threads, B = cuda.threadIdx.x, cuda.blockDim.x, pick.shape[1]
    share = _ONE / np.float32(B)
    for i in range(me, P, threads):
        for o in range(outs):
            d[start + o * P + i] = _ONE if i < B else _ZERO
        if i < B:
            lost[i] = loss(number, outs, a[start + i :], t[pick[s, i]], d[start + i :], share, P)
    cuda.syncthreads()
    if me == 0:
        total = _ZERO
        for i in range(B):
            total += lost[i]
        history[s] = total * share


# -- on the processor


def spread(function: Any, jobs: int, given: tuple[Any, ...]) -> Launch:
    """The launch of a kernel with so many numbers to make."""
    return function, max(1, min(BLOCKS, -(-jobs // THREADS))), THREADS, given


def fill(x: Any, pick: Any, s: int, P: int, a: Any) -> Launch:
    """See `_fill`."""
    return spread(_fill, x.shape[1] * pick.shape[1], (x, pick, s, P, a))


def bend(phi: int, z: Any, a: Any, start: int, count: int) -> Launch:
    """See `_bend`."""
    return spread(_bend, count, (phi, z, a, start, count))


def unbend(phi: int, z: Any, a: Any, d: Any, start: int, count: int) -> Launch:
    """See `_unbend`."""
    return spread(_unbend, count, (phi, z, a, d, start, count))


def frame(x: Any, lower: int, image: tuple[int, int, int], framed: Any, sides: tuple[int, int], at: Any, P: int) -> Launch:
    """See `_frame`. image: (images, side, wide). at: (top, left, step)."""
    count, side, wide = image
    return spread(_frame, count * side * wide * P, (x, lower, side, wide, framed, *sides, *at, P))


def measure(
    number: int, outs: int, a: Any, t: Any, d: Any, start: int, pick: Any, s: int, P: int, lost: Any, history: Any
) -> Launch:
    """See `_measure`."""
    return _measure, 1, THREADS, (number, outs, a, t, d, start, pick, s, P, lost, history)


_orders: dict[tuple[int, int, int], Any] = {}
"""The order of the newest epochs, by the number of examples, the seed and the epoch."""
_MOST_ORDERS = 4


def picks(data: Data, first: int, steps: int) -> Any:
    """(steps, B) int32, on the GPU: which examples are in the batches of these steps, as `kernels.batches.choose` has it."""
    n, B = len(data.x), data.batch
    if data.sampling == DRAWN:
        drawn = cuda.device_array((steps, B), np.int32)
        function, blocks, threads, given = spread(_draw, steps * B, (np.uint64(data.seed), first, n, drawn))
        function[blocks, threads](*given)
        return drawn
    places = np.arange(first * B, (first + steps) * B, dtype=np.int64)
    found = (places % n).astype(np.int32)
    if data.sampling == SHUFFLED:
        for epoch in np.unique(places // n):
            mine = places // n == epoch
            found[mine] = _order(n, data.seed, int(epoch))[found[mine]]
    return cuda.to_device(found.reshape(steps, B))


def _order(n: int, seed: int, epoch: int) -> Any:
    key = (n, seed, epoch)
    order = _orders.pop(key, None)
    if order is None:
        order = np.empty(n, np.int32)
        shuffle(seed, epoch, order)
    _orders[key] = order
    if len(_orders) > _MOST_ORDERS:
        del _orders[next(iter(_orders))]
    return order
