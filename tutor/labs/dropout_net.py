"""The net of the lab `dropout`: one input, tanh units, one linear output; trained with units left out. All float64."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.errors import UserError
from tutor.labs.draws import normals, uniforms
from tutor.labs.spec import Plug, State
from tutor.labs.watch import Layer, ratio

Array = NDArray[Any]

LOW, HIGH = -3.0, 3.0
_MOMENTUM = 0.9
_LATELY = 0.01
"""The share of the newest answer in the means of what training answers."""


def function(x: Array) -> Array:
    """What the examples stray from."""
    return np.asarray(np.sin(1.5 * x) + 0.3 * x)


def grid() -> Array:
    return np.linspace(LOW, HIGH, 121)


def examples(count: int, noise: float, seed: int) -> tuple[Array, Array]:
    """x and t, (count,): from left to right, one in each piece of the interval."""
    x = LOW + (HIGH - LOW) * (np.arange(count) + uniforms(seed, 0, count)) / count
    return x, function(x) + noise * normals(seed, 1, count)


def started(n: int, seed: int) -> Array:
    """theta: each unit bends in a part of the interval of its own, and says little at first."""
    places = LOW + (HIGH - LOW) * (np.arange(n) + uniforms(seed, 2, n)) / n
    slopes = 1 + uniforms(seed, 3, n)
    return np.concatenate((slopes, -slopes * places, normals(seed, 4, n) / n, [0.0]))


def parts(theta: Array) -> tuple[Array, Array, Array, Array]:
    """W (n, 1) and b (n,) of the hidden layer, W (1, n) and b (1,) of the output, as views."""
    n = len(theta) // 3
    return theta[:n, None], theta[n : 2 * n], theta[None, 2 * n : 3 * n], theta[3 * n :]


def hidden(theta: Array, x: Array) -> tuple[Array, Array]:
    """The sums and the answers of the hidden units for x (m,): both (m, n)."""
    from kernels import chain
    from kernels.activations import TANH

    W, b, _, _ = parts(theta)
    return chain.forward(W, b, x[:, None], TANH)


def in_use(theta: Array, x: Array) -> Array:
    """(m,): what the net says with all units there."""
    _, _, W, b = parts(theta)
    return np.asarray((hidden(theta, x)[1] @ W.T)[:, 0] + b)


def one_step(state: State, keep: float, rate: float, plug: Plug | None) -> None:
    """All examples forward and back with units left out, and an update with momentum, in place."""
    from kernels import chain
    from kernels.activations import LINEAR, TANH
    from kernels.dropout import chances

    theta, x, t = state["theta"], state["x"][:, None], state["t"]
    W1, _, W2, b2 = parts(theta)
    with np.errstate(all="ignore"):
        o, a = hidden(theta, state["x"])
        u = chances(int(state["seed"][0]), int(state["step"][0]), *a.shape)
        left = _left(plug, a, u, keep)
        y = left @ W2.T + b2
        d = y - t[:, None]
        _, dW2, db2, d_left = chain.backward(d, y, y, left, W2, LINEAR)
        # What is left of an answer is that answer times a factor; the gradient goes back through the same.
        _, dW1, db1, _ = chain.backward(_left(plug, d_left, u, keep), o, a, x, W1, TANH)
        state["velocity"] *= _MOMENTUM
        state["velocity"] += np.concatenate((dW1.ravel(), db1, dW2.ravel(), db2))
        theta -= rate * (1 - _MOMENTUM) * state["velocity"]
        state["seen"] += _LATELY * (y[:, 0] - state["seen"])
        state["loss"] += _LATELY * (0.5 * np.mean(d**2) - state["loss"])


def _left(plug: Plug | None, a: Array, u: Array, keep: float) -> Array:
    """What goes on of the answers a (m, n). Raises UserError about the learner's function."""
    from kernels.dropout import dropout

    if plug is None:
        return dropout(a, u, keep)
    answer = plug(a.copy(), u.copy(), keep)
    mend = "return an array of the shape of a"
    try:
        found = np.asarray(answer, np.float64)
    except (ValueError, TypeError):
        raise UserError("dropout returned something that is not made of real numbers", mend) from None
    if found.shape != a.shape:
        raise UserError(f"dropout returned an array of shape {found.shape}, not {a.shape}", mend)
    if not bool(np.isfinite(found).all()) and bool(np.isfinite(a).all()):
        raise UserError("dropout returned a number that is infinite or not a number", "look for a division by 0")
    return found


def beside(used: Array, seen: Array) -> float:
    """The factor by which `used` is `seen`, at its best fit; 1 where there is nothing to compare."""
    square = float(seen @ seen)
    return float(used @ seen) / square if square > 1e-12 else 1.0


def layers(state: State, after: Array) -> tuple[Layer, ...]:
    """With all units there. after: theta after the next update."""
    from kernels import chain
    from kernels.activations import LINEAR, TANH

    theta, x = state["theta"], state["x"][:, None]
    W1, _, W2, b2 = parts(theta)
    new1, _, new2, _ = parts(after)
    o, a = hidden(theta, state["x"])
    y = a @ W2.T + b2
    _, dW2, _, d = chain.backward(y - state["t"][:, None], y, y, a, W2, LINEAR)
    _, dW1, _, _ = chain.backward(d, o, a, x, W1, TANH)
    return (
        Layer("hidden", W1, a.T, dW1, ratio(W1, new1), "tanh"),
        Layer("output", W2, y.T, dW2, ratio(W2, new2), "linear"),
    )
