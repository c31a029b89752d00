"""The multilayer perceptron: forward, backward, update, many steps in one call. Rumelhart, Hinton & Williams 1986.

Dimensions: L layers; layer l makes `outs` numbers of `ins`: sizes[l + 1] of sizes[l]. B examples in a batch, P ≥ B columns, a
multiple of 16.
All that a net holds is flat, and laid out so that a row is one unit over the examples of a batch:

    theta  (n,)        W of layer 0 (outs, ins), its b (outs,), W of layer 1, …: the parameters
    z, a   (units·P,)  layer after layer, the input first: weighted sums and activations; a row a unit, P columns
    d      (units·P,)  ∂L/∂z, laid out alike
    grad   (n,)        ∂L/∂θ, laid out as theta

Columns from B on hold no example: their d is 0. Everything is float32; `kernels.jit.in_float64` makes the same source work in
float64, for gradient checks.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import int64, types, void
from numpy.typing import NDArray

from kernels import activations, losses, optimizers
from kernels.batches import BATCHES as BATCHES
from kernels.batches import DATA as DATA
from kernels.batches import DRAWN as DRAWN
from kernels.batches import DRAWS as DRAWS
from kernels.batches import IN_ORDER as IN_ORDER
from kernels.batches import SHUFFLED as SHUFFLED
from kernels.batches import Data as Data
from kernels.batches import choose as choose
from kernels.batches import data as data
from kernels.batches import fill as fill
from kernels.jit import apart, fast, floats, given_rows, in_float64, indices, integers, record, written_in
from kernels.learning import learn
from kernels.matmul import STEP, matmul
from kernels.net import NET as NET
from kernels.net import Net as Net
from kernels.net import forward
from kernels.net import memory as memory
from kernels.net import net as net
from kernels.net import parameters as parameters
from kernels.net import views as views
from kernels.optimizers import HOLD, RULE, SLOTS, Rule
from kernels.simd import span

Array = NDArray[Any]
Integers = NDArray[np.int64]


class Work(NamedTuple):
    """The memory that steps use again and again. Nothing of it outlives a call, but that `order` is kept to save work."""

    z: Array
    a: Array
    d: Array
    grad: Array
    t: Array
    """(U·P,): the batch's targets, laid out as the output units."""
    rows: Array
    """(most·P,): a layer's activations with a row an example, for the gradient of its weights; the largest layer fits."""
    columns: Integers
    """The offsets of rows of P numbers: 0, P, 2P, …"""
    steps: Integers
    """(L, …): for each layer, the offsets of rows of `ins` numbers."""
    pick: Integers
    """(P,): which examples are in the batch."""
    order: NDArray[np.int32]
    """(examples,): the order of the present epoch."""
    epoch: Integers
    """(2,): the seed and the epoch that `order` belongs to."""


WORK = record([floats] * 6 + [integers, types.int64[:, ::1], integers, indices, integers], Work)
"""Their types in a signature."""


_PARTS: tuple[Any, ...] = (
    *(learn, matmul, activations.forward, activations.backward),
    *(losses.squared, losses.cross_entropy, losses.binary_cross_entropy),
)
_learn = apart(learn)
_matmul = apart(matmul)
_slopes = apart(activations.backward, int64, floats, floats, floats)
_squared = apart(losses.squared, floats, floats, floats, int64, int64)
_cross_entropy = apart(losses.cross_entropy, *[floats] * 4, int64, int64)
_binary_cross_entropy = apart(losses.binary_cross_entropy, floats, floats, floats, int64, int64)
"""The long ones, compiled once for `train` and `respond`."""


@written_in
def backward(net: Net, work: Work, theta: Array, P: int, B: int) -> None:
    """From ∂L/∂a of the last layer, in work.d, to d = ∂L/∂z of every layer and to grad, the last layer first.

    d ← d · φ′(z), ∂L/∂W = d·aᵀ, ∂L/∂b = Σ d, and for the layer below ∂L/∂a = Wᵀ·d.
    """
    for layer in range(net.phi.shape[0] - 1, -1, -1):
        ins, outs, W = net.sizes[layer], net.sizes[layer + 1], net.weights[layer]
        lower, here = net.units[layer] * P, net.units[layer + 1] * P
        z, a, d = span(work.z, here, outs * P), span(work.a, here, outs * P), span(work.d, here, outs * P)
        _slopes(net.phi[layer], z, a, d)
        for o in range(outs):
            row, total = span(d, o * P, P), theta.dtype.type(0)
            for i in range(P):
                total += row[i]
            work.grad[W + outs * ins + o] = total
        for i in range(ins):  # d·aᵀ sums over examples: aᵀ, a row an example
            row = span(work.a, lower + i * P, B)
            for k in range(B):
                work.rows[k * ins + i] = row[k]
        _matmul(work.grad, W, work.steps[layer], work.d, here, P, 1, work.rows, 0, work.steps[layer], outs, ins, B, False)
        if layer > 0 or net.inputs > 0:
            _matmul(work.d, lower, work.columns, theta, W, 1, ins, work.d, here, work.columns, ins, P, outs, False)


