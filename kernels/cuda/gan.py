"""Generator and critic of `kernels.gan` on a GPU: the same turns, the same noise, many rounds in one launch.

One block of threads owns a game: both nets and their examples. One game gains little from that: its turns wait for each other.
Many games at once do gain, a block each (`play_each`). A block has 48 KB of shared memory, and two nets of 64-64 want more; so
`laid_out` puts there first what is read most: the critic's parameters, the generator's, then activations and gradients. The
rest, and always what the optimizers remember, stays in the GPU's memory: slower, but no game is too large for it.

Activations, losses, optimizers and random numbers are those of the processor, from the same source. Sums are taken in another
order, and products are fused into them: an update's numbers are the processor's up to about 1e-6 of their size.

Dimensions: R games of one shape, n parameters of a net; B examples of each kind in a turn, worked through C ≤ B at a time, in
rows of P ≥ C numbers, P odd, so that threads that read a column do not wait for each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numba import boolean, float32, int32, int64
from numpy.typing import NDArray

from kernels.activations import EVERY, TANH
from kernels.cuda import held
from kernels.cuda.critic import KNOWN
from kernels.cuda.device import cuda, kernel
from kernels.cuda.opponents import GAMES, MOST, PLAYER, Games, Player, Table, copy, turn
from kernels.cuda.optimizers import paces, settings
from kernels.net import Net
from kernels.opponents import WGAN_GP, Game
from kernels.optimizers import Rule

Array = NDArray[Any]

THREADS = 256
"""At most so many in a block."""
COLUMNS = 64
"""C is at most this."""
ROOM = 48 * 1024 // 4 - 3 * COLUMNS
"""So many float32 of a block's shared memory are there to be laid out, on every GPU."""
PARTS = ("critic", "generator", "a of D", "a of G", "d of D", "d of G", "grad", "change", "rate", "e")
"""What `laid_out` finds a place for, in this order: parameters; activations and slopes; what the penalty needs."""


@kernel(PLAYER, PLAYER, GAMES, int64[:, ::1], int64, boolean, float32[:, ::1], int64[::1], int64[::1], int64, float32[:, ::1])
def _train(
    G: Any, D: Any, games: Any, made: Any, rounds: Any, curved: Any, last: Any, played: Any, p: Any, C: Any, spaces: Any
) -> None:
    """`kernels.gan.train`, a game a block; the rounds that each has made into played (R,). p: places of `laid_out`."""
    lost = cuda.shared.array(COLUMNS, float32)
    between = cuda.shared.array(COLUMNS, float32)
    pick = cuda.shared.array(COLUMNS, int32)
    room = cuda.shared.array(0, float32)
    run, P, space = cuda.blockIdx.x, C | 1, spaces[cuda.blockIdx.x]
    n, m, rows = D.theta.shape[1], G.theta.shape[1], D.net.units[D.net.phi.shape[0] + 1] * P
    most, others = max(n, m), G.net.units[G.net.phi.shape[0] + 1] * P
    critic = room[p[0] : p[0] + n] if p[0] >= 0 else space[-1 - p[0] : n - 1 - p[0]]
    generator = room[p[1] : p[1] + m] if p[1] >= 0 else space[-1 - p[1] : m - 1 - p[1]]
    a_critic = room[p[2] : p[2] + rows] if p[2] >= 0 else space[-1 - p[2] : rows - 1 - p[2]]
    a_generator = room[p[3] : p[3] + others] if p[3] >= 0 else space[-1 - p[3] : others - 1 - p[3]]
    d_critic = room[p[4] : p[4] + rows] if p[4] >= 0 else space[-1 - p[4] : rows - 1 - p[4]]
    d_generator = room[p[5] : p[5] + others] if p[5] >= 0 else space[-1 - p[5] : others - 1 - p[5]]
    grad = room[p[6] : p[6] + most] if p[6] >= 0 else space[-1 - p[6] : most - 1 - p[6]]
    change = room[p[7] : p[7] + rows] if p[7] >= 0 else space[-1 - p[7] : rows - 1 - p[7]]
    rate = room[p[8] : p[8] + rows] if p[8] >= 0 else space[-1 - p[8] : rows - 1 - p[8]]
    e = room[p[9] : p[9] + rows] if p[9] >= 0 else space[-1 - p[9] : rows - 1 - p[9]]
    t = Table(critic, generator, a_critic, a_generator, d_critic, d_generator, grad, change, rate, e, lost, pick, between)
    copy(t.critic, D.theta[run], n)
    copy(t.generator, G.theta[run], m)
    cuda.syncthreads()
    ours, theirs, done, going = 0, 0, 0, True
    loss, other = last[run, 0], last[run, 1]
    while going and done < rounds:
        made_turns = 0
        while going and made_turns < games.critic_turns + games.generator_turns:
            critics = made_turns < games.critic_turns
            now = theirs if critics else ours
            found = turn(G, D, games, t, run, made[run, 0 if critics else 1] + now, now, C, curved, critics)
            going = abs(found) <= MOST
            if critics:
                loss, theirs = found, theirs + (1 if going else 0)
            else:
                other, ours = found, ours + (1 if going else 0)
            made_turns += 1
        done += 1 if going else 0
    cuda.syncthreads()
    copy(D.theta[run], t.critic, n)
    copy(G.theta[run], t.generator, m)
    if cuda.threadIdx.x == 0:
        last[run, 0], last[run, 1], played[run] = loss, other, done
        made[run, 0] += theirs
        made[run, 1] += ours


