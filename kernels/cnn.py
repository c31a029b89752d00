"""Convolutional nets, as labs use them: made, trained, asked, and asked what would change their mind.

    net = cnn.net((1, 16, 16), [cnn.conv(8), cnn.pool(), cnn.conv(16), cnn.pool(), cnn.dense(10)])
    theta, memory, work = cnn.parameters(net), cnn.memory(net), cnn.work(net, 32, len(x))
    cnn.train(net, work, rule("adam", 1e-3), cnn.data(x, t, 32), theta, memory, *cnn.FREE, 0, 100, np.empty(100, np.float32))

Images come as rows: x (n, channels·rows·columns).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernels import convnet, convolution, losses, normalization, pooling
from kernels.architecture import COLUMNS, CONVOLUTION, FILTERS, HEIGHT, HERE, KIND, NORMALIZATION, PADDING, ROWS, WIDTH, C, H, W
from kernels.architecture import Layer as Layer
from kernels.architecture import Net as Net
from kernels.architecture import conv as conv
from kernels.architecture import dense as dense
from kernels.architecture import learned as learned
from kernels.architecture import net as net
from kernels.architecture import norm as norm
from kernels.architecture import parameters as parameters
from kernels.architecture import pool as pool
from kernels.architecture import shapes as shapes
from kernels.architecture import views as views
from kernels.batches import data as data
from kernels.convnet import Work as Work
from kernels.convnet import train as train
from kernels.dots import dots
from kernels.jit import in_float64
from kernels.learning import learn
from kernels.matmul import STEP, matmul
from kernels.optimizers import HOLD, SLOTS

Array = NDArray[Any]

FREE = (np.zeros(0, np.int64), np.zeros(0, np.float32))
"""No parameter is held: what `train` takes for pins and pinned."""
_LINE = 64
"""Bytes of a line of the cache."""
_WORTH_TWO = 24_000_000
"""Products of a batch's forward pass, from which on two halves take no longer on one core than the whole."""

_PARTS: tuple[Any, ...] = (
    *(learn, matmul, dots, convolution.convolve, convolution.kernel_slopes, convolution.image_slopes, convolution.frame),
    *(pooling.pool, pooling.pool_back, normalization.normalize, normalization.normalize_back, normalization.remember),
    *(losses.squared, losses.cross_entropy, losses.binary_cross_entropy),
    *(convnet.bend, convnet.unbend, convnet.forward, convnet.backward),
)


