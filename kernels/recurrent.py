"""Recurrent nets that read symbols and predict symbols: forward through time, backward through time, update.

Dimensions: T times, H units, V symbols; G gates of H weighted sums each (`kernels.cells`), which leave K blocks for the way
back; B examples in a batch, P ≥ B columns, a multiple of 16. All is flat, and a row is one unit over the examples:

    theta  (n,)          U (G·H, H), b (G·H,), W (G·H, V), Y (V, H), a (V,): z = W·x + U·h + b, logits y = Y·h + a
    h, c   ((T + 1)·H·P) the states, that of the time before the first one first; c is the LSTM's
    z      (T·K·H·P)     weighted sums, then gates, then ∂L/∂z
    y      (T·V·P)       logits, then ∂L/∂y
    grad   (n,)          ∂L/∂θ

Back-propagation through time (Werbos 1990) is truncated: a step reads T symbols of each example and goes back through these T
only, but starts from the state in which the step before ended. Everything is float32; `kernels.jit.in_float64` makes the same
source work in float64, for gradient checks.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import float64, int64, types, uint64, void
from numpy.typing import NDArray

from kernels import cells, optimizers, symbols
from kernels.elementary import exp
from kernels.jit import apart, fast, floats, in_float64, integers, written_in
from kernels.learning import learn
from kernels.matmul import matmul
from kernels.optimizers import RULE, SLOTS, Rule
from kernels.random import bits, unit
from kernels.recurrent_net import NET, WORK, Net, Work
from kernels.sequences import DATA, TEXT, Data, fill
from kernels.simd import span

Array = NDArray[Any]

LISTEN = Rule(-2, *[0.0] * 7)
"""No optimizer and no gradient either: a step only measures the loss."""
SAMPLES = 18
"""The stream of random numbers that symbols are drawn with."""


_PARTS: tuple[Any, ...] = (
    *(learn, matmul, symbols.look_up, symbols.look_up_backward, symbols.cross_entropy),
    *(cells.vanilla, cells.vanilla_backward, cells.lstm, cells.lstm_backward, cells.gru, cells.gru_backward),
)
_learn = apart(learn)
_matmul = apart(matmul)
_look_up = apart(symbols.look_up, floats, floats, integers, floats)
_look_up_backward = apart(symbols.look_up_backward, floats, integers, int64, floats, floats)
_cross_entropy = apart(symbols.cross_entropy, floats, integers, floats, int64, int64)
_vanilla, _vanilla_backward = apart(cells.vanilla, *[floats] * 2), apart(cells.vanilla_backward, *[floats] * 3)
_lstm, _lstm_backward = apart(cells.lstm, *[floats] * 4), apart(cells.lstm_backward, *[floats] * 6)
_gru, _gru_backward = apart(cells.gru, *[floats] * 3), apart(cells.gru_backward, *[floats] * 3)


@fast(void(NET, WORK, floats, int64))
def forward(net: Net, work: Work, theta: Array, times: int) -> None:
    """From the state h, c before the first time to that after the last, and the logits y wherever they are asked for."""
    H, V, G, P = net.units, net.symbols, net.gates, work.spare.shape[0] // 2
    n, b, W = H * P, G * H * H, G * H * H + G * H
    Y, a = W + G * H * V, W + G * H * V + V * H
    for t in range(times):
        z, at, before, after = span(work.z, t * net.blocks * n, net.blocks * n), t * net.blocks * n, t * n, t * n + n
        _look_up(span(theta, W, G * H * V), span(theta, b, G * H), span(work.x, t * P, P), z)
        if net.cell == cells.GRU:  # the last block is U·h alone
            _matmul(work.z, at, work.columns, theta, 0, H, 1, work.h, before, work.columns, 2 * H, P, H, True)
            _matmul(work.z, at + 3 * n, work.columns, theta, 2 * H * H, H, 1, work.h, before, work.columns, H, P, H, False)
            _gru(z, span(work.h, before, n), span(work.h, after, n))
        else:
            _matmul(work.z, at, work.columns, theta, 0, H, 1, work.h, before, work.columns, G * H, P, H, True)
            if net.cell == cells.LSTM:
                _lstm(z, span(work.c, before, n), span(work.c, after, n), span(work.h, after, n))
            else:
                _vanilla(z, span(work.h, after, n))
        if work.asked[t] > 0:
            for v in range(V):
                row, bias = span(work.y, (t * V + v) * P, P), theta[a + v]
                for i in range(P):
                    row[i] = bias
            _matmul(work.y, t * V * P, work.columns, theta, Y, H, 1, work.h, after, work.columns, V, P, H, True)


@written_in
def _turn(work: Work, t: int, H: int, P: int, B: int) -> None:
    """The state before time t into work.rows, a row an example."""
    for k in range(H):
        row = span(work.h, (t * H + k) * P, B)
        for i in range(B):
            work.rows[i * H + k] = row[i]


@fast(void(NET, WORK, floats, int64))
def backward(net: Net, work: Work, theta: Array, B: int) -> None:
    """From ∂L/∂y to grad, the last time first. What comes back through time meets what comes down from y, and they add up."""
    H, V, G, T, P = net.units, net.symbols, net.gates, net.times, work.spare.shape[0] // 2
    n, b, W = H * P, G * H * H, G * H * H + G * H
    Y, a = W + G * H * V, W + G * H * V + V * H
    work.grad[:] = theta.dtype.type(0)
    for k in range(T * n, T * n + n):
        work.dh[k], work.dc[k] = theta.dtype.type(0), theta.dtype.type(0)
    _turn(work, T, H, P, B)
    for t in range(T - 1, -1, -1):
        z, at, before, after = span(work.z, t * net.blocks * n, net.blocks * n), t * net.blocks * n, t * n, t * n + n
        dh = span(work.dh, after, n)
        if work.asked[t] > 0:  # y = Y·h + a
            for v in range(V):
                row, total = span(work.y, (t * V + v) * P, P), theta.dtype.type(0)
                for i in range(P):
                    total += row[i]
                work.grad[a + v] += total
            _matmul(work.grad, Y, work.units, work.y, t * V * P, P, 1, work.rows, 0, work.units, V, H, B, True)
            _matmul(work.dh, after, work.columns, theta, Y, 1, H, work.y, t * V * P, work.columns, H, P, V, True)
        _turn(work, t, H, P, B)
        if net.cell == cells.GRU:
            _gru_backward(z, span(work.h, before, n), dh)
            earlier = span(work.dh, before, n)
            for k in range(n):
                earlier[k] = dh[k]
            _matmul(work.dh, before, work.columns, theta, 0, 1, H, work.z, at, work.columns, H, P, 2 * H, True)
            _matmul(work.dh, before, work.columns, theta, 2 * H * H, 1, H, work.z, at + 3 * n, work.columns, H, P, H, True)
            _matmul(work.grad, 0, work.units, work.z, at, P, 1, work.rows, 0, work.units, 2 * H, H, B, True)
            _matmul(work.grad, 2 * H * H, work.units, work.z, at + 3 * n, P, 1, work.rows, 0, work.units, H, H, B, True)
        else:
            if net.cell == cells.LSTM:
                dc, earlier = span(work.dc, after, n), span(work.dc, before, n)
                _lstm_backward(z, span(work.c, before, n), span(work.c, after, n), dh, dc, earlier)
            else:
                _vanilla_backward(z, span(work.h, after, n), dh)
            _matmul(work.dh, before, work.columns, theta, 0, 1, H, work.z, at, work.columns, H, P, G * H, False)
            _matmul(work.grad, 0, work.units, work.z, at, P, 1, work.rows, 0, work.units, G * H, H, B, True)
        x = span(work.x, t * P, P)
        _look_up_backward(z, x, B, span(work.grad, W, G * H * V), span(work.grad, b, G * H))


_forward, _backward = apart(forward), apart(backward)


@fast(void(NET, WORK, RULE, DATA, floats, floats, floats, int64, int64, floats, floats))
def train(
    net: Net,
    work: Work,
    rule: Rule,
    data: Data,
    theta: Array,
    memory: Array,
    carry: Array,
    first: int,
    steps: int,
    history: Array,
    lengths: Array,
) -> None:
    """Make the steps number first … first + steps − 1 of a run. In place: theta, the optimizer's memory (SLOTS·n,), and carry.

    carry: (2·H·P,), h and c as the step before left them. history, lengths: (steps,), filled with each batch's loss before its
    step and with the length of its gradient before clipping. A run may be cut into calls anywhere: the bits are the same.
    Raises ValueError where `work` was made for another net or for smaller batches, and on a text too short for one step.
    """
    P, T, V = work.spare.shape[0] // 2, net.times, net.symbols
    n, limit = net.units * P, rule.clip if rule.clip > 0.0 else np.inf
    fits = work.grad.shape[0] == theta.shape[0] and work.asked.shape[0] == T and work.rows.shape[0] == n and data.batch <= P
    if not fits or carry.shape[0] != 2 * n:
        raise ValueError("this memory was made for another net or for smaller batches")
    if data.kind == TEXT and (data.text.shape[0] - 1) // data.batch < T:
        raise ValueError("the text is too short for one step")
    for step in range(first, first + steps):
        goes_on = fill(data, step, T, P, work.x, work.t, work.asked)
        for k in range(n):
            work.h[k] = carry[k] if goes_on else theta.dtype.type(0)
            work.c[k] = carry[n + k] if goes_on else theta.dtype.type(0)
        _forward(net, work, theta, T)
        count, loss = 0, 0.0
        for t in range(T):
            count += work.asked[t]
        for t in range(T):
            if work.asked[t] > 0:
                loss += _cross_entropy(span(work.y, t * V * P, V * P), span(work.t, t * P, P), work.spare, data.batch, count)
        history[step - first] = loss
        for k in range(n):
            carry[k], carry[n + k] = work.h[T * n + k], work.c[T * n + k]
        if rule.number < -1:
            continue
        _backward(net, work, theta, data.batch)
        lengths[step - first] = optimizers.clip(work.grad, limit)
        _learn(rule, step + 1, theta, work.grad, memory)


@fast(void(NET, WORK, floats, types.uint8[::1], int64, float64, uint64))
def generate(net: Net, work: Work, theta: Array, text: NDArray[np.uint8], given: int, temperature: float, seed: int) -> None:
    """Read the first `given` symbols of text (m,), then write the others: each is drawn from what the net expects next.

    P(symbol) is proportional to e^(y / temperature): below 1 the likely becomes likelier, above 1 rarer things are dared.
    Leaves the last logits in the first column of work.y.
    """
    P, V, n = work.spare.shape[0] // 2, net.symbols, net.units * (work.spare.shape[0] // 2)
    for k in range(n):
        work.h[k], work.c[k] = theta.dtype.type(0), theta.dtype.type(0)
    for place in range(text.shape[0]):
        if place >= given:
            top, total = work.y[0], 0.0
            for v in range(1, V):
                top = work.y[v * P] if work.y[v * P] > top else top
            for v in range(V):
                total += exp((work.y[v * P] - top) / temperature)
            left = total * unit(bits(seed, np.uint64(SAMPLES), np.uint64(0), np.uint64(place)))
            for v in range(V):
                text[place] = v
                left -= exp((work.y[v * P] - top) / temperature)
                if left < 0.0:
                    break
        for i in range(P):
            work.x[i] = text[place]
        work.asked[0] = 1
        _forward(net, work, theta, 1)
        for k in range(n):
            work.h[k], work.c[k] = work.h[n + k], work.c[n + k]


def gradients(net: Net, work: Work, theta: Array, data: Data, carry: Array, step: int) -> float:
    """The batch of this step, forward and backward, and nothing learnt. Returns its loss; work.grad has the gradient.

    theta: (n,), carry: (2·H·P,), both float32 or both float64.
    """
    if theta.dtype == np.float64:
        in_float64(*_PARTS, forward, backward, train)
    loss, length, memory = np.zeros(1, theta.dtype), np.zeros(1, theta.dtype), np.zeros(SLOTS * theta.size, theta.dtype)
    train(net, work, optimizers.HOLD, data, theta, memory, carry, step, 1, loss, length)
    return float(loss[0])
