"""Passes through a net that training with an opponent needs: back to the input, and the gradient of a gradient.

Layout and names are those of `kernels.mlp`; columns may hold several groups of T examples, one after another, so that one pass
serves them all. The penalty of Gulrajani et al. 2017 asks that the critic f is as steep as 1 at the points x between real and
generated ones. To go down on it takes second derivatives, and four passes find them:

    forward     z, a                  as ever
    chain       d = ∂f/∂z             back to the input, where d is the slope g = ∂f/∂x; the penalty says how g should change: v
    tangent     ż, ȧ                  forward again: how z and a change when x moves along v; at the end vᵀg
    bend        e = ∂(vᵀg)/∂z         back again; needed only where φ is curved: for (leaky) ReLU it is 0

and then ∂(vᵀg)/∂W = d·ȧᵀ + e·aᵀ and ∂(vᵀg)/∂b = Σ e, with v held still.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import boolean, int64, void
from numpy.typing import NDArray

from kernels import activations
from kernels.dots import dots
from kernels.jit import apart, fast, floats, integers, record
from kernels.matmul import matmul
from kernels.net import NET, Net
from kernels.net import forward as _layers
from kernels.simd import span

Array = NDArray[Any]

STRAIGHT = ("relu", "leaky relu")
CURVED = ("tanh",)
"""The activations that the penalty can be taken through: made of straight pieces, and curved."""


class Pass(NamedTuple):
    """The memory of one pass through a net, over P columns. See `memory`."""

    z: Array
    a: Array
    d: Array
    columns: NDArray[np.int64]
    """The offsets of rows of P numbers: 0, P, 2P, …"""


PASS = record([floats] * 3 + [integers], Pass)

_matmul = apart(matmul)
_dots = apart(dots)
_slopes = apart(activations.backward, int64, floats, floats, floats)

_MINUS_TWO = np.float32(-2.0)


@fast(void(NET, PASS, floats, int64))
def forward(net: Net, work: Pass, theta: Array, P: int) -> None:
    """`kernels.mlp.forward`, compiled once for all who call it."""
    _layers(net, work, theta, P)


@fast(void(NET, PASS, floats, int64))
def chain(net: Net, work: Pass, theta: Array, P: int) -> None:
    """From ∂L/∂a of the last layer, in work.d, to ∂L/∂z of every layer; with net.inputs also ∂L/∂x, in the first rows."""
    for layer in range(net.phi.shape[0] - 1, -1, -1):
        ins, outs, W = net.sizes[layer], net.sizes[layer + 1], net.weights[layer]
        lower, here = net.units[layer] * P, net.units[layer + 1] * P
        _slopes(net.phi[layer], span(work.z, here, outs * P), span(work.a, here, outs * P), span(work.d, here, outs * P))
        if layer > 0 or net.inputs > 0:
            _matmul(work.d, lower, work.columns, theta, W, 1, ins, work.d, here, work.columns, ins, P, outs, False)


@fast(void(NET, floats, floats, int64, int64, floats, int64, int64, int64, int64, boolean))
def collect(
    net: Net, grad: Array, d: Array, first: int, row: int, a: Array, a_first: int, a_row: int, T: int, layers: int, biases: bool
) -> None:
    """∂L/∂W += d·aᵀ and, if wanted, ∂L/∂b += Σ d, for so many layers, over T columns, a multiple of 16.

    first, a_first: the first column of each in rows of `row` and `a_row` numbers. Columns without an example have d = 0.
    """
    for layer in range(layers):
        ins, outs, W = net.sizes[layer], net.sizes[layer + 1], net.weights[layer]
        lower, here = net.units[layer] * a_row + a_first, net.units[layer + 1] * row + first
        _dots(d, here, row, 0, a, lower, a_row, 0, 1, T, grad, W, ins, outs, ins)
        if biases:
            for o in range(outs):
                slopes, total = span(d, here + o * row, T), grad.dtype.type(0)
                for i in range(T):
                    total += slopes[i]
                grad[W + outs * ins + o] += total


@fast(void(NET, PASS, PASS, floats, int64))
def tangent(net: Net, work: Pass, moved: Pass, theta: Array, first: int) -> None:
    """ż and ȧ of every layer, in moved.z and moved.a, from v in the first rows of moved.a; for work's columns from `first` on.

    ż = W·ȧ of the layer below, ȧ = φ′(z)·ż.
    """
    P, T = work.columns[1], moved.columns[1]
    for layer in range(net.phi.shape[0]):
        ins, outs, W = net.sizes[layer], net.sizes[layer + 1], net.weights[layer]
        lower, here, wide = net.units[layer] * T, net.units[layer + 1] * T, net.units[layer + 1] * P + first
        _matmul(moved.z, here, moved.columns, theta, W, ins, 1, moved.a, lower, moved.columns, outs, T, ins, False)
        for o in range(outs):
            rate, change = span(moved.z, here + o * T, T), span(moved.a, here + o * T, T)
            for i in range(T):
                change[i] = rate[i]
            _slopes(net.phi[layer], span(work.z, wide + o * P, T), span(work.a, wide + o * P, T), change)


@fast(void(NET, PASS, PASS, floats, int64))
def bend(net: Net, work: Pass, moved: Pass, theta: Array, first: int) -> None:
    """e of every layer but the last, where it is 0, in moved.d, from d = ∂f/∂z in `work` and ż in moved.z; for hidden tanh.

    e = φ″(z)/φ′(z)·d·ż + φ′(z)·Wᵀ·e of the layer above; for tanh φ″/φ′ is −2a.
    """
    P, T, last = work.columns[1], moved.columns[1], net.phi.shape[0] - 1
    top = span(moved.d, net.units[last + 1] * T, net.sizes[last + 1] * T)
    for i in range(top.shape[0]):
        top[i] = 0
    for layer in range(last - 1, -1, -1):
        outs, above, W = net.sizes[layer + 1], net.sizes[layer + 2], net.weights[layer + 1]
        here, upper, wide = net.units[layer + 1] * T, net.units[layer + 2] * T, net.units[layer + 1] * P + first
        _matmul(moved.d, here, moved.columns, theta, W, 1, outs, moved.d, upper, moved.columns, outs, T, above, False)
        for o in range(outs):
            a, d = span(work.a, wide + o * P, T), span(work.d, wide + o * P, T)
            rate, e = span(moved.z, here + o * T, T), span(moved.d, here + o * T, T)
            _slopes(net.phi[layer], span(work.z, wide + o * P, T), a, e)
            for i in range(T):
                e[i] += _MINUS_TWO * a[i] * d[i] * rate[i]


def memory(net: Net, columns: int, dtype: Any = np.float32) -> Pass:
    """Memory for passes through the net over so many columns, a multiple of 16."""
    z, a, d = (np.zeros(int(net.units[-1]) * columns, dtype) for _ in range(3))
    return Pass(z, a, d, np.arange(max(2, int(net.sizes.max())), dtype=np.int64) * columns)


PARTS: tuple[Any, ...] = (matmul, dots, activations.forward, activations.backward, forward, chain, collect, tangent, bend)
"""All that `kernels.jit.in_float64` must be told of before a kernel that calls these is compiled for float64."""
