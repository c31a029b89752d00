"""The shape of a recurrent net, its parameters and the memory that its steps use; `kernels.recurrent` trains it.

Dimensions as there: T times, H units, V symbols, G gates of H weighted sums each; B examples in P columns.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import int64
from numpy.typing import NDArray

from kernels import cells
from kernels.initializers import initialize
from kernels.jit import floats, integers, record
from kernels.matmul import STEP
from kernels.optimizers import SLOTS

Array = NDArray[Any]
Integers = NDArray[np.int64]


class Net(NamedTuple):
    """The shape of a net: numbers only, so that a kernel can take it. See `net`."""

    cell: int
    """A number of `kernels.cells`."""
    units: int
    symbols: int
    times: int
    gates: int
    blocks: int


class Work(NamedTuple):
    """The memory that steps use again and again. Nothing of it outlives a call."""

    h: Array
    c: Array
    z: Array
    y: Array
    dh: Array
    """((T + 1)·H·P): ∂L/∂h of every time; row block t belongs to the state before time t."""
    dc: Array
    """((T + 1)·H·P): ∂L/∂c, likewise."""
    rows: Array
    """(P·H,): one state with a row an example, for the gradients of U and Y."""
    grad: Array
    spare: Array
    """(2·P,)."""
    x: Integers
    """(T·P): the symbols that are read."""
    t: Integers
    """(T·P): those that should be predicted; −1: none."""
    asked: Integers
    """(T,): how many predictions are wanted at each time."""
    columns: Integers
    """The offsets of rows of P numbers: 0, P, 2P, …"""
    units: Integers
    """The offsets of rows of H numbers."""


NET = record([int64] * 6, Net)
WORK = record([floats] * 9 + [integers] * 5, Work)
"""Their types in a signature."""


def net(cell: str, units: int, symbols: int, times: int) -> Net:
    """A net of one of `kernels.cells.NAMES`. Raises ValueError on another name and on sizes below 1."""
    if cell not in cells.NAMES:
        raise ValueError(f"there is no cell {cell!r}; there are: {', '.join(cells.NAMES)}")
    if min(units, symbols, times) < 1 or symbols > 256:
        raise ValueError(f"a net of {units} units, {symbols} symbols and {times} times cannot be")
    number = cells.NAMES.index(cell)
    return Net(number, units, symbols, times, cells.GATES[number], cells.BLOCKS[number])


def size(net: Net) -> int:
    """The number of parameters."""
    H, V, G = net.units, net.symbols, net.gates
    return G * H * (H + 1 + V) + V * (H + 1)


def views(net: Net, flat: Array) -> tuple[Array, Array, Array, Array, Array]:
    """theta or grad as U (G·H, H), b (G·H,), W (G·H, V), Y (V, H), a (V,): views into the same memory."""
    H, V, R = net.units, net.symbols, net.gates * net.units
    U, b, W, Y, a = np.split(flat, np.cumsum([R * H, R, R * V, V * H]))
    return U.reshape(R, H), b, W.reshape(R, V), Y.reshape(V, H), a


def parameters(net: Net, seed: int = 0, keep: float = 1.0) -> NDArray[np.float32]:
    """theta as it starts: uniform after Glorot, each gate on its own; biases 0, but `keep` for the gate that keeps the memory.

    That is f of an LSTM and u of a GRU. With 0 half is forgotten at each time. Gers, Schmidhuber & Cummins 2000; Jozefowicz,
    Zaremba & Sutskever 2015 advise 1.
    """
    theta = np.zeros(size(net), np.float32)
    U, b, W, Y, a = views(net, theta)
    H = net.units
    for gate in range(net.gates):
        rows = slice(gate * H, gate * H + H)
        initialize("glorot", seed, gate * H * H, U[rows], b[rows])
        initialize("glorot", seed, U.size + b.size + gate * H * net.symbols, W[rows], b[rows])
    initialize("glorot", seed, U.size + b.size + W.size, Y, a)
    if net.cell != cells.VANILLA:
        b[H : 2 * H] = keep
    return theta


def memory(net: Net, dtype: Any = np.float32) -> Array:
    """What any optimizer remembers, at its start: (SLOTS·n,) zeros."""
    return np.zeros(SLOTS * size(net), dtype)


def padded(batch: int) -> int:
    """P for a batch of so many."""
    return -(-batch // STEP) * STEP


def carry(net: Net, batch: int, dtype: Any = np.float32) -> Array:
    """The states before the first step: (2·H·P,) zeros."""
    return np.zeros(2 * net.units * padded(batch), dtype)


def work(net: Net, batch: int, dtype: Any = np.float32) -> Work:
    """Memory for batches of so many."""
    P, T, H, V = padded(batch), net.times, net.units, net.symbols
    n = H * P
    shapes = ((T + 1) * n, (T + 1) * n, T * net.blocks * n, T * V * P, (T + 1) * n, (T + 1) * n, n, size(net), 2 * P)
    most = max(net.blocks * H, V, P)
    tables = [np.zeros(count, np.int64) for count in (T * P, T * P, T)] + [np.arange(most) * width for width in (P, H)]
    return Work._make([np.zeros(count, dtype) for count in shapes] + tables)
