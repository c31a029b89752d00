"""The layers of a net of `kernels.mlp`, for a lab's `layers`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.labs.spec import State
from tutor.labs.training import Pins, train
from tutor.labs.watch import EXAMPLES, Layer, ratio

if TYPE_CHECKING:
    from kernels.mlp import Data, Net
    from kernels.optimizers import Rule

_LEARNED = ("theta", "memory", "updates", "broken", "batch_loss")


def layers_of(state: State, net: Net, data: Data, rule: Rule, pins: Pins | None = None) -> tuple[Layer, ...]:
    """The net's layers now. state: as `tutor.labs.training.train` takes it, with the same net, data, rule and pins."""
    from kernels import mlp
    from kernels.activations import EVERY

    theta = state["theta"].copy()
    if pins is not None:
        theta[pins[0]] = pins[1]
    x, t = data.x[:EXAMPLES], data.t[:EXAMPLES]
    work = mlp.work(net, len(x))
    mlp.gradients(net, work, theta, x, t)
    after = {name: state[name].copy() for name in _LEARNED}
    train(after, net, data, rule, 1, pins)
    moved = int(after["updates"][0]) > int(state["updates"][0])
    a = work.a.reshape(int(net.units[-1]), -1)[:, : len(x)]
    found = []
    weights, grad, new = (mlp.views(net, flat) for flat in (theta, work.grad, after["theta"]))
    for k, ((w, _), (g, _), (w_new, _)) in enumerate(zip(weights, grad, new, strict=True)):
        update = ratio(w, w_new) if moved else float("nan")
        answers = a[net.units[k + 1] : net.units[k + 2]]
        found.append(Layer(_name(k, len(weights)), w, answers, g, update, EVERY[net.phi[k]]))
    return tuple(found)


def _name(number: int, count: int) -> str:
    """ "hidden 2", or "hidden" where there is only one; the last is the output."""
    if number == count - 1:
        return "output"
    return "hidden" if count == 2 else f"hidden {number + 1}"