def work(net: Net, batch: int, examples: int = 0, dtype: Any = np.float32) -> Work:
    """Memory for batches of up to so many images. examples: how many the data have, if they are to be shuffled."""
    P, rows = -(-batch // STEP) * STEP, net.layers
    kernels = rows[:, C] * rows[:, HEIGHT] * rows[:, WIDTH]
    framed = rows[:, C] * (rows[:, H] + 2 * rows[:, PADDING]) * (rows[:, W] + 2 * rows[:, PADDING])
    framed[(rows[:, KIND] != CONVOLUTION) | (rows[:, PADDING] == 0)] = 0
    flat = rows[:, ROWS] * rows[:, COLUMNS]
    taps = np.zeros((len(rows), int(kernels.max())), np.int64)
    for row, places in zip(rows, taps, strict=True):
        high, wide = row[H] + 2 * row[PADDING], row[W] + 2 * row[PADDING]
        c, u, v = np.indices((row[C], row[HEIGHT], row[WIDTH])).reshape(3, -1)
        places[: len(c)] = ((c * high + u) * wide + v) * P
    most = max(P, int(rows[:, FILTERS].max()))
    return Work(
        _aligned(net.units[-1] * P, dtype),
        _aligned(net.units[-1] * P, dtype),
        np.zeros(net.parameters, dtype),
        _aligned((net.units[-1] - net.units[-2]) * P, dtype),
        _aligned(max(2, kernels[flat == 1].max(initial=0)) * P, dtype),
        _aligned(framed.sum() * P, dtype),
        _aligned(framed.max() * P, dtype),
        np.zeros(2 * int(rows[:, FILTERS].sum()), dtype),
        taps,
        np.arange(int(rows[:, FILTERS].max())) * flat[:, None] * P,
        np.arange(most) * kernels[:, None],
        np.zeros(P, np.int64),
        np.zeros(examples, np.int32),
        np.full(2, -1, np.int64),
    )


def _aligned(count: Any, dtype: Any) -> Array:
    """Zeros that start where a line of the cache starts: a register is then filled from one line, not from two."""
    size = np.dtype(dtype).itemsize
    whole = np.zeros(int(count) + _LINE // size, dtype)
    skip = -whole.ctypes.data % _LINE // size
    return whole[skip : skip + int(count)]


def halved(net: Net, batch: int) -> bool:
    """Whether batches of this size are cut in two for two cores (`kernels.halves`): it depends on nothing but net and batch.

    Each half has to fill its columns, and to take far longer than it takes to hand it over. Batch normalization needs whole
    batches.
    """
    rows = net.layers
    sums = rows[:, FILTERS] * rows[:, ROWS] * rows[:, COLUMNS] * rows[:, C] * rows[:, HEIGHT] * rows[:, WIDTH]
    if batch % (2 * STEP) or (rows[:, KIND] == NORMALIZATION).any():
        return False
    return int(sums[rows[:, KIND] == CONVOLUTION].sum()) * batch >= _WORTH_TWO


def memory(net: Net, dtype: Any = np.float32) -> Array:
    """What any optimizer remembers, at its start: (SLOTS·n,) zeros."""
    return np.zeros(SLOTS * net.parameters, dtype)


def gradients(net: Net, work: Work, theta: Array, x: Array, t: Array) -> float:
    """One batch, forward and backward, and nothing learnt. Returns its loss, and leaves a, d and grad in `work`.

    x: (B, inputs), t: (B, outputs), theta: (n,), all float32 or all float64. Column i of a and d is example i.
    """
    loss, kept = np.zeros(1, theta.dtype), np.zeros(SLOTS * theta.size, theta.dtype)
    ready(theta, convnet.slope, convnet.train)
    train(net, work, HOLD, data(x, t, len(x), "in order"), theta, kept, FREE[0], FREE[1].astype(theta.dtype), 0, 1, loss)
    return float(loss[0])


def evaluate(net: Net, work: Work, theta: Array, x: Array) -> Array:
    """The answers for every row of x (n, inputs), as (outputs, n)."""
    return responses(net, work, theta, x, int(net.units[-2]))


def responses(net: Net, work: Work, theta: Array, x: Array, first: int = 0, last: int | None = None) -> Array:
    """The activations of every unit from `first` to before `last`, for every row of x (n, inputs), as (units, n).

    The units of layer l are those from net.units[l + 1] to before net.units[l + 2], as (channels, rows, columns).
    """
    out = np.empty(((int(net.units[-1]) if last is None else last) - first, len(x)), theta.dtype)
    ready(theta, convnet.respond)
    convnet.respond(net, work, theta, x, first, out)
    return out


def input_gradients(net: Net, work: Work, theta: Array, x: Array, t: Array) -> Array:
    """The gradient of each example's own loss by its input, (n, inputs). The net must have been made with inputs=True."""

    def seed(a: Array) -> Array:
        if net.loss == losses.CROSS_ENTROPY:
            p = np.exp(a - a.max(axis=0))
            return np.asarray(p / p.sum(axis=0))
        return np.asarray(1 / (1 + np.exp(-a)) if net.loss == losses.BINARY_CROSS_ENTROPY else a)

    last, P = len(net.layers) - 1, len(work.pick)
    chunks = [
        _pulled(net, work, theta, x[i : i + P], last, lambda a, i=i: seed(a) - t[i : i + P].T) for i in range(0, len(x), P)
    ]
    return np.concatenate(chunks) if chunks else np.zeros_like(x)


def unit_gradients(net: Net, work: Work, theta: Array, x: Array, layer: int, weights: Array) -> Array:
    """The gradient by the input of Σ weights · the activations of a layer, (n, inputs). net: with inputs=True.

    weights: (units of the layer,) or (units of the layer, n). With a 1 at one unit: which way the input excites it more.
    """
    P = len(work.pick)
    spread = np.broadcast_to(weights.reshape(len(weights), -1), (len(weights), len(x)))
    chunks = [_pulled(net, work, theta, x[i : i + P], layer, lambda a, i=i: spread[:, i : i + P]) for i in range(0, len(x), P)]
    return np.concatenate(chunks) if chunks else np.zeros_like(x)


def _pulled(net: Net, work: Work, theta: Array, x: Array, layer: int, seed: Any) -> Array:
    """∂/∂x of what has ∂/∂a = seed(a) in a layer, for one batch (B, inputs)."""
    if not net.inputs:
        raise ValueError("the net was made without inputs=True, so its slopes end at the first layer")
    P, B = len(work.pick), len(x)
    ready(theta)
    a, d = work.a.reshape(-1, P), work.d.reshape(-1, P)
    a[: x.shape[1], :B] = x.T
    convnet.forward(net, work, theta, P, B, 0)
    here, end = int(net.layers[layer, HERE]), int(net.units[layer + 2])
    d[here:end] = 0
    d[here:end, :B] = seed(a[here:end, :B])
    convnet.backward(net, work, theta, P, B, 0, layer, False)
    return np.ascontiguousarray(d[: x.shape[1], :B].T)


def ready(theta: Array, *kernels: Any) -> None:
    """Compile the kernels for float64 when that is asked for, on first use."""
    if theta.dtype == np.float64:
        in_float64(*_PARTS, *kernels)
