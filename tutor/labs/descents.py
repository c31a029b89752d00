"""What the labs of gradient descent have in common: a loss to go down, runs on it, and how it bends where they are."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs.devices import kernels
from tutor.labs.draws import uniforms
from tutor.labs.spec import State, frozen, scalar

Array = NDArray[Any]
Limits = tuple[float, float]

_PLACES = 1
"""Which set of random numbers the random starts are; set 0 is for examples."""
_ROOM = 0.9
"""Random starts lie in this share of the picture."""
_BEND = 1e-4
"""How far apart the gradients are taken from which the curvature follows."""


@dataclass(frozen=True, eq=False)
class Ground:
    """A loss to go down, and the part of it that is drawn."""

    name: str
    """As in `kernels.surfaces`, or "neuron"."""
    shape: Array
    """(3,), see `kernels.surfaces`."""
    x_limits: Limits
    y_limits: Limits
    start: Array
    """(d,), d being 1 or 2."""
    minima: Array
    """(k, d), the places where the loss is least."""
    x: Array = field(default_factory=lambda: np.zeros((0, 1)))
    """(n, d), the examples of the neuron."""
    t: Array = field(default_factory=lambda: np.zeros(0))
    """(n,)"""


def bowl(condition: float, steepest: float, turn: float, d: int = 2) -> tuple[Array, Array]:
    """A quadratic whose largest curvature is `steepest`: its shape (3,), and a start (d,), 1 along each of its axes.

    condition: κ, the ratio of the largest curvature to the least. turn: in degrees.
    """
    if d == 1:
        return np.array([1.0, steepest, 0.0]), np.ones(1)
    angle = math.radians(turn)
    start = np.array([math.cos(angle) - math.sin(angle), math.cos(angle) + math.sin(angle)])
    return np.array([condition, steepest / condition, angle]), start


def number_of(name: str) -> int:
    """The number of a loss, as `kernels.descent` takes it."""
    from kernels.descent import NEURON
    from kernels.surfaces import NAMES

    return NEURON if name == "neuron" else NAMES.index(name)


def begun(ground: Ground, starts: Array, seed: int) -> State:
    """The state of some runs at step 0. starts: (R, d)."""
    from kernels.descent import NOT_YET
    from kernels.trail import CAPACITY

    runs, d = starts.shape
    state = {
        "step": scalar(0),
        "w": np.array(starts, np.float64),
        "before": np.array(starts, np.float64),
        "velocity": np.zeros((runs, d)),
        "fates": np.full((runs, 2), NOT_YET),
        "trails": np.zeros((runs, CAPACITY, 2)),
        "tallies": np.tile(np.array([0, 1]), (runs, 1)),
        "loss": np.zeros(runs),
        "seed": frozen(scalar(seed, np.uint64)),
        "number": frozen(scalar(number_of(ground.name))),
        "shape": frozen(ground.shape),
        "limits": frozen(np.array([ground.x_limits, ground.y_limits])),
        "minima": frozen(ground.minima),
        "least": frozen(np.zeros(1)),
        "x": frozen(ground.x),
        "t": frozen(ground.t),
    }
    state["least"] = frozen(np.array([measured(state, place)[0] for place in ground.minima]).min(keepdims=True))
    weigh(state)
    return state


def elsewhere(ground: Ground, seed: int) -> Array:
    """A random place (d,) in the picture."""
    limits = np.array((ground.x_limits, ground.y_limits))[: len(ground.start)]
    middle, half = limits.mean(axis=1), (limits[:, 1] - limits[:, 0]) / 2
    return np.asarray(middle + _ROOM * half * (2 * uniforms(seed, _PLACES, len(limits)) - 1))


def go(state: State, settings: Array, steps: int, device: str = "cpu") -> None:
    """Make so many steps. settings: (R, 3), the rate, the momentum and the noise of each run. Raises DeviceProblem."""
    descend = kernels("race", device, cpu="descent").descend
    if steps <= 0:
        return
    descend(
        state["w"], state["before"], state["velocity"], state["fates"], state["trails"], state["tallies"],
        int(state["number"][0]), state["shape"], state["minima"], state["x"], state["t"],
        np.ascontiguousarray(settings, np.float64), int(state["seed"][0]), int(state["step"][0]), steps,
    )  # fmt: skip
    state["step"] += steps
    weigh(state)


def weigh(state: State) -> None:
    """Bring the losses up to date; that of a lost run is infinite, once there is no other left to look at."""
    state["loss"][:] = [measured(state, w)[0] for w in state["w"]]
    if bool(is_lost(state).all()):
        state["loss"][:] = math.inf


def is_lost(state: State) -> Array:
    """(R,) bool: the runs that have left the world."""
    from kernels.descent import LOST, NOT_YET

    return np.asarray(state["fates"][:, LOST] != NOT_YET)


def arrival(state: State, r: int) -> float:
    """The step at which a run first came near a minimum; infinite if it has not."""
    from kernels.descent import ARRIVED, NOT_YET

    found = int(state["fates"][r, ARRIVED])
    return float(found) if found != NOT_YET else math.inf


def lost_at(state: State, r: int) -> int:
    """The step at which a run was lost."""
    from kernels.descent import LOST

    return int(state["fates"][r, LOST])


def measured(state: State, w: Array) -> tuple[float, Array]:
    """The loss and its gradient (d,) at w (d,)."""
    from kernels.descent import measure

    g = np.empty(len(w))
    loss = measure(int(state["number"][0]), np.ascontiguousarray(w), state["shape"], state["x"], state["t"], g)
    return float(loss), g


def heights(state: State, places: Array) -> Array:
    """The loss at many places (m, d): (m,) float64."""
    from kernels.descent import measure_all

    out = np.empty(len(places))
    places = np.ascontiguousarray(places, np.float64)
    measure_all(int(state["number"][0]), places, state["shape"], state["x"], state["t"], out)
    return out


def bends(state: State, w: Array) -> Array:
    """The curvatures (d,) of the loss at w, the least first: the eigenvalues of the second derivatives there."""
    size = _BEND * max(1.0, float(np.abs(w).max()))
    sides = np.eye(len(w)) * size
    second = np.array([measured(state, w + side)[1] - measured(state, w - side)[1] for side in sides]) / (2 * size)
    return np.asarray(np.linalg.eigvalsh((second + second.T) / 2))


def left(state: State, r: int) -> float:
    """The distance of a run from the nearest minimum."""
    return float(np.linalg.norm(state["minima"] - state["w"][r], axis=1).min())
