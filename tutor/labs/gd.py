"""The lab `gd`: a loss, its slope, and steps against it; one rate, or three at once."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.errors import UserError
from tutor.labs import descent_pictures as pictures
from tutor.labs import gd_words as words
from tutor.labs.answered import arrays
from tutor.labs.descents import Ground, arrival, begun, bends, bowl, elsewhere, go, is_lost, left, measured, weigh
from tutor.labs.draws import normals
from tutor.labs.spec import Knob, Knobs, LabSpec, Metric, Plug, Socket, Source, State, View, Words
from tutor.pictures import Picture

Array = NDArray[Any]

_EXAMPLES = 40
_STILL = 1e-10
"""With a smaller slope than this, going on changes nothing that can be seen."""
_BOWL = ("loss", ("bowl",))
_THREE = ("runs", ("three",))

SPEC = LabSpec(
    id="gd",
    title="Gradient descent",
    summary="Go down a loss by steps against its slope, and see what the learning rate makes of the way.",
    knobs=(
        Knob(
            "loss", "choice", "bowl", "loss", "What to go down: a parabola, a bowl in two directions, or a neuron's loss.",
            choices=("parabola", "bowl", "neuron"),
        ),
        Knob("rate", "number", 0.18, "rate ρ", "How far a step goes, times the slope.", 0.0001, 100, log=True, live=True),
        Knob("runs", "choice", "one", "runs", "One rate, or three at once from one start.", choices=("one", "three")),
        Knob("rate_b", "number", 0.1, "rate ×", "The rate of the second run.", 0.0001, 100, log=True, live=True, when=_THREE),
        Knob("rate_c", "number", 0.22, "rate ▲", "The rate of the third run.", 0.0001, 100, log=True, live=True, when=_THREE),
        Knob(
            "curvature", "number", 10.0, "L", "The largest curvature of the parabola or bowl: how fast its slope grows.",
            0.1, 100, log=True, when=("loss", ("parabola", "bowl")),
        ),
        Knob(
            "condition", "number", 10.0, "κ", "How many times more the bowl bends in one direction than in the other.",
            1, 1000, log=True, when=_BOWL,
        ),
        Knob("turn", "number", 30.0, "turn", "How far the bowl's axes are turned, in degrees.", 0, 90, step=5, when=_BOWL),
        Knob(
            "start", "choice", "given", "start", "Where to begin: always the same place, or one that the seed chooses.",
            choices=("given", "random"),
        ),
    ),
    metrics=(
        Metric("loss", "loss", "The height of the run with the rate ρ."),
        Metric("loss_b", "loss ×", "The same of the second run, where there are three."),
        Metric("loss_c", "loss ▲", "The same of the third run."),
        *(
            Metric(f"steps{end}", f"steps{mark}", "Steps to within 0.000001 of a minimum; ∞: not yet.", ".0f")
            for end, mark in (("", ""), ("_b", " ×"), ("_c", " ▲"))
        ),
        Metric("slope", "slope", "The length of the gradient where the first run is."),
        Metric("distance", "distance", "From the first run to the nearest minimum."),
        Metric("curvature", "curvature", "The largest curvature of the loss where the first run is."),
        Metric("limit", "2/L", "The rate at which steps begin to grow: 2 divided by that curvature."),
        Metric("w1", "w1", "The first coordinate of the first run.", ".4g"),
        Metric("w2", "w2", "The second coordinate of the first run, where there is one.", ".4g"),
    ),
    views=(
        View("path", "path", "The way so far: over the contours of the loss, or on its curve."),
        View("step", "next step", "The loss along the slope, its tangent, and where the next step lands."),
        View("loss", "loss", "The loss at each step.", curves=("loss", "loss_b", "loss_c"), y_log=True),
        View("relief", "relief", "The loss as a relief."),
    ),
    source=Source("kernels.descent", "descend"),
    steps=1000,
    pace=6.0,
    devices=("cpu", "cuda"),
    socket=Socket(
        "gradient",
        "gradient(w, x, t)",
        "The gradient of a neuron's loss, called at each step (loss=neuron). w: weights, the bias last. x: a row an example.",
    ),
)  # fmt: skip


class GradientDescent:
    """See `tutor.labs.spec.Lab`."""

    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        ground = ground_of(knobs, seed)
        start = elsewhere(ground, seed) if knobs["start"] == "random" else ground.start
        return begun(ground, np.tile(start, (len(rates(knobs)), 1)), seed)

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        settings = np.zeros((len(state["w"]), 3))
        settings[:, 0] = rates(knobs)
        if plug is None:
            go(state, settings, steps, device)
            return
        if knobs["loss"] != "neuron":
            raise UserError(f"gradient is that of a neuron's loss, and this is a {knobs['loss']}", "set loss to neuron")
        for _ in range(steps):
            _step_of_yours(plug, state, settings[:, 0])

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        w = state["w"][0]
        losses = [*state["loss"], math.nan, math.nan]
        steps = [*(arrival(state, r) for r in range(len(state["w"]))), math.nan, math.nan]
        steepest = float(bends(state, w)[-1])
        return {
            "loss": float(losses[0]),
            "loss_b": float(losses[1]),
            "loss_c": float(losses[2]),
            "steps": steps[0],
            "steps_b": steps[1],
            "steps_c": steps[2],
            "slope": float(np.linalg.norm(measured(state, w)[1])),
            "distance": left(state, 0),
            "curvature": steepest,
            "limit": 2 / steepest if steepest > 0 else math.inf,
            "w1": float(w[0]),
            "w2": float(w[1]) if len(w) > 1 else math.nan,
        }

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        names = [f"ρ = {words.rate_said(rate)}" for rate in rates(knobs)]
        match name:
            case "path":
                return pictures.path(state, pictures.TITLES[str(knobs["loss"])], names, size)
            case "step":
                return pictures.step(state, rates(knobs)[0])
            case "relief":
                return pictures.relief(state, pictures.TITLES[str(knobs["loss"])])
        raise ValueError(name)

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        return words.diagnose(state, rates(knobs))

    def finished(self, state: State, knobs: Knobs) -> bool:
        """Every run is lost, or stands where the loss is level."""
        gone = is_lost(state)
        level = [np.linalg.norm(measured(state, w)[1]) <= _STILL for w in state["w"]]
        return bool((gone | np.array(level)).all())


def rates(knobs: Knobs) -> list[float]:
    """The rates of the runs."""
    names = ("rate", "rate_b", "rate_c") if knobs["runs"] == "three" else ("rate",)
    return [float(knobs[name]) for name in names]


def ground_of(knobs: Knobs, seed: int) -> Ground:
    """The loss that these knobs name."""
    name = str(knobs["loss"])
    if name == "neuron":
        return neuron(seed)
    d = 1 if name == "parabola" else 2
    shape, start = bowl(float(knobs["condition"]), float(knobs["curvature"]), float(knobs["turn"]), d)
    return Ground("quadratic", shape, (-1.5, 1.5), (-1.5, 1.5), start, np.zeros((1, d)))


def neuron(seed: int) -> Ground:
    """The loss of a sigmoid neuron with one weight and a bias, on two overlapping groups of numbers, targets 0 and 1."""
    t = np.arange(_EXAMPLES) % 2
    x = np.column_stack((2 * t - 1 + normals(seed, 0, _EXAMPLES), np.ones(_EXAMPLES)))
    start = np.array([-2.0, 4.0])
    anywhere = Ground(
        "neuron", np.zeros(3), (-4.0, 6.0), (-5.0, 5.0), np.array([1.0, 0.0]), np.zeros((1, 2)), x, t.astype(float)
    )
    # There is no formula for the minimum: it is where a long descent ends.
    probe = begun(anywhere, anywhere.start[None], seed)
    go(probe, np.array([[2.0, 0.9, 0.0]]), 5000)
    return Ground("neuron", anywhere.shape, anywhere.x_limits, anywhere.y_limits, start, probe["w"].copy(), x, anywhere.t)


def _step_of_yours(gradient: Plug, state: State, rho: Array) -> None:
    """One step of every run along the learner's gradient. When it fails, nothing has changed. Raises UserError."""
    from kernels.descent import judge
    from kernels.trail import leave

    w, step, gone = state["w"], int(state["step"][0]), is_lost(state)
    found = [
        arrays("gradient", (gradient(place.copy(), state["x"].copy(), state["t"].copy()),), {"gradient": place.shape})[0]
        for place in w
    ]
    for r in np.flatnonzero(~gone):
        leave(state["trails"][r], state["tallies"][r], step, w[r, 0], w[r, -1])
        state["before"][r] = w[r]
        state["velocity"][r] = found[r]
        w[r] -= rho[r] * found[r]
        judge(w[r], state["minima"], state["fates"][r], step + 1)
    state["step"] += 1
    weigh(state)


LAB = GradientDescent()
