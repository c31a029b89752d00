"""Nets of `kernels.cnn` as part of a lab's state: started, trained, and stopped where their numbers end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from tutor.labs.devices import kernels
from tutor.labs.spec import Array, Knob, Knobs, State, scalar
from tutor.labs.watch import EXAMPLES, ratio
from tutor.labs.watch import Layer as Watched
from tutor.labs.words import said

if TYPE_CHECKING:
    from kernels.cnn import Layer, Net, Work
    from kernels.optimizers import Rule

CLASSES = 10
KNOBS = (
    Knob("filters", "integer", 12, "filters", "Kernels of the first convolution.", low=1, high=32, log=True),
    Knob("more", "integer", 24, "filters 2", "Kernels of the second convolution; 0: there is none.", low=0, high=64, step=4),
    Knob("kernel", "choice", "5", "kernel", "Pixels along its side.", choices=("3", "5", "7")),
    Knob("pooling", "choice", "max", "pooling", "What is kept of a window.", choices=("max", "mean")),
    Knob("last", "choice", "whole image", "last window", "The last pooling: over windows of 2 × 2, or over all there is.",
         choices=("whole image", "2 × 2")),
    Knob("optimizer", "choice", "adam", "optimizer", "How a step follows from the gradient.",
         choices=("adam", "gradient descent", "momentum", "nesterov", "rmsprop", "adagrad")),
    Knob("rate", "number", 0.005, "rate ρ", "The learning rate.", low=1e-5, high=10, log=True, live=True),
    Knob("batch", "integer", 32, "batch", "Images for one update.", low=1, high=256, log=True),
)  # fmt: skip
"""What a lab lets the learner choose of a convolutional net."""


def layers_of(knobs: Knobs, side: int) -> list[Layer]:
    """Convolution, pooling, convolution, pooling, and ten outputs, for images of this side."""
    from kernels import cnn

    kernel, mean, more = int(knobs["kernel"]), knobs["pooling"] == "mean", int(knobs["more"])
    first = cnn.conv(int(knobs["filters"]), kernel, padding=kernel // 2)
    whole, half = knobs["last"] == "whole image", side // 2
    if not more:
        return [first, cnn.pool(side if whole else 2, mean=mean), cnn.dense(CLASSES)]
    second = cnn.conv(more, kernel, padding=kernel // 2)
    return [first, cnn.pool(2, mean=mean), second, cnn.pool(half if whole else 2, mean=mean), cnn.dense(CLASSES)]


def net_of(knobs: Knobs, side: int, inputs: bool = False) -> Net:
    """The convolutional net of these knobs."""
    from kernels import cnn

    return cnn.net((1, side, side), layers_of(knobs, side), inputs=inputs)


def begun(net: Net, seed: int, prefix: str = "") -> State:
    """The part of a state that `train` works on."""
    from kernels import cnn

    return {
        f"{prefix}theta": cnn.parameters(net, "he", seed),
        f"{prefix}memory": cnn.memory(net),
        f"{prefix}updates": scalar(0),
        # The number of the update whose loss was no finite number, and the layer where that began; 0: all is well.
        f"{prefix}broken": np.zeros(2, np.int64),
        f"{prefix}batch_loss": scalar(0.0, np.float32),
    }


def train(
    state: State,
    net: Net,
    batch: int,
    rule: Rule,
    updates: int,
    prefix: str = "",
    steps: Callable[..., None] | None = None,
    device: str = "cpu",
) -> None:
    """Make so many updates on the state's x and t, in place. At a loss that is not finite the net stays as it is, for good.

    steps: what makes them, with the arguments of `cnn.train`; None: that, or `halves.train` where the net is large, or their
    twin on a GPU. Raises DeviceProblem where the device cannot be used.
    """
    from kernels import cnn

    broken, first = state[f"{prefix}broken"], int(state[f"{prefix}updates"][0])
    if updates <= 0 or broken[0]:
        return
    theta, memory, x = state[f"{prefix}theta"], state[f"{prefix}memory"], state["x"]
    data = cnn.data(x, state["t"], min(batch, len(x)), seed=int(state["seed"][0]))
    make, history = _maker(net, data.batch, len(x), steps, device), np.empty(updates, np.float32)
    before = theta.copy(), memory.copy()
    make(rule, data, theta, memory, *cnn.FREE, first, updates, history)
    bad = np.flatnonzero(~np.isfinite(history))
    done = int(bad[0]) if bad.size else updates
    if bad.size:
        # Back to the last net that there was, to see where its numbers end.
        theta[:], memory[:] = before
        make(rule, data, theta, memory, *cnn.FREE, first, done, history[:done])
        broken[:] = first + done + 1, _first_bad_layer(net, theta, x[:EXAMPLES])
    state[f"{prefix}updates"][0] = first + done
    state[f"{prefix}batch_loss"][0] = history[done] if bad.size else history[-1]


def _maker(net: Net, batch: int, examples: int, steps: Callable[..., None] | None, device: str) -> Callable[..., None]:
    """What makes the steps, as `train` says, given the net and its memory."""
    from kernels import cnn

    if device != "cpu" and not steps:
        return partial(kernels("convnet", device).train, net, None)
    if steps or not cnn.halved(net, batch):
        return partial(steps or cnn.train, net, work_of(net, batch, examples))
    from kernels import halves

    works = work_of(net, batch // 2, examples), work_of(net, batch // 2, examples, 1)
    return partial(halves.train, net, works)


_kept: dict[tuple[Any, ...], Work] = {}
"""Memory for steps by what it was made for, the newest last: labs ask for one step at a time, again and again."""
_MOST_KEPT = 8
_MANY = 4_000
"""So many images are asked about on two cores."""


def work_of(net: Net, batch: int, examples: int = 0, number: int = 0) -> Work:
    """Memory for steps of such a net. Nothing in it outlives a call. number: where two are in use at once, which one."""
    from kernels import cnn

    key = (net.layers.tobytes(), batch, examples, number)
    found = _kept.pop(key, None) or cnn.work(net, batch, examples)
    _kept[key] = found
    if len(_kept) > _MOST_KEPT:
        del _kept[next(iter(_kept))]
    return found


def answers(net: Net, theta: Array, x: Array) -> Array:
    """(n, 10): the logits for each row of x."""
    from kernels import cnn

    x = np.ascontiguousarray(x, np.float32)
    if len(x) < _MANY:
        return cnn.evaluate(net, work_of(net, 64), theta, x).T
    from kernels import halves

    return halves.evaluate(net, (work_of(net, 64), work_of(net, 64, number=1)), theta, x).T


def maps(net: Net, theta: Array, x: Array, layer: int) -> Array:
    """(n, channels, rows, columns): what a layer makes of each row of x."""
    from kernels import cnn

    first, last = int(net.units[layer + 1]), int(net.units[layer + 2])
    found = cnn.responses(net, work_of(net, 64), theta, np.ascontiguousarray(x, np.float32), first, last)
    return np.ascontiguousarray(found.T).reshape(len(x), *cnn.shapes(net)[layer + 1])


def softmax(logits: Array) -> Array:
    """Probabilities from logits (n, classes)."""
    with np.errstate(all="ignore"):
        e = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(e / e.sum(axis=1, keepdims=True))


def broken(state: State, rate: float) -> str:
    """Where and why the numbers ended, or empty."""
    update, layer = (int(number) for number in state["broken"])
    if not update:
        return ""
    return f"the loss was no finite number at update {update}, from layer {layer} on: the rate {said(rate)} is too large"


def _first_bad_layer(net: Net, theta: Array, x: Array) -> int:
    """The number, from 1, of the first layer whose weights or answers are not finite; the last one if only the loss is not."""
    from kernels import cnn

    for layer, (w, b) in enumerate(cnn.views(net, theta)):
        if not all(bool(np.isfinite(array).all()) for array in (w, b, maps(net, theta, x, layer))):
            return layer + 1
    return len(net.layers)


def watched_by(knobs: Knobs, state: State, side: int) -> tuple[Watched, ...]:
    """The layers of the net of these knobs, for a lab's `layers`."""
    from kernels import optimizers

    rule = optimizers.rule(str(knobs["optimizer"]), float(knobs["rate"]))
    names = ("convolution 1", "convolution 2", "output") if int(knobs["more"]) else ("convolution", "output")
    return watched(state, net_of(knobs, side), int(knobs["batch"]), rule, names)


