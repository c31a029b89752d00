"""The lab `playground`: any small net on a plane of points, every unit seen while it learns; after TensorFlow Playground."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs import clouds, watch
from tutor.labs import playground_nets as nets
from tutor.labs import playground_pictures as pictures
from tutor.labs.playground_words import Report, words
from tutor.labs.spec import Knob, Knobs, LabSpec, Metric, Plug, Source, State, View, Words, frozen, scalar
from tutor.labs.training import begun, train, train_many
from tutor.labs.watch import Layer
from tutor.labs.watch_net import layers_of
from tutor.pictures import Picture

if TYPE_CHECKING:
    from kernels.mlp import Data

Array = NDArray[Any]

SPEC = LabSpec(
    id="playground",
    title="Playground",
    summary="A small net learns to tell points of the plane apart, every unit seen at work; change anything and look again.",
    knobs=(
        Knob("data", "choice", "circle", "data", "Four to tell two classes apart, two to answer with a number.",
             choices=(*clouds.CLASSES, *clouds.NUMBERS)),
        Knob("hidden", "text", "4,2", "hidden", "Units in each hidden layer: up to 6 numbers from 1 to 8, or none."),
        Knob("features", "text", "x1,x2", "features", "Some of x1,x2,x1^2,x2^2,x1x2,sin x1,sin x2, or all."),
        Knob("activation", "choice", "tanh", "φ", "The activation of the hidden units.", choices=nets.ACTIVATIONS),
        Knob("rate", "number", 0.03, "rate ρ", "How far a step goes.", low=1e-5, high=10, log=True, live=True),
        Knob("batch", "integer", 10, "batch", "Points for one step.", low=1, high=250, log=True),
        Knob("noise", "integer", 0, "noise %", "How far the points stray.", low=0, high=50, step=5),
        Knob("optimizer", "choice", "gradient descent", "optimizer", "How a step follows from the gradient.",
             choices=nets.OPTIMIZERS),
        Knob("regularization", "choice", "none", "penalty", "On large weights: L1 on their size, L2 on their squares.",
             choices=("none", "L1", "L2"), live=True),
        Knob("strength", "number", 0.003, "strength λ", "How much the penalty counts.", low=1e-4, high=10, log=True, live=True,
             when=("regularization", ("L1", "L2"))),
        Knob("train", "integer", 50, "train %", "The share of the 500 points to learn from; the rest is to test.",
             low=10, high=90, step=10),
        Knob("show", "choice", "train", "show", "Which points are drawn.",
             choices=("train", "test", "both", "none"), live=True),
        Knob("discretize", "choice", "off", "sides only", "Show only which side an answer is on.",
             choices=("off", "on"), live=True),
        Knob("pin", "text", "", "pin",
             "Holds weights, as layer.unit.input=value: 1.2.1=0.5,1.2.b=0. Emptied, they learn on from there.", live=True),
        Knob("order", "choice", "in order", "order", "How the points come into batches.", choices=nets.ORDERS),
        Knob("start", "choice", "uniform", "start", "The first weights: uniform is within ±0.5, with biases of 0.1.",
             choices=nets.STARTS),
    ),
    metrics=(
        Metric("loss", "loss", "The mean of ½(y − t)² over the training points.", ".4f"),
        Metric("test_loss", "test loss", "The same over the points that it does not learn from.", ".4f"),
        Metric("accuracy", "accuracy", "The share of the training points that are right; numbers, within 0.1.", ".3f"),
        Metric("test_accuracy", "test accuracy", "The same over the points that it does not learn from.", ".3f"),
        Metric("epoch", "epoch", "Passes over the training points.", ".0f"),
        Metric("dead", "dead units", "The share of the hidden units that are flat at every training point.", ".2f"),
    ),
    views=(
        View("boundary", "boundary", "The hidden units' answers over the plane, and the net's, with the points."),
        View("units", "units", "The whole net, every unit as a map of its answers."),
        View("network", "network", "The whole net in numbers: weights and biases."),
        View("loss", "loss", "The loss on training and on test points.", curves=("loss", "test_loss")),
        View("accuracy", "accuracy", "The share of right answers, training and test.", curves=("accuracy", "test_accuracy")),
        *watch.VIEWS,
        View("sweep", "many runs", "Many runs at once that differ in two knobs: a map, a cell a run.",
             sweep=("rate=0.001,0.003,0.01,0.03,0.1,0.3,1,3", "seed=0..7")),
    ),
    source=Source("kernels.mlp", "train"),
    unit="step",
    steps=5000,
    pace=500.0,
    devices=("cpu", "cuda"),
)  # fmt: skip


class Playground:
    """See `tutor.labs.spec.Lab`. One step is one batch. Points, weights and batches all follow from the one seed."""

    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        from kernels import mlp

        net = nets.net_of(knobs)
        nets.read_pins(knobs, net)
        names = clouds.read_features(str(knobs["features"]))
        found = clouds.cloud(str(knobs["data"]), int(knobs["noise"]) / 100, int(knobs["train"]) / 100, seed)
        return {
            "step": scalar(0),
            **begun(net, mlp.parameters(net, str(knobs["start"]), seed)),
            "seed": frozen(scalar(seed)),
            "points": frozen(found.xy),
            "inputs": frozen(clouds.features_of(names, found.xy)),
            "targets": frozen(found.t[:, None]),
            "train": frozen(scalar(found.train)),
        }

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        if steps <= 0:
            return
        net = nets.net_of(knobs)
        train(state, net, _data(state, knobs), nets.rule_of(knobs), steps, nets.read_pins(knobs, net), device)
        state["step"] += steps

    def advance_each(self, states: Sequence[State], knobs: Sequence[Knobs], steps: int, device: str) -> None:
        """See `tutor.labs.spec.Together`: one launch for all nets of one shape, whatever their rates, seeds and points."""
        groups: dict[tuple[object, ...], list[int]] = {}
        for k, own in enumerate(knobs):
            shape = [own[name] for name in ("features", "hidden", "activation", "optimizer", "batch", "order", "train", "pin")]
            groups.setdefault((*shape, nets.is_class(own)), []).append(k)
        for places in groups.values():
            here, first = [states[k] for k in places], knobs[places[0]]
            net, data = nets.net_of(first), [_data(states[k], knobs[k]) for k in places]
            rules = [nets.rule_of(knobs[k]) for k in places]
            train_many(here, net, data, rules, steps, nets.read_pins(first, net), device)
            for state in here:
                state["step"] += steps

    def layers(self, state: State, knobs: Knobs) -> tuple[Layer, ...]:
        net = nets.net_of(knobs)
        return layers_of(state, net, _data(state, knobs), nets.rule_of(knobs), nets.read_pins(knobs, net))

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        report = self._report(state, knobs)
        return {
            "loss": report.loss,
            "test_loss": report.test_loss,
            "accuracy": report.accuracy,
            "test_accuracy": report.test_accuracy,
            "epoch": float(int(report.epoch)),
            "dead": float(report.flat.mean()) if len(report.flat) else 0.0,
        }

    def _report(self, state: State, knobs: Knobs) -> Report:
        net, answers, count = nets.net_of(knobs), nets.asked(state, knobs), int(state["train"][0])
        y, t = answers[-1], state["targets"][:, 0]
        good = nets.right(y, t, nets.is_class(knobs))
        batch = min(int(knobs["batch"]), count)
        hidden = answers[int(net.units[1]) : int(net.units[-2]), :count]
        return Report(
            nets.losses(y[:count], t[:count]),
            nets.losses(y[count:], t[count:]),
            float(good[:count].mean()),
            float(good[count:].mean()),
            int(state["step"][0]) * batch / count,
            0.5 * float(t[:count].var()),
            nets.flat_units(hidden, str(knobs["activation"])),
            float((np.abs(y[:count]) > 0.99).mean()),
        )

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        match name:
            case "boundary":
                return pictures.boundary(state, knobs, size)
            case "units":
                return pictures.units(state, knobs)
            case "network":
                return pictures.network(state, knobs)
        raise ValueError(name)

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        return words(state, knobs, self._report(state, knobs))

    def finished(self, state: State, knobs: Knobs) -> bool:
        return False


def _data(state: State, knobs: Knobs) -> Data:
    """The training points, and how batches are made of them."""
    from kernels import mlp

    count = int(state["train"][0])
    sampling = mlp.BATCHES.index(str(knobs["order"]))
    batch = min(int(knobs["batch"]), count)
    return mlp.Data(state["inputs"][:count], state["targets"][:count], batch, sampling, int(state["seed"][0]))


LAB = Playground()
