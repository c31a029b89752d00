"""Adversarial examples: inputs moved a little, each number by at most ε, so that a net's loss grows most; and training on them.

x: (B, I) float32 from 0 to 1, one row an example. The moved inputs x' stay in the box |x' − x| ≤ ε and from 0 to 1.
The gradient by the input is what the backward walk of `kernels.mlp` leaves in the first rows of work.d, where net.inputs is 1.

- FGSM takes one step: x' = x + ε·sign(∂L/∂x). Goodfellow, Shlens & Szegedy 2015, "Explaining and harnessing adversarial
  examples", equation 2.
- PGD takes many smaller ones, and steps back into the box after each. Kurakin, Goodfellow & Bengio 2017; Madry, Makelov,
  Schmidt, Tsipras & Vladu 2018.
- With a target, both go down the loss of the wanted class instead: `toward` is −1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import int64, types, void
from numpy.typing import NDArray

from kernels import mlp
from kernels.batches import picked
from kernels.jit import apart, fast, floats, given_rows
from kernels.mlp import DATA, NET, WORK, Data, Net, Work
from kernels.optimizers import HOLD, RULE, SLOTS, Rule
from kernels.random import uniform

Array = NDArray[Any]
rows = types.float32[:, ::1]
BATCH = 256
"""So many examples are moved at a time."""
NOISE = 18
"""The stream of random numbers that noise of random signs comes from."""

_train = apart(mlp.train)


@fast(void(NET, WORK, RULE, DATA, floats, floats, given_rows, types.float32, types.float32, int64, int64, rows, floats))
def step_to(
    net: Net,
    work: Work,
    hold: Rule,
    batch: Data,
    theta: Array,
    memory: Array,
    x: Array,
    epsilon: float,
    stride: float,
    steps: int,
    toward: int,
    moved: Array,
    history: Array,
) -> None:
    """Move the rows of `moved` (B, I), which batch.x shows read-only, within ε of x (B, I): `steps` steps of length `stride`.

    net.inputs must be 1. hold: HOLD; theta (n,) and memory (SLOTS·n,) are left as they are. toward: 1 away from the targets
    batch.t (B, C), −1 towards them. history: (1,), gets the loss before the last step. Raises ValueError where `work` is too
    small.
    """
    P, B, inputs = work.pick.shape[0], x.shape[0], x.shape[1]
    zero, one, sign = np.float32(0), np.float32(1), np.float32(toward)
    none = work.grad[:0]
    for _ in range(steps):
        _train(net, work, hold, batch, theta, memory, work.pick[:0], none, 0, 1, history)
        for k in range(inputs):
            row = work.d[k * P : k * P + B]
            for i in range(B):
                slope = sign * row[i]
                step = stride if slope > zero else -stride if slope < zero else zero
                value = min(max(moved[i, k] + step, x[i, k] - epsilon), x[i, k] + epsilon)
                moved[i, k] = min(max(value, zero), one)


def attack(
    net: Net,
    theta: Array,
    x: Array,
    t: Array,
    epsilon: float,
    *,
    steps: int = 1,
    stride: float | None = None,
    toward: int = 1,
) -> NDArray[np.float32]:
    """The moved inputs (m, I) for x (m, I) with targets t (m, C), all float32.

    stride: how far a step goes; None: ε in one step, 2.5 ε / steps in many. toward: 1 away from the right classes t, −1
    towards the wanted ones. Raises ValueError where the net gives no ∂L/∂x.
    """
    work, memory = mlp.work(net, min(BATCH, len(x))), np.zeros(SLOTS * theta.size, np.float32)
    return in_slices(step_to, net, work, theta, memory, x, t, epsilon, steps, stride, toward)


def in_slices(
    move: Callable[..., None],
    net: Net,
    work: Any,
    theta: Array,
    memory: Any,
    x: Array,
    t: Array,
    epsilon: float,
    steps: int,
    stride: float | None,
    toward: int,
) -> NDArray[np.float32]:
    """`attack` by `step_to` or its twin on a GPU, BATCH examples at a time."""
    if not net.inputs:
        raise ValueError("this net was made without gradients by its input")
    if stride is None:
        stride = epsilon if steps == 1 else 2.5 * epsilon / steps
    moved, given, loss = np.array(x, np.float32, order="C"), np.ascontiguousarray(x, np.float32), np.zeros(1, np.float32)
    for start in range(0, len(x), BATCH):
        part = slice(start, start + BATCH)
        batch = mlp.data(moved[part], t[part], len(moved[part]), "in order")
        move(net, work, HOLD, batch, theta, memory, given[part], epsilon, stride, steps, toward, moved[part], loss)
    return moved


def random_signs(x: Array, epsilon: float, seed: int) -> NDArray[np.float32]:
    """x (m, I) with ε added to or taken from each number, as a coin decides: as large as FGSM's step, and blind."""
    u = np.empty(x.size, np.float32)
    uniform(seed, NOISE, 0, u)
    moved = x + np.float32(epsilon) * np.where(u < np.float32(0.5), np.float32(-1), np.float32(1)).reshape(x.shape)
    return np.clip(moved, 0, 1).astype(np.float32)


def train(
    net: Net,
    rule: Rule,
    data: Data,
    theta: Array,
    memory: Array,
    epsilon: float,
    stride: float,
    attack_steps: int,
    first: int,
    steps: int,
    history: Array,
) -> None:
    """`kernels.mlp.train` on examples that have been moved, each step, against the net as it is then. In place.

    Each update is made on a batch whose every example was moved by `attack_steps` steps of length `stride` within ε; with
    attack_steps 0 the examples are as they are. The loop over updates is Python's: what it does is two calls of kernels.
    """
    B = data.batch
    work, none = mlp.work(net, B, len(data.x)), np.zeros(0, np.int64)
    held, loss, moved = none.astype(np.float32), np.zeros(1, np.float32), np.empty((B, data.x.shape[1]), np.float32)
    for step in range(first, first + steps):
        pick = picked(len(data.x), B, data.seed, step)
        x = data.x[pick]
        moved[:] = x
        batch = mlp.data(moved, data.t[pick], B, "in order")
        if attack_steps:
            step_to(net, work, HOLD, batch, theta, memory, x, epsilon, stride, attack_steps, 1, moved, loss)
        mlp.train(net, work, rule, batch, theta, memory, none, held, step, 1, history[step - first : step - first + 1])
