"""Classic wrong answers; each docstring is what the learner is told."""

import numpy as np


def _net(w1, b1, w2, b2):
    return np.array(w1, float), np.array(b1, float), np.array(w2, float), float(b2)


def only_or(*_):
    """This net is OR: it also answers 1 to the row 11. The second hidden unit has to take that row out again."""
    return _net([[1, 1], [0, 0]], [-0.5, 0], [1, 0], -0.5)


def only_and(*_):
    """This net is AND: it answers 1 to the row 11 only."""
    return _net([[1, 1], [1, 1]], [-0.5, -1.5], [1, 1], -1.5)


def only_nand(*_):
    """This net is NAND: it answers 1 to the row 00 as well."""
    return _net([[1, 1], [-1, -1]], [-0.5, 1.5], [0, 1], -0.5)


def upside_down(*_):
    """This net is upside down: it answers 1 where both inputs are the same, and 0 where XOR is 1."""
    return _net([[1, 1], [-1, -1]], [-0.5, 1.5], [-1, -1], 1.5)


def joined_by_or(*_):
    """It answers 1 to every row. Each row is in OR or in NAND; the output has to ask for both, with a lower bias."""
    return _net([[1, 1], [-1, -1]], [-0.5, 1.5], [1, 1], -0.5)


def transposed(*_):
    """It answers 1 to the row 10 only. Is w1 transposed? A row of w1 holds the weights of one hidden unit."""
    return _net([[1, -1], [1, -1]], [-0.5, 1.5], [1, 1], -1.5)


def transposed_too(*_):
    """It answers 1 to the row 01 only. Is w1 transposed? A row of w1 holds the weights of one hidden unit."""
    return _net([[-1, 1], [-1, 1]], [1.5, -0.5], [1, 1], -1.5)


def no_room(*_):
    """Exactly on the four rows it is right, but inputs that are off by 0.1 can fall on the wrong side: leave room."""
    return _net([[1, 1], [-1, -1]], [-1, 1], [1, 1], -1.5)