@written_in
def measure(number: int, a: Array, t: Array, d: Array, spare: Array, P: int, B: int) -> Any:
    """`kernels.losses.loss`."""
    if number == losses.CROSS_ENTROPY:
        return _cross_entropy(a, t, d, spare, P, B)
    if number == losses.BINARY_CROSS_ENTROPY:
        return _binary_cross_entropy(a, t, d, P, B)
    return _squared(a, t, d, P, B)


@written_in
def penalize(net: Net, theta: Array, grad: Array, rule: Rule) -> None:
    """The gradient of the L2 penalty, for every layer's weights; biases are left alone."""
    for layer in range(net.phi.shape[0]):
        start, count = net.weights[layer], net.sizes[layer] * net.sizes[layer + 1]
        optimizers.l2(span(theta, start, count), span(grad, start, count), rule.l2)


@written_in
def shrink(net: Net, theta: Array, rule: Rule) -> None:
    """The pull of the L1 penalty on every layer's weights; biases are left alone."""
    for layer in range(net.phi.shape[0]):
        count = net.sizes[layer] * net.sizes[layer + 1]
        optimizers.l1(span(theta, net.weights[layer], count), rule.rate * rule.l1)


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
    last = net.phi.shape[0]
    here, count = net.units[last] * P, net.sizes[last] * P
    for step in range(first, first + steps):
        choose(work, data, step)
        fill(work, data, P)
        forward(net, work, theta, P)
        a, d = span(work.a, here, count), span(work.d, here, count)
        history[step - first] = measure(net.loss, a, work.t, d, work.rows, P, B)
        backward(net, work, theta, P, B)
        if rule.l2 > 0.0:
            penalize(net, theta, work.grad, rule)
        if rule.clip > 0.0:
            optimizers.clip(work.grad, rule.clip)
        _learn(rule, step + 1, theta, work.grad, memory)
        if rule.l1 > 0.0:
            shrink(net, theta, rule)
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
        forward(net, work, theta, P)
        for unit in range(out.shape[0]):
            row = span(work.a, (first + unit) * P, count)
            for i in range(count):
                out[unit, start + i] = row[i]


# -- what labs call


def work(net: Net, batch: int, examples: int = 0, dtype: Any = np.float32) -> Work:
    """Memory for batches of up to so many examples. examples: how many the data have, if they are to be shuffled."""
    P = -(-batch // STEP) * STEP
    most, layers, all_units = int(net.sizes.max()), len(net.phi), int(net.units[-1])
    z, a, d = (np.zeros(all_units * P, dtype) for _ in range(3))
    return Work(
        z,
        a,
        d,
        np.zeros(net.weights[-1], dtype),
        np.zeros(net.sizes[-1] * P, dtype),
        np.zeros(max(most, 2) * P, dtype),
        np.arange(max(most, P), dtype=np.int64) * P,
        np.arange(max(most, P), dtype=np.int64) * net.sizes[:layers, None],
        np.zeros(P, np.int64),
        np.zeros(examples, np.int32),
        np.full(2, -1, np.int64),
    )


def gradients(net: Net, work: Work, theta: Array, x: Array, t: Array) -> float:
    """One batch, forward and backward, and nothing learnt. Returns its loss, and leaves z, a, d and grad in `work`.

    x: (B, inputs), t: (B, outputs), theta: (n,), all float32 or all float64. Column i of z, a, d is example i.
    """
    loss, memory = np.zeros(1, theta.dtype), np.zeros(SLOTS * theta.size, theta.dtype)
    free, none = np.zeros(0, np.int64), np.zeros(0, theta.dtype)
    _ready(theta, train)
    train(net, work, HOLD, data(x, t, len(x), "in order"), theta, memory, free, none, 0, 1, loss)
    return float(loss[0])


def evaluate(net: Net, work: Work, theta: Array, x: Array) -> Array:
    """The answers for every row of x (n, inputs), as (outputs, n)."""
    return _from_unit(net, work, theta, x, int(net.units[-2]))


def responses(net: Net, work: Work, theta: Array, x: Array) -> Array:
    """The activation of every unit, the inputs first, for every row of x (n, inputs), as (units, n). See `Net.units`."""
    return _from_unit(net, work, theta, x, 0)


def _from_unit(net: Net, work: Work, theta: Array, x: Array, first: int) -> Array:
    out = np.empty((int(net.units[-1]) - first, len(x)), theta.dtype)
    _ready(theta, respond)
    respond(net, work, theta, x, first, out)
    return out


def _ready(theta: Array, kernel: Any) -> None:
    """Compile a kernel for float64 when that is asked for, on first use."""
    if theta.dtype == np.float64:
        in_float64(*_PARTS, kernel)
