"""A net of `kernels.mlp` as part of a lab's state: started, trained, and stopped where its numbers end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs.devices import kernels
from tutor.labs.spec import State, scalar
from tutor.labs.words import said

if TYPE_CHECKING:
    from kernels.mlp import Data, Net, Work
    from kernels.optimizers import Rule

Array = NDArray[Any]


def begun(net: Net, theta: Array) -> State:
    """The part of a state that `train` works on. theta: (parameters,) float32, at the start."""
    from kernels import mlp

    return {
        "theta": theta,
        "memory": mlp.memory(net),
        "updates": scalar(0),
        # The number of the update whose loss was no finite number, and the layer where that began; 0: all is well.
        "broken": np.zeros(2, np.int64),
        "batch_loss": scalar(0.0, np.float32),
    }


Pins = tuple[Array, Array]
"""Places in theta (k,) int64, and the numbers (k,) float32 that are held there."""


def train(state: State, net: Net, data: Data, rule: Rule, updates: int, pins: Pins | None = None, device: str = "cpu") -> None:
    """Make so many updates, in place. At a loss that is not finite the net stays as it is, for good: `batch_loss` says so.

    Raises DeviceProblem where the device cannot be used.
    """
    kernel = _kernels(device, net, rule)
    if updates <= 0 or state["broken"][0]:
        return
    theta, memory, first = state["theta"], state["memory"], int(state["updates"][0])
    work, held = _work(net, data.batch, len(data.x)), pins or (np.zeros(0, np.int64), np.zeros(0, np.float32))
    theta[held[0]] = held[1]
    before, history = (theta.copy(), memory.copy()), np.empty(updates, np.float32)
    kernel.train(net, work, rule, data, theta, memory, *held, first, updates, history)
    bad = np.flatnonzero(~np.isfinite(history))
    done = int(bad[0]) if bad.size else updates
    if bad.size:
        # Back to the last net that there was, to see where its numbers end.
        theta[:], memory[:] = before
        kernel.train(net, work, rule, data, theta, memory, *held, first, done, history[:done])
        state["broken"][:] = first + done + 1, _first_bad_layer(net, theta, data.x)
    state["updates"][0] = first + done
    state["batch_loss"][0] = history[done] if bad.size else history[-1]


def train_each(states: Sequence[State], net: Net, data: Data, rule: Rule, updates: int, device: str = "cpu") -> None:
    """`train` for nets of one shape that learn from the same batches; on a GPU all at once. Raises DeviceProblem."""
    train_many(states, net, [data] * len(states), [rule] * len(states), updates, device=device)


def train_many(
    states: Sequence[State],
    net: Net,
    data: Sequence[Data],
    rules: Sequence[Rule],
    updates: int,
    pins: Pins | None = None,
    device: str = "cpu",
) -> None:
    """`train` for nets of one shape and one optimizer, each on its own data; on a GPU all at once. Raises DeviceProblem.

    The data are alike but for their numbers and their seeds.
    """
    kernel, going = _kernels(device, net, rules[0]), [k for k, state in enumerate(states) if not state["broken"][0]]
    if device == "cuda" and len({int(states[k]["updates"][0]) for k in going}) == 1:
        for done in range(0, updates, _AT_ONCE):
            count, parts = min(_AT_ONCE, updates - done), [(states[k], data[k], rules[k]) for k in going]
            ended = _launch(kernel, net, parts, count, pins) if parts else set()
            for place in ended:  # what is left for these is made alone, to see where their numbers end
                train(parts[place][0], net, *parts[place][1:], updates - done, pins, device)
            going = [k for place, k in enumerate(going) if place not in ended]
        return
    for k in going:
        train(states[k], net, data[k], rules[k], updates, pins, device)


_AT_ONCE = 4096
"""Updates in one launch, at most: the losses of all of them come back."""


def _launch(kernel: Any, net: Net, parts: Sequence[tuple[State, Data, Rule]], updates: int, pins: Pins | None) -> set[int]:
    """Updates of many nets at once, in place. Returns which of them had a loss that is not finite: they stay as they were."""
    states, data, rules = zip(*parts, strict=True)
    held, first = pins or (np.zeros(0, np.int64), np.zeros(0, np.float32)), int(states[0]["updates"][0])
    theta, memory = (np.stack([state[name] for state in states]) for name in ("theta", "memory"))
    theta[:, held[0]] = held[1]
    one = data[0]
    if any(other.x is not one.x or other.t is not one.t for other in data):
        one = one._replace(x=np.stack([own.x for own in data]), t=np.stack([own.t for own in data]))
    seeds, history = np.array([own.seed for own in data], np.uint64), np.empty((len(states), updates), np.float32)
    kernel.train_each(net, list(rules), one, seeds, theta, memory, *held, first, updates, history)
    ended = set()
    for k, state in enumerate(states):
        if np.isfinite(history[k]).all():
            state["theta"][:], state["memory"][:], state["batch_loss"][0] = theta[k], memory[k], history[k, -1]
            state["updates"][0] += updates
        else:
            ended.add(k)
    return ended


def _kernels(device: str, net: Net, rule: Rule) -> Any:
    """The module that trains on this device. Raises DeviceProblem."""
    found = kernels("mlp", device)
    return kernels("large", device) if device != "cpu" and found.too_large(net, rule) else found


def responses(net: Net, theta: Array, x: Array, first: int) -> Array:
    """The activations of every unit from number `first` on: (units, m) float32, for x (m, inputs)."""
    from kernels import mlp

    x = np.ascontiguousarray(x, np.float32)
    out = np.empty((int(net.units[-1]) - first, len(x)), np.float32)
    mlp.respond(net, _work(net, min(256, len(x)), 0), theta, x, first, out)
    return out


_kept: dict[tuple[Any, ...], Work] = {}
"""Memory for steps by what it was made for, the newest last: labs ask for one step at a time, again and again."""
_MOST_KEPT = 8


def _work(net: Net, batch: int, examples: int) -> Work:
    """Memory for steps of such a net. Nothing in it outlives a call."""
    from kernels import mlp

    key = (net.sizes.tobytes(), batch, examples)
    found = _kept.pop(key, None) or mlp.work(net, batch, examples)
    _kept[key] = found
    if len(_kept) > _MOST_KEPT:
        del _kept[next(iter(_kept))]
    return found


def broken(state: State, rate: float) -> str:
    """Where and why the numbers ended, or empty."""
    update, layer = (int(number) for number in state["broken"])
    if not update:
        return ""
    return f"the loss was no finite number at update {update}, from layer {layer} on: the rate {said(rate)} is too large"


def _first_bad_layer(net: Net, theta: Array, x: Array) -> int:
    """The number, from 1, of the first layer whose weights or answers are not finite; the last one if only the loss is not."""
    from kernels import mlp

    answers = responses(net, theta, x, 0)
    for layer, (w, b) in enumerate(mlp.views(net, theta), 1):
        here = answers[net.units[layer] : net.units[layer + 1]]
        if not all(bool(np.isfinite(array).all()) for array in (w, b, here)):
            return layer
    return len(net.phi)
