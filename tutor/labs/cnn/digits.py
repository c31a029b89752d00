"""The lab `digits`: a small convolutional net learns to read, beside nets and a neighbour that do not convolve."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from tutor.labs import watch
from tutor.labs.cnn import digits_pictures as pictures
from tutor.labs.cnn import nets
from tutor.labs.cnn.sets import NAMES, load, nearest_accuracy
from tutor.labs.spec import Knob, Knobs, LabSpec, Metric, Plug, Source, State, View, Words, frozen, scalar
from tutor.labs.words import said
from tutor.pictures import Picture

if TYPE_CHECKING:
    from kernels.cnn import Net

UPDATES, LARGE, UPDATES_OF_LARGE = 20, 10_000, 100
"""Updates of a step, and of a step on a set with more images than LARGE."""
_TRAINED = 1_000
"""So many of the images to learn from are asked about."""
_RIVALS = ("mlp", "logistic")

SPEC = LabSpec(
    id="digits",
    title="Reading digits",
    summary="A convolutional net learns to read, beside a perceptron of as many parameters and a logistic regression.",
    knobs=(
        Knob("data", "choice", "moved", "data", "Digits of 8 × 8, each somewhere on a canvas of 16 × 16, or centred; or a set "
             "of 28 × 28 that you have added with: dltutor data add mnist.", choices=NAMES),
        *nets.KNOBS,
        Knob("image", "integer", 0, "image", "The held-out image whose feature maps are shown.", low=0, high=399, live=True),
    ),
    metrics=(
        Metric("loss", "loss", "The mean cross-entropy on (at most 1 000 of) the images to learn from."),
        Metric("test_loss", "held out loss", "The same on the held-out images."),
        Metric("accuracy", "accuracy", "The share of the images to learn from that are right (of at most 1 000).", ".3f"),
        Metric("test_accuracy", "held out", "The share of the held-out images that are right.", ".4f"),
        Metric("mlp", "MLP", "The same for a net with one hidden layer and as many parameters, on the same batches.", ".3f"),
        Metric("logistic", "logistic", "The same for a logistic regression.", ".3f"),
        Metric("nearest", "1-NN", "The same when each image is called what its nearest neighbour is called.", ".3f"),
        Metric("epochs", "epochs", "How often every image has been shown.", ".2f"),
        Metric("parameters", "parameters", "Of the convolutional net.", ".0f"),
    ),
    views=(
        View("digits", "digits", "Held-out images with the net's answers; the boxed ones are wrong."),
        View("accuracy", "accuracy", "On held-out images: the net and its three rivals.",
             curves=("test_accuracy", "nearest", "mlp", "logistic")),
        View("filters", "filters", "The kernels of the first convolution."),
        View("maps", "feature maps", "What each layer makes of one image."),
        View("confusion", "confusion", "What each kind of image is called: a row for what it is."),
        View("loss", "loss", "The cross-entropy, learned and held out.", curves=("loss", "test_loss"), y_log=True),
        *watch.VIEWS,
    ),
    source=Source("kernels.convolution", "convolve"),
    unit="round",
    steps=60,
    pace=10.0,
    devices=("cpu", "cuda"),
)  # fmt: skip


class Digits:
    """See `tutor.labs.spec.Lab`."""

    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        found = load(str(knobs["data"]), seed)
        state: State = {
            "step": scalar(0),
            "seed": frozen(scalar(seed)),
            "x": found.x,
            "t": frozen(np.eye(nets.CLASSES, dtype=np.float32)[found.kind]),
            "kind": found.kind,
            "test_x": found.test_x,
            "test_kind": found.test_kind,
            "nearest": frozen(scalar(nearest_accuracy(str(knobs["data"]), seed), np.float64)),
        }
        net = nets.net_of(knobs, found.side)
        state |= nets.begun(net, seed)
        for name in _RIVALS:
            state |= nets.begun(rival_of(name, net), seed, f"{name}_")
        return state

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        from kernels import optimizers

        if steps <= 0:
            return
        net, updates = nets.net_of(knobs, side_of(state)), steps * updates_of(state)
        rule = optimizers.rule(str(knobs["optimizer"]), float(knobs["rate"]))
        nets.train(state, net, int(knobs["batch"]), rule, updates, device=device)
        for name in _RIVALS:
            nets.train(state, rival_of(name, net), int(knobs["batch"]), rule, updates, f"{name}_", device=device)
        state["step"] += steps

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        from kernels import cnn

        net = nets.net_of(knobs, side_of(state))
        loss, accuracy = judged(net, state, state["x"][:_TRAINED], state["kind"][:_TRAINED])
        test_loss, test_accuracy = judged(net, state, state["test_x"], state["test_kind"])
        rivals = {
            name: judged(rival_of(name, net), state, state["test_x"], state["test_kind"], f"{name}_")[1] for name in _RIVALS
        }
        return {
            "loss": loss,
            "test_loss": test_loss,
            "accuracy": accuracy,
            "test_accuracy": test_accuracy,
            **rivals,
            "nearest": float(state["nearest"][0]),
            "epochs": int(state["updates"][0]) * min(int(knobs["batch"]), len(state["x"])) / len(state["x"]),
            "parameters": float(cnn.learned(net)),
        }

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        net, data = nets.net_of(knobs, side_of(state)), str(knobs["data"])
        match name:
            case "digits":
                return pictures.predictions(state, net, data, size)
            case "filters":
                return pictures.filters(state["theta"], net)
            case "maps":
                return pictures.feature_maps(state, net, int(knobs["image"]), data)
            case "confusion":
                return pictures.confusion(state, net, data)
        raise ValueError(name)

    def layers(self, state: State, knobs: Knobs) -> tuple[watch.Layer, ...]:
        return nets.watched_by(knobs, state, side_of(state))

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        found = self.metrics(state, knobs)
        n = len(state["test_kind"])
        right = f"{round(found['test_accuracy'] * n)} of {n} held-out images right ({found['test_accuracy']:.3f})"
        others = f"1-NN {found['nearest']:.3f}, MLP {found['mlp']:.3f}, logistic {found['logistic']:.3f}"
        if not state["step"][0]:
            return Words(f"not trained yet: {right}; 1-NN {found['nearest']:.3f}")
        where = f"epoch {found['epochs']:.1f}: {right}; {others}"
        return Words(where, nets.broken(state, float(knobs["rate"])) or _trouble(found, float(knobs["rate"])))

    def finished(self, state: State, knobs: Knobs) -> bool:
        return False


def rival_of(name: str, net: Net) -> Net:
    """A net that takes the same images without convolution: "logistic", or "mlp" with about as many parameters as `net`."""
    from kernels import cnn

    image = cnn.shapes(net)[0]
    hidden = max(1, round((cnn.learned(net) - nets.CLASSES) / (math.prod(image) + 1 + nets.CLASSES)))
    layers = [cnn.dense(nets.CLASSES)] if name == "logistic" else [cnn.dense(hidden, "relu"), cnn.dense(nets.CLASSES)]
    return cnn.net(image, layers)


def side_of(state: State) -> int:
    """Pixels along the side of an image."""
    return math.isqrt(state["x"].shape[1])


def updates_of(state: State) -> int:
    """Updates of one step."""
    return UPDATES if len(state["x"]) <= LARGE else UPDATES_OF_LARGE


def judged(net: Net, state: State, x: np.ndarray, kind: np.ndarray, prefix: str = "") -> tuple[float, float]:
    """The mean cross-entropy of a net of the state on x, and the share of it that is right."""
    logits = nets.answers(net, state[f"{prefix}theta"], x).astype(np.float64)
    with np.errstate(all="ignore"):  # a net whose numbers have ended is judged too
        logits = logits - logits.max(axis=1, keepdims=True)
        loss = np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(len(kind)), kind]
    return float(loss.mean()), float(np.mean(logits.argmax(axis=1) == kind))


def _trouble(found: dict[str, float], rate: float) -> str:
    """What stands in the way of learning, or empty."""
    chance = math.log(nets.CLASSES)
    if found["loss"] > 1.5 * chance:
        return f"the loss is above that of guessing: the rate {said(rate)} is too large"
    if found["epochs"] >= 1 and found["loss"] > 0.97 * chance:
        size = "small" if rate < 1e-3 else "large"
        return f"a plateau at the loss of guessing: the rate {said(rate)} is too {size}"
    if found["accuracy"] > 0.99 and found["test_accuracy"] < found["accuracy"] - 0.05:
        return "it knows the images to learn from by heart, and reads others worse"
    return ""


LAB = Digits()
