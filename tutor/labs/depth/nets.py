"""A deep net as part of a lab's state: plain, or residual in one of three ways."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs.end_to_end import judged
from tutor.labs.spec import State, scalar
from tutor.labs.watch import EXAMPLES, Layer, ratio

if TYPE_CHECKING:
    from kernels.net import Net

Array = NDArray[Any]
KINDS = ("plain", "naive", "zero start", "1/n")
CLASSES, PIXELS = 10, 64
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


def train(state: State, shape: Shape, x: Array, t: Array, rate: float, batch: int, seed: int, updates: int) -> None:
    """Make updates with momentum, in place; at a loss that is not finite the net stays as it was, for good."""
    from kernels import deep, mlp, optimizers

    if updates <= 0 or state["broken"][0]:
        return
    net, skip = built(shape)
    work, data = mlp.work(net, batch, len(x)), mlp.data(x, t, batch, "shuffled", seed)
    rule, history = optimizers.rule("momentum", rate), np.empty(updates, np.float32)
    first, before = int(state["updates"][0]), {name: state[name].copy() for name in ("theta", "memory", "running")}
    space = deep.space(net, work)

    def go(count: int) -> None:
        deep.train(
            net, work, rule, data, state["theta"], state["memory"], skip, shape.scale, norm_of(shape), space,
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