def watched(state: State, net: Net, batch: int, rule: Rule, names: Sequence[str]) -> tuple[Watched, ...]:
    """The layers that have weights, as `tutor.labs.watch` shows them. names: theirs."""
    from kernels import cnn
    from kernels.activations import EVERY
    from kernels.architecture import PHI

    x, t = state["x"][:EXAMPLES], state["t"][:EXAMPLES]
    work = cnn.work(net, len(x))
    cnn.gradients(net, work, state["theta"], x, t)
    after = {name: array if not array.flags.writeable else array.copy() for name, array in state.items()}
    train(after, net, batch, rule, 1)
    moved = int(after["updates"][0]) > int(state["updates"][0])
    a = work.a.reshape(int(net.units[-1]), -1)[:, : len(x)]
    found: list[Watched] = []
    every = (cnn.views(net, flat) for flat in (state["theta"], work.grad, after["theta"]))
    for layer, ((w, _), (g, _), (new, _)) in enumerate(zip(*every, strict=True)):
        if w.size:
            here = a[net.units[layer + 1] : net.units[layer + 2]].reshape(len(w), -1)
            update = ratio(w, new) if moved else float("nan")
            found.append(Watched(names[len(found)], w, here, g.copy(), update, EVERY[net.layers[layer, PHI]]))
    return tuple(found)
