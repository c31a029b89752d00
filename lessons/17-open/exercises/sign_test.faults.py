"""Classic wrong answers."""

import math

import numpy as np


def _at_least(wins, n):
    return sum(math.comb(n, k) for k in range(wins, n + 1)) / 2**n


def only_exactly(a, b):
    """That is the chance of exactly so many wins: more wins belong to it as well, so add up from w to n."""
    wins, losses = int(np.sum(a > b)), int(np.sum(a < b))
    return math.comb(wins + losses, wins) / 2 ** (wins + losses)


def ties_as_pairs(a, b):
    """Equal pairs are counted among the n: they say nothing, and are left out."""
    return _at_least(int(np.sum(a > b)), len(a))


def ties_as_wins(a, b):
    """Equal pairs are counted as wins: they say nothing, and are left out."""
    return _at_least(int(np.sum(a >= b)), len(a))


def more_than(a, b):
    """You add up from w + 1: "at least as often" counts w itself too."""
    wins, losses = int(np.sum(a > b)), int(np.sum(a < b))
    return _at_least(wins + 1, wins + losses)


def other_tail(a, b):
    """That is the chance of at most so many wins: the question is at least so many."""
    wins, losses = int(np.sum(a > b)), int(np.sum(a < b))
    return _at_least(losses, wins + losses)


def both_tails(a, b):
    """You count both ways of being better: asked is only whether the first one is."""
    wins, losses = int(np.sum(a > b)), int(np.sum(a < b))
    return min(1.0, 2 * _at_least(max(wins, losses), wins + losses))


def not_paired(a, b):
    """You compare every a with every b: number i of both belong to one seed, and only they make a pair."""
    wins, losses = int(np.sum(a[:, None] > b)), int(np.sum(a[:, None] < b))
    return _at_least(wins, wins + losses)
