"""What a net of layers is, its parameters, and the way forward through it; `kernels.mlp` and `kernels.gan` train such nets.

Layout and names are those of `kernels.mlp`. Nothing here is compiled on its own but what a layer consists of.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numba import int64
from numpy.typing import NDArray

from kernels import activations, losses
from kernels.initializers import initialize
from kernels.jit import apart, floats, integers, record, written_in
from kernels.matmul import matmul
from kernels.optimizers import SLOTS
from kernels.simd import span

Array = NDArray[Any]
Integers = NDArray[np.int64]


class Net(NamedTuple):
    """The shape of a net: numbers only, so that a kernel can take it. See `net`."""

    sizes: Integers
    """(L + 1,): units of the input and of each layer."""
    phi: Integers
    """(L,): each layer's activation, a number of `kernels.activations`."""
    weights: Integers
    """(L + 1,): where each layer's W starts in theta; last, the number of parameters."""
    units: Integers
    """(L + 2,): the number of the first unit of the input and of each layer; last, of all units."""
    loss: int
    """A number of `kernels.losses`."""
    inputs: int
    """1: ∂L/∂x is wanted too, in the first rows of d; otherwise 0."""


NET = record([integers] * 4 + [int64] * 2, Net)
"""Its type in a signature."""

_matmul = apart(matmul)
_activate = apart(activations.forward, int64, floats, floats)


@written_in
def forward(net: Net, work: Any, theta: Array, P: int) -> None:
    """z = W·a + b and a = φ(z), layer after layer, from the input in the first rows of work.a.

    work: has z, a and columns, as `kernels.mlp.Work`.
    """
    for layer in range(net.phi.shape[0]):
        ins, outs, W = net.sizes[layer], net.sizes[layer + 1], net.weights[layer]
        lower, here = net.units[layer] * P, net.units[layer + 1] * P
        for o in range(outs):
            row, b = span(work.z, here + o * P, P), theta[W + outs * ins + o]
            for i in range(P):
                row[i] = b
        _matmul(work.z, here, work.columns, theta, W, ins, 1, work.a, lower, work.columns, outs, P, ins, True)
        _activate(net.phi[layer], span(work.z, here, outs * P), span(work.a, here, outs * P))


def net(sizes: Sequence[int], hidden: str = "tanh", output: str = "linear", loss: str = "squared", inputs: bool = False) -> Net:
    """The net with these numbers of units, the input's first. hidden, output: activations; loss: one of `kernels.losses.NAMES`.

    Raises ValueError on a name that there is not, on a size below 1, and on cross-entropy over another output than linear.
    """
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError(f"a net needs an input and a layer, each of at least one unit, not {list(sizes)}")
    if loss != "squared" and output != "linear":
        raise ValueError(f"{loss} takes the outputs as logits: they must be linear, not {output}")
    counts = np.array(sizes, np.int64)
    phi = [place(name, activations.TRAINABLE) + activations.LINEAR for name in (hidden, output)]
    parameters = counts[1:] * (counts[:-1] + 1)
    return Net(
        counts,
        np.array([phi[0]] * (len(sizes) - 2) + [phi[1]], np.int64),
        np.concatenate(([0], np.cumsum(parameters))),
        np.concatenate(([0], np.cumsum(counts))),
        place(loss, losses.NAMES),
        int(inputs),
    )


def place(name: str, names: Sequence[str]) -> int:
    """A name's place. Raises ValueError, naming those that there are."""
    if name not in names:
        raise ValueError(f"there is no {name!r} here; there are: {', '.join(names)}")
    return names.index(name)


def parameters(net: Net, start: str = "glorot", seed: int = 0) -> NDArray[np.float32]:
    """theta as it starts: `start` is one of `kernels.initializers.NAMES`."""
    theta = np.zeros(int(net.weights[-1]), np.float32)
    for layer, (w, b) in enumerate(views(net, theta)):
        initialize(start, seed, int(net.weights[layer]), w, b)
    return theta


def memory(net: Net, dtype: Any = np.float32) -> Array:
    """What any optimizer remembers, at its start: (SLOTS·n,) zeros."""
    return np.zeros(SLOTS * int(net.weights[-1]), dtype)


def views(net: Net, flat: Array) -> list[tuple[Array, Array]]:
    """theta or grad, layer by layer: W (outs, ins) and b (outs,), views into the same memory."""
    found = []
    for layer in range(len(net.phi)):
        ins, outs = int(net.sizes[layer]), int(net.sizes[layer + 1])
        part = flat[net.weights[layer] : net.weights[layer + 1]]
        found.append((part[: outs * ins].reshape(outs, ins), part[outs * ins :]))
    return found
