"""The turns of a generator, which makes examples, and of a critic, which tells them from real ones; `kernels.gan` plays them.

Goodfellow et al. 2014; Arjovsky, Chintala & Bottou 2017; Gulrajani et al. 2017. G takes noise z and answers an example; f, the
critic, takes an example and answers one number, high for real; D = σ(f). B examples a batch, T ≥ B columns, a multiple of 16.

    the critic's turn      x real, G(z) generated  →  forward  →  ∂L/∂f  →  back  →  update of the critic
    the generator's turn   G(z)  →  f(G(z))  →  ∂L/∂f  →  back through the critic to ∂L/∂G(z)  →  back through G  →  update of G

Whatever is random is a hash of the seed, of whose turn it is, and of how many updates that player has had.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numba import boolean, float64, int64, void
from numpy.typing import NDArray

from kernels import losses
from kernels.critic import PARTS, PASS, Pass, bend, chain, collect, forward, tangent
from kernels.jit import apart, fast, floats, given_rows, part, record, written_in
from kernels.learning import learn
from kernels.net import NET, Net
from kernels.optimizers import RULE, Rule
from kernels.random import below, bits, philox, unit
from kernels.simd import span

Array = NDArray[Any]
Integers = NDArray[np.int64]

GAMES = ("minimax", "non-saturating", "least squares", "wgan", "wgan-gp")
"""What the two play for, in the order of their numbers; see `critics_loss` and `generators_loss`."""
MINIMAX, NON_SATURATING, LEAST_SQUARES, WGAN, WGAN_GP = range(5)

REAL, BETWEEN, CRITICS_NOISE, GENERATORS_NOISE = 40, 41, 42, 43
"""Streams: which real examples, places between real and generated ones, and the noise of each player's turn."""

_U = np.uint64
_ZERO, _HALF, _ONE, _TINY = np.float32(0.0), np.float32(0.5), np.float32(1.0), np.float32(1e-12)
_MINUS_TWO, _TAU = np.float32(-2.0), np.float32(2.0 * math.pi)


class Player(NamedTuple):
    """One of the two nets, with what it learns by."""

    net: Net
    work: Pass
    """For T columns; the critic's, for T columns of each kind that its turn needs: real, generated, between."""
    rule: Rule
    theta: Array
    grad: Array
    """(n,)"""
    memory: Array
    """(SLOTS·n,)"""


class Game(NamedTuple):
    """What they play for, and how."""

    number: int
    """Of GAMES."""
    batch: int
    """B."""
    critic_turns: int
    generator_turns: int
    """Turns of each in a round."""
    strength: float
    """λ of the gradient penalty."""
    limit: float
    """wgan: every parameter of the critic is kept within ± this."""
    seed: int


PLAYER = record([NET, PASS, RULE, floats, floats, floats], Player)
GAME = record([*[int64] * 4, *[float64] * 2, int64], Game)

_forward = apart(forward)
_chain = apart(chain)
_collect = apart(collect)
_tangent = apart(tangent)
_bend = apart(bend)
_learn = apart(learn)


