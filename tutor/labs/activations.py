"""The lab `activations`: φ and φ′, and what becomes of a net that is built with it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs import activations_pictures as pictures
from tutor.labs import watch
from tutor.labs.clouds import CLASSES, cloud
from tutor.labs.spec import Knob, Knobs, LabSpec, Metric, Plug, Source, State, View, Words, frozen, scalar
from tutor.labs.training import begun, broken, responses, train
from tutor.labs.watch import Layer
from tutor.labs.watch_net import layers_of
from tutor.labs.words import counted, said
from tutor.pictures import Picture

if TYPE_CHECKING:
    from kernels.mlp import Data, Net
    from kernels.optimizers import Rule

Array = NDArray[Any]

NAMES = ("relu", "leaky relu", "elu", "gelu", "softplus", "tanh", "sigmoid", "linear")
STARTS = ("glorot", "he", "small", "large")
FLAT = 0.05
"""A unit hardly passes a gradient on where its slope is smaller than this."""
_BATCH = 10
_NOISE, _SHARE = 0.05, 0.5
SPEC = LabSpec(
    id="activations",
    title="Activations",
    summary="φ and its slope φ′, and what a net makes of them: units that saturate, units that die, layers that are only one.",
    knobs=(
        Knob("activation", "choice", "relu", "φ", "Of every hidden unit.", choices=NAMES),
        Knob("z", "number", 1.0, "read at z", "Where φ and φ′ are read off.", low=-6, high=6, step=0.25, live=True),
        Knob("data", "choice", "circle", "data", "What the net learns.", choices=CLASSES),
        Knob("layers", "integer", 3, "layers", "Hidden ones; none: one neuron alone.", low=0, high=8),
        Knob("units", "integer", 8, "units", "In each hidden layer.", low=1, high=32),
        Knob("rate", "number", 0.03, "rate ρ", "The learning rate.", low=0.0001, high=10, log=True, live=True),
        Knob("start", "choice", "glorot", "start", "How large the first weights are.", choices=STARTS),
    ),
    metrics=(
        Metric("loss", "loss", "The cross-entropy on the training points; always one half: 0.693."),
        Metric("accuracy", "accuracy", "The share of the training points that are right.", ".3f"),
        Metric("test_accuracy", "held out", "The same on points never learnt from.", ".3f"),
        Metric("dead", "dead units", "The share of hidden units whose slope is 0 for every training point.", ".2f"),
        Metric("saturated", "saturated", f"The share of all slopes φ′ that are below {FLAT}.", ".2f"),
        Metric("slope", "mean φ′", "The mean slope of the hidden units.", ".3f"),
        Metric("phi", "φ(z)", "At the place where it is read off.", ".4g"),
        Metric("phi_slope", "φ′(z)", "The slope there.", ".4g"),
    ),
    views=(
        View("curves", "φ and φ′", "The function, its slope, and on it the sums that the net's units have now."),
        View("boundary", "answers", "What the net answers over the plane."),
        View("layers", "layers", "The mean slope and the dead units of each layer."),
        View("dead", "dead and saturated", "The shares as training goes on.", curves=("dead", "saturated")),
        View("loss", "loss", "The cross-entropy at each epoch.", curves=("loss",), y_log=True),
        View("accuracy", "accuracy", "On training points and on held-out ones.", curves=("accuracy", "test_accuracy")),
        replace(watch.VIEWS[0], name="inside", title="inside"),
        watch.VIEWS[1],
    ),
    source=Source("kernels.activations", "backward"),
    unit="epoch",
    steps=100,
    pace=20.0,
)  # fmt: skip


class Activations:
    """See `tutor.labs.spec.Lab`."""

    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        from kernels import mlp

        points = cloud(str(knobs["data"]), _NOISE, _SHARE, seed)
        net = net_of(knobs)
        targets = (points.t > 0).astype(np.float32)[:, None]
        return {
            "step": scalar(0),
            "seed": frozen(scalar(seed)),
            **begun(net, mlp.parameters(net, str(knobs["start"]), seed)),
            "x": frozen(points.xy[: points.train]),
            "t": frozen(targets[: points.train]),
            "test_x": frozen(points.xy[points.train :]),
            "test_t": frozen(targets[points.train :]),
        }

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        train(state, *_task(state, knobs), steps * (len(state["x"]) // _BATCH))
        state["step"] += steps

    def layers(self, state: State, knobs: Knobs) -> tuple[Layer, ...]:
        return layers_of(state, *_task(state, knobs))

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        net = net_of(knobs)
        o = responses(net, state["theta"], state["x"], int(net.units[-2]))[0].astype(np.float64)
        test = responses(net, state["theta"], state["test_x"], int(net.units[-2]))[0]
        t = state["t"][:, 0]
        with np.errstate(all="ignore"):
            loss = float(np.mean(np.maximum(o, 0) - o * t + np.log1p(np.exp(-np.abs(o)))))
        slopes = np.abs(np.concatenate(slopes_by_layer(net, state, knobs) or [np.ones((1, 1))]))
        phi, slope = value_and_slope(str(knobs["activation"]), np.array([float(knobs["z"])]))
        return {
            "loss": loss,
            "accuracy": float(np.mean((o > 0) == (t > 0.5))),
            "test_accuracy": float(np.mean((test > 0) == (state["test_t"][:, 0] > 0.5))),
            "dead": float(np.mean((slopes == 0).all(axis=1))),
            "saturated": float(np.mean(slopes < FLAT)),
            "slope": float(slopes.mean()),
            "phi": float(phi[0]),
            "phi_slope": float(slope[0]),
        }

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        net, activation = net_of(knobs), str(knobs["activation"])
        match name:
            case "curves":
                sums = hidden_sums(net, state)
                return pictures.curves(activation, float(knobs["z"]), np.concatenate(sums).ravel() if sums else np.zeros(0))
            case "boundary":
                return pictures.boundary(net, state, self._title(knobs), size)
            case "layers":
                return pictures.layers(net, state, slopes_by_layer(net, state, knobs), activation)
        raise ValueError(name)

    def _title(self, knobs: Knobs) -> str:
        count = int(knobs["layers"])
        return f"{counted(count, 'hidden layer')} of {knobs['units']}, {knobs['activation']}" if count else "one neuron alone"

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        found, epochs = self.metrics(state, knobs), int(state["step"][0])
        summary = f"loss {said(found['loss'])}, {100 * found['accuracy']:.0f} % right after {counted(epochs, 'epoch')}"
        if found["dead"]:
            summary += f"; {100 * found['dead']:.0f} % of the units dead"
        return Words(summary, broken(state, float(knobs["rate"])) or self._trouble(found, epochs, knobs))

    def _trouble(self, found: dict[str, float], epochs: int, knobs: Knobs) -> str:
        layers, activation = int(knobs["layers"]), str(knobs["activation"])
        if found["dead"] >= 0.25:
            return (
                f"{100 * found['dead']:.0f} % of the units are dead: their sums are below 0 for every point, "
                f"so their slope is 0 and no gradient can bring them back"
            )
        poor = epochs >= 20 and found["accuracy"] < 0.8
        if poor and (activation == "linear" or not layers):
            what = f"with a linear φ the {layers + 1} layers are one" if layers else "there is one layer"
            return f"{what}: the boundary is a straight line, whatever the weights"
        if found["saturated"] > 0.5 and activation in ("sigmoid", "tanh"):
            return f"{100 * found['saturated']:.0f} % of the slopes are below {FLAT}: the units are saturated and learn slowly"
        if poor and abs(found["loss"] - math.log(2)) < 0.02:
            return "a plateau at chance: the gradients are too small to leave it soon"
        return ""

    def finished(self, state: State, knobs: Knobs) -> bool:
        return bool(state["broken"][0])


def _task(state: State, knobs: Knobs) -> tuple[Net, Data, Rule]:
    """What the net learns, and how."""
    from kernels import mlp
    from kernels.optimizers import rule

    data = mlp.data(state["x"], state["t"], _BATCH, "shuffled", int(state["seed"][0]))
    return net_of(knobs), data, rule("gradient descent", float(knobs["rate"]))


def net_of(knobs: Knobs) -> Net:
    """The net that these knobs name: two inputs, the hidden layers, one logit."""
    from kernels import mlp

    sizes = (2, *[int(knobs["units"])] * int(knobs["layers"]), 1)
    return mlp.net(sizes, str(knobs["activation"]), "linear", "binary cross-entropy")


def hidden_sums(net: Net, state: State) -> list[Array]:
    """The weighted sums of each hidden layer's units for every training point: (units, n) float32 each."""
    from kernels import mlp

    below = np.ascontiguousarray(state["x"].T)
    answers = responses(net, state["theta"], state["x"], 0)
    sums = []
    with np.errstate(all="ignore"):
        for layer, (W, b) in enumerate(mlp.views(net, state["theta"])[:-1]):
            sums.append((W @ below + b[:, None]).astype(np.float32))
            below = answers[net.units[layer + 1] : net.units[layer + 2]]
    return sums


def slopes_by_layer(net: Net, state: State, knobs: Knobs) -> list[Array]:
    """φ′ of each hidden layer's units for every training point: (units, n) float32 each."""
    return [value_and_slope(str(knobs["activation"]), o)[1] for o in hidden_sums(net, state)]


def value_and_slope(activation: str, z: Array) -> tuple[Array, Array]:
    """φ(z) and φ′(z), float32, shaped as z."""
    from kernels import activations

    number, flat = activations.EVERY.index(activation), np.ascontiguousarray(z, np.float32).ravel()
    a, d = np.empty_like(flat), np.ones_like(flat)
    activations.forward(number, flat, a)
    activations.backward(number, flat, a, d)
    return a.reshape(np.shape(z)), d.reshape(np.shape(z))


LAB = Activations()
