"""Generator and discriminator as part of a lab's state: started, played, stopped where their numbers end, and asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tutor.errors import UserError
from tutor.labs.devices import kernels, refused
from tutor.labs.spec import State, frozen, scalar
from tutor.labs.watch import EXAMPLES, Layer, ratio

if TYPE_CHECKING:
    from kernels.gan import Game, Room
    from kernels.net import Net
    from kernels.optimizers import Rule

Array = NDArray[Any]

GAMES = ("non-saturating", "minimax", "least squares", "wgan", "wgan-gp")
"""What the two can play for, the usual one first; as in `kernels.gan.GAMES`."""
WASSERSTEIN = ("wgan", "wgan-gp")
"""Those in which the critic measures a distance."""
OPTIMIZERS = ("adam", "rmsprop", "gradient descent", "momentum")
ACTIVATIONS = ("leaky relu", "relu", "tanh")
LOOKS = 44
"""The stream of the noise that a run is looked at with: the same at each step."""

_LEARNED = ("theta_g", "theta_d", "memory_g", "memory_d", "made", "last")


@dataclass(frozen=True)
class Table:
    """What is played, by whom, and how."""

    nets: tuple[Net, Net]
    """Generator and discriminator; so in every pair."""
    rules: tuple[Rule, Rule]
    turns: tuple[int, int]
    """Of the generator and of the discriminator in a round."""
    game: str
    batch: int
    strength: float
    limit: float


def begun(nets: tuple[Net, Net], seed: int, looks: int) -> State:
    """The part of a state that `play` works on. looks: how many generated examples the run is looked at with."""
    from kernels import net, random

    latent = int(nets[0].sizes[0])
    z = np.empty(looks * latent, np.float32)
    random.normal(seed, LOOKS, 0, z)
    return {
        "step": scalar(0),
        "theta_g": net.parameters(nets[0], "he", 2 * seed % 2**32),
        "theta_d": net.parameters(nets[1], "he", (2 * seed + 1) % 2**32),
        "memory_g": net.memory(nets[0]),
        "memory_d": net.memory(nets[1]),
        "made": np.zeros(2, np.int64),  # updates of the discriminator and of the generator
        "last": np.zeros(2, np.float32),  # their losses
        "broken": scalar(0),  # the round in which a loss was no finite number; 0: all is well
        "seed": frozen(scalar(seed)),
        "z": frozen(z.reshape(looks, latent)),
    }


Gradient = Callable[[Array, Array], Array]
"""From the discriminator's answers f (m,) to generated examples, and its slopes ∂f/∂x (m, features), to ∂L/∂x, alike."""


def play(state: State, table: Table, x: Array, rounds: int, gradient: Gradient | None = None, device: str = "cpu") -> None:
    """Play so many rounds on the real examples x, in place. gradient: the learner's, in the place of the game's own.

    In a round with a loss that is not finite all stays as it was before it, for good; `last` says so. Raises UserError about
    the learner's function, and then leaves the state as it was; and DeviceProblem where the game cannot be played there.
    """
    _kernels(device, table)
    if rounds <= 0 or state["broken"][0]:
        return
    before = {name: state[name].copy() for name in _LEARNED}
    try:
        done = _rounds(state, table, x, rounds, gradient, device)
    except UserError:
        _restore(state, before)
        raise
    if done < rounds:
        bad = state["last"].copy()
        _restore(state, before)
        _rounds(state, table, x, done, gradient, device)
        state["last"][:] = bad
        state["broken"][0] = int(state["step"][0]) + done + 1


def play_each(states: Sequence[State], tables: Sequence[Table], x: Sequence[Array], rounds: int, device: str) -> None:
    """`play` for many games of one shape, each on its own real examples; on a GPU in one launch. Raises DeviceProblem."""
    kernel = _kernels(device, tables[0])
    going = [k for k, state in enumerate(states) if not state["broken"][0]]
    if device == "cpu":
        for k in going:
            play(states[k], tables[k], x[k], rounds)
        return
    if rounds <= 0 or not going:
        return
    arrays = {name: np.stack([states[k][name] for k in going]) for name in _LEARNED}
    pairs = [(arrays[f"{what}_g"], arrays[f"{what}_d"]) for what in ("theta", "memory")]
    games = [_game(states[k], tables[k], tables[k].turns) for k in going]
    examples = x[going[0]] if all(x[k] is x[going[0]] for k in going) else np.stack([x[k] for k in going])
    rules, made, last = [tables[k].rules for k in going], arrays["made"], arrays["last"]
    done = kernel.play_each(tables[0].nets, rules, *pairs, games, examples, made, rounds, last)
    for place, k in enumerate(going):
        if done[place] == rounds:
            _restore(states[k], {name: array[place] for name, array in arrays.items()})
        else:  # alone once more, to see where its numbers end
            play(states[k], tables[k], x[k], rounds, device=device)


def _restore(state: State, before: State) -> None:
    for name, array in before.items():
        state[name][:] = array


def _rounds(state: State, table: Table, x: Array, rounds: int, gradient: Gradient | None, device: str) -> int:
    """How many of these rounds could be played."""
    if gradient is None:
        return _kernel(state, table, x, rounds, table.turns, device)
    for done in range(rounds):
        if _kernel(state, table, x, 1, (0, table.turns[1]), device) < 1:
            return done
        for _ in range(table.turns[0]):
            _push(state, table, gradient)
    return rounds


