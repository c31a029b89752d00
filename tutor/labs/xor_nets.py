"""The nets of the lab `xor`: what they answer, what their hidden layer makes of the four rows, and why one is stuck."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs.sets import truth_table
from tutor.labs.spec import Knobs, State

if TYPE_CHECKING:
    from kernels.mlp import Net

Array = NDArray[Any]

ROWS = ("00", "01", "10", "11")
ACTIVATIONS = ("tanh", "sigmoid", "relu", "leaky relu", "elu", "gelu", "softplus", "linear")
OPTIMIZERS = ("gradient descent", "momentum", "nesterov", "adagrad", "rmsprop", "adam")
STARTS = ("glorot", "uniform", "he", "large", "small", "zero")
_SAME = 0.2
"""Rows nearer than this in the hidden space are as good as at one place."""
_UNDECIDED = 0.2
"""An answer within this of 0.5 says neither."""


@dataclass(frozen=True, eq=False)
class Layered:
    """A net with one hidden layer or none, as arrays."""

    w1: Array | None
    """(hidden, 2); None: the inputs are all there is."""
    b1: Array | None
    """(hidden,)"""
    w2: Array
    """(hidden,), or (2,) without hidden units."""
    b2: float
    phi: str
    """The hidden units' activation; "step": the output is a step too, not a sigmoid."""


@dataclass(frozen=True, eq=False)
class Answers:
    """What a net makes of some inputs."""

    hidden: Array
    """(m, hidden): what the last layer sees; the inputs themselves where there is no hidden layer."""
    logits: Array
    """(m,): the output's sum."""
    y: Array
    """(m,): its answer, between 0 and 1."""


def net_of(knobs: Knobs) -> Net:
    """The net that these knobs name. Its output is a logit: the sigmoid belongs to the loss."""
    return _net(int(knobs["hidden"]), str(knobs["activation"]))


@lru_cache(maxsize=16)
def _net(hidden: int, activation: str) -> Net:
    from kernels import mlp

    return mlp.net((2, hidden, 1) if hidden else (2, 1), activation, "linear", "binary cross-entropy")


def layered(state: State, knobs: Knobs, number: int = 0) -> Layered:
    """Net number `number` of the run; by hand, the learner's."""
    from kernels import mlp

    net = net_of(knobs)
    *below, (w2, b2) = mlp.views(net, state["theta"][number])
    phi = "step" if by_hand(state) else str(knobs["activation"])
    if not below:
        return Layered(None, None, w2[0], float(b2[0]), phi)
    return Layered(*below[0], w2[0], float(b2[0]), phi)


def by_hand(state: State) -> bool:
    """Whether the weights are the learner's own."""
    return bool(state["by_hand"][0])


def answers(state: State, knobs: Knobs, x: Array, number: int = 0) -> Answers:
    """What net number `number` makes of the rows of x (m, 2)."""
    if by_hand(state):
        one = layered(state, knobs, number)
        hidden, z = stepped(one, x)
        return Answers(hidden, z, (z >= 0).astype(np.float32))
    hidden, z = everyone(state["theta"][number : number + 1], knobs, x)
    return Answers(hidden[0], z[0], squashed(z[0]))


def everyone(theta: Array, knobs: Knobs, x: Array) -> tuple[Array, Array]:
    """The hidden answers (nets, m, hidden) and the output's sums (nets, m) of many nets at once. theta: (nets, parameters)."""
    from kernels.activations import EVERY, forward

    hidden, count = int(knobs["hidden"]), len(theta)
    if not hidden:
        return np.broadcast_to(x, (count, *x.shape)), theta[:, :2] @ x.T + theta[:, 2:]
    w1, b1 = theta[:, : 2 * hidden].reshape(count, hidden, 2), theta[:, None, 2 * hidden : 3 * hidden]
    z = np.ascontiguousarray(x @ w1.transpose(0, 2, 1) + b1, np.float32)
    a = np.empty_like(z)
    forward(EVERY.index(str(knobs["activation"])), z.ravel(), a.reshape(-1))
    return a, (a @ theta[:, 3 * hidden : 4 * hidden, None])[..., 0] + theta[:, 4 * hidden :]


def solved(state: State, knobs: Knobs) -> Array:
    """(nets,): how many of the four rows each net has right; by hand, there is one net only."""
    if by_hand(state):
        return np.array([right(answers(state, knobs, state["x"]), state).sum()])
    _, z = everyone(state["theta"], knobs, state["x"])
    return np.asarray(np.where(state["t"][:, 0] > 0.5, z > 0, z < 0).sum(axis=1))


def stepped(one: Layered, x: Array) -> tuple[Array, Array]:
    """The hidden answers (m, hidden) and the output's sums (m,) of a net of formal neurons."""
    from kernels.activations import STEP
    from kernels.neuron import neuron

    hidden, z, spare = np.ascontiguousarray(x, np.float32), np.empty(len(x), np.float32), np.empty(len(x), np.float32)
    if one.w1 is not None and one.b1 is not None:
        layer = np.empty((len(one.w1), len(x)), np.float32)
        for w, b, out in zip(one.w1, one.b1, layer, strict=True):
            neuron(w, float(b), STEP, hidden, z, out)
        hidden = np.ascontiguousarray(layer.T)
    neuron(one.w2, one.b2, STEP, hidden, z, spare)
    return hidden, z


def squashed(z: Array) -> Array:
    """The sigmoid of logits, without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * z)), np.float32)


def right(found: Answers, state: State) -> Array:
    """(4,) bool: the rows that are on the right side of 0.5."""
    if by_hand(state):
        return np.asarray((found.y > 0.5) == (state["t"][:, 0] > 0.5))
    return np.asarray(np.where(state["t"][:, 0] > 0.5, found.logits > 0, found.logits < 0))


def loss(found: Answers, state: State) -> float:
    """The mean cross-entropy of the rows; no answer counts as nearer to 0 or 1 than 1e-7."""
    chance = np.where(state["t"][:, 0] > 0.5, found.y, 1 - found.y).astype(np.float64)
    if by_hand(state):
        return float(-np.log(np.clip(chance, 1e-7, 1)).mean())
    z = np.where(state["t"][:, 0] > 0.5, found.logits, -found.logits).astype(np.float64)
    return float(np.logaddexp(0, -z).mean())


def nearest_pair(found: Answers, state: State) -> tuple[int, int, float]:
    """Of the rows with different targets, the two that lie nearest where the last layer sees them, and how far apart."""
    t = state["t"][:, 0]
    pairs = [(i, j) for i in range(len(t)) for j in range(i) if t[i] != t[j]]
    distances = [float(np.linalg.norm(found.hidden[i] - found.hidden[j])) for i, j in pairs]
    at = int(np.argmin(distances))
    return pairs[at][1], pairs[at][0], distances[at]


def stuck(found: Answers, state: State) -> tuple[int, int] | None:
    """Two rows that should be told apart and have come to one place, so that both get an answer in the middle; or None."""
    first, second, distance = nearest_pair(found, state)
    middle = bool((np.abs(found.y[[first, second]] - 0.5) < 0.5 - _UNDECIDED).all())
    return (first, second) if distance < _SAME and middle else None


def table(name: str) -> tuple[Array, Array]:
    """The rows (4, 2) float32 and their targets (4, 1) float32, 0 or 1."""
    if name == "xnor":
        x, true = truth_table("xor")
        return x, (~true).astype(np.float32)[:, None]
    x, true = truth_table(name)
    return x, true.astype(np.float32)[:, None]
