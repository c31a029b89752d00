"""The convolutional net: forward, backward, update, many steps in one call. LeCun et al. 1989.

Dimensions: L layers of any kind (`kernels.architecture`). B examples in a batch, P ≥ B columns, a multiple of 16. A unit is a
pixel of a channel, and a row of P numbers: one an example.

    theta  (n,)        the parameters of layer 0, of layer 1, …
    a      (units·P,)  layer after layer, the input first: activations, an image as (channels, rows, columns, P)
    d      (units·P,)  ∂L/∂a, and then ∂L/∂z, laid out alike
    grad   (n,)        ∂L/∂θ, laid out as theta

Columns from B on hold no example: their d is 0. Everything is float32; `kernels.jit.in_float64` makes the same source work in
float64, for gradient checks.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import boolean, float32, int64, types, void
from numpy.typing import NDArray

from kernels import convolution, losses, normalization, optimizers, pooling
from kernels.activations import (
    ELU,
    LEAKY_RELU,
    LINEAR,
    RELU,
    SIGMOID,
    TANH,
    elu,
    elu_slope,
    leaky_relu,
    leaky_relu_slope,
    relu,
    relu_slope,
    sigmoid,
    sigmoid_slope,
    tanh,
    tanh_slope,
)
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
    STATISTICS,
    WEIGHTS,
    WIDTH,
    C,
    H,
    Net,
    W,
)
from kernels.batches import DATA, SHUFFLED, Data, choose, fill
from kernels.jit import apart, fast, floats, given_rows, indices, integers, record, written_in
from kernels.learning import learn
from kernels.optimizers import RULE, Rule
from kernels.simd import span

Array = NDArray[Any]
Integers = NDArray[np.int64]


class Work(NamedTuple):
    """The memory that steps use again and again. Nothing of it outlives a call, but that `order` is kept to save work."""

    a: Array
    d: Array
    grad: Array
    t: Array
    """(U·P,): the batch's targets, laid out as the output units."""
    spare: Array
    """(K·P,): a layer's input with a row an example; the largest dense layer fits."""
    frames: Array
    """The padded images of the layers that pad."""
    framed: Array
    """∂L/∂x of one of them, padded; the largest fits."""
    met: Array
    """The mean and the 1 / deviation of each channel that is normalized."""
    taps: Integers
    """(L, …): where the pixels under a kernel lie, seen from its first one."""
    outs: Integers
    """(L, …): where a layer's channels start, seen from the first one."""
    steps: Integers
    """(L, …): the offsets of rows as long as a layer's kernel has numbers."""
    pick: Integers
    """(P,): which examples are in the batch."""
    order: NDArray[np.int32]
    """(examples,): the order of the present epoch."""
    epoch: Integers
    """(2,): the seed and the epoch that `order` belongs to."""


WORK = record([floats] * 8 + [types.int64[:, ::1]] * 3 + [integers, indices, integers], Work)
"""Its type in a signature."""

_learn = apart(learn)
_convolve = apart(convolution.convolve)
_kernel_slopes = apart(convolution.kernel_slopes)
_image_slopes = apart(convolution.image_slopes)
_frame = apart(convolution.frame)
_pool = apart(pooling.pool)
_pool_back = apart(pooling.pool_back)
_normalize = apart(normalization.normalize)
_normalize_back = apart(normalization.normalize_back)
_remember = apart(normalization.remember)
_squared = apart(losses.squared, floats, floats, floats, int64, int64)
_cross_entropy = apart(losses.cross_entropy, *[floats] * 4, int64, int64)
_binary_cross_entropy = apart(losses.binary_cross_entropy, floats, floats, floats, int64, int64)


@fast(void(int64, floats))
def bend(number: int, a: Array) -> None:
    """a ← φ(a), in place, for the activation with this number."""
    if number == RELU:
        for i in range(a.shape[0]):
            a[i] = relu(a[i])
    elif number == SIGMOID:
        for i in range(a.shape[0]):
            a[i] = sigmoid(a[i])
    elif number == TANH:
        for i in range(a.shape[0]):
            a[i] = tanh(a[i])
    elif number == LEAKY_RELU:
        for i in range(a.shape[0]):
            a[i] = leaky_relu(a[i])
    elif number == ELU:
        for i in range(a.shape[0]):
            a[i] = elu(a[i])


