"""A net that learns digits with any of the ways to hold it back, an epoch at a time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs.end_to_end import judged
from tutor.labs.regularization.split import CLASSES, augmented, one_hot
from tutor.labs.spec import State, scalar
from tutor.labs.training import begun, responses, train

if TYPE_CHECKING:
    from kernels.mlp import Data, Net
    from kernels.optimizers import Rule

Array = NDArray[Any]


@dataclass(frozen=True)
class Recipe:
    """How a net learns."""

    hidden: int = 256
    layers: int = 2
    rate: float = 0.001
    batch: int = 32
    l1: float = 0.0
    l2: float = 0.0
    dropout: float = 0.0
    """The share of the hidden units that is dropped."""
    augment: str = "none"
    patience: int = 0
    """Epochs without a better validation loss after which it stops; 0: it does not look."""


def net_of(recipe: Recipe) -> Net:
    """64 inputs, hidden layers of ReLU, 10 classes."""
    from kernels import mlp

    return mlp.net((64, *[recipe.hidden] * recipe.layers, CLASSES), "relu", loss="cross-entropy")


def started(recipe: Recipe, seed: int) -> State:
    """The part of a state that `epoch` works on."""
    from kernels import mlp

    theta = mlp.parameters(net_of(recipe), "he", seed)
    return {
        **begun(net_of(recipe), theta),
        "epochs": scalar(0),
        "best_theta": theta.copy(),
        "best_loss": scalar(np.finfo(np.float64).max, np.float64),
        "best_epoch": scalar(0),
        "stopped": scalar(0),
    }


def task(recipe: Recipe, x: Array, given: Array, seed: int) -> tuple[Net, Data, Rule]:
    """What `tutor.labs.training.train` needs for an epoch on x (n, 64) with labels given (n,)."""
    from kernels import mlp, optimizers

    data = mlp.data(x, one_hot(given), min(recipe.batch, len(x)), "shuffled", seed)
    return net_of(recipe), data, optimizers.rule("adam", recipe.rate, l1=recipe.l1, l2=recipe.l2)


def epoch(state: State, recipe: Recipe, x: Array, given: Array, valid_x: Array, valid_given: Array, seed: int) -> None:
    """One pass over x (n, 64) with labels given (n,), in place; then perhaps stop, with the best weights restored."""
    if state["stopped"][0]:
        return
    seen = augmented(x, recipe.augment, seed, int(state["epochs"][0]))
    net, data, rule = task(recipe, seen, given, seed)
    updates = math.ceil(len(x) / data.batch)
    if recipe.dropout > 0:
        train_thinned(state, net, data, rule, updates, 1 - recipe.dropout)
    else:
        train(state, net, data, rule, updates)
    state["epochs"][0] += 1
    if recipe.patience:
        watch(state, net, recipe.patience, valid_x, valid_given)


def train_thinned(state: State, net: Net, data: Data, rule: Rule, updates: int, keep: float) -> None:
    """`tutor.labs.training.train` with dropout: at a loss that is not finite the net stays as it is, for good."""
    from kernels import mlp, thinned

    if state["broken"][0]:
        return
    work = mlp.work(net, data.batch, len(data.x))
    history, first = np.empty(updates, np.float32), int(state["updates"][0])
    before = state["theta"].copy(), state["memory"].copy()
    thinned.train(
        net, work, rule, data, state["theta"], state["memory"], *thinned.space(net, work), keep, first, updates, history
    )
    bad = np.flatnonzero(~np.isfinite(history))
    if bad.size:
        state["theta"][:], state["memory"][:] = before
        state["broken"][:] = first + int(bad[0]) + 1, len(net.phi)
    state["updates"][0] = first + (int(bad[0]) if bad.size else updates)
    state["batch_loss"][0] = history[bad[0]] if bad.size else history[-1]


def watch(state: State, net: Net, patience: int, valid_x: Array, valid_given: Array) -> None:
    """Keep the best weights so far; where none was better for so many epochs, take them back and stop."""
    loss, now = judged_on(net, state["theta"], valid_x, valid_given)[0], int(state["epochs"][0])
    if loss < state["best_loss"][0]:
        state["best_loss"][0], state["best_epoch"][0] = loss, now
        state["best_theta"][:] = state["theta"]
    elif now - state["best_epoch"][0] >= patience:
        state["theta"][:] = state["best_theta"]
        state["stopped"][0] = now


def judged_on(net: Net, theta: Array, x: Array, labels: Array) -> tuple[float, float]:
    """The mean cross-entropy on x (m, 64) with labels (m,), and the share that is right."""
    return judged(responses(net, theta, x, int(net.units[-2])).T, labels)
