"""Twenty handwritten digits, blurred until they are hard to read, and a net that learns from others that are blurred alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tutor.data import digits
from tutor.labs.draws import normals, uniforms
from tutor.labs.spec import Knobs, State, frozen
from tutor.labs.training import begun, responses, train

if TYPE_CHECKING:
    from kernels.mlp import Data, Net
    from kernels.optimizers import Rule

Array = NDArray[Any]

COUNT = 20
EPOCHS = 60
"""For so many ticks the net learns, an epoch each; then it has finished."""
_HIDDEN, _BATCH, _RATE = 32, 20, 0.003
_PICK, _NOISE = 40, 41
"""Sets of random numbers (`tutor.labs.draws`)."""


def blurred(images: Array, times: int) -> Array:
    """(n, 8, 8) float64 from 0 to 1, the darkest pixel 1: each pixel a weighted mean of its neighbours, so many times over."""
    x = images.astype(np.float64)
    for _ in range(times):
        for axis in (1, 2):
            padded = np.pad(x, [(1, 1) if k == axis else (0, 0) for k in range(3)])
            before, here, after = (padded.take(np.arange(8) + k, axis=axis) for k in range(3))
            x = (before + 2 * here + after) / 4
    return np.asarray(x / x.max(axis=(1, 2), keepdims=True))


def begin(knobs: Knobs, seed: int) -> State:
    """The net before it has learned, what it learns from, and what is held out: the first 20 of that are for both players."""
    from kernels import mlp

    every = digits()
    x = blurred(every.images, int(knobs["blur"]))
    x = x + float(knobs["noise"]) * normals(seed, _NOISE, *x.shape)
    x = np.clip(x, 0, 1).astype(np.float32).reshape(-1, 64)
    held = np.flatnonzero(every.held_out)
    held = held[np.argsort(uniforms(seed, _PICK, held.size), kind="stable")]
    known, labels = x[~every.held_out], every.labels[~every.held_out]
    return {
        **begun(net(), mlp.parameters(net(), "he", seed)),
        "x": frozen(known),
        "t": frozen(np.eye(10, dtype=np.float32)[labels]),
        "test_x": frozen(x[held]),
        "test_kind": frozen(every.labels[held].astype(np.int64)),
    }


def net() -> Net:
    """64 pixels, 32 hidden units, ten digits."""
    from kernels import mlp

    return mlp.net((64, _HIDDEN, 10), "relu", loss="cross-entropy")


def task(state: State, seed: int) -> tuple[Net, Data, Rule]:
    """The net, what it learns from, and how."""
    from kernels import mlp, optimizers

    data = mlp.data(state["x"], state["t"], _BATCH, "shuffled", seed)
    return net(), data, optimizers.rule("adam", _RATE)


def learn(state: State, epochs: int, seed: int) -> None:
    """So many epochs over the digits to learn from, in place."""
    train(state, *task(state, seed), epochs * -(-len(state["x"]) // _BATCH))


def answers(state: State) -> Array:
    """(n,) int64: what the net takes each of the held-out digits for; the first 20 are those that both players label."""
    found = responses(net(), state["theta"], state["test_x"], int(net().units[-2]))
    return np.asarray(found.argmax(axis=0))


def nearest(state: State) -> Array:
    """(20,) int64: the digit of the most similar image among those to learn from (1-nearest-neighbour)."""
    x = state["test_x"][:COUNT].astype(np.float64)
    apart = ((x[:, None] - state["x"][None].astype(np.float64)) ** 2).sum(axis=2)
    return np.asarray(state["t"].argmax(axis=1)[apart.argmin(axis=1)])
