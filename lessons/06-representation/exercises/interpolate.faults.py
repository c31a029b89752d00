"""Classic wrong answers; each docstring is what the learner is told."""

import numpy as np


def _slopes(knots, values):
    return np.diff(values) / np.diff(knots)


def _net(knots, w2, b2):
    return np.ones(len(w2)), -knots[:-1], w2, b2


def slopes_not_changes(knots, values):
    """w2 is the slope of each piece here: units further left go on rising, so a unit adds only the change of slope."""
    return _net(knots, _slopes(knots, values), values[0])


def first_slope_missing(knots, values):
    """The first piece is level here: the first unit changes the slope from 0 to the first slope."""
    changes = np.diff(_slopes(knots, values), prepend=0)
    changes[0] = 0
    return _net(knots, changes, values[0])


def distances_forgotten(knots, values):
    """The differences of the values are taken as slopes: a slope is divided by the distance of the knots."""
    return _net(knots, np.diff(np.diff(values), prepend=0), values[0])


def equal_distances(knots, values):
    """Every piece is taken to be as wide as the first: each slope needs the distance of its own two knots."""
    slopes = np.diff(values) / (knots[1] - knots[0])
    return _net(knots, np.diff(slopes, prepend=0), values[0])


def start_forgotten(knots, values):
    """The net starts at 0: b2 is its height at the first knot, where every unit is still 0."""
    return _net(knots, np.diff(_slopes(knots, values), prepend=0), 0.0)


def bias_sign_flipped(knots, values):
    """The hinges are at -knots: a unit with w1 = 1 bends where x = -b1, so b1 is -knots."""
    w1, b1, w2, b2 = _net(knots, np.diff(_slopes(knots, values), prepend=0), values[0])
    return w1, -b1, w2, b2


def hinges_too_late(knots, values):
    """Each hinge is one knot too far to the right: the first unit must rise from the first knot on."""
    w1, _, w2, b2 = _net(knots, np.diff(_slopes(knots, values), prepend=0), values[0])
    return w1, -knots[1:], w2, b2


def changes_flipped(knots, values):
    """The net bends the wrong way at each knot: a change of slope is the new slope less the old one."""
    return _net(knots, -np.diff(_slopes(knots, values), prepend=0), values[0])


def last_height(knots, values):
    """The net starts at the height of the last point: b2 is the height at the first knot."""
    return _net(knots, np.diff(_slopes(knots, values), prepend=0), values[-1])
