"""The turns of `kernels.opponents` for a block of threads, which owns a game: both nets, and the examples of a turn.

C examples are worked through at a time, in rows of P = C | 1 numbers, an example a column. A thread makes an output, or a
parameter, of all that there are.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numba import float32, int64, uint64

from kernels.cuda.critic import bend, chain, collect, forward, tangent
from kernels.cuda.device import bare, cuda, on_device
from kernels.cuda.optimizers import learn
from kernels.cuda.random import normal
from kernels.jit import record
from kernels.net import NET, Net
from kernels.opponents import BETWEEN, CRITICS_NOISE, GENERATORS_NOISE, MINIMAX, REAL, WGAN, WGAN_GP, critics_loss
from kernels.random import below, bits, unit

TRUE, MADE, HALFWAY = range(3)
"""Kinds of examples: real ones, generated ones, and points between a real and a generated one."""
_ZERO, _ONE, _TINY = np.float32(0.0), np.float32(1.0), np.float32(1e-12)
MOST = np.float32(np.finfo(np.float32).max)
"""A loss beyond this is not finite."""


class Player(NamedTuple):
    """One of the two nets of all games, with what it learns by, on the device."""

    net: Net
    number: int
    """The optimizer's."""
    settings: Any
    """(R, 6), see `kernels.cuda.optimizers`."""
    pace: Any
    """(R, updates, 3)"""
    theta: Any
    """(R, n)"""
    memory: Any
    """(R, SLOTS·n)"""


class Games(NamedTuple):
    """What is played in all games, and how; see `kernels.opponents.Game`. Arrays are on the device."""

    number: int
    batch: int
    critic_turns: int
    generator_turns: int
    strength: Any
    """(R,) float32, and so `limit`."""
    limit: Any
    seed: Any
    """(R,) uint64"""
    x: Any
    """(1 or R, examples, features): the real examples, of all games or of each."""


class Table(NamedTuple):
    """The memory of one game's block: views of the shared memory and of the device's. See `kernels.cuda.gan.PARTS`."""

    critic: Any
    generator: Any
    a_critic: Any
    a_generator: Any
    d_critic: Any
    d_generator: Any
    grad: Any
    change: Any
    rate: Any
    e: Any
    lost: Any
    """(COLUMNS,): an example's loss."""
    pick: Any
    """(COLUMNS,): which real examples."""
    between: Any
    """(COLUMNS,): how near to them the penalty is taken."""


_ROW, _ROWS, _CUBE = float32[::1], float32[:, ::1], float32[:, :, ::1]
PLAYER = record([NET, int64, _ROWS, _CUBE, _ROWS, _ROWS], Player)
GAMES = record([*[int64] * 4, _ROW, _ROW, uint64[::1], _CUBE], Games)


@on_device
def copy(there: Any, here: Any, count: Any) -> None:
    """there ← here."""
    for k in range(cuda.threadIdx.x, count, cuda.blockDim.x):
        there[k] = here[k]


@on_device
def _hand_on(there: Any, here: Any, rows: Any, P: Any, count: Any) -> None:
    """there ← here, of so many rows the columns that are examples."""
    for job in range(cuda.threadIdx.x, rows * count, cuda.blockDim.x):
        place = job // count * P + job % count
        there[place] = here[place]
    cuda.syncthreads()


@on_device
def _sum(lost: Any, count: Any) -> Any:
    """The sum of what the threads have put down, the same for every thread."""
    cuda.syncthreads()
    total = _ZERO
    for i in range(count):
        total += lost[i]
    cuda.syncthreads()
    return total


@on_device
def _lay(G: Any, games: Any, t: Any, run: Any, step: Any, start: Any, count: Any, kind: Any, critics: Any, P: Any) -> None:
    """The examples of one kind from number `start` of the batch on: the critic's input, or for MADE the generator's noise.

    As `lay_out` and `noise` of `kernels.opponents`; critics: whether it is the critic's turn.
    """
    me, threads, seed, x = cuda.threadIdx.x, cuda.blockDim.x, games.seed[run], games.x[run % games.x.shape[0]]
    features, latent = x.shape[1], G.net.sizes[0]
    if kind == MADE:
        stream = np.uint64(CRITICS_NOISE if critics else GENERATORS_NOISE)
        for job in range(me, count * latent, threads):
            i, k = job // latent, job % latent
            t.a_generator[k * P + i] = normal(seed, stream, np.uint64(step), (start + i) * latent + k)
    elif kind == TRUE:
        for i in range(me, count, threads):
            word = bits(seed, np.uint64(REAL), np.uint64(step), np.uint64(start + i))
            t.pick[i] = below(word, np.uint64(x.shape[0]))
            t.between[i] = unit(bits(seed, np.uint64(BETWEEN), np.uint64(step), np.uint64(start + i)))
        cuda.syncthreads()
    for job in range(me, count * features if kind != MADE else 0, threads):
        k, i = job // count, job % count
        place, real = k * P + i, x[t.pick[i], k]
        t.a_critic[place] = real if kind == TRUE else t.a_critic[place] + t.between[i] * (real - t.a_critic[place])
    cuda.syncthreads()


