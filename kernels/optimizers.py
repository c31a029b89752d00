"""Ways to go down: one step each, in place, in the order in which they grow.

w: (n,) the parameters. g: (n,) the gradient at w. Other arrays (n,) are what an optimizer remembers; they start at 0. All are
float32 or all float64. step: the step's number, from 1. rate: how far to go.

`update` takes one by its number, its place in NAMES; so does every net of this course. SAGA stands apart: it needs the
gradient of each example.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numba import float64, int64
from numpy.typing import NDArray

from kernels.jit import copied_in, part, record, written_in
from kernels.simd import span

NAMES = ("gradient descent", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adam uncorrected", "averaged")
"""In the order of their numbers."""
DESCENT, MOMENTUM, NESTEROV, ADAGRAD, RMSPROP, ADAM, ADAM_UNCORRECTED, AVERAGED = range(8)
SLOTS = 2
"""So many numbers a parameter does the hungriest remember."""

Array = NDArray[Any]


class Rule(NamedTuple):
    """An optimizer and its settings, as kernels take them. See `rule`."""

    number: int
    rate: float
    beta1: float
    """How much of the last movement, or of the mean of the gradients, is kept."""
    beta2: float
    """How much of the mean of the squared gradients is kept."""
    epsilon: float
    """Added to the root that the gradient is divided by."""
    l1: float
    """Every step pulls each weight towards 0 by rate·l1, and leaves it there if it would cross."""
    l2: float
    """½·l2·‖w‖² is added to the loss (weights, not biases)."""
    clip: float
    """The gradient's greatest length; 0: as long as it is."""


RULE = record([int64, *[float64] * 7], Rule)
"""Its type in a signature."""

HOLD = Rule(-1, *[0.0] * 7)
"""No optimizer: a step that only takes the gradient."""

_EPSILON = {"adagrad": 1e-10}


def rule(
    name: str,
    rate: float,
    *,
    beta1: float = 0.9,
    beta2: float | None = None,
    epsilon: float | None = None,
    l1: float = 0.0,
    l2: float = 0.0,
    clip: float = 0.0,
) -> Rule:
    """An optimizer of NAMES with the settings of its paper where none are given. Raises ValueError on another name."""
    if name not in NAMES:
        raise ValueError(f"there is no optimizer {name!r}; there are: {', '.join(NAMES)}")
    if beta2 is None:
        beta2 = 0.9 if name == "rmsprop" else 0.999
    if epsilon is None:
        epsilon = _EPSILON.get(name, 1e-8)
    numbers = (rate, beta1, beta2, epsilon, l1, l2, clip)
    return Rule(NAMES.index(name), *(float(number) for number in numbers))


@part
def gradient_descent(w: Array, g: Array, rate: float) -> None:
    """w ← w − rate·g. Cauchy 1847."""
    rate = w.dtype.type(rate)
    for i in range(w.shape[0]):
        w[i] -= rate * g[i]


@part
def momentum(w: Array, g: Array, v: Array, rate: float, beta: float) -> None:
    """v ← beta·v + g; w ← w − rate·v: a heavy ball, which keeps beta of its speed. Polyak 1964."""
    rate, beta = w.dtype.type(rate), w.dtype.type(beta)
    for i in range(w.shape[0]):
        v[i] = beta * v[i] + g[i]
        w[i] -= rate * v[i]


@part
def nesterov(w: Array, g: Array, v: Array, rate: float, beta: float) -> None:
    """v ← beta·v + g; w ← w − rate·(g + beta·v): a ball that looks where it is going. Nesterov 1983.

    w is the point ahead, at which the gradient is taken, as in Sutskever, Martens, Dahl & Hinton 2013.
    """
    rate, beta = w.dtype.type(rate), w.dtype.type(beta)
    for i in range(w.shape[0]):
        v[i] = beta * v[i] + g[i]
        w[i] -= rate * (g[i] + beta * v[i])


@part
def adagrad(w: Array, g: Array, s: Array, rate: float, epsilon: float) -> None:
    """s ← s + g²; w ← w − rate·g / (√s + epsilon): the more a parameter has moved, the less it moves. Duchi et al. 2011."""
    rate, epsilon = w.dtype.type(rate), w.dtype.type(epsilon)
    for i in range(w.shape[0]):
        s[i] += g[i] * g[i]
        w[i] -= rate * g[i] / (math.sqrt(s[i]) + epsilon)


@part
def rmsprop(w: Array, g: Array, s: Array, rate: float, beta: float, rest: float, epsilon: float) -> None:
    """s ← beta·s + rest·g²; w ← w − rate·g / (√s + epsilon): AdaGrad that forgets. rest: 1 − beta. Hinton 2012."""
    rate, beta, rest, epsilon = w.dtype.type(rate), w.dtype.type(beta), w.dtype.type(rest), w.dtype.type(epsilon)
    for i in range(w.shape[0]):
        s[i] = beta * s[i] + rest * (g[i] * g[i])
        w[i] -= rate * g[i] / (math.sqrt(s[i]) + epsilon)


