"""The learner's own dropout in the lab `overfit`: the net is walked through in NumPy, and thinned by their function."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.errors import UserError
from tutor.labs.regularization import nets
from tutor.labs.regularization.split import augmented, one_hot
from tutor.labs.spec import Plug, State

Array = NDArray[Any]
_DRAWS = 60
"""The stream of random numbers that u comes from."""
_BETA1, _BETA2, _EPSILON = 0.9, 0.999, 1e-8


def epoch(plug: Plug, state: State, recipe: nets.Recipe, seed: int) -> None:
    """`nets.epoch` with the learner's function for dropout. Raises UserError where what it returns is of no use."""
    from kernels.batches import picked

    if state["stopped"][0] or state["broken"][0]:
        return
    x, t, n = state["x"], one_hot(state["given"]), len(state["x"])
    seen = augmented(x, recipe.augment, seed, int(state["epochs"][0]))
    batch = min(recipe.batch, n)
    for _ in range(math.ceil(n / batch)):
        rows = picked(n, batch, seed, int(state["updates"][0]))
        _step(plug, state, recipe, seen[rows].astype(np.float64), t[rows].astype(np.float64), seed)
        if state["broken"][0]:
            return
    state["epochs"][0] += 1
    if recipe.patience:
        nets.watch(state, nets.net_of(recipe), recipe.patience, state["valid_x"], state["valid_given"])


def _step(plug: Plug, state: State, recipe: nets.Recipe, x: Array, t: Array, seed: int) -> None:
    """One update by Adam. x (B, 64), t (B, 10)."""
    from kernels import mlp, random

    net, update, keep = nets.net_of(recipe), int(state["updates"][0]), 1 - recipe.dropout
    layers: list[tuple[Array, Array]] = [
        (w.astype(np.float64), b.astype(np.float64)) for w, b in mlp.views(net, state["theta"])
    ]
    zs: list[Array] = []
    answers, draws, z = [x], [], x
    for k, (w, b) in enumerate(layers):
        z = answers[-1] @ w.T + b
        if k == len(layers) - 1:
            break
        u: Array = np.empty(z.size, np.float32)
        random.uniform(seed, _DRAWS + k, update, u)
        a = np.maximum(z, 0)
        draws.append((a, u.reshape(z.shape).astype(np.float64)))
        zs.append(z)
        answers.append(_called(plug, a, np.zeros_like(a), keep, draws[-1][1])[0])
    powers = np.exp(z - z.max(axis=1, keepdims=True))
    d, grads = (powers / powers.sum(axis=1, keepdims=True) - t) / len(x), []
    for k in range(len(layers) - 1, -1, -1):
        w = layers[k][0]
        grads.append(np.concatenate([(d.T @ answers[k] + recipe.l2 * w).ravel(), d.sum(axis=0)]))
        if k:
            a, u = draws[k - 1]
            d = _called(plug, a, d @ w, keep, u)[1] * (zs[k - 1] > 0)
    _adam(state, np.concatenate(grads[::-1]), recipe.rate)


def _called(plug: Plug, a: Array, d: Array, keep: float, u: Array) -> tuple[Array, Array]:
    given = plug(a.copy(), d.copy(), keep, u.copy())
    if not isinstance(given, tuple | list) or len(given) != 2:
        raise UserError("dropout does not return two things", "return the thinned a, and the gradient")
    found = []
    for name, value in zip(("a", "gradient"), given, strict=True):
        try:
            array = np.asarray(value, np.float64)
        except (TypeError, ValueError):
            raise UserError(f"dropout returned {'an' if name == 'a' else 'a'} {name} that is not made of numbers") from None
        if array.shape != a.shape:
            raise UserError(f"dropout returned arrays of shape {array.shape}, not {a.shape}", "keep the shape of a")
        found.append(array)
    return found[0], found[1]


def _adam(state: State, grad: Array, rate: float) -> None:
    n, update = len(grad), int(state["updates"][0]) + 1
    m, v = state["memory"][:n], state["memory"][n : 2 * n]
    m[:] = _BETA1 * m + (1 - _BETA1) * grad
    v[:] = _BETA2 * v + (1 - _BETA2) * grad**2
    step = rate * (m / (1 - _BETA1**update)) / (np.sqrt(v / (1 - _BETA2**update)) + _EPSILON)
    theta = state["theta"] - step
    if not np.isfinite(theta).all():
        state["broken"][:] = update, 1
        return
    state["theta"][:] = theta
    state["updates"][0] = update
