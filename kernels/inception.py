"""Inception: nets whose layers stand side by side as well as in a row, with outputs on the way. Szegedy et al. 2015.

Several branches take the same image, and their images are put together along the channels:

    x (C, H, W, P)    branch k makes y_k (F_k, H, W, P)    y = y_1, y_2, …: (F_1 + F_2 + …, H, W, P)

Channels are the outermost axis, so putting together costs nothing: the last layers of the branches make their images in places
that lie one after another, and the layer above takes them as one. Backward, ∂L/∂x is the sum of what the branches say.
An auxiliary output is a small net of its own that hangs on an image in the middle and learns the same answers:

    L = L_last + share · Σ L_auxiliary

Layouts and names are those of `kernels.convnet`, whose layers these are; batch normalization is not among them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numba import float32, int64, void
from numpy.typing import NDArray

from kernels import activations, cnn, convnet, convolution, losses, pooling
from kernels.architecture import (
    CONVOLUTION,
    FILTERS,
    FRAME,
    HEIGHT,
    HERE,
    KIND,
    LOWER,
    NET,
    NORMALIZATION,
    PADDING,
    PHI,
    PHIS,
    WIDTH,
    C,
    H,
    Layer,
    Net,
    W,
    out_shape,
)
from kernels.batches import DATA, SHUFFLED, Data, choose, data, fill
from kernels.convnet import WORK, Work, measure
from kernels.jit import apart, fast, floats, integers, record
from kernels.learning import learn
from kernels.matmul import STEP
from kernels.optimizers import HOLD, RULE, SLOTS, Rule
from kernels.simd import span

Array = NDArray[Any]
Shape = tuple[int, int, int]


@dataclass(frozen=True)
class Block:
    """Branches side by side, each a row of layers; their images are put together."""

    branches: tuple[tuple[Layer, ...], ...]


@dataclass(frozen=True)
class Head:
    """An auxiliary output: a row of layers that hangs on the image so far, of which the next part takes no notice."""

    layers: tuple[Layer, ...]


Part = Layer | Block | Head


class Side(NamedTuple):
    """What a net with branches has beside its layers: numbers that kernels take."""

    joins: NDArray[np.int64]
    """(L,): 1 where a layer further on takes the same image, so that ∂L/∂x is added to what is there."""
    heads: NDArray[np.int64]
    """(k,): the layers that are auxiliary outputs."""
    held: Array
    """Room for ∂L/∂x of the largest image that several layers take."""


SIDE = record([integers, integers, floats], Side)
"""Its type in a signature."""

_forward = apart(convnet.forward)
_unbend = apart(convnet.unbend)
_kernel_slopes = apart(convolution.kernel_slopes)
_image_slopes = apart(convolution.image_slopes)
_frame = apart(convolution.frame)
_pool_back = apart(pooling.pool_back)
_learn = apart(learn)
_squared = apart(losses.squared, floats, floats, floats, int64, int64)
_cross_entropy = apart(losses.cross_entropy, *[floats] * 4, int64, int64)
_binary_cross_entropy = apart(losses.binary_cross_entropy, floats, floats, floats, int64, int64)


@fast(void(NET, SIDE, WORK, floats, int64, int64))
def backward(net: Net, side: Side, work: Work, theta: Array, P: int, B: int) -> None:
    """From ∂L/∂a of every output, in work.d, to grad.

    Layers come in such an order that all who take an image come after the one who makes it. The last of them writes ∂L/∂x,
    and the others add theirs.
    """
    for layer in range(net.layers.shape[0] - 1, -1, -1):
        g = net.layers[layer]
        lower, here, image = g[LOWER] * P, g[HERE] * P, g[C] * g[H] * g[W] * P
        taps, outs, steps = work.taps[layer], work.outs[layer], work.steps[layer]
        count = net.units[layer + 2] * P - here
        _unbend(g[PHI], span(work.a, here, count), span(work.d, here, count))
        down = g[LOWER] > 0
        below, held = span(work.d, lower, image), span(side.held, 0, image if down and side.joins[layer] == 1 else 0)
        for i in range(held.shape[0]):
            held[i] = below[i]
        if g[KIND] == CONVOLUTION:
            x, start = (work.frames, g[FRAME] * P) if g[PADDING] > 0 else (work.a, lower)
            _kernel_slopes(g, P, B, x, start, work.d, here, outs, steps, work.spare, work.grad)
            alone = count == g[FILTERS] * P and g[HEIGHT] == g[H] and g[WIDTH] == g[W]
            if down and g[PADDING] > 0:
                _image_slopes(g, P, theta, work.d, here, taps, outs, work.framed, 0, False)
                _frame(g, P, work.d, lower, work.framed, 0, True)
            elif down:
                _image_slopes(g, P, theta, work.d, here, taps, outs, work.d, lower, alone)
        elif down:
            _pool_back(g, P, work.a, work.d, lower, here)
        for i in range(held.shape[0]):
            below[i] += held[i]


_backward = apart(backward)


@fast(float32(NET, SIDE, WORK, DATA, floats, int64, float32))
def slope(net: Net, side: Side, work: Work, data: Data, theta: Array, P: int, share: Any) -> Any:
    """The batch in work.pick, forward and backward: its loss, all outputs together, and grad in work."""
    B, count = data.batch, work.t.shape[0]
    fill(work, data, P)
    _forward(net, work, theta, P, B, 1)
    here = net.layers[net.layers.shape[0] - 1, HERE] * P
    loss = measure(net.loss, span(work.a, here, count), work.t, span(work.d, here, count), work.spare, P, B)
    for k in range(side.heads.shape[0]):
        here = net.layers[side.heads[k], HERE] * P
        d = span(work.d, here, count)
        loss += share * measure(net.loss, span(work.a, here, count), work.t, d, work.spare, P, B)
        for i in range(count):
            d[i] *= share
    _backward(net, side, work, theta, P, B)
    return loss


_slope = apart(slope)


@fast(void(NET, SIDE, WORK, RULE, DATA, floats, floats, float32, int64, int64, floats))
def train(
    net: Net,
    side: Side,
    work: Work,
    rule: Rule,
    data: Data,
    theta: Array,
    memory: Array,
    share: Any,
    first: int,
    steps: int,
    history: Array,
) -> None:
    """Make the steps number first … first + steps − 1 of a run. In place: theta, and the optimizer's memory (SLOTS·n,).

    share: of an auxiliary output's loss. history: (steps,), filled with each batch's loss before its step. A run may be cut
    into calls anywhere: the bits are the same. The rule's l1, l2 and clip are left alone. Raises ValueError where `work` is
    too small.
    """
    P, B = work.pick.shape[0], data.batch
    if B > P or (data.sampling == SHUFFLED and work.order.shape[0] != data.x.shape[0]):
        raise ValueError("this memory was made for smaller batches or for other data")
    for step in range(first, first + steps):
        choose(work, data, step)
        history[step - first] = _slope(net, side, work, data, theta, P, share)
        _learn(rule, step + 1, theta, work.grad, memory)


def net(image: Shape, parts: Sequence[Part], batch: int, loss: str = "cross-entropy") -> tuple[Net, Side]:
    """The net that takes images (channels, rows, columns), and its sides. batch: the largest that it will be given.

    The order of a block's layers: all but the last of each branch, then the last of each. Raises ValueError where a kernel does
    not fit its image, where the branches of a block make images of different sides, on batch normalization, and on outputs
    that are not alike or not linear.
    """
    if min(image) < 1 or not parts or isinstance(parts[-1], Head | Block):
        raise ValueError("a net needs an image, and a layer at its end")
    table, heads, shape, lower = _Table(math.prod(image)), [], image, 0
    for part in parts:
        if isinstance(part, Head):
            table.row(part.layers, shape, lower)
            heads.append(len(table.rows) - 1)
        elif isinstance(part, Block):
            ends = [table.row(branch[:-1], shape, lower) for branch in part.branches]
            made = [table.row(branch[-1:], *end) for branch, end in zip(part.branches, ends, strict=True)]
            if len({one[0][1:] for one in made}) != 1:
                raise ValueError(f"branches make images of different sides: {', '.join(str(one[0]) for one in made)}")
            shape, lower = (sum(one[0][0] for one in made), *made[0][0][1:]), made[0][1]
        else:
            shape, lower = table.row([part], shape, lower)
    layers = np.array(table.rows, np.int64)
    outs = layers[[*heads, -1]]
    if (layers[:, KIND] == NORMALIZATION).any():
        raise ValueError("a net with branches has no batch normalization here")
    if len({math.prod(row[FILTERS:HEIGHT]) for row in outs}) > 1 or (outs[:, PHI] != activations.LINEAR).any():
        raise ValueError("an auxiliary output must be linear, and as large as the last one")
    units = np.array([0, *layers[:, HERE], table.unit], np.int64)
    joins = np.array([int((layers[k + 1 :, LOWER] == row[LOWER]).any()) for k, row in enumerate(layers)], np.int64)
    images = layers[:, C] * layers[:, H] * layers[:, W] * joins * (layers[:, LOWER] > 0)
    held = np.zeros(int(images.max()) * -(-batch // STEP) * STEP, np.float32)
    made_net = Net(layers, units, table.weights, losses.NAMES.index(loss), 0)
    return made_net, Side(joins, np.array(heads, np.int64), held)


def rows_of(part: Part) -> tuple[Sequence[Layer], ...]:
    """The rows of layers that stand side by side in a part."""
    if isinstance(part, Block):
        return part.branches
    return (part.layers,) if isinstance(part, Head) else ((part,),)


def places(parts: Sequence[Part]) -> list[list[list[int]]]:
    """For each part, for each of its rows: which layers of the net they are."""
    found, at = [], 0
    for part in parts:
        rows = rows_of(part)
        numbers: list[list[int]] = [[] for _ in rows]
        for cut in (slice(None, -1), slice(-1, None)):
            for row, mine in zip(rows, numbers, strict=True):
                mine += range(at, at + len(row[cut]))
                at += len(row[cut])
        found.append(numbers)
    return found


class _Table:
    """The rows of `Net.layers` while they are written."""

    def __init__(self, unit: int) -> None:
        self.rows: list[tuple[int, ...]] = []
        self.unit, self.weights, self.frame = unit, 0, 0

    def row(self, layers: Sequence[Layer], shape: Shape, lower: int) -> tuple[Shape, int]:
        """Write layers one above another, and return the image that the last one makes, and its first unit."""
        for layer in layers:
            made = out_shape(layer, shape)
            height, width = layer.height or shape[1], layer.width or shape[2]
            self.rows.append(
                (
                    *(layer.kind, activations.LINEAR + PHIS.index(layer.phi), *shape, *made),
                    *(height, width, layer.stride, layer.padding, self.weights, lower, self.unit, self.frame, 0),
                )
            )
            if layer.kind == CONVOLUTION:
                self.weights += made[0] * (shape[0] * height * width + 1)
                self.frame += shape[0] * (shape[1] + 2 * layer.padding) * (shape[2] + 2 * layer.padding) if layer.padding else 0
            shape, lower, self.unit = made, self.unit, self.unit + math.prod(made)
        return shape, lower


def gradients(net: Net, side: Side, work: Work, theta: Array, x: Array, t: Array, share: float) -> float:
    """One batch, forward and backward, and nothing learnt. Returns its loss, and leaves a, d and grad in `work`.

    x: (B, inputs), t: (B, outputs), theta: (n,), all float32 or all float64; then `work` and side.held are too.
    """
    loss, kept = np.zeros(1, theta.dtype), np.zeros(SLOTS * theta.size, theta.dtype)
    cnn.ready(theta, backward, slope, train)
    given = data(x, t, len(x), "in order")
    train(net, side, work, HOLD, given, theta, kept, theta.dtype.type(share), 0, 1, loss)
    return float(loss[0])