@copied_in
def adam_uncorrected(
    w: Array, g: Array, m: Array, s: Array, rate: float, beta1: float, rest1: float, beta2: float, rest2: float, epsilon: float
) -> None:
    """m ← beta1·m + rest1·g; s ← beta2·s + rest2·g²; w ← w − rate·m / (√s + epsilon). rest1: 1 − beta1; rest2: 1 − beta2.

    Both means start at 0 and are too small at first, s the more so: the first steps are too long.
    """
    rate, epsilon = w.dtype.type(rate), w.dtype.type(epsilon)
    beta1, rest1, beta2, rest2 = w.dtype.type(beta1), w.dtype.type(rest1), w.dtype.type(beta2), w.dtype.type(rest2)
    for i in range(w.shape[0]):
        m[i] = beta1 * m[i] + rest1 * g[i]
        s[i] = beta2 * s[i] + rest2 * (g[i] * g[i])
        w[i] -= rate * m[i] / (math.sqrt(s[i]) + epsilon)


@written_in
def adam(w: Array, g: Array, m: Array, s: Array, step: int, rate: float, beta1: float, beta2: float, epsilon: float) -> None:
    """The same with both means divided by what they lack, 1 − beta^step: the first step is `rate` long whatever g is.

    w ← w − rate·m̂ / (√ŝ + epsilon), m̂ = m / (1 − beta1^step), ŝ = s / (1 − beta2^step). Kingma & Ba 2015, algorithm 1, with
    the corrections folded into rate and epsilon, as the paper proposes.
    """
    scale, root = corrections(step, beta1, beta2)
    adam_uncorrected(w, g, m, s, rate * scale, beta1, 1.0 - beta1, beta2, 1.0 - beta2, epsilon * root)


@written_in
def corrections(step: int, beta1: float, beta2: float) -> Any:
    """What Adam's rate and its epsilon are multiplied by: √(1 − beta2^step) / (1 − beta1^step) and √(1 − beta2^step)."""
    root = math.sqrt(1.0 - beta2**step)
    return root / (1.0 - beta1**step), root


@written_in
def averaged(w: Array, g: Array, mean: Array, step: int, rate: float) -> None:
    """Gradient descent, and the mean of all places since the start: the mean is the answer. Polyak & Juditsky 1992."""
    gradient_descent(w, g, rate)
    follow(w, mean, 1.0 / step)


@part
def follow(w: Array, mean: Array, share: float) -> None:
    """mean ← mean + share·(w − mean)."""
    share = w.dtype.type(share)
    for i in range(w.shape[0]):
        mean[i] += share * (w[i] - mean[i])


@part
def saga(w: Array, g: Array, before: Array, mean: Array, rate: float, examples: int) -> None:
    """w ← w − rate·(g − before + mean): one example's gradient, with the noise taken out. Defazio, Bach & Lacoste-Julien 2014.

    g: the example's gradient at w. before: the one it had when it was last shown. mean: the mean of these over all examples.
    Both are brought up to date.
    """
    rate, share = w.dtype.type(rate), w.dtype.type(1.0 / examples)
    for i in range(w.shape[0]):
        news = g[i] - before[i]
        w[i] -= rate * (news + mean[i])
        mean[i] += share * news
        before[i] = g[i]


@written_in
def update(rule: Rule, step: int, w: Array, g: Array, memory: Array) -> None:
    """One step of the optimizer that the rule names; another number does nothing. memory: (SLOTS·n,), what it remembers.

    The rule's l1, l2 and clip are the caller's to apply.
    """
    n = w.shape[0]
    first, second = span(memory, 0, n), span(memory, n, n)
    if rule.number == DESCENT:
        gradient_descent(w, g, rule.rate)
    elif rule.number == MOMENTUM:
        momentum(w, g, first, rule.rate, rule.beta1)
    elif rule.number == NESTEROV:
        nesterov(w, g, first, rule.rate, rule.beta1)
    elif rule.number == ADAGRAD:
        adagrad(w, g, first, rule.rate, rule.epsilon)
    elif rule.number == RMSPROP:
        rmsprop(w, g, first, rule.rate, rule.beta2, 1.0 - rule.beta2, rule.epsilon)
    elif rule.number == ADAM:
        adam(w, g, first, second, step, rule.rate, rule.beta1, rule.beta2, rule.epsilon)
    elif rule.number == ADAM_UNCORRECTED:
        rest1, rest2 = 1.0 - rule.beta1, 1.0 - rule.beta2
        adam_uncorrected(w, g, first, second, rule.rate, rule.beta1, rest1, rule.beta2, rest2, rule.epsilon)
    elif rule.number == AVERAGED:
        averaged(w, g, first, step, rule.rate)


@part
def l2(w: Array, g: Array, amount: float) -> None:
    """g ← g + amount·w, the gradient of ½·amount·‖w‖²."""
    amount = w.dtype.type(amount)
    for i in range(w.shape[0]):
        g[i] += amount * w[i]


@part
def l1(w: Array, amount: float) -> None:
    """Move each weight towards 0 by `amount`, and leave it at 0 if that would take it across.

    The last is what makes weights vanish altogether. TensorFlow Playground does so too, but keeps such a weight at 0 for good.
    """
    amount = w.dtype.type(amount)
    zero = w.dtype.type(0)
    for i in range(w.shape[0]):
        moved = w[i] - amount if w[i] > zero else w[i] + amount
        w[i] = zero if moved * w[i] <= zero else moved


@part
def clip(g: Array, limit: float) -> Any:
    """Shorten g to the length `limit` if it is longer. Returns the length it had. Pascanu, Mikolov & Bengio 2013."""
    square = 0.0
    for i in range(g.shape[0]):
        square += np.float64(g[i]) * np.float64(g[i])
    length = np.sqrt(square)
    if length > limit:
        shorter = g.dtype.type(limit / length)
        for i in range(g.shape[0]):
            g[i] *= shorter
    return length
