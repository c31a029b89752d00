"""The layers of a recurrent net, for the views that every trained net shares: symbols in, recurrence, symbols out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs.rnn import nets
from tutor.labs.spec import State
from tutor.labs.watch import Layer, ratio

if TYPE_CHECKING:
    from kernels.optimizers import Rule
    from kernels.recurrent_net import Net
    from kernels.sequences import Data

Array = NDArray[Any]

_PARTS = ("theta", "memory", "carry", "losses", "lengths", "broken")


def layers_of(
    state: State, net: Net, data: Data, rule: Rule, step: int, prefix: str = "", title: str = ""
) -> tuple[Layer, ...]:
    """The net's layers before the step of this number, on that step's batch. title: put before each layer's name."""
    from kernels import cells, recurrent, recurrent_net

    copy: State = {prefix + name: state[prefix + name].copy() for name in _PARTS}
    work = recurrent_net.work(net, data.batch)
    recurrent.gradients(net, work, copy[prefix + "theta"], data, copy[prefix + "carry"].copy(), step)
    before, grad = copy[prefix + "theta"].copy(), work.grad
    T, H, V, P, B = net.times, net.units, net.symbols, recurrent_net.padded(data.batch), data.batch
    h = work.h.reshape(T + 1, H, P)[1:, :, :B].transpose(1, 0, 2).reshape(H, -1)
    seen = work.asked > 0
    y = work.y.reshape(T, V, P)[seen][:, :, :B].transpose(1, 0, 2).reshape(V, -1)
    nets.train(copy, net, data, rule, step, 1, prefix)
    moved = not copy[prefix + "broken"][0]
    (U, _, W, Y, _), (dU, _, dW, dY, _), (nU, _, nW, nY, _) = (
        recurrent_net.views(net, flat) for flat in (before, grad, copy[prefix + "theta"])
    )
    phi = "tanh" if net.cell == cells.VANILLA else ""
    p = y * int(work.asked.sum()) + _targets(work, net, B, seen)
    return tuple(
        Layer(f"{title}{name}", w, a, g, ratio(w, after) if moved else float("nan"), shape)
        for name, w, a, g, after, shape in (
            ("symbols in", W, h, dW, nW, phi),
            ("recurrence", U, h, dU, nU, phi),
            ("symbols out", Y, p, dY, nY, ""),
        )
    )


def _targets(work: Any, net: Net, B: int, seen: Array) -> Array:
    """One-hot targets (V, examples) at the times that are asked for: the slope of the loss is p less these."""
    t = work.t.reshape(net.times, -1)[seen][:, :B].reshape(-1)
    found = np.zeros((net.symbols, t.size), np.float32)
    found[t, np.arange(t.size)] = 1.0
    return found
