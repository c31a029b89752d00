"""The lab `dropout`: a net that loses units at every step of its training, and has all of them in use."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs import dropout_net as net
from tutor.labs import watch
from tutor.labs.dropout_pictures import fit, thinned
from tutor.labs.spec import Knob, Knobs, LabSpec, Metric, Plug, Socket, Source, State, View, Words, frozen, scalar
from tutor.labs.watch import Layer
from tutor.labs.words import counted, said
from tutor.pictures import Picture

Array = NDArray[Any]

_SETTLED = 300
"""Steps after which training and use can be compared."""

SPEC = LabSpec(
    id="dropout",
    title="Dropout",
    summary="In training, hidden units are left out at random; in use all are there. Both must answer alike on average.",
    knobs=(
        Knob("keep", "number", 0.5, "keep", "The chance of a hidden unit to be there.", low=0.1, high=1, step=0.05, live=True),
        Knob("hidden", "integer", 64, "units", "Hidden units, all tanh.", low=4, high=256, log=True),
        Knob("points", "integer", 30, "points", "Examples to learn from.", low=5, high=100, step=5),
        Knob("noise", "number", 0.2, "noise", "How far the examples stray from the function.", low=0, high=1, step=0.05),
        Knob("rate", "number", 0.03, "rate ρ", "How far a step goes.", low=1e-4, high=3, log=True, live=True),
    ),
    metrics=(
        Metric("loss", "loss in training", "Half the mean squared error with units left out, lately."),
        Metric("use", "loss in use", "The same with all units there."),
        Metric("test", "off the function", "Half the mean squared distance in use from the function without its noise."),
        Metric("scale", "use : training", "The answer in use beside the mean answer in training; 1: alike.", ".2f"),
    ),
    views=(
        View("fit", "fit", "The examples, the net in use, and the mean of its answers in training."),
        View("thinned", "thinned nets", "A few of the nets that are trained, each with other units left out."),
        View("loss", "loss", "In training and in use.", curves=("loss", "use"), y_log=True),
        View("scale", "use : training", "How large the answers in use are beside those in training.", curves=("scale",)),
        *watch.VIEWS,
    ),
    source=Source("kernels.dropout", "dropout"),
    steps=3000,
    pace=200.0,
    socket=Socket(
        "dropout",
        "dropout(a, u, keep)",
        "Called in training with answers a (m, O) and random numbers u (m, O); returns what goes on to the next layer.",
    ),
)  # fmt: skip


class Dropout:
    """See `tutor.labs.spec.Lab`. theta: W and b of the hidden layer, then of the output, flat, float64."""

    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        n = int(knobs["hidden"])
        x, t = net.examples(int(knobs["points"]), float(knobs["noise"]), seed)
        theta = net.started(n, seed)
        answers = net.in_use(theta, x)
        return {
            "step": scalar(0),
            "theta": theta,
            "velocity": np.zeros(len(theta)),
            # What the net has answered in training lately, by example, and the loss of that: slow means.
            "seen": answers,
            "loss": scalar(float(0.5 * np.mean((answers - t) ** 2)), np.float64),
            "seed": frozen(scalar(seed)),
            "x": frozen(x),
            "t": frozen(t),
        }

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        for _ in range(steps):
            if not np.isfinite(state["theta"]).all():
                state["step"] += 1
                continue
            net.one_step(state, float(knobs["keep"]), float(knobs["rate"]), plug)
            state["step"] += 1

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        x, t = state["x"], state["t"]
        with np.errstate(all="ignore"):
            answers, grid = net.in_use(state["theta"], x), net.grid()
            off = net.in_use(state["theta"], grid) - net.function(grid)
            return {
                "loss": float(state["loss"][0]),
                "use": float(0.5 * np.mean((answers - t) ** 2)),
                "test": float(0.5 * np.mean(off**2)),
                "scale": net.beside(answers, state["seen"]),
            }

    def layers(self, state: State, knobs: Knobs) -> tuple[Layer, ...]:
        """With all units there; the update is one of training, with some left out."""
        after = {name: array.copy() for name, array in state.items()}
        net.one_step(after, float(knobs["keep"]), float(knobs["rate"]), None)
        return net.layers(state, after["theta"])

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        match name:
            case "fit":
                return fit(state)
            case "thinned":
                return thinned(state, float(knobs["keep"]))
        raise ValueError(name)

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        found, step = self.metrics(state, knobs), int(state["step"][0])
        if not np.isfinite(state["theta"]).all():
            rate = said(float(knobs["rate"]))
            return Words(f"stopped before step {step}", f"the weights became infinite: the rate {rate} is too large")
        if not step:
            return Words("not trained yet")
        summary = (
            f"after {counted(step, 'step')} the loss is {said(found['use'], 2)} in use, {said(found['loss'], 2)} in training"
        )
        scale = found["scale"]
        if step >= _SETTLED and not 0.8 < scale < 1.25:
            return Words(summary, f"in use the net answers {said(scale, 2)} times as much as in training: the scale is wrong")
        if step >= _SETTLED and found["use"] > 3 * found["loss"]:
            return Words(summary, "in use the net is far worse than in training")
        return Words(summary)

    def finished(self, state: State, knobs: Knobs) -> bool:
        return False


LAB = Dropout()