# -- what labs call


def too_large(nets: tuple[Net, Net]) -> str:
    """Why such nets cannot be trained here, as a sentence without its full stop; empty when they can."""
    unknown = {EVERY[phi] for net in nets for phi in net.phi.tolist() if phi not in KNOWN}
    return f"{' and '.join(sorted(unknown))} are not written for games on a GPU" if unknown else ""


def laid_out(nets: tuple[Net, Net], game: int, batch: int, curved: bool) -> tuple[Array, int, int, int]:
    """Where each of PARTS lies, and how many columns C there are, and float32 of shared and of other memory for a game.

    places: (PARTS,) int64: from there on in the shared memory, or where it is negative from −1 − place on in the other.
    """
    n, m = int(nets[1].weights[-1]), int(nets[0].weights[-1])
    units, others = int(nets[1].units[-1]), int(nets[0].units[-1])
    columns = min(batch, COLUMNS)
    penalty, bends = game == WGAN_GP, game == WGAN_GP and curved
    while True:
        P = columns | 1
        sizes = [n, m, units * P, others * P, units * P, others * P, max(n, m)]
        sizes += [units * P if needed else 0 for needed in (penalty, bends, bends)]
        if sum(sizes) <= ROOM or columns <= min(batch, 16):
            break
        columns -= 1
    if sum(sizes) > ROOM:  # then rather all at once
        columns = min(batch, COLUMNS)
        sizes[2:6] = [count * (columns | 1) for count in (units, others, units, others)]
        sizes[7:] = [units * (columns | 1) if needed else 0 for needed in (penalty, bends, bends)]
    places, shared, other = [], 0, 0
    for size in sizes:
        if shared + size <= ROOM:
            places.append(shared)
            shared += size
        else:
            places.append(-1 - other)
            other += size
    return np.array(places, np.int64), columns, shared, other


def play_each(
    nets: tuple[Net, Net],
    rules: Sequence[tuple[Rule, Rule]],
    thetas: tuple[Array, Array],
    memories: tuple[Array, Array],
    games: Sequence[Game],
    x: Array,
    made: Array,
    rounds: int,
    last: Array,
) -> Array:
    """Play R games of one shape at once, in one launch; the generator stands first in each pair. Returns the rounds of each.

    In place: thetas (R, n), memories (R, SLOTS·n), made (R, 2), last (R, 2). rules: of one optimizer for each player, which may
    differ in their settings. games: they may differ in strength, limit and seed. x: (examples, features), or (R, examples,
    features). The rest as in `kernels.gan.play`. Raises ValueError where `too_large` says so.
    """
    if reason := too_large(nets):
        raise ValueError(reason)
    runs, game = len(games), games[0]
    if rounds <= 0 or runs == 0:
        return np.zeros(runs, np.int64)
    curved = len(nets[1].phi) > 1 and int(nets[1].phi[0]) == TANH
    places, columns, shared, other = laid_out(nets, game.number, game.batch, curved)
    widest = max(max(int((net.sizes[1:] * np.maximum(net.sizes[:-1], columns)).max()) for net in nets), 1)
    threads = min(THREADS, -(-widest // 32) * 32)
    changed = [held.changing(array) for array in (*thetas, *memories, made, last)]
    turns, players = (game.generator_turns, game.critic_turns), []
    parts: list[Any]
    for k in range(2):
        each, first = [pair[k] for pair in rules], made[:, 1 - k].tolist()
        pace = [paces([rule], step, max(1, rounds * turns[k])) for rule, step in zip(each, first, strict=True)]
        sent = cuda.to_device(settings(each)), cuda.to_device(np.concatenate(pace))
        parts = [held.constant(part) if isinstance(part, np.ndarray) else int(part) for part in nets[k]]
        players.append(Player(Net(*parts), int(each[0].number), *sent, changed[k], changed[2 + k]))
    numbers = [np.array([getattr(one, name) for one in games], np.float32) for name in ("strength", "limit")]
    seeds = cuda.to_device(np.array([one.seed for one in games], np.uint64))
    examples = held.constant(x[None] if x.ndim == 2 else x)
    parts = [*(int(part) for part in game[:4]), *map(cuda.to_device, numbers), seeds, examples]
    played = cuda.to_device(np.zeros(runs, np.int64))
    spaces = held.spare("gan.spaces", (runs, max(1, other)), np.float32)
    _train[runs, threads, 0, 4 * shared](
        *players,
        Games(*parts),
        changed[4],
        int(rounds),
        bool(curved),
        changed[5],
        played,
        cuda.to_device(places),
        columns,
        spaces,
    )
    for array, there in zip((*thetas, *memories, made, last), changed, strict=True):
        held.fetch(array, there)
    return np.asarray(played.copy_to_host())


def play(
    nets: tuple[Net, Net],
    room: Any,
    rules: tuple[Rule, Rule],
    thetas: tuple[Array, Array],
    memories: tuple[Array, Array],
    game: Game,
    x: Array,
    made: Array,
    rounds: int,
    last: Array,
) -> int:
    """As `kernels.gan.play`, in one launch; `room` is left alone. Raises ValueError where `too_large` says so."""
    both, memory = (thetas[0][None], thetas[1][None]), (memories[0][None], memories[1][None])
    return int(play_each(nets, [rules], both, memory, [game], x, made[None], rounds, last[None])[0])
