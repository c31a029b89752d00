"""Two nets against each other, generator and critic, round after round: a number of turns of each.

Goodfellow et al. 2014; Arjovsky, Chintala & Bottou 2017; Gulrajani et al. 2017. The turns themselves are in
`kernels.opponents`, the passes through a net that they need in `kernels.critic`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numba import boolean, int64, void
from numpy.typing import NDArray

from kernels.activations import EVERY
from kernels.critic import CURVED, PASS, STRAIGHT, Pass, chain, forward
from kernels.critic import memory as passes
from kernels.jit import apart, fast, floats, given_rows, in_float64, integers
from kernels.matmul import STEP
from kernels.net import NET, Net
from kernels.net import net as layers
from kernels.opponents import GAME, PLAYER, TURNS, WGAN_GP, Player, critics_turn, follow, generators_turn
from kernels.opponents import GAMES as GAMES
from kernels.opponents import Game as Game
from kernels.optimizers import Rule

Array = NDArray[Any]
Integers = NDArray[np.int64]

_ONE = np.float32(1.0)

_forward = apart(forward)
_chain = apart(chain)
_critics_turn = apart(critics_turn)
_generators_turn = apart(generators_turn)


@fast(int64(PLAYER, PLAYER, PASS, GAME, given_rows, integers, int64, boolean, floats))
def train(
    G: Player, D: Player, moved: Pass, game: Game, x: Array, made: Integers, rounds: int, curved: bool, last: Array
) -> int:
    """Play so many rounds, in place: theta and memory of both, and made (2,), the updates of critic and generator so far.

    moved: the critic's memory for T columns. x: (n, features), the real examples. curved: whether the critic's φ is (tanh).
    last: (2,), the losses of the last turns. Stops in the round in which a loss is not finite. Returns the rounds made. A run
    may be cut into calls anywhere: the bits are the same.
    """
    for done in range(rounds):
        for _ in range(game.critic_turns):
            last[0] = _critics_turn(G, D, moved, game, x, made[0], curved)
            if not np.isfinite(last[0]):
                return done
            made[0] += 1
        for _ in range(game.generator_turns):
            last[1] = _generators_turn(G, D, moved, game, made[1])
            if not np.isfinite(last[1]):
                return done
            made[1] += 1
    return rounds


@fast(void(NET, PASS, floats, given_rows, floats, floats))
def respond(net: Net, work: Pass, theta: Array, x: Array, answers: Array, slopes: Array) -> None:
    """What a net answers to each row of x (m, inputs), row after row: (m·outputs,).

    slopes: (m·inputs,), the slope ∂f/∂x of a net with one output at each row; or empty, if they are not wanted.
    """
    T, ins, outs, last = work.columns[1], net.sizes[0], net.sizes[net.phi.shape[0]], net.phi.shape[0]
    top = net.units[last] * T
    for first in range(0, x.shape[0], T):
        here = min(T, x.shape[0] - first)
        for i in range(here):
            for k in range(ins):
                work.a[k * T + i] = x[first + i, k]
        _forward(net, work, theta, T)
        for i in range(here):
            for o in range(outs):
                answers[(first + i) * outs + o] = work.a[top + o * T + i]
        if slopes.shape[0] > 0:
            for i in range(T):
                work.d[top + i] = _ONE
            _chain(net, work, theta, T)
            for i in range(here):
                for k in range(ins):
                    slopes[(first + i) * ins + k] = work.d[k * T + i]


# -- what labs call


def nets(
    latent: int,
    features: int,
    hidden: tuple[int, ...],
    opposed: tuple[int, ...],
    phi: str = "leaky relu",
    output: str = "linear",
) -> tuple[Net, Net]:
    """Generator and critic: hidden and opposed are their hidden units, output the generator's last activation.

    Raises ValueError where the critic's φ is not one that the penalty can be taken through.
    """
    if phi not in STRAIGHT + CURVED:
        raise ValueError(f"the gradient penalty is not written for {phi}; there are: {', '.join(STRAIGHT + CURVED)}")
    return layers((latent, *hidden, features), phi, output), layers((features, *opposed, 1), phi, inputs=True)


class Room(NamedTuple):
    """The memory that turns use again and again; nothing of it outlives a call. See `room`."""

    generator: Pass
    critic: Pass
    """T columns for each kind of example in the critic's turn: real, generated and, for the penalty, between."""
    moved: Pass
    """The critic's, for T columns."""
    generator_grad: Array
    critic_grad: Array


