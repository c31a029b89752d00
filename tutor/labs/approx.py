"""The lab `approx`: a function of x, and a net of one hidden layer that follows it, trained or set by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tutor.labs import approx_nets as nets
from tutor.labs import approx_pictures as pictures
from tutor.labs import watch
from tutor.labs.approx_plug import constructed
from tutor.labs.expressions import tabulated
from tutor.labs.spec import Knob, Knobs, LabSpec, Metric, Plug, Socket, Source, State, View, Words, frozen, scalar
from tutor.labs.training import begun, broken, train
from tutor.labs.watch import Layer
from tutor.labs.watch_net import layers_of
from tutor.labs.words import counted, said
from tutor.pictures import Picture

if TYPE_CHECKING:
    from kernels.mlp import Data, Net
    from kernels.optimizers import Rule

UPDATES = 20
"""Updates of the weights in one round."""
_TRAINED = ("training", ("train",))

SPEC = LabSpec(
    id="approx",
    title="Universal approximation",
    summary="One hidden layer follows any function of x: trained, or set by hand. The error falls with the units.",
    knobs=(
        Knob("function", "choice", "waves", "function", "What the net is to follow.", choices=(*nets.FUNCTIONS, "yours")),
        Knob(
            "expression", "text", "sin(3*x) * exp(-x**2/4)", "f(x) =",
            "A function of x: + - * / **, sin cos tan exp log sqrt abs tanh sign step, pi.", when=("function", ("yours",)),
        ),
        Knob("hidden", "integer", 32, "units n", "Units in the hidden layer.", low=1, high=256, log=True),
        Knob("activation", "choice", "relu", "activation φ", "Of the hidden units.", choices=nets.ACTIVATIONS),
        Knob(
            "method", "choice", "train", "weights",
            "Found by descent, or computed: one unit after the other, from left to right.", choices=("train", "by hand"),
        ),
        Knob("optimizer", "choice", "adam", "optimizer", "How a step follows from the gradient.",
             choices=nets.OPTIMIZERS, when=("method", ("train",))),
        Knob("rate", "number", 0.01, "rate ρ", "The learning rate.", low=1e-5, high=10, log=True, live=True,
             when=("method", ("train",))),
        Knob("start", "choice", "spread", "start", "Where the units begin: spread over the interval, or as drawn at random.",
             choices=nets.STARTS, when=("method", ("train",))),
    ),
    metrics=(
        Metric("error", "largest error", "The farthest that the net is from the function, anywhere.", ".3g"),
        Metric("rms", "typical error", "The root of the mean squared error.", ".3g"),
        Metric("by_hand", "by hand", "The largest error of the net of as many units that is set by hand.", ".3g"),
        Metric("bound", "theory", "What theory allows the net set by hand; infinite for kinks and jumps.", ".3g"),
        Metric("loss", "loss", "Half the mean squared error, of the function scaled to lie between −1 and 1."),
        Metric("dead", "dead units", "The share of the units that are constant over the whole interval.", ".2f"),
        Metric("units", "units", "Units that are in place.", ".0f"),
    ),
    views=(
        View("fit", "fit", "The function and the net."),
        View("units", "units", "What each unit adds."),
        View("sizes", "error by units", "How the error of a net set by hand falls with its units, and where this net is."),
        View("miss", "what is missing", "The function less the net."),
        View("error", "error", "How far off, as training goes on.", curves=("error", "rms", "by_hand"), y_log=True),
        View("loss", "loss", "What descent makes small.", curves=("loss",), y_log=True),
        *watch.VIEWS,
    ),
    source=Source("kernels.approximation", "hinges"),
    unit="round",
    steps=300,
    pace=15.0,
    socket=Socket(
        "interpolate",
        "interpolate(knots, values)",
        "Called once with n + 1 knots and the function there; returns w1, b1, w2 (n numbers each) and b2 of a ReLU net.",
        once=True,
    ),
)  # fmt: skip


class Approx:
    """See `tutor.labs.spec.Lab`. The net learns the function scaled into −1 … 1; all that is shown is scaled back."""

    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        function = nets.function_of(knobs)
        x, fine = nets.grid(nets.EXAMPLES), nets.grid(nets.FINE)
        y = tabulated(function, fine)
        middle, half = nets.scale_of(y)
        hand, bound = nets.errors_by_hand(knobs, [int(knobs["hidden"])])
        net = nets.net_of(knobs)
        by_hand = knobs["method"] == "by hand"
        theta = nets.set_by_hand(knobs, middle, half) if by_hand else nets.started(knobs, seed)
        state = {
            "step": scalar(0),
            **begun(net, theta),
            "by_hand": scalar(int(by_hand)),
            "x": frozen(x[:, None].astype(np.float32)),
            "t": frozen(((tabulated(function, x) - middle) / half)[:, None].astype(np.float32)),
            "fine": frozen(fine),
            "y": frozen(y),
            "scale": frozen(np.array([middle, half])),
            "theory": frozen(np.array([hand[0], bound[0]])),
        }
        return {**state, "first_loss": frozen(scalar(self.metrics(state, knobs)["loss"], np.float64))}

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        if steps <= 0:
            return
        if plug is not None and not state["step"][0]:
            state["theta"][:] = constructed(plug, knobs, *state["scale"].tolist())
            state["by_hand"][0] = 1
        if not state["by_hand"][0]:
            train(state, *_task(state, knobs), steps * UPDATES)
        state["step"] += steps

    def layers(self, state: State, knobs: Knobs) -> tuple[Layer, ...]:
        """A net set by hand has them too, and makes no update."""
        found = layers_of(state, *_task(state, knobs))
        return tuple(replace(layer, update=math.nan) for layer in found) if state["by_hand"][0] else found

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        answer = nets.look(state, knobs)
        miss = state["y"] - answer.total
        shares = np.ptp(answer.units, axis=1)
        placed = answer.placed
        half = float(state["scale"][1])
        learned = miss[:: nets.FINE // nets.EXAMPLES] / half
        return {
            "error": float(np.abs(miss).max()),
            "rms": float(np.sqrt(np.mean(miss**2))),
            "by_hand": float(state["theory"][0]),
            "bound": float(state["theory"][1]),
            "loss": float(0.5 * np.mean(learned**2)),
            "dead": float(np.mean(shares[:placed] <= nets.STILL * half)) if placed else 0.0,
            "units": float(placed),
        }

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        answer = nets.look(state, knobs)
        match name:
            case "fit":
                return pictures.fit(state, knobs, answer)
            case "units":
                return pictures.units(state, answer)
            case "sizes":
                return pictures.sizes(state, knobs, answer)
            case "miss":
                return pictures.miss(state, answer)
        raise ValueError(name)

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        found = self.metrics(state, knobs)
        n, rounds = int(knobs["hidden"]), int(state["step"][0])
        reach = f"the largest error is {said(found['error'])}"
        if state["by_hand"][0]:
            placed = int(found["units"])
            summary = f"{placed} of {counted(n, 'unit')} in place; {reach}"
            if placed == n:
                summary = f"all {n} units are in place; {reach}" if n > 1 else f"the unit is in place; {reach}"
            return Words(summary, _beyond(knobs))
        if not rounds:
            return Words(f"not trained yet; {reach}, and {said(found['by_hand'])} for the net set by hand")
        summary = f"after {rounds * UPDATES} updates {reach}; set by hand, {said(found['by_hand'])}"
        return Words(summary, broken(state, float(knobs["rate"])) or self._trouble(state, found, knobs))

    def _trouble(self, state: State, found: dict[str, float], knobs: Knobs) -> str:
        rate, first, rounds = float(knobs["rate"]), float(state["first_loss"][0]), int(state["step"][0])
        if found["dead"] > 0.3:
            return f"{found['dead']:.0%} of the units are constant over the whole interval and learn nothing any more"
        if found["loss"] > max(0.5, 2 * first):
            return f"the net is farther off than a constant would be: the rate {said(rate)} is too large"
        if rounds >= 50 and found["loss"] > max(0.05, 0.3 * first) and rate < 1e-2:
            return f"it hardly moves: the rate {said(rate)} is too small"
        return _beyond(knobs)

    def finished(self, state: State, knobs: Knobs) -> bool:
        """A net set by hand is finished when its last unit is in place."""
        return bool(state["by_hand"][0]) and int(state["step"][0]) >= int(knobs["hidden"])


def _task(state: State, knobs: Knobs) -> tuple[Net, Data, Rule]:
    """What the net learns, and how."""
    from kernels import mlp, optimizers

    data = mlp.data(state["x"], state["t"], len(state["x"]), "in order")
    return nets.net_of(knobs), data, optimizers.rule(str(knobs["optimizer"]), float(knobs["rate"]))


def _beyond(knobs: Knobs) -> str:
    """What no net with this activation can do."""
    if knobs["activation"] == "linear":
        return "with a linear activation the whole net is one straight line, however many units it has"
    return ""


LAB = Approx()
