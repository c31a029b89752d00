"""A deep net as part of a lab's state: plain, or residual in one of three ways."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs.devices import kernels
from tutor.labs.end_to_end import judged
from tutor.labs.spec import State, scalar
from tutor.labs.watch import EXAMPLES, Layer, ratio

if TYPE_CHECKING:
    from kernels.net import Net

Array = NDArray[Any]
KINDS = ("plain", "naive", "zero start", "1/n")
CLASSES, PIXELS = 10, 64
_CHANGED = ("theta", "memory", "running")
"""What training changes of a state, beside its counters."""
_ASKED = 256
"""So many examples are asked at a time."""


@dataclass(frozen=True)
class Shape:
    """A net: one layer that takes the pixels in, `depth` layers of equal width, one that answers."""

    kind: str
    """One of KINDS."""
    depth: int
    """Even; a residual net has half as many blocks."""
    width: int = 32
    activation: str = "relu"
    start: str = "he"
    """One of `kernels.initializers.NAMES`."""
    norm: str = "none"
    """One of `kernels.deep.NORMS`."""

    @property
    def scale(self) -> float:
        """What the answer of a block is multiplied by."""
        return 2.0 / self.depth if self.kind == "1/n" else 1.0


def built(shape: Shape) -> tuple[Net, Array]:
    """The net and its `skip`."""
    from kernels import deep

    return deep.net(PIXELS, shape.width, shape.depth + 1, CLASSES, shape.activation, shape.kind != "plain")


def norm_of(shape: Shape) -> int:
    """Its number in `kernels.deep`."""
    from kernels import deep

    return deep.NORMS.index(shape.norm)


def started(shape: Shape, seed: int) -> State:
    """The part of a state that `train` works on."""
    from kernels import deep, mlp

    net, skip = built(shape)
    theta = mlp.parameters(net, shape.start, seed)
    if shape.kind == "zero start":
        for layer, (w, _) in enumerate(mlp.views(net, theta)):
            if skip[layer]:
                w[...] = 0
    return {
        "theta": theta,
        "memory": mlp.memory(net),
        "running": deep.running(net),
        "updates": scalar(0),
        "broken": scalar(0),
    }


def train(
    state: State, shape: Shape, x: Array, t: Array, rate: float, batch: int, seed: int, updates: int, device: str = "cpu"
) -> None:
    """Make updates with momentum, in place; at a loss that is not finite the net stays as it was, for good.

    Raises DeviceProblem where the device cannot be used.
    """
    from kernels import mlp, optimizers
    from kernels.deep import space

    deep = kernels("deep", device)
    if updates <= 0 or state["broken"][0]:
        return
    net, skip = built(shape)
    work, data = mlp.work(net, batch, len(x)), mlp.data(x, t, batch, "shuffled", seed)
    rule, history = optimizers.rule("momentum", rate), np.empty(updates, np.float32)
    first, before = int(state["updates"][0]), {name: state[name].copy() for name in _CHANGED}
    narrow = space(net, work)

    def go(count: int) -> None:
        deep.train(
            net, work, rule, data, state["theta"], state["memory"], skip, shape.scale, norm_of(shape), narrow,
            state["running"], first, count, history[:count],
        )  # fmt: skip

    go(updates)
    bad = np.flatnonzero(~np.isfinite(history))
    done = int(bad[0]) if bad.size else updates
    if bad.size:
        for name, array in before.items():
            state[name][:] = array
        go(done)
        state["broken"][0] = first + done + 1
    state["updates"][0] = first + done


def train_each(
    states: Sequence[State],
    shapes: Sequence[Shape],
    x: Array,
    t: Array,
    rate: float,
    batch: int,
    seed: int,
    updates: int,
    device: str,
) -> None:
    """`train` for nets of one depth and width that learn from the same batches; on a GPU all at once. Raises DeviceProblem."""
    count = len(states)
    train_many(states, shapes, x, t, [rate] * count, batch, [seed] * count, updates, device)


def train_many(
    states: Sequence[State],
    shapes: Sequence[Shape],
    x: Array,
    t: Array,
    rates: Sequence[float],
    batch: int,
    seeds: Sequence[int],
    updates: int,
    device: str,
) -> None:
    """The same, each at its own rate and with batches of its own seed."""
    from kernels import mlp, optimizers

    deep, going = kernels("deep", device), [k for k, state in enumerate(states) if not state["broken"][0]]
    firsts = {int(states[k]["updates"][0]) for k in going}
    together = device == "cuda" and updates > 0 and len(firsts) == 1
    if together:
        several, skips = zip(*(built(shapes[k]) for k in going), strict=True)
        made = {name: np.stack([states[k][name] for k in going]) for name in _CHANGED}
        history, own = np.empty((len(going), updates), np.float32), np.array([seeds[k] for k in going], np.uint64)
        rules, data = [optimizers.rule("momentum", rates[k]) for k in going], mlp.data(x, t, batch, "shuffled", 0)
        deep.train_each(
            several, rules, data, own, made["theta"], made["memory"], skips, [shapes[k].scale for k in going],
            norm_of(shapes[0]), made["running"], firsts.pop(), updates, history,
        )  # fmt: skip
    for place, k in enumerate(going):
        if together and np.isfinite(history[place]).all():
            for name in _CHANGED:
                states[k][name][:] = made[name][place]
            states[k]["updates"][0] += updates
        else:
            train(states[k], shapes[k], x, t, rates[k], batch, seeds[k], updates, device)


def told(state: State, shape: Shape, x: Array) -> Array:
    """What every unit answers to x (m, 64): (units, m) float32."""
    from kernels import deep, mlp

    net, skip = built(shape)
    with np.errstate(all="ignore"):
        work = mlp.work(net, min(_ASKED, len(x)))
        return deep.answers(net, work, state["theta"], skip, shape.scale, norm_of(shape), state["running"], x)


def judged_on(state: State, shape: Shape, x: Array, labels: Array) -> tuple[float, float]:
    """The mean cross-entropy and the accuracy on x (m, 64) with labels (m,)."""
    return judged(told(state, shape, x)[-CLASSES:].T, labels)


def slopes(theta: Array, shape: Shape, x: Array, t: Array) -> tuple[Array, Array, Array]:
    """‖∂L/∂z‖ by layer (L,), the mean square of the answers by layer (L,), and ∂L/∂θ (n,), for a batch x (B, 64), t (B, 10)."""
    from kernels import deep, mlp

    net, skip = built(shape)
    work = mlp.work(net, len(x))
    deep.gradients(net, work, theta, skip, shape.scale, norm_of(shape), x, t)
    P, count = len(work.pick), len(net.phi)
    d, a = work.d.reshape(-1, P)[:, : len(x)], work.a.reshape(-1, P)[:, : len(x)]
    rows = [slice(net.units[k + 1], net.units[k + 2]) for k in range(count)]
    with np.errstate(all="ignore"):
        norms = np.array([np.linalg.norm(d[row].astype(np.float64)) for row in rows])
        squares = np.array([np.mean(a[row].astype(np.float64) ** 2) for row in rows])
    return norms, squares, work.grad.copy()


def layers_of(state: State, shape: Shape, x: Array, t: Array, rate: float, batch: int, seed: int) -> tuple[Layer, ...]:
    """See `tutor.labs.watch.Watched`: every layer, or of more than eight the first, the last and some between."""
    from kernels import mlp

    net, skip = built(shape)
    _, _, grad = slopes(state["theta"], shape, x[:EXAMPLES], t[:EXAMPLES])
    answers = told(state, shape, x[:EXAMPLES])
    after = {name: array.copy() for name, array in state.items() if name in ("theta", "memory", "running", "updates", "broken")}
    train(after, shape, x, t, rate, batch, seed, 1)
    moved = int(after["updates"][0]) > int(state["updates"][0])
    views = list(zip(*(mlp.views(net, flat) for flat in (state["theta"], grad, after["theta"])), strict=True))
    found = []
    for k in sorted({round(place) for place in np.linspace(0, len(views) - 1, min(8, len(views)))}):
        (w, _), (g, _), (new, _) = views[k]
        name = "output" if k == len(views) - 1 else f"layer {k + 1}"
        phi = "" if skip[k] or k == len(views) - 1 else shape.activation
        update = ratio(w, new) if moved else math.nan
        found.append(Layer(name, w, answers[net.units[k + 1] : net.units[k + 2]], g, update, phi))
    return tuple(found)
