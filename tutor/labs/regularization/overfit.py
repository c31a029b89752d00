"""The lab `overfit`: a net with more weights than it needs, labels of which some are wrong, and every way to hold it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs.regularization import nets, pictures, plugged
from tutor.labs.regularization.nets import Recipe, judged_on, net_of
from tutor.labs.regularization.split import AUGMENTS, augmented, split
from tutor.labs.spec import Knob, Knobs, LabSpec, Metric, Plug, Socket, Source, State, View, Words, frozen, scalar
from tutor.labs.training import broken, responses
from tutor.labs.watch import VIEWS, Layer
from tutor.labs.watch_net import layers_of
from tutor.labs.words import counted, said
from tutor.pictures import Picture

if TYPE_CHECKING:
    from kernels.mlp import Net

Array = NDArray[Any]
_AMOUNTS = ("0", "0.0001", "0.0003", "0.001", "0.003", "0.01", "0.03", "0.1", "0.3")

SPEC = LabSpec(
    id="overfit",
    title="Overfitting",
    summary="A large net, a few digits, some wrong labels: it learns them by heart, unless something holds it back.",
    knobs=(
        Knob("n", "integer", 400, "examples", "Digits to learn from; 200 more watch, and the rest test.",
             low=10, high=1200, log=True),
        Knob("noise", "number", 0.2, "wrong labels", "The share of wrong labels, where it learns and where it watches.",
             low=0, high=0.8, step=0.05),
        Knob("hidden", "integer", 256, "units", "Units of each hidden layer.", low=1, high=512, log=True),
        Knob("layers", "integer", 2, "layers", "Hidden layers.", low=1, high=4),
        Knob("l2", "choice", "0", "L2", "½·L2·‖w‖² is added to the loss.", choices=_AMOUNTS, live=True),
        Knob("l1", "choice", "0", "L1", "L1·Σ|w| is added to the loss.", choices=_AMOUNTS, live=True),
        Knob("dropout", "number", 0.0, "dropout", "The share of the hidden units that is dropped, anew in each step.",
             low=0, high=0.9, step=0.1, live=True),
        Knob("augment", "choice", "none", "augment", "How digits are changed in each epoch.", choices=AUGMENTS, live=True),
        Knob("patience", "integer", 0, "patience", "Epochs without a better validation loss before it stops; 0: it never does.",
             low=0, high=100, live=True),
        Knob("rate", "number", 0.001, "rate ρ", "Adam's learning rate.", low=1e-5, high=1, log=True, live=True),
        Knob("batch", "integer", 32, "batch", "Examples for one update.", low=1, high=400, log=True),
    ),
    metrics=(
        Metric("loss", "loss", "The cross-entropy on what it learns from, wrong labels included."),
        Metric("valid_loss", "validation loss", "The same on the digits that watch."),
        Metric("test_loss", "test loss", "The same on the rest, where every label is right."),
        Metric("accuracy", "learned", "The share of the labels to learn from that it gives back.", ".3f"),
        Metric("test_accuracy", "test accuracy", "The share of the test digits that it gets right.", ".3f"),
        Metric("memorized", "by heart", "The share of the wrong labels that it gives back as they stand.", ".3f"),
        Metric("weight", "mean |w|", "The mean size of a weight."),
        Metric("zeros", "weights at 0", "The share of the weights that are exactly 0.", ".3f"),
        Metric("stopped", "stopped at", "The epoch at which it stopped early; 0: it has not.", ".0f"),
    ),
    views=(
        View("curves", "loss", "On what it learns from, on what watches, and on the test.",
             curves=("loss", "valid_loss", "test_loss")),
        View("accuracy", "accuracy", "What it learned, what it can, and what it knows by heart.",
             curves=("accuracy", "test_accuracy", "memorized")),
        View("weights", "weights", "The weights of each layer."),
        View("thinned", "thinned net", "Which units took part in the last step, for its first example; a few of each layer."),
        View("data", "data", "What it learned from in this epoch; where the label is wrong, both are shown."),
        *VIEWS,
    ),
    source=Source("kernels.thinned", "train"),
    unit="epoch",
    steps=100,
    pace=10.0,
    socket=Socket(
        "dropout",
        "dropout(a, d, keep, u)",
        "Called for each hidden layer; returns the thinned a and the gradient that goes on to a. a, d, u: (batch, units).",
        rival="the same net with other units dropped",
    ),
)  # fmt: skip


class Overfit:
    """See `tutor.labs.spec.Lab`."""

    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        found = split(int(knobs["n"]), float(knobs["noise"]), seed)
        return {
            "step": scalar(0),
            **nets.started(recipe_of(knobs), seed),
            "seed": frozen(scalar(seed, np.int64)),
            "x": frozen(found.x),
            "given": frozen(found.given),
            "true": frozen(found.true),
            "valid_x": frozen(found.valid_x),
            "valid_given": frozen(found.valid_given),
            "test_x": frozen(found.test_x),
            "test_true": frozen(found.test_true),
        }

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        recipe, seed = recipe_of(knobs), int(state["seed"][0])
        for _ in range(max(0, steps)):
            if plug is not None:
                plugged.epoch(plug, state, recipe, seed)
            else:
                nets.epoch(state, recipe, state["x"], state["given"], state["valid_x"], state["valid_given"], seed)
            state["step"] += 1

    def layers(self, state: State, knobs: Knobs) -> tuple[Layer, ...]:
        recipe, seed = recipe_of(knobs), int(state["seed"][0])
        return layers_of(state, *nets.task(recipe, state["x"], state["given"], seed))

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        from kernels import mlp

        net, theta = net_of(recipe_of(knobs)), state["theta"]
        loss, accuracy = judged_on(net, theta, state["x"], state["given"])
        test_loss, test_accuracy = judged_on(net, theta, state["test_x"], state["test_true"])
        weights = np.concatenate([w.ravel() for w, _ in mlp.views(net, theta)])
        return {
            "loss": loss,
            "valid_loss": judged_on(net, theta, state["valid_x"], state["valid_given"])[0],
            "test_loss": test_loss,
            "accuracy": accuracy,
            "test_accuracy": test_accuracy,
            "memorized": _memorized(net, state),
            "weight": float(np.abs(weights).mean()),
            "zeros": float(np.mean(weights == 0)),
            "stopped": float(state["stopped"][0]),
        }

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        recipe, seed = recipe_of(knobs), int(state["seed"][0])
        match name:
            case "weights":
                return pictures.weights(net_of(recipe), state["theta"])
            case "thinned":
                return pictures.thinned(state, recipe, size)
            case "data":
                seen = augmented(state["x"], recipe.augment, seed, max(0, int(state["epochs"][0]) - 1))
                return pictures.data(seen, state["given"], state["true"])
        raise ValueError(name)

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        found, step = self.metrics(state, knobs), int(state["step"][0])
        learned = f"learned {found['accuracy']:.0%} of its labels, {found['memorized']:.0%} of the wrong ones"
        summary = f"after {counted(step, 'epoch')}: {learned}; test {found['test_accuracy']:.3f}"
        if not step:
            return Words(f"not trained yet: {counted(state['theta'].size, 'weight')} for {counted(len(state['x']), 'example')}")
        if state["stopped"][0]:
            summary = (
                f"stopped at epoch {state['stopped'][0]}, back at the weights of epoch {state['best_epoch'][0]}; {summary}"
            )
        return Words(summary, broken(state, float(knobs["rate"])) or _trouble(found, knobs, step))

    def finished(self, state: State, knobs: Knobs) -> bool:
        return bool(state["stopped"][0])


def recipe_of(knobs: Knobs) -> Recipe:
    """How these knobs make the net learn."""
    return Recipe(
        hidden=int(knobs["hidden"]),
        layers=int(knobs["layers"]),
        rate=float(knobs["rate"]),
        batch=int(knobs["batch"]),
        l1=float(knobs["l1"]),
        l2=float(knobs["l2"]),
        dropout=float(knobs["dropout"]),
        augment=str(knobs["augment"]),
        patience=int(knobs["patience"]),
    )


def _memorized(net: Net, state: State) -> float:
    """Of the examples whose label is wrong, the share that the net answers with that label; 0 where all are right."""
    wrong = np.flatnonzero(state["given"] != state["true"])
    if not wrong.size:
        return 0.0
    answers = responses(net, state["theta"], state["x"][wrong], int(net.units[-2])).argmax(axis=0)
    return float(np.mean(answers == state["given"][wrong]))


def _trouble(found: dict[str, float], knobs: Knobs, step: int) -> str:
    """What goes wrong, or empty."""
    if found["memorized"] > 0.8:
        return "it has learned wrong labels by heart: what it says about new digits is worse for it"
    if step >= 10 and found["accuracy"] < 0.3 and float(knobs["noise"]) < 0.5:
        held = " or ".join(name for name, on in (("L2", knobs["l2"] != "0"), ("L1", knobs["l1"] != "0"),
                                                  ("dropout", float(knobs["dropout"]) > 0.7)) if on)  # fmt: skip
        return f"it hardly learns anything: {held} is too strong" if held else "it hardly learns anything"
    if step >= 10 and found["test_loss"] > 3 * found["loss"] + 0.5:
        return f"the test loss is {said(found['test_loss'] / max(found['loss'], 1e-9), 2)} times the loss: it overfits"
    return ""


LAB = Overfit()