@fast(void(int64, int64, int64, floats, int64, int64, int64))
def noise(seed: int, stream: int, step: int, a: Array, count: int, T: int, B: int) -> None:
    """Normal numbers into the first `count` rows of a; row k of column i is number i·count + k of `kernels.random.normal`."""
    for first in range(0, count * B, 4):
        words = philox(_U(first // 4), _U(0), _U(step), _U(0), _U(seed), _U(stream))
        for pair in range(2):
            u, v = unit(words[2 * pair]), _TAU * unit(words[2 * pair + 1])
            radius = np.sqrt(_MINUS_TWO * np.log(_ONE - u))
            number = first + 2 * pair
            if number < count * B:
                a[number % count * T + number // count] = radius * np.cos(v)
            number += 1
            if number < count * B:
                a[number % count * T + number // count] = radius * np.sin(v)


_noise = apart(noise)


@part
def critics_loss(number: int, f: Array, d: Array, real: int, B: int) -> Any:
    """The critic's loss over B examples that are all real (t = real = 1) or all generated (0). Returns L, fills d with ∂L/∂f.

    minimax, non-saturating: −log D(x), −log(1 − D(x)). least squares: ½(f(x) − t)². wgan: −f(x), f(x). L is their mean.
    """
    share, total, t = f.dtype.type(_ONE) / f.dtype.type(B), f.dtype.type(_ZERO), f.dtype.type(real)
    for i in range(d.shape[0]):
        d[i] = _ZERO
    if number <= NON_SATURATING:
        for i in range(B):
            total += losses.binary_term(f[i], t)
            d[i] = losses.binary_slope(f[i], t) * share
    elif number == LEAST_SQUARES:
        for i in range(B):
            total += _HALF * (f[i] - t) * (f[i] - t)
            d[i] = (f[i] - t) * share
    else:
        sign = _ONE - t - t
        for i in range(B):
            total += sign * f[i]
            d[i] = sign * share
    return total * share


_critics_loss = apart(critics_loss, int64, floats, floats, int64, int64)


@written_in
def generators_loss(number: int, f: Array, d: Array, B: int) -> Any:
    """The generator's loss over B generated examples. Returns L, fills d with ∂L/∂f.

    minimax: log(1 − D(x)), what the critic earns with it, so flat where the critic is sure. All others are the critic's loss
    for a real example: the generator wants its own taken for one.
    """
    if number != MINIMAX:
        return _critics_loss(number, f, d, 1, B)
    loss = -_critics_loss(number, f, d, 0, B)
    for i in range(B):
        d[i] = -d[i]
    return loss


@written_in
def generate(G: Player, game: Game, stream: int, step: int, T: int) -> None:
    """G(z) for new noise, in the last rows of G.work.a."""
    _noise(game.seed, stream, step, G.work.a, G.net.sizes[0], T, game.batch)
    _forward(G.net, G.work, G.theta, T)


@written_in
def lay_out(G: Player, D: Player, game: Game, x: Array, step: int, T: int, P: int) -> None:
    """The critic's batch, in the first rows of D.work.a: real examples, generated ones, and points between them."""
    made, a = G.net.units[G.net.phi.shape[0]] * T, D.work.a
    for i in range(game.batch):
        pick = int64(below(bits(_U(game.seed), _U(REAL), _U(step), _U(i)), _U(x.shape[0])))
        between = x.dtype.type(unit(bits(_U(game.seed), _U(BETWEEN), _U(step), _U(i))))
        for k in range(x.shape[1]):
            a[k * P + i] = x[pick, k]
            a[k * P + T + i] = G.work.a[made + k * T + i]
            if game.number == WGAN_GP:
                a[k * P + 2 * T + i] = a[k * P + T + i] + between * (a[k * P + i] - a[k * P + T + i])


@fast(float64(PLAYER, PASS, GAME, int64, int64, boolean))
def penalize(D: Player, moved: Pass, game: Game, T: int, P: int, curved: bool) -> Any:
    """λ·(‖g‖ − 1)², g = ∂f/∂x at the points between, added to the gradient in D.grad. Returns its mean; see kernels.critic.

    Needs the slopes d of these columns, with ∂f/∂f = 1 at their end.
    """
    net, count, total = D.net, D.net.sizes[0], D.theta.dtype.type(_ZERO)
    scale = D.theta.dtype.type(game.strength / game.batch)
    for i in range(T):
        square = D.theta.dtype.type(_ZERO)
        for k in range(count):
            slope = D.work.d[k * P + 2 * T + i]
            square += slope * slope
        steep = np.sqrt(square)
        factor = D.theta.dtype.type(_ZERO)
        if i < game.batch:
            total += scale * (steep - _ONE) * (steep - _ONE)
            factor = (scale + scale) * (steep - _ONE) / (steep + _TINY)
        for k in range(count):
            moved.a[k * T + i] = factor * D.work.d[k * P + 2 * T + i]
    _tangent(net, D.work, moved, D.theta, 2 * T)
    _collect(net, D.grad, D.work.d, 2 * T, P, moved.a, 0, T, T, net.phi.shape[0], False)
    if curved:
        _bend(net, D.work, moved, D.theta, 2 * T)
        _collect(net, D.grad, moved.d, 0, T, D.work.a, 2 * T, P, T, net.phi.shape[0] - 1, True)
    return total


_penalize = apart(penalize)


@fast(float64(PLAYER, PLAYER, PASS, GAME, given_rows, int64, boolean))
def critics_turn(G: Player, D: Player, moved: Pass, game: Game, x: Array, step: int, curved: bool) -> Any:
    """One update of the critic, its `step`th from 0. Returns its loss, the penalty included; if not finite, nothing moves."""
    T, P, last = G.work.columns[1], D.work.columns[1], D.net.phi.shape[0]
    generate(G, game, CRITICS_NOISE, step, T)
    lay_out(G, D, game, x, step, T, P)
    _forward(D.net, D.work, D.theta, P)
    top = D.net.units[last] * P
    loss = _critics_loss(game.number, span(D.work.a, top, T), span(D.work.d, top, T), 1, game.batch)
    loss += _critics_loss(game.number, span(D.work.a, top + T, T), span(D.work.d, top + T, T), 0, game.batch)
    if game.number == WGAN_GP:
        seeds = span(D.work.d, top + 2 * T, T)
        for i in range(T):
            seeds[i] = _ONE if i < game.batch else _ZERO
    _chain(D.net, D.work, D.theta, P)
    for i in range(D.grad.shape[0]):
        D.grad[i] = _ZERO
    _collect(D.net, D.grad, D.work.d, 0, P, D.work.a, 0, P, 2 * T, last, True)
    if game.number == WGAN_GP:
        loss += _penalize(D, moved, game, T, P, curved)
    if np.isfinite(loss):
        _learn(D.rule, step + 1, D.theta, D.grad, D.memory)
        if game.number == WGAN:
            limit = D.theta.dtype.type(game.limit)
            for i in range(D.theta.shape[0]):
                D.theta[i] = min(max(D.theta[i], -limit), limit)
    return loss


_critics_turn = apart(critics_turn)


@fast(void(PLAYER, int64))
def follow(G: Player, step: int) -> None:
    """The generator's update, its `step`th from 0, from ∂L/∂G(z) in the last rows of G.work.d."""
    T, last = G.work.columns[1], G.net.phi.shape[0]
    _chain(G.net, G.work, G.theta, T)
    for i in range(G.grad.shape[0]):
        G.grad[i] = _ZERO
    _collect(G.net, G.grad, G.work.d, 0, T, G.work.a, 0, T, T, last, True)
    _learn(G.rule, step + 1, G.theta, G.grad, G.memory)


_follow = apart(follow)


@fast(float64(PLAYER, PLAYER, PASS, GAME, int64))
def generators_turn(G: Player, D: Player, moved: Pass, game: Game, step: int) -> Any:
    """One update of the generator, its `step`th from 0. Returns its loss; if that is not finite, nothing moves."""
    T, count, last = G.work.columns[1], D.net.sizes[0] * G.work.columns[1], G.net.phi.shape[0]
    made, top = G.net.units[last] * T, D.net.units[D.net.phi.shape[0]] * T
    generate(G, game, GENERATORS_NOISE, step, T)
    for i in range(count):
        moved.a[i] = G.work.a[made + i]
    _forward(D.net, moved, D.theta, T)
    loss = generators_loss(game.number, span(moved.a, top, T), span(moved.d, top, T), game.batch)
    _chain(D.net, moved, D.theta, T)
    for i in range(count):
        G.work.d[made + i] = moved.d[i]
    if np.isfinite(loss):
        _follow(G, step)
    return loss


TURNS: tuple[Any, ...] = (*PARTS, learn, noise, critics_loss, penalize, critics_turn, follow, generators_turn)
"""All that `kernels.jit.in_float64` must be told of before a kernel that calls these is compiled for float64."""
