"""Optimizers of `kernels.optimizers` for a block of threads, each of which has its own part of the parameters.

A GPU is slow in float64, and float32 does not hold 1 − beta2 well. So what follows from a rule is worked out on the processor:
R rules make `settings` (R, 6), the same at every step, and `paces` (R, steps, 3), which differ.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernels import optimizers
from kernels.cuda.device import bare, cuda, on_device
from kernels.optimizers import HOLD, Rule

Array = NDArray[Any]

BETA1, REST1, BETA2, REST2, L2, CLIP = range(6)
"""The columns of `settings`."""
RATE, SECOND, PULL = range(3)
"""Those of `paces`: the rate, the optimizer's second number (epsilon, or a share), the pull of the L1 penalty."""

_ZERO = np.float32(0.0)


@on_device
def mine(start: Any, count: Any) -> Any:
    """The places, from and up to, that this thread looks after, of so many from `start` on."""
    me, threads = cuda.threadIdx.x, cuda.blockDim.x
    return start + me * count // threads, start + (me + 1) * count // threads


@on_device
def clip(g: Any, limit: Any, parts: Any) -> Any:
    """`kernels.optimizers.clip`, and it returns the length. g: this thread's part of the gradient. parts: (THREADS,).

    Squares are taken of shares of the largest number, because float32 cannot hold the squares of large ones.
    """
    me, threads = cuda.threadIdx.x, cuda.blockDim.x
    top = _ZERO
    for k in range(g.shape[0]):
        top = max(top, abs(g[k]))
    parts[me] = top
    cuda.syncthreads()
    for other in range(threads):
        top = max(top, parts[other])
    cuda.syncthreads()
    if top == _ZERO:
        return top
    square = _ZERO
    for k in range(g.shape[0]):
        square += (g[k] / top) * (g[k] / top)
    parts[me] = square
    cuda.syncthreads()
    square = _ZERO
    for other in range(threads):
        square += parts[other]
    if math.sqrt(square) > limit / top:
        shorter = limit / top / math.sqrt(square)
        for k in range(g.shape[0]):
            g[k] *= shorter
    return top * np.float32(math.sqrt(square))


@on_device
def update(number: Any, pace: Any, settings: Any, w: Any, g: Any, first: Any, second: Any) -> None:
    """`kernels.optimizers.update`, for this thread's part of the net; what depends on the step is in `pace`."""
    rate, other = pace[RATE], pace[SECOND]
    beta1, beta2, rest2 = settings[BETA1], settings[BETA2], settings[REST2]
    if number == optimizers.DESCENT:
        optimizers.gradient_descent(w, g, rate)
    elif number == optimizers.MOMENTUM:
        optimizers.momentum(w, g, first, rate, beta1)
    elif number == optimizers.NESTEROV:
        optimizers.nesterov(w, g, first, rate, beta1)
    elif number == optimizers.ADAGRAD:
        optimizers.adagrad(w, g, first, rate, other)
    elif number == optimizers.RMSPROP:
        optimizers.rmsprop(w, g, first, rate, beta2, rest2, other)
    elif number == optimizers.ADAM or number == optimizers.ADAM_UNCORRECTED:
        optimizers.adam_uncorrected(w, g, first, second, rate, beta1, settings[REST1], beta2, rest2, other)
    elif number == optimizers.AVERAGED:
        optimizers.gradient_descent(w, g, rate)
        optimizers.follow(w, first, other)


@on_device
def learn(number: Any, pace: Any, settings: Any, w: Any, g: Any, memory: Any, n: Any) -> None:
    """`update` of all n parameters, of which this thread takes one in every so many as there are threads.

    memory: (SLOTS·n,).
    """
    for k in range(cuda.threadIdx.x, n, cuda.blockDim.x):
        one, slope = bare(w[k : k + 1]), bare(g[k : k + 1])
        update(number, pace, settings, one, slope, bare(memory[k : k + 1]), bare(memory[n + k : n + k + 1]))


@on_device
def penalize(net: Any, w: Any, grad: Any, amount: Any) -> None:
    """`kernels.mlp.penalize`."""
    for layer in range(net.phi.shape[0]):
        start, end = mine(net.weights[layer], net.sizes[layer] * net.sizes[layer + 1])
        optimizers.l2(w[start:end], grad[start:end], amount)
    cuda.syncthreads()


@on_device
def shrink(net: Any, w: Any, amount: Any) -> None:
    """`kernels.mlp.shrink`."""
    cuda.syncthreads()
    for layer in range(net.phi.shape[0]):
        start, end = mine(net.weights[layer], net.sizes[layer] * net.sizes[layer + 1])
        optimizers.l1(w[start:end], amount)


# -- on the processor


def remembered(rule: Rule) -> int:
    """How many numbers a parameter the optimizer remembers."""
    if rule.number in (optimizers.ADAM, optimizers.ADAM_UNCORRECTED):
        return 2
    return 0 if rule.number in (optimizers.DESCENT, HOLD.number) else 1


def settings(rules: Sequence[Rule]) -> Array:
    """(R, 6) float32: what of a rule is the same at every step."""
    return np.array([[r.beta1, 1 - r.beta1, r.beta2, 1 - r.beta2, r.l2, r.clip] for r in rules], np.float32)


def paces(rules: Sequence[Rule], first: int, steps: int) -> Array:
    """(R, steps, 3) float32, for the steps from number `first` on: what of a rule depends on the step."""
    found, step = np.empty((len(rules), steps, 3), np.float32), np.arange(first + 1.0, first + steps + 1.0)
    for rule, pace in zip(rules, found, strict=True):
        scale, root = (1.0, 1.0) if rule.number != optimizers.ADAM else _corrections(first, steps, rule.beta1, rule.beta2)
        pace[:, RATE] = rule.rate * scale
        pace[:, SECOND] = 1.0 / step if rule.number == optimizers.AVERAGED else rule.epsilon * root
        pace[:, PULL] = rule.rate * rule.l1
    return found


def few_paces(rules: Sequence[Rule], first: int, steps: int) -> Array:
    """`paces` (R or 1, steps or 1, 3): of rules that are all alike there is one, and one step where all steps are alike.

    A thousand nets would otherwise be sent more numbers about their steps than they make steps of in the meantime.
    """
    alike, still = all(rule == rules[0] for rule in rules), rules[0].number not in (optimizers.ADAM, optimizers.AVERAGED)
    return paces(rules[:1] if alike else rules, first, 1 if still else steps)


@lru_cache(maxsize=64)
def _corrections(first: int, steps: int, beta1: float, beta2: float) -> tuple[Array, Array]:
    """`kernels.optimizers.corrections` for the steps from number `first` on: (steps,) float64 each."""
    correct: Any = optimizers.corrections
    scale, root = np.array([correct.py_func(step, beta1, beta2) for step in range(first + 1, first + steps + 1)]).T
    return scale, root
