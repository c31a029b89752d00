"""A net that has learned five kinds of images, and is to read five others of which few have a label."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tutor.data import digits
from tutor.labs.cnn.sets import load, moved
from tutor.labs.draws import uniforms
from tutor.labs.end_to_end import judged
from tutor.labs.spec import Knob, Knobs, State, frozen, scalar
from tutor.labs.training import begun, responses, train

if TYPE_CHECKING:
    from kernels.mlp import Net
    from kernels.optimizers import Rule

Array = NDArray[Any]
CLASSES = 5
"""The images called 0 to 4 are learned first, those called 5 to 9 later."""
SIZES = (1, 2, 5, 10, 20)
"""Labels of each class."""
DATA = ("moved", "digits", "mnist", "fashion-mnist")
_COPIES = 16
"""So often is each moved digit put somewhere, for the net to learn from first."""
_MOST, _TEST = 10_000, 600
"""Images to learn from first, and to test with, at most."""
_BATCH, _RATE, _FRESH = 64, 0.003, 1 << 20
_ORDER = 80
"""The set of random numbers that deals out the images (`tutor.labs.draws`)."""

KNOBS = (
    Knob("data", "choice", "moved", "data", "Digits of 8 × 8, each somewhere on a canvas of 16 × 16, or centred; or a set "
         "of 28 × 28 that you have added with: dltutor data add mnist.", choices=DATA),
    Knob("units", "integer", 128, "units", "Units of each hidden layer.", low=1, high=256, log=True),
    Knob("layers", "integer", 3, "layers", "Hidden layers.", low=1, high=4),
    Knob("pre", "integer", 2000, "pre-training", "Updates on the first five classes; 0: none, and the layers stay random.",
         low=0, high=10_000, step=500),
)  # fmt: skip
"""What both labs let the learner choose."""


@dataclass(frozen=True, eq=False)
class Kinds:
    """Images as rows, (n, pixels) float32, read-only, of the first five kinds and of the others, each called 0 to 4."""

    x: Array
    kind: Array
    test_x: Array
    test_kind: Array
    """Of the first five, held out."""
    other_x: Array
    other_kind: Array


@lru_cache(maxsize=4)
def kinds(data: str, seed: int) -> Kinds:
    """The images of a set of DATA, dealt out. Raises BadData where it is not there."""
    found = load(data, seed)
    first, test, other = found.kind < CLASSES, found.test_kind < CLASSES, found.test_kind >= CLASSES
    x, kind = found.x[first][:_MOST], found.kind[first][:_MOST]
    other_x, other_kind = found.test_x[other], found.test_kind[other]
    if len(found.x) <= _MOST:  # a small set: whatever is of the other kinds can be dealt out
        other_x = np.concatenate([found.x[~first], other_x])
        other_kind = np.concatenate([found.kind[~first], other_kind])
    if data == "moved":
        x, kind = _everywhere(seed)
    parts = (x, kind, found.test_x[test][:_MOST], found.test_kind[test][:_MOST], other_x, other_kind - CLASSES)
    return Kinds(*(frozen(part) for part in parts))


def _everywhere(seed: int) -> tuple[Array, Array]:
    """The digits 0 to 4 that are not held out, each at many places of the canvas."""
    every = digits()
    mine = ~every.held_out & (every.labels < CLASSES)
    pixels, kind = every.images[mine].astype(np.float32) / np.float32(16), every.labels[mine].astype(np.int64)
    placed = [moved(pixels, _COPIES * (seed + 1) + k) for k in range(_COPIES)]
    return np.concatenate(placed).reshape(_COPIES * len(kind), -1), np.tile(kind, _COPIES)


@dataclass(frozen=True, eq=False)
class Deal:
    """Which of the other images have a label, and which are the test: numbers of rows."""

    by_class: tuple[Array, ...]
    """The labelled ones of each class, the largest of SIZES of them, in an order: fewer labels are the first of them."""
    test: Array

    def rows(self, size: int) -> Array:
        """So many of each class."""
        return np.concatenate([rows[:size] for rows in self.by_class])


def deal(kind: Array, seed: int, draw: int) -> Deal:
    """The deal of this number, of images of these classes (n,)."""
    order = np.argsort(uniforms(seed, _ORDER + (draw << 8), len(kind)), kind="stable")
    by_class = tuple(order[kind[order] == k][: SIZES[-1]] for k in range(CLASSES))
    used = np.zeros(len(kind), bool)
    used[np.concatenate(by_class)] = True
    return Deal(by_class, order[~used[order]][:_TEST])


# -- nets


def net_of(knobs: Knobs, pixels: int) -> Net:
    """Hidden layers of ReLU, and an output for each of five classes."""
    from kernels import mlp

    return mlp.net((pixels, *[int(knobs["units"])] * int(knobs["layers"]), CLASSES), "relu", loss="cross-entropy")


def head_of(net: Net) -> Net:
    """The last layer alone, on what is below it."""
    from kernels import mlp

    return mlp.net((int(net.sizes[-2]), CLASSES), "relu", loss="cross-entropy")


def started(net: Net, seed: int) -> State:
    """The part of a state that `pretrain` works on: a net at its start."""
    from kernels import mlp

    return {"pretrained": mlp.parameters(net, "he", seed), "ready": scalar(0)}


def pretrain(state: State, net: Net, updates: int, found: Kinds, seed: int) -> None:
    """Let the net learn the first five classes, once a run, in place. At a loss that is not finite it stays as it is."""
    if state["ready"][0]:
        return
    learned(net, state["pretrained"], found.x, found.kind, updates, _adam(_RATE), seed)
    state["ready"][0] = 1


def learned(net: Net, theta: Array, x: Array, kind: Array, updates: int, rule: Rule, seed: int) -> Array:
    """theta after so many updates on x (n, pixels) with its classes (n,); in place, and returned."""
    from kernels import mlp

    state, batch = begun(net, theta), min(len(x), _BATCH)
    data = mlp.data(x, one_hot(kind), batch, "shuffled" if batch < len(x) else "in order", seed)
    train(state, net, data, rule, updates)
    return theta


def _adam(rate: float) -> Rule:
    from kernels import optimizers

    return optimizers.rule("adam", rate)


def fresh(net: Net, seed: int) -> Array:
    """A net that knows nothing."""
    from kernels import mlp

    return np.asarray(mlp.parameters(net, "he", seed + _FRESH))


def with_new_head(net: Net, theta: Array, seed: int) -> Array:
    """A copy of theta whose last layer is random again: its classes are others now."""
    new = theta.copy()
    new[len(new) - head_size(net) :] = fresh(net, seed)[len(new) - head_size(net) :]
    return new


def head_size(net: Net) -> int:
    """The numbers of the last layer, which are the last of theta."""
    return CLASSES * (int(net.sizes[-2]) + 1)


def features(net: Net, theta: Array, x: Array) -> Array:
    """What the last hidden layer makes of each row of x: (n, units) float32."""
    first = int(net.units[-3])
    return np.ascontiguousarray(responses(net, theta, x, first)[: int(net.sizes[-2])].T)


def right(net: Net, theta: Array, x: Array, kind: Array) -> float:
    """The share of x (n, inputs) whose class the net says."""
    return judged_on(net, theta, x, kind)[1]


def judged_on(net: Net, theta: Array, x: Array, kind: Array) -> tuple[float, float]:
    """The mean cross-entropy on x (n, inputs), and the share that is right."""
    return judged(responses(net, theta, x, int(net.units[-2])).T, kind)


def said(net: Net, theta: Array, x: Array) -> Array:
    """(n,) int64: the class that the net says of each row of x."""
    return np.asarray(responses(net, theta, x, int(net.units[-2])).argmax(axis=0))


def one_hot(kind: Array) -> Array:
    """(n, 5) float32."""
    return np.eye(CLASSES, dtype=np.float32)[kind]
