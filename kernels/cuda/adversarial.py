"""Adversarial examples of `kernels.adversarial` on a GPU: the same names, arguments and steps, and training on such examples.

The gradient by the input comes from the products of `kernels.cuda.convnet`; each moved number is one thread's. What is near
0 there may have another sign than on the processor, and a number then moves the other way: elsewhere they move alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numba import float32, int64
from numpy.typing import NDArray

from kernels import mlp
from kernels.adversarial import in_slices
from kernels.adversarial import random_signs as random_signs
from kernels.architecture import HERE
from kernels.architecture import Net as Layered
from kernels.batches import Data
from kernels.cuda import convnet, held, layers
from kernels.cuda.convnet import Work
from kernels.cuda.device import cuda, kernel
from kernels.cuda.large import layered
from kernels.cuda.layers import spread
from kernels.cuda.learning import Learning
from kernels.cuda.matmul import Launch, run
from kernels.mlp import Net
from kernels.optimizers import Rule

Array = NDArray[Any]

_ZERO, _ONE = np.float32(0.0), np.float32(1.0)
_ROW = float32[::1]


@kernel(_ROW, _ROW, _ROW, float32, float32, float32, int64, int64, int64)
def _move(a: Any, d: Any, still: Any, epsilon: Any, stride: Any, toward: Any, inputs: Any, B: Any, P: Any) -> None:
    """One step of `kernels.adversarial.step_to`: the inputs in the first rows of a go along ∂L/∂x in those of d.

    still: (inputs·P,), where they came from.
    """
    for job in range(cuda.grid(1), inputs * B, cuda.gridsize(1)):
        place = job // B * P + job % B
        slope, x = toward * d[place], still[place]
        step = stride if slope > _ZERO else -stride if slope < _ZERO else _ZERO
        value = min(max(a[place] + step, x - epsilon), x + epsilon)
        a[place] = min(max(value, _ZERO), _ONE)


# -- on the processor


class _Batches:
    """What takes the gradient of batches of one size, on the GPU."""

    def __init__(self, net: Layered, theta: Array, x: Any, t: Any, pick: Any) -> None:
        """x, t: the examples, on the GPU. pick: (batches, B), which of them each batch holds."""
        self.theta, self.x, self.pick, self._t = held.changing(theta), x, pick, t
        self.B = int(pick.shape[1])
        self.room: Work = convnet.room(net, self.B)
        self.still = held.spare("adversarial.still", (int(net.units[1]) * self.room.P,), np.float32)
        self._start, self._outs = int(net.layers[-1, HERE]) * self.room.P, int(net.units[-1] - net.units[-2])
        self._loss, self._inputs = net.loss, int(net.units[1])
        self._there = convnet.forward(net, self.room, self.theta, self.B, 1)
        self._back = [convnet.backward(net, self.room, self.theta, self.B, 1, learn) for learn in (False, True)]
        self._unread = held.spare("adversarial.unread", (pick.shape[0],), np.float32)

    def filled(self, x: Any, s: int, into: Any) -> Launch:
        """Bring the examples of batch s, of x, into the first rows of an array."""
        return layers.fill(x, self.pick, s, self.room.P, into)

    def gradient(self, s: int, losses: Any, learn: bool) -> Sequence[Launch]:
        """Of what is in the first rows of room.a; its loss goes to losses[s]."""
        room = self.room
        given = (self._loss, self._outs, room.a, self._t, room.d, self._start, self.pick, s, room.P, room.lost, losses)
        return [*self._there, layers.measure(*given), *self._back[learn]]

    def moved(self, s: int, epsilon: float, stride: float, steps: int, toward: int, losses: Any = None) -> Sequence[Launch]:
        """Move what is in the first rows of room.a, within ε of `still`."""
        sizes = np.float32(epsilon), np.float32(stride), np.float32(toward)
        given = (self.room.a, self.room.d, self.still, *sizes, self._inputs, self.B, self.room.P)
        slopes = self.gradient(s, self._unread if losses is None else losses, False)
        return [*slopes, spread(_move, self._inputs * self.B, given)] * steps


def step_to(
    net: Net,
    work: Any,
    hold: Rule,
    batch: Data,
    theta: Array,
    memory: Any,
    x: Array,
    epsilon: float,
    stride: float,
    steps: int,
    toward: int,
    moved: Array,
    history: Array,
) -> None:
    """As `kernels.adversarial.step_to`; work, hold and memory are left alone. In place: moved (B, I), history (1,)."""
    pick = layers.picks(batch._replace(sampling=mlp.IN_ORDER), 0, 1)
    batches = _Batches(layered(net), theta, cuda.to_device(moved), cuda.to_device(batch.t), pick)
    losses, P = held.spare("adversarial.losses", (1,), np.float32), batches.room.P
    run([batches.filled(batches.x, 0, batches.room.a), batches.filled(_there(x), 0, batches.still)])
    run(list(batches.moved(0, epsilon, stride, steps, toward, losses)))
    inputs = x.shape[1]
    moved[:] = batches.room.a[: inputs * P].copy_to_host().reshape(inputs, P)[:, : len(x)].T
    if steps > 0:
        losses.copy_to_host(history)


def _there(x: Array) -> Any:
    """A copy on the GPU; of what never changes the one that is there."""
    return cuda.to_device(x) if x.flags.writeable else held.constant(x)


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
    """As `kernels.adversarial.attack`: the moved inputs (m, I) for x (m, I) with targets t (m, C), all float32."""
    return in_slices(step_to, net, None, theta, None, x, t, epsilon, steps, stride, toward)


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
    """As `kernels.adversarial.train`. In place: theta (n,), memory (SLOTS·n,), history (steps,)."""
    if steps <= 0:
        return
    pick = layers.picks(data._replace(sampling=mlp.SHUFFLED), first, steps)
    batches = _Batches(layered(net), theta, held.constant(data.x), held.constant(data.t), pick)
    room, kept = batches.room, held.changing(memory)
    learning = Learning(rule, first, steps, room.weights, np.zeros(0, np.int64), np.zeros(0, np.float32))
    losses = held.spare("adversarial.losses", (steps,), np.float32)
    for s in range(steps):
        run([batches.filled(batches.x, s, room.a)])
        if attack_steps:
            run([batches.filled(batches.x, s, batches.still), *batches.moved(s, epsilon, stride, attack_steps, 1)])
        run([*batches.gradient(s, losses, True), *learning.launches(s, batches.theta, room.grad, kept)])
    held.fetch(theta, batches.theta)
    held.fetch(memory, kept)
    losses.copy_to_host(history)