@on_device
def _pay(game: Any, kind: Any, critics: Any, f: Any, d: Any, share: Any, lost: Any, count: Any) -> None:
    """`critics_loss` and `generators_loss` of `kernels.opponents` for each answer f, and d = ∂L/∂f; HALFWAY: d = 1."""
    for i in range(cuda.threadIdx.x, count, cuda.blockDim.x):
        if kind == HALFWAY:
            d[i] = _ONE
        else:  # in minimax the generator earns what the critic pays; else it wants its own taken for real
            wanted = 1 if kind == TRUE or not (critics or game == MINIMAX) else 0
            part = share if critics or game != MINIMAX else -share
            lost[i] = part * critics_loss(game, bare(f[i : i + 1]), bare(d[i : i + 1]), wanted, 1)
            d[i] *= part
    cuda.syncthreads()


@on_device
def _steer(net: Any, t: Any, scale: Any, P: Any, count: Any) -> None:
    """λ·(‖g‖ − 1)², g = ∂f/∂x at the points between, into t.lost, and how g should change into the first rows of t.change."""
    for i in range(cuda.threadIdx.x, count, cuda.blockDim.x):
        square = _ZERO
        for k in range(net.sizes[0]):
            square += t.d_critic[k * P + i] * t.d_critic[k * P + i]
        steep = np.float32(math.sqrt(square))
        t.lost[i] = scale * (steep - _ONE) * (steep - _ONE)
        factor = (scale + scale) * (steep - _ONE) / (steep + _TINY)
        for k in range(net.sizes[0]):
            t.change[k * P + i] = factor * t.d_critic[k * P + i]
    cuda.syncthreads()


@on_device
def turn(G: Any, D: Any, games: Any, t: Any, run: Any, step: Any, now: Any, C: Any, curved: Any, critics: Any) -> Any:
    """A turn of the critic, or of the generator. step: the update's number; now: in this launch. Returns its loss.

    See `critics_turn` and `generators_turn` of `kernels.opponents`. If the loss is not finite, nothing moves.
    """
    me, threads, P, features = cuda.threadIdx.x, cuda.blockDim.x, C | 1, D.net.sizes[0]
    layers, made = D.net.phi.shape[0], G.net.units[G.net.phi.shape[0]] * P
    f, d = t.a_critic[D.net.units[layers] * P :], t.d_critic[D.net.units[layers] * P :]
    last = HALFWAY if critics and games.number == WGAN_GP else MADE
    share, total, player = _ONE / np.float32(games.batch), _ZERO, D if critics else G
    for k in range(me, player.theta.shape[1], threads):
        t.grad[k] = _ZERO
    for start in range(0, games.batch, C):
        count = min(C, games.batch - start)
        for kind in range(TRUE if critics else MADE, last + 1):
            _lay(G, games, t, run, step, start, count, kind, critics, P)
            for side in range(0 if kind == MADE else 1, 2):
                if side == 1 and kind == MADE:
                    _hand_on(t.a_critic, t.a_generator[made:], features, P, count)
                net, w, a = (D.net, t.critic, t.a_critic) if side == 1 else (G.net, t.generator, t.a_generator)
                forward(net, w, a, P, count)
            _pay(games.number, kind, critics, f, d, share, t.lost, count)
            for side in range(1, 0 if critics else -1, -1):
                if side == 0:
                    _hand_on(t.d_generator[made:], t.d_critic, features, P, count)
                net, w, a = (D.net, t.critic, t.a_critic) if side == 1 else (G.net, t.generator, t.a_generator)
                slopes = t.d_critic if side == 1 else t.d_generator
                chain(net, w, a, slopes, P, count, side == 1 and (not critics or kind == HALFWAY))
                passes = 0 if critics != (side == 1) else 2 if kind == HALFWAY and curved else 1
                for number in range(passes):
                    left, right, deep, biases = slopes, a, net.phi.shape[0], True
                    if kind == HALFWAY and number == 0:
                        _steer(net, t, games.strength[run] / np.float32(games.batch), P, count)
                        tangent(net, w, a, t.rate, t.change, P, count, curved)
                        right, biases = t.change, False
                    elif kind == HALFWAY:
                        bend(net, w, a, slopes, t.rate, t.e, P, count)
                        left, deep = t.e, deep - 1
                    collect(net, t.grad, left, right, P, count, deep, biases)
            total += _sum(t.lost, count)
    if abs(total) <= MOST:
        w, n = t.critic if critics else t.generator, player.theta.shape[1]
        learn(player.number, player.pace[run, now], player.settings[run], w, t.grad, player.memory[run], n)
        cuda.syncthreads()
        limit = games.limit[run]
        for k in range(me, player.theta.shape[1] if games.number == WGAN and critics else 0, threads):
            t.critic[k] = min(max(t.critic[k], -limit), limit)
        cuda.syncthreads()
    return total