def room(nets: tuple[Net, Net], game: str, batch: int, dtype: Any = np.float32) -> Room:
    """Memory for a game of GAMES with batches of up to so many."""
    (G, D), T = nets, -(-batch // STEP) * STEP
    wide = T * (3 if game == GAMES[WGAN_GP] else 2)
    grads = (np.zeros(int(net.weights[-1]), dtype) for net in nets)
    return Room(passes(G, T, dtype), passes(D, wide, dtype), passes(D, T, dtype), *grads)


def play(
    nets: tuple[Net, Net],
    room: Room,
    rules: tuple[Rule, Rule],
    thetas: tuple[Array, Array],
    memories: tuple[Array, Array],
    game: Game,
    x: Array,
    made: Integers,
    rounds: int,
    last: Array,
) -> int:
    """`train`; the generator stands first in each pair. Raises ValueError where the room is too small."""
    T, wide = int(room.moved.columns[1]), int(room.critic.columns[1])
    if game.batch > T or wide < T * (3 if game.number == WGAN_GP else 2) or x.shape[1] != nets[1].sizes[0]:
        raise ValueError("this memory was made for smaller batches or for another game")
    _ready(x.dtype)
    G = Player(nets[0], room.generator, rules[0], thetas[0], room.generator_grad, memories[0])
    D = Player(nets[1], room.critic, rules[1], thetas[1], room.critic_grad, memories[1])
    curved = len(nets[1].phi) > 1 and EVERY[nets[1].phi[0]] in CURVED
    return int(train(G, D, room.moved, game, x, made, rounds, curved, last))


def push(
    net: Net, room: Room, rule: Rule, theta: Array, memory: Array, z: Array, gradient: Callable[[Array], Array], step: int
) -> None:
    """One update of the generator, its `step`th from 0, by another gradient than a game's.

    z: (B, latent), the noise. gradient: from the generated examples (B, features) to ∂L/∂ of each, in the same shape.
    """
    last, T = int(net.units[-2]), int(room.generator.columns[1])
    wanted = gradient(answers(net, room.generator, theta, z))  # which leaves z and a of all layers in the room
    d = room.generator.d.reshape(-1, T)[last:]
    d[:] = 0
    d[:, : len(z)] = wanted.T
    follow(Player(net, room.generator, rule, theta, room.generator_grad, memory), step)


def answers(net: Net, work: Pass, theta: Array, x: Array) -> Array:
    """What a net answers to each row of x (m, inputs): (m, outputs)."""
    found = np.empty((len(x), int(net.sizes[-1])), theta.dtype)
    _ready(theta.dtype)
    respond(net, work, theta, np.ascontiguousarray(x), found.reshape(-1), np.empty(0, theta.dtype))
    return found


def slopes(net: Net, work: Pass, theta: Array, x: Array) -> tuple[Array, Array]:
    """The critic's answer f (m,) and its slope ∂f/∂x (m, features) at each row of x (m, features)."""
    f, found = np.empty(len(x), theta.dtype), np.empty(x.shape, theta.dtype)
    _ready(theta.dtype)
    respond(net, work, theta, np.ascontiguousarray(x), f, found.reshape(-1))
    return f, found


def _ready(dtype: Any) -> None:
    """Compile for float64 when that is asked for, on first use."""
    if dtype == np.float64:
        in_float64(*TURNS, train, respond)
