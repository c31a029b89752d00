"""The lab `depth`: the gradient by layer, in nets of 2 to 40 layers, plain and residual."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs.depth import nets, plugged
from tutor.labs.depth.data import dealt
from tutor.labs.depth.nets import KINDS, Shape
from tutor.labs.spec import Knob, Knobs, LabSpec, Metric, Plug, Socket, Source, State, View, Words, frozen, scalar
from tutor.labs.watch import VIEWS, Layer
from tutor.labs.words import counted, said
from tutor.pictures import Lines, Picture, Series

Array = NDArray[Any]
_SHOWN = 128
"""Examples that the gradient is measured on."""
_STUCK = 0.6

SPEC = LabSpec(
    id="depth",
    title="Depth",
    summary="How much of the gradient reaches the first layer, and what a way around the layers changes.",
    knobs=(
        Knob("kind", "choice", "plain", "net", "Plain; or residual: naive, with blocks that start at 0, or scaled by 1/n.",
             choices=KINDS),
        Knob("depth", "integer", 40, "layers", "Between the one that takes the pixels in and the one that answers; even.",
             low=2, high=40, step=2),
        Knob("activation", "choice", "relu", "activation φ", "Of the hidden layers.",
             choices=("relu", "tanh", "sigmoid", "leaky relu", "elu", "gelu")),
        Knob("start", "choice", "he", "start", "Where the weights start.",
             choices=("he", "glorot", "uniform", "small", "large", "zero")),
        Knob("norm", "choice", "none", "normalize", "What is done to the weighted sums of each layer.",
             choices=("none", "batch", "layer")),
        Knob("width", "integer", 32, "units", "Of each layer.", low=4, high=128, log=True),
        Knob("rate", "number", 0.01, "rate ρ", "The learning rate, with momentum 0.9.", low=1e-5, high=1, log=True, live=True),
        Knob("batch", "integer", 32, "batch", "Examples for one update.", low=2, high=256, log=True),
    ),
    metrics=(
        Metric("ratio", "last : first", "The size of the gradient at the last hidden layer beside that at the first."),
        Metric("loss", "loss", "The mean cross-entropy on the digits to learn from."),
        Metric("accuracy", "accuracy", "On them.", ".3f"),
        Metric("test_accuracy", "held out", "On held-out digits.", ".3f"),
    ),
    views=(
        View("gradient", "gradient", "The size of the gradient by layer: now, and at the start of a plain and a residual net."),
        View("signal", "signal", "The mean square of the answers by layer, on the same nets."),
        View("accuracy", "accuracy", "Learned and held out.", curves=("accuracy", "test_accuracy")),
        View("loss", "loss", "On the digits to learn from.", curves=("loss",), y_log=True),
        *VIEWS,
        View("sweep", "many runs", "Many runs at once that differ in two knobs: a map, a cell a run.",
             sweep=("depth=2,6,10,16,24,40", "rate=0.001,0.003,0.01,0.03,0.1,0.3")),
    ),
    source=Source("kernels.deep", "train"),
    unit="epoch",
    steps=20,
    pace=2.0,
    devices=("cpu", "cuda"),
    socket=Socket(
        "block_backward",
        "block_backward(d, h, z, W, V, s)",
        "Called for each block; returns grad_h, grad_W, grad_b, grad_V, grad_c. The net is residual, without normalization.",
    ),
)  # fmt: skip


class Depth:
    """See `tutor.labs.spec.Lab`."""

    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        shape = shape_of(knobs)
        return {"step": scalar(0), **nets.started(shape, seed), "seed": frozen(scalar(seed, np.int64)), **dealt()}

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        if steps <= 0:
            return
        shape, batch, rate = shape_of(knobs), int(knobs["batch"]), float(knobs["rate"])
        updates, seed = steps * math.ceil(len(state["x"]) / batch), int(state["seed"][0])
        if plug is not None:
            plugged.train(plug, state, shape, rate, batch, seed, updates)
        else:
            nets.train(state, shape, state["x"], state["t"], rate, batch, seed, updates, device)
        state["step"] += steps

    def advance_each(self, states: Sequence[State], knobs: Sequence[Knobs], steps: int, device: str) -> None:
        """See `tutor.labs.spec.Together`: one launch for all nets of one depth and width."""
        groups: dict[tuple[object, ...], list[int]] = {}
        for k, own in enumerate(knobs):
            shape = shape_of(own)
            groups.setdefault((shape.depth, shape.width, shape.norm, own["batch"]), []).append(k)
        for places in groups.values() if steps > 0 else ():
            here, batch = [states[k] for k in places], int(knobs[places[0]]["batch"])
            rates, seeds = [float(knobs[k]["rate"]) for k in places], [int(state["seed"][0]) for state in here]
            x, t, updates = here[0]["x"], here[0]["t"], steps * math.ceil(len(here[0]["x"]) / batch)
            nets.train_many(here, [shape_of(knobs[k]) for k in places], x, t, rates, batch, seeds, updates, device)
            for state in here:
                state["step"] += steps

    def layers(self, state: State, knobs: Knobs) -> tuple[Layer, ...]:
        rate, batch, seed = float(knobs["rate"]), int(knobs["batch"]), int(state["seed"][0])
        return nets.layers_of(state, shape_of(knobs), state["x"], state["t"], rate, batch, seed)

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        shape = shape_of(knobs)
        norms, _, _ = nets.slopes(state["theta"], shape, state["x"][:_SHOWN], state["t"][:_SHOWN])
        loss, accuracy = nets.judged_on(state, shape, state["x"], state["labels"])
        return {
            "ratio": ratio_of(norms),
            "loss": loss,
            "accuracy": accuracy,
            "test_accuracy": nets.judged_on(state, shape, state["test_x"], state["test_labels"])[1],
        }

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        match name:
            case "gradient":
                return _by_layer(state, shape_of(knobs), 0, "size of ∂L/∂z by layer")
            case "signal":
                return _by_layer(state, shape_of(knobs), 1, "mean square of the answers by layer")
        raise ValueError(name)

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        found, step = self.metrics(state, knobs), int(state["step"][0])
        gradient = f"the gradient of the last layer is {_times(found['ratio'])} that of the first"
        if not step:
            return Words(f"not trained yet: {gradient}", _at_start(found["ratio"]))
        summary = f"after {counted(step, 'epoch')}: held out {found['test_accuracy']:.3f}; {gradient}"
        if state["broken"][0]:
            return Words(summary, f"the loss was no finite number at update {state['broken'][0]}: {_why_broken(knobs)}")
        stuck = step >= 10 and found["accuracy"] < _STUCK
        return Words(summary, f"after {counted(step, 'epoch')} it has hardly learned: {_why_stuck(knobs)}" if stuck else "")

    def finished(self, state: State, knobs: Knobs) -> bool:
        return False


def shape_of(knobs: Knobs) -> Shape:
    """The net that the knobs describe; an odd number of layers is one more."""
    depth = int(knobs["depth"]) + int(knobs["depth"]) % 2
    width, norm = int(knobs["width"]), str(knobs["norm"])
    return Shape(str(knobs["kind"]), depth, width, str(knobs["activation"]), str(knobs["start"]), norm)


def ratio_of(norms: Array) -> float:
    """The gradient at the last hidden layer beside that at the first; 0 where the first has none, or no number."""
    first, last = norms[0], norms[-2]
    return float(last / first) if np.isfinite(norms).all() and first > 0 else 0.0


def _by_layer(state: State, shape: Shape, which: int, title: str) -> Picture:
    """One of the results of `nets.slopes`, for the net now and for two others at their start."""
    x, t, seed = state["x"][:_SHOWN], state["t"][:_SHOWN], int(state["seed"][0])
    lines = [("now", nets.slopes(state["theta"], shape, x, t)[which], "a")]
    for kind, role in (("plain", "b"), ("zero start", "c")):
        other = replace(shape, kind=kind)
        lines.append((f"{kind}, at the start", nets.slopes(nets.started(other, seed)["theta"], other, x, t)[which], role))
    series = tuple(
        Series(label, np.arange(1, len(y) + 1, dtype=np.float32), np.where(y > 0, y, np.nan).astype(np.float32), role)
        for label, y, role in lines
    )
    return Lines(series, title, "layer", y_log=True)


def _times(ratio: float) -> str:
    return "no multiple of" if not ratio else f"{said(ratio, 2)} times"


def _at_start(ratio: float) -> str:
    if ratio > 100:
        return "the gradient vanishes on its way back: the first layers get next to nothing to learn from"
    if 0 < ratio < 0.01:
        return "the gradient explodes on its way back: the first layers get far more than the last"
    return ""


def _why_broken(knobs: Knobs) -> str:
    if knobs["kind"] == "naive" and knobs["norm"] == "none":
        return "each block doubles the signal, and 20 of them make a million of it"
    return f"the rate {said(float(knobs['rate']))} is too large for this net"


def _why_stuck(knobs: Knobs) -> str:
    if knobs["kind"] == "plain":
        return "in a plain net this deep the way to the first layers is lost"
    if knobs["kind"] == "naive":
        return "the blocks start too large"
    return f"the rate {said(float(knobs['rate']))} does not suit it"


LAB = Depth()
