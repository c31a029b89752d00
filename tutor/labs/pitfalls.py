"""The lab `pitfalls`: where plain descent gets stuck, and beside it the same descent with help."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs import descent_pictures as pictures
from tutor.labs.descents import Ground, begun, bends, bowl, elsewhere, go, is_lost, left, measured
from tutor.labs.pitfalls_words import diagnose
from tutor.labs.spec import Knob, Knobs, LabSpec, Metric, Plug, Source, State, View, Words
from tutor.pictures import Picture

Array = NDArray[Any]

PLAIN, HELPED = 0, 1
"""The runs."""
_STILL = 1e-12

SPEC = LabSpec(
    id="pitfalls",
    title="Pitfalls",
    summary="Plain descent gets stuck on a plateau, in a valley, in a ravine, on a saddle; a second run shows what helps.",
    knobs=(
        Knob(
            "surface", "choice", "two valleys", "surface", "What to go down.",
            choices=("plateau", "two valleys", "many valleys", "ravine", "saddle"),
        ),
        Knob("momentum", "number", 0.8, "momentum", "The share of its speed that the second run keeps.", 0, 0.99, live=True),
        Knob("noise", "number", 0.0, "noise", "Random kicks of this size, added to the second run's slope.", 0, 10, live=True),
        Knob(
            "start", "choice", "given", "start", "Where the second run begins: beside the first, or where the seed says.",
            choices=("given", "random"),
        ),
        Knob("rate", "number", 0.05, "rate ρ", "How far a step goes, times the slope.", 0.001, 10, log=True, live=True),
    ),
    metrics=(
        Metric("loss", "with help", "The height of the second run above the lowest point there is."),
        Metric("loss_plain", "plain", "The same of plain descent."),
        Metric("slope", "slope", "The length of the gradient where the second run is."),
        Metric("slope_plain", "plain slope", "The same of plain descent."),
        Metric("distance", "distance", "From the second run to the nearest of the lowest points."),
        Metric("curvature", "curvature", "The least curvature where plain descent is; negative: it goes down on two sides."),
    ),
    views=(
        View("path", "paths", "Both ways over the contours of the loss."),
        View("relief", "relief", "The loss as a relief."),
        View("loss", "loss", "The height of both at each step.", curves=("loss_plain", "loss"), y_log=True),
        View("slope", "slope", "The slope under both at each step.", curves=("slope_plain", "slope"), y_log=True),
    ),
    source=Source("kernels.descent", "descend"),
    steps=2000,
    pace=30.0,
    devices=("cpu", "cuda"),
)  # fmt: skip


@dataclass(frozen=True)
class Trap:
    """A surface as it is drawn here, and a start from which plain descent gets stuck."""

    limits: tuple[float, float]
    start: tuple[float, float]
    squash: float = 0.5
    """Heights are shown to this power."""


TRAPS = {
    "plateau": Trap((-5.0, 5.0), (-3.6, 2.2), 1.0),
    "two valleys": Trap((-2.0, 2.0), (1.75, 1.2)),
    "many valleys": Trap((-5.0, 5.0), (-3.4, 3.0), 1.0),
    "ravine": Trap((-1.6, 1.6), (0.0, 0.0)),
    "saddle": Trap((-2.0, 2.0), (-1.6, 0.0)),
}


class Pitfalls:
    """See `tutor.labs.spec.Lab`."""

    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        ground = ground_of(str(knobs["surface"]))
        second = elsewhere(ground, seed) if knobs["start"] == "random" else ground.start
        return begun(ground, np.stack((ground.start, second)), seed)

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        rate = float(knobs["rate"])
        settings = np.array([[rate, 0.0, 0.0], [rate, float(knobs["momentum"]), float(knobs["noise"])]])
        go(state, settings, steps, device)

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        plain, helped = np.maximum(state["loss"] - state["least"][0], 0.0)
        slopes = [float(np.linalg.norm(measured(state, w)[1])) for w in state["w"]]
        return {
            "loss": float(helped),
            "loss_plain": float(plain),
            "slope": slopes[HELPED],
            "slope_plain": slopes[PLAIN],
            "distance": left(state, HELPED),
            "curvature": float(bends(state, state["w"][PLAIN])[0]),
        }

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        surface = str(knobs["surface"])
        title, squash = surface.capitalize(), TRAPS[surface].squash
        match name:
            case "path":
                return pictures.path(state, title, ("plain", "with help"), size, squash)
            case "relief":
                return pictures.relief(state, title, squash)
        raise ValueError(name)

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        return diagnose(state, knobs)

    def finished(self, state: State, knobs: Knobs) -> bool:
        """Both are lost, or stand still where the loss is level, and nothing kicks them."""
        if float(knobs["noise"]) > 0 and not is_lost(state)[HELPED]:
            return False
        still = [
            np.linalg.norm(measured(state, w)[1]) + np.linalg.norm(state["velocity"][r]) <= _STILL
            for r, w in enumerate(state["w"])
        ]
        return bool((is_lost(state) | np.array(still)).all())


def ground_of(surface: str) -> Ground:
    """The loss with this name."""
    from kernels.surfaces import NAMES, minima

    trap = TRAPS[surface]
    if surface == "ravine":
        shape, start = bowl(200.0, 20.0, 20.0)
        return Ground("quadratic", shape, trap.limits, trap.limits, start, np.zeros((1, 2)))
    return Ground(surface, np.zeros(3), trap.limits, trap.limits, np.array(trap.start), minima(NAMES.index(surface), 2))


LAB = Pitfalls()
