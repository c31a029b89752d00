"""Classic wrong answers; each docstring is what the learner is told."""

import numpy as np


def _coin(seed, step, i):
    h = (seed * 2654435761 + step * 2246822519 + i * 3266489917) % 2**32
    h = (h ^ (h >> 15)) * 739982445 % 2**32
    return 1.0 if (h ^ (h >> 12)) & 1 else -1.0


def _coins(seed, step, n):
    return np.array([_coin(seed, step, i) for i in range(n)])


def counts_from_zero(w, seed, first, steps, rate):
    """Every call begins with step 0 again: a run that goes on after a cut would see its first coins twice."""
    for s in range(steps):
        w = w - rate * (w + _coins(seed, s, len(w)))
    return w


def counts_from_one(w, seed, first, steps, rate):
    """The steps are numbered from first + 1: the first one to make is number first."""
    for s in range(first + 1, first + steps + 1):
        w = w - rate * (w + _coins(seed, s, len(w)))
    return w


def up_to_steps(w, seed, first, steps, rate):
    """It goes on to step number `steps`; steps says how many to make, so the last one is first + steps - 1."""
    for s in range(first, steps):
        w = w - rate * (w + _coins(seed, s, len(w)))
    return w


def coins_forget_the_place(w, seed, first, steps, rate):
    """All weights get the coin of weight 0: each has its own, coin(seed, s, i)."""
    for s in range(first, first + steps):
        w = w - rate * (w + _coin(seed, s, 0))
    return w


def coins_forget_the_step(w, seed, first, steps, rate):
    """All steps get the coins of the first one: draw them anew at each step s."""
    coins = _coins(seed, first, len(w))
    for _ in range(steps):
        w = w - rate * (w + coins)
    return w


def climbs(w, seed, first, steps, rate):
    """It goes up the slope: a step is w - rate * gradient."""
    for s in range(first, first + steps):
        w = w + rate * (w + _coins(seed, s, len(w)))
    return w


def coin_without_rate(w, seed, first, steps, rate):
    """The coin is not scaled by the rate: it is part of the gradient, so rate * (w + coins)."""
    for s in range(first, first + steps):
        w = w - rate * w - _coins(seed, s, len(w))
    return w


def no_noise(w, seed, first, steps, rate):
    """The coin is missing: this is descent without noise."""
    for _ in range(steps):
        w = w - rate * w
    return w