@fast(void(int64, floats, floats))
def unbend(number: int, a: Array, d: Array) -> None:
    """d ← d · φ′(z), in place, where a = φ(z): from ∂L/∂a to ∂L/∂z."""
    if number == RELU:
        for i in range(a.shape[0]):
            d[i] *= relu_slope(a[i], a[i])
    elif number == SIGMOID:
        for i in range(a.shape[0]):
            d[i] *= sigmoid_slope(a[i], a[i])
    elif number == TANH:
        for i in range(a.shape[0]):
            d[i] *= tanh_slope(a[i], a[i])
    elif number == LEAKY_RELU:
        for i in range(a.shape[0]):
            d[i] *= leaky_relu_slope(a[i], a[i])
    elif number == ELU:
        for i in range(a.shape[0]):
            d[i] *= elu_slope(a[i], a[i])


_bend = apart(bend)
_unbend = apart(unbend)


@fast(void(NET, WORK, floats, int64, int64, int64))
def forward(net: Net, work: Work, theta: Array, P: int, B: int, training: int) -> None:
    """From the images in the first rows of work.a, layer after layer. training: 0 where the net is only asked."""
    for layer in range(net.layers.shape[0]):
        g = net.layers[layer]
        lower, here = g[LOWER] * P, g[HERE] * P
        if g[KIND] == CONVOLUTION:
            if g[PADDING] > 0:
                start = g[FRAME] * P
                _frame(g, P, work.a, lower, work.frames, start, False)
                _convolve(g, P, theta, work.frames, start, work.taps[layer], work.outs[layer], work.a, here)
            else:
                _convolve(g, P, theta, work.a, lower, work.taps[layer], work.outs[layer], work.a, here)
        elif g[KIND] == NORMALIZATION:
            _normalize(g, P, B, theta, work.a, lower, here, work.met, g[STATISTICS], training)
        else:
            _pool(g, P, work.a, lower, here)
        if g[PHI] != LINEAR:
            _bend(g[PHI], span(work.a, here, net.units[layer + 2] * P - here))


@fast(void(NET, WORK, floats, int64, int64, int64, int64, boolean))
def backward(net: Net, work: Work, theta: Array, P: int, B: int, training: int, top: int, learn: bool) -> None:
    """From ∂L/∂a of layer `top`, in work.d, down to the first layer, and with net.inputs to the images.

    training: as it was in `forward`. learn: whether grad is wanted too.
    """
    for layer in range(top, -1, -1):
        g = net.layers[layer]
        lower, here = g[LOWER] * P, g[HERE] * P
        taps, outs, steps = work.taps[layer], work.outs[layer], work.steps[layer]
        if g[PHI] != LINEAR:
            count = net.units[layer + 2] * P - here
            _unbend(g[PHI], span(work.a, here, count), span(work.d, here, count))
        down = layer > 0 or net.inputs > 0
        if g[KIND] == CONVOLUTION:
            x, start = (work.frames, g[FRAME] * P) if g[PADDING] > 0 else (work.a, lower)
            if learn:
                _kernel_slopes(g, P, B, x, start, work.d, here, outs, steps, work.spare, work.grad)
            dense = net.units[layer + 2] - net.units[layer + 1] == g[FILTERS] and g[HEIGHT] == g[H] and g[WIDTH] == g[W]
            if down and g[PADDING] > 0:
                _image_slopes(g, P, theta, work.d, here, taps, outs, work.framed, 0, False)
                _frame(g, P, work.d, lower, work.framed, 0, True)
            elif down:
                _image_slopes(g, P, theta, work.d, here, taps, outs, work.d, lower, dense)
        elif g[KIND] == NORMALIZATION:
            _normalize_back(g, P, B, theta, work.a, work.d, lower, here, work.met, g[STATISTICS], training, work.grad)
        elif down:
            _pool_back(g, P, work.a, work.d, lower, here)