def _kernel(state: State, table: Table, x: Array, rounds: int, turns: tuple[int, int], device: str = "cpu") -> int:
    game, room = _game(state, table, turns), _room(table.nets, table.game, table.batch)
    thetas, memories = _thetas(state), (state["memory_g"], state["memory_d"])
    parts = (table.nets, room, table.rules, thetas, memories, game, x, state["made"], rounds, state["last"])
    return int(_kernels(device, table).play(*parts))


def _game(state: State, table: Table, turns: tuple[int, int]) -> Game:
    from kernels import gan

    number, seed = gan.GAMES.index(table.game), int(state["seed"][0])
    return gan.Game(number, table.batch, turns[1], turns[0], table.strength, table.limit, seed)


def _kernels(device: str, table: Table) -> Any:
    """The module that plays on this device. Raises DeviceProblem."""
    found = kernels("gan", device)
    if device != "cpu" and (reason := found.too_large(table.nets)):
        raise refused(reason)
    return found


def _push(state: State, table: Table, gradient: Gradient) -> None:
    """One turn of the generator by the learner's gradient, on the noise that the game's own turn would have."""
    from kernels import gan, random
    from kernels.opponents import GENERATORS_NOISE

    room, step = _room(table.nets, table.game, table.batch), int(state["made"][1])
    z = np.empty(table.batch * state["z"].shape[1], np.float32)
    random.normal(int(state["seed"][0]), GENERATORS_NOISE, step, z)

    def ask(made: Array) -> Array:
        f, slopes = gan.slopes(table.nets[1], room.moved, state["theta_d"], made)
        state["last"][1] = np.logaddexp(0, -f).mean()
        return gradient(f, slopes)

    parts = (table.nets[0], room, table.rules[0], state["theta_g"], state["memory_g"])
    gan.push(*parts, z.reshape(table.batch, -1), ask, step)
    state["made"][1] += 1


def _thetas(state: State) -> tuple[Array, Array]:
    return state["theta_g"], state["theta_d"]


def generated(state: State, nets: tuple[Net, Net], z: Array | None = None) -> Array:
    """G(z) for the noise that the run is looked at with, or for z (m, latent): (m, features)."""
    from kernels import gan

    return gan.answers(nets[0], _room(nets, "wgan", 256).generator, state["theta_g"], state["z"] if z is None else z)


def judged(state: State, nets: tuple[Net, Net], x: Array) -> tuple[Array, Array]:
    """The discriminator's answer f (m,) at each row of x, and its slope ∂f/∂x (m, features)."""
    from kernels import gan

    return gan.slopes(nets[1], _room(nets, "wgan", 256).moved, state["theta_d"], np.ascontiguousarray(x, np.float32))


def pulls(game: str, f: Array, slopes: Array) -> Array:
    """Where the generator's gradient pulls each generated example: −∂L/∂x without the mean, (m, features)."""
    f = f.astype(np.float64)
    with np.errstate(over="ignore"):
        factor = {
            "minimax": 1 / (1 + np.exp(-f)),
            "non-saturating": 1 / (1 + np.exp(f)),
            "least squares": 1 - f,
        }.get(game, np.ones_like(f))
    return np.asarray(factor[:, None] * slopes)


def layers(state: State, table: Table, x: Array) -> tuple[Layer, ...]:
    """The layers of both nets now, the generator's first; the state stays as it is."""
    from kernels.activations import EVERY
    from kernels.net import views

    after = {name: array.copy() for name, array in state.items()}
    room = _room(table.nets, table.game, table.batch)
    moved = not state["broken"][0] and _kernel(after, table, x, 1, (1, 1)) == 1
    seen = generated(state, table.nets)[:EXAMPLES]
    answers = (_inside(table.nets[0], state["theta_g"], state["z"][:EXAMPLES]), _inside(table.nets[1], state["theta_d"], seen))
    grads, found = (room.generator_grad, room.critic_grad), []
    for player, name in enumerate(("G", "D")):
        net, before = table.nets[player], _thetas(state)[player]
        parts = (views(net, flat) for flat in (before, grads[player], _thetas(after)[player]))
        for k, ((w, _), (g, _), (new, _)) in enumerate(zip(*parts, strict=True)):
            last = k == len(net.phi) - 1
            title = f"{name} output" if last else f"{name} hidden {k + 1}"
            a = answers[player][net.units[k + 1] : net.units[k + 2]]
            found.append(Layer(title, w, a, g.copy(), ratio(w, new) if moved else float("nan"), EVERY[net.phi[k]]))
    return tuple(found)


def _inside(net: Net, theta: Array, x: Array) -> Array:
    """The activations of every unit, the inputs first, for each row of x: (units, m)."""
    from kernels import gan
    from kernels.critic import memory

    T = -(-len(x) // 16) * 16
    work = memory(net, T)
    gan.answers(net, work, theta, x)
    return work.a.reshape(-1, T)[:, : len(x)]


_kept: dict[tuple[Any, ...], Room] = {}
"""Memory for turns by what it was made for, the newest last: labs ask for one round at a time, again and again."""
_MOST_KEPT = 8


def _room(nets: tuple[Net, Net], game: str, batch: int) -> Room:
    """Memory for turns of such a game. Nothing in it outlives a call."""
    from kernels import gan

    key = (nets[0].sizes.tobytes(), nets[1].sizes.tobytes(), game == "wgan-gp", batch)
    found = _kept.pop(key, None) or gan.room(nets, game, batch)
    _kept[key] = found
    if len(_kept) > _MOST_KEPT:
        del _kept[next(iter(_kept))]
    return found
