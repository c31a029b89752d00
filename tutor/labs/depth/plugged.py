"""The learner's own way back through a residual block, in the lab `depth`: the rest of the net is walked through in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.errors import UserError
from tutor.labs.depth.nets import Shape, built
from tutor.labs.spec import Plug, State

Array = NDArray[Any]
_BETA = 0.9
_NAMES = ("grad_h", "grad_W", "grad_b", "grad_V", "grad_c")


def train(plug: Plug, state: State, shape: Shape, rate: float, batch: int, seed: int, updates: int) -> None:
    """`nets.train` by the learner's function. Raises UserError where it cannot be used."""
    from kernels.batches import picked

    if shape.kind == "plain" or shape.norm != "none" or shape.activation != "relu":
        raise UserError("your block needs a residual net of ReLU without normalization", "set net to 'zero start'")
    for _ in range(updates):
        if state["broken"][0]:
            return
        rows = picked(len(state["x"]), batch, seed, int(state["updates"][0]))
        _step(plug, state, shape, state["x"][rows].astype(np.float64), state["t"][rows].astype(np.float64), rate)


def _step(plug: Plug, state: State, shape: Shape, x: Array, t: Array, rate: float) -> None:
    from kernels import mlp

    net, _ = built(shape)
    layers = mlp.views(net, state["theta"].astype(np.float64))
    first, blocks, last = layers[0], [layers[k : k + 2] for k in range(1, len(layers) - 1, 2)], layers[-1]
    z_in = x @ first[0].T + first[1]
    h, kept = np.maximum(z_in, 0), []
    for (W, b), (V, c) in blocks:
        z = h @ W.T + b
        kept.append((h, z))
        h = h + shape.scale * (np.maximum(z, 0) @ V.T + c)
    logits = h @ last[0].T + last[1]
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    d = (powers / powers.sum(axis=1, keepdims=True) - t) / len(x)
    grads = [d.sum(axis=0), (d.T @ h).ravel()]
    d = d @ last[0]
    for (h_in, z), ((W, _), (V, _)) in zip(kept[::-1], blocks[::-1], strict=True):
        found = _called(plug, d, h_in, z, W, V, shape.scale)
        grads += [found[4], found[3].ravel(), found[2], found[1].ravel()]
        d = found[0]
    d = d * (z_in > 0)
    grads += [d.sum(axis=0), (d.T @ x).ravel()]
    grad = np.concatenate(grads[::-1])
    v = state["memory"][: len(grad)]
    v[:] = _BETA * v + grad
    theta = state["theta"] - rate * v
    if not np.isfinite(theta).all():
        state["broken"][0] = state["updates"][0] + 1
        return
    state["theta"][:] = theta
    state["updates"][0] += 1


def _called(plug: Plug, d: Array, h: Array, z: Array, W: Array, V: Array, scale: float) -> list[Array]:
    given = plug(d.copy(), h.copy(), z.copy(), W.copy(), V.copy(), scale)
    if not isinstance(given, tuple | list) or len(given) != len(_NAMES):
        raise UserError("block_backward does not return five things", f"return {', '.join(_NAMES)}")
    shapes, found = (h.shape, W.shape, (len(W),), V.shape, (len(V),)), []
    for name, value, wanted in zip(_NAMES, given, shapes, strict=True):
        try:
            array = np.asarray(value, np.float64)
        except (TypeError, ValueError):
            raise UserError(f"block_backward returned a {name} that is not made of numbers", "return arrays") from None
        if array.shape != wanted:
            raise UserError(f"block_backward returned a {name} of shape {array.shape}, not {wanted}", "check the shapes")
        found.append(array)
    return found