@written_in
def measure(number: int, a: Array, t: Array, d: Array, spare: Array, P: int, B: int) -> Any:
    """`kernels.losses.loss`."""
    if number == losses.CROSS_ENTROPY:
        return _cross_entropy(a, t, d, spare, P, B)
    if number == losses.BINARY_CROSS_ENTROPY:
        return _binary_cross_entropy(a, t, d, P, B)
    return _squared(a, t, d, P, B)


_forward = apart(forward)
_backward = apart(backward)


@fast(float32(NET, WORK, DATA, floats, int64))
def slope(net: Net, work: Work, data: Data, theta: Array, P: int) -> Any:
    """The batch in work.pick, forward and backward: its loss, and grad in work."""
    B, last = data.batch, net.layers.shape[0] - 1
    fill(work, data, P)
    _forward(net, work, theta, P, B, 1)
    here, count = net.layers[last, HERE] * P, work.t.shape[0]
    loss = measure(net.loss, span(work.a, here, count), work.t, span(work.d, here, count), work.spare, P, B)
    _backward(net, work, theta, P, B, 1, last, True)
    return loss


_slope = apart(slope)


@written_in
def penalize(net: Net, theta: Array, grad: Array, rule: Rule) -> None:
    """The gradient of the L2 penalty, for every layer's kernels; biases are left alone."""
    for layer in range(net.layers.shape[0]):
        g = net.layers[layer]
        if g[KIND] == CONVOLUTION:
            count = g[FILTERS] * g[C] * g[HEIGHT] * g[WIDTH]
            optimizers.l2(span(theta, g[WEIGHTS], count), span(grad, g[WEIGHTS], count), rule.l2)


@fast(void(NET, WORK, RULE, DATA, floats, floats, integers, floats, int64, int64, floats))
def train(
    net: Net,
    work: Work,
    rule: Rule,
    data: Data,
    theta: Array,
    memory: Array,
    pins: Integers,
    pinned: Array,
    first: int,
    steps: int,
    history: Array,
) -> None:
    """Make the steps number first … first + steps − 1 of a run. In place: theta, and the optimizer's memory (SLOTS·n,).

    pins: (k,) places in theta that are held at the values pinned (k,). history: (steps,), filled with each batch's loss before
    its step. A run may be cut into calls anywhere: the bits are the same. Raises ValueError where `work` is too small.
    """
    P, B = work.pick.shape[0], data.batch
    if B > P or (data.sampling == SHUFFLED and work.order.shape[0] != data.x.shape[0]):
        raise ValueError("this memory was made for smaller batches or for other data")
    for step in range(first, first + steps):
        choose(work, data, step)
        history[step - first] = _slope(net, work, data, theta, P)
        if rule.l2 > 0.0:
            penalize(net, theta, work.grad, rule)
        if rule.clip > 0.0:
            optimizers.clip(work.grad, rule.clip)
        _learn(rule, step + 1, theta, work.grad, memory)
        for layer in range(net.layers.shape[0]):
            if net.layers[layer, KIND] == NORMALIZATION and rule.number >= 0:
                _remember(net.layers[layer], B, theta, work.met, net.layers[layer, STATISTICS])
        for k in range(pins.shape[0]):
            theta[pins[k]] = pinned[k]


@fast(void(NET, WORK, floats, given_rows, int64, types.float32[:, ::1]))
def respond(net: Net, work: Work, theta: Array, x: Array, first: int, out: Array) -> None:
    """The activations of every unit from number `first` on, for each row of x (m, inputs), into out (units, m)."""
    P = work.pick.shape[0]
    for start in range(0, x.shape[0], P):
        count = min(P, x.shape[0] - start)
        for i in range(count):
            for k in range(x.shape[1]):
                work.a[k * P + i] = x[start + i, k]
        _forward(net, work, theta, P, count, 0)
        for unit in range(out.shape[0]):
            row = span(work.a, (first + unit) * P, count)
            for i in range(count):
                out[unit, start + i] = row[i]
