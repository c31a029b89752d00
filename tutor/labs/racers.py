"""Who runs in the lab `race`, on what, and how fast."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs.spec import Knobs

Array = NDArray[Any]
Limits = tuple[float, float]


@dataclass(frozen=True)
class Racer:
    """An optimizer in the race."""

    name: str
    """As in the names of its knob and metrics."""
    title: str
    optimizer: str
    """Its name in `kernels.optimizers`; empty: the learner's own."""
    role: str


@dataclass(frozen=True)
class Course:
    """A surface to race on; the quadratic has none of its own, as all of it follows from the knobs."""

    start: tuple[float, float]
    x_limits: Limits
    y_limits: Limits
    rates: tuple[float, ...]
    """A fitting rate for each racer, in their order."""


RACERS = (
    Racer("gd", "GD", "gradient descent", "a"),
    Racer("momentum", "momentum", "momentum", "b"),
    Racer("nesterov", "Nesterov", "nesterov", "c"),
    Racer("adagrad", "AdaGrad", "adagrad", "d"),
    Racer("rmsprop", "RMSProp", "rmsprop", "e"),
    Racer("adam", "Adam", "adam", "f"),
    Racer("adam_raw", "Adam raw", "adam uncorrected", "g"),
    Racer("yours", "yours", "", "h"),
)
YOURS = len(RACERS) - 1

FIELDS = {
    "all": ("gd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adam_raw"),
    "momentum": ("gd", "momentum", "nesterov"),
    "adaptive": ("gd", "adagrad", "rmsprop", "adam"),
    "adam": ("adam", "adam_raw"),
    "yours": ("adam",),
}
"""Who starts, by the knob `racers`; the learner's own always does, where there is one."""

COURSES = {
    "rosenbrock": Course((-1.2, 1.0), (-2.0, 2.0), (-1.0, 3.0), (0.001, 0.002, 0.001, 0.3, 0.002, 0.1, 0.1, 0.1)),
    "beale": Course((0.5, -1.5), (-0.5, 4.5), (-2.0, 2.0), (0.01, 0.01, 0.01, 0.3, 0.01, 0.1, 0.1, 0.1)),
    "saddle": Course((-1.6, 0.01), (-2.0, 2.0), (-1.6, 1.6), (0.1, 0.03, 0.1, 0.3, 0.03, 0.1, 0.1, 0.1)),
    "plateau": Course((-2.0, 1.6), (-2.5, 2.5), (-2.0, 2.0), (0.1, 0.03, 0.1, 0.3, 0.03, 0.1, 0.1, 0.1)),
    "two valleys": Course((1.7, 1.1), (-2.0, 2.0), (-1.5, 1.5), (0.03, 0.03, 0.03, 0.3, 0.03, 0.1, 0.1, 0.1)),
}
_BOWL: Limits = (-1.6, 1.6)
_ADAPTIVE = (0.5, 0.02, 0.1, 0.1, 0.1)
"""AdaGrad's rate on the quadratic, RMSProp's, Adam's thrice: they do not depend on its curvature."""


def shape(knobs: Knobs) -> Array:
    """(3,): κ, the scale and the turn in radians, as `kernels.surfaces` wants them."""
    return np.array([float(knobs["condition"]), float(knobs["scale"]), math.radians(float(knobs["turn"]))])


def start(knobs: Knobs) -> Array:
    """Where all begin, (d,): on the quadratic 1 along each of its own axes."""
    surface = str(knobs["surface"])
    if surface != "quadratic":
        return np.array(COURSES[surface].start)
    d, turn = int(knobs["dimensions"]), math.radians(float(knobs["turn"]))
    w = np.ones(d)
    w[: d // 2] = math.cos(turn) - math.sin(turn)
    w[(d + 1) // 2 :] = math.cos(turn) + math.sin(turn)
    return w


def limits(knobs: Knobs) -> tuple[Limits, Limits]:
    """What part of the plane is drawn: the limits of x and of y."""
    surface = str(knobs["surface"])
    if surface == "quadratic":
        return _BOWL, _BOWL
    return COURSES[surface].x_limits, COURSES[surface].y_limits


def rates(knobs: Knobs) -> Array:
    """The rate of each racer, (K,): the one that fits the surface, times the knobs."""
    surface = str(knobs["surface"])
    fitting = np.array(_bowl_rates(knobs) if surface == "quadratic" else COURSES[surface].rates)
    if knobs["tune"] == "each":
        fitting *= [float(knobs[f"rate_{racer.name}"]) for racer in RACERS]
    return np.asarray(fitting * float(knobs["rate"]))


def momenta(knobs: Knobs) -> Array:
    """beta1 of each racer, (K,): 0.9, but for momentum and Nesterov what the knob says, or what fits the quadratic."""
    found = np.full(len(RACERS), 0.9)
    if knobs["momentum"] != "tuned":
        found[1:3] = float(knobs["momentum"])
    elif knobs["surface"] == "quadratic":
        root = math.sqrt(float(knobs["condition"]))
        ratio = (root - 1) / (root + 1)
        found[1:3] = ratio**2, ratio
    return found


def _bowl_rates(knobs: Knobs) -> tuple[float, ...]:
    """With curvatures from s to L = κs: 1/L for descent and Nesterov, 4/(√L + √s)² for the tuned heavy ball."""
    scale, condition = float(knobs["scale"]), float(knobs["condition"])
    most = scale * condition
    ball = 4 / (math.sqrt(most) + math.sqrt(scale)) ** 2 if knobs["momentum"] == "tuned" else 1 / most
    return (1 / most, ball, 1 / most, *_ADAPTIVE)
