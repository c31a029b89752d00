"""The lab `end-to-end`: three hidden layers bend the space until a straight line in the last one, of two units, is enough."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs import end_to_end_pictures as pictures
from tutor.labs import watch
from tutor.labs.end_to_end_data import PLANE, labelled, read_digits
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

_BASELINE_UPDATES, _BASELINE_RATE = 400, 0.1
_STILL = 1e-6
"""A unit whose answers differ by less than this is constant."""

SPEC = LabSpec(
    id="end-to-end",
    title="End to end",
    summary="Three hidden layers straighten the data out until, in the last one, a straight line divides the classes.",
    knobs=(
        Knob("data", "choice", "spiral", "data", "What there is to tell apart.", choices=(*PLANE, "digits")),
        Knob("classes", "text", "0,1,2", "digits", "From two to eight different digits.", when=("data", ("digits",))),
        Knob("turns", "number", 1.0, "turns", "How often the arms go round.", low=0.25, high=2.5, step=0.25,
             when=("data", ("spiral",))),
        Knob("noise", "number", 0.1, "noise", "How far the points stray from their shape.", low=0, high=0.5, step=0.05,
             when=("data", PLANE)),
        Knob("hidden", "integer", 16, "units", "Units in the first and in the second hidden layer; the third has two.",
             low=1, high=64, log=True),
        Knob("activation", "choice", "tanh", "activation φ", "Of all hidden units.",
             choices=("tanh", "relu", "leaky relu", "elu", "gelu", "sigmoid", "linear")),
        Knob("optimizer", "choice", "adam", "optimizer", "How a step follows from the gradient.",
             choices=("adam", "gradient descent", "momentum", "nesterov", "rmsprop", "adagrad")),
        Knob("rate", "number", 0.01, "rate ρ", "The learning rate.", low=1e-5, high=10, log=True, live=True),
        Knob("batch", "integer", 20, "batch", "Examples for one update.", low=1, high=200, log=True),
    ),
    metrics=(
        Metric("loss", "loss", "The mean cross-entropy on the examples to learn from."),
        Metric("test_loss", "held out loss", "The same on held-out examples."),
        Metric("accuracy", "accuracy", "The share of the examples to learn from that are right.", ".3f"),
        Metric("test_accuracy", "held out", "On held-out examples: a logistic regression on the last hidden layer.", ".3f"),
        Metric("baseline", "on the input", "Held-out accuracy of a logistic regression on the input itself.", ".3f"),
        Metric("dead", "dead units", "The share of the hidden units that are constant over all examples.", ".2f"),
    ),
    views=(
        View("spaces", "input and hidden", "The input space, and the same examples in the last hidden layer."),
        View("grid", "grid", "A grid laid over the plane, and where the hidden layers take it."),
        View("accuracy", "accuracy", "On held-out examples: the net against a logistic regression on the input.",
             curves=("test_accuracy", "accuracy", "baseline")),
        View("loss", "loss", "The cross-entropy, learned and held out.", curves=("loss", "test_loss"), y_log=True),
        *watch.VIEWS,
    ),
    source=Source("kernels.mlp", "train"),
    unit="epoch",
    steps=300,
    pace=10.0,
)  # fmt: skip


class EndToEnd:
    """See `tutor.labs.spec.Lab`."""

    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        from kernels import mlp

        examples = labelled(knobs, seed)
        n, classes = examples.train, examples.classes
        net = net_of(knobs, examples.x.shape[1], classes)
        x, t = examples.x[:n], np.eye(classes, dtype=np.float32)[examples.kind[:n]]
        return {
            "step": scalar(0),
            **begun(net, mlp.parameters(net, "glorot", seed)),
            "seed": frozen(scalar(seed, np.int64)),
            "x": frozen(x),
            "t": frozen(t),
            "kind": frozen(examples.kind[:n]),
            "test_x": frozen(examples.x[n:]),
            "test_kind": frozen(examples.kind[n:]),
            "line": frozen(_logistic_regression(x, t)),
        }

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        if steps <= 0:
            return
        net, data, rule = _task(state, knobs)
        train(state, net, data, rule, steps * math.ceil(len(data.x) / data.batch))
        state["step"] += steps

    def layers(self, state: State, knobs: Knobs) -> tuple[Layer, ...]:
        return layers_of(state, *_task(state, knobs))

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        net, theta = net_of(knobs, *_shape(state)), state["theta"]
        units = responses(net, theta, state["x"], int(net.units[1]))
        classes = int(net.sizes[-1])
        loss, accuracy = judged(units[-classes:].T, state["kind"])
        test = responses(net, theta, state["test_x"], int(net.units[-2])).T
        test_loss, test_accuracy = judged(test, state["test_kind"])
        line = logits_of(state["line"], state["test_x"], classes)
        return {
            "loss": loss,
            "test_loss": test_loss,
            "accuracy": accuracy,
            "test_accuracy": test_accuracy,
            "baseline": judged(line, state["test_kind"])[1],
            "dead": float(np.mean(np.ptp(units[:-classes], axis=1) < _STILL)),
        }

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        net = net_of(knobs, *_shape(state))
        match name:
            case "spaces":
                return pictures.spaces(state, net, str(knobs["activation"]), names_of(knobs), size)
            case "grid" if knobs["data"] in PLANE:
                return pictures.folded(state, net, str(knobs["activation"]))
            case "grid":
                return pictures.no_grid()
        raise ValueError(name)

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        found = self.metrics(state, knobs)
        n, epochs = len(state["x"]), int(state["step"][0])
        right = round(found["accuracy"] * n)
        test = f"held out {found['test_accuracy']:.3f}; a line on the input: {found['baseline']:.3f}"
        if not epochs:
            return Words(f"not trained yet: {right} of {n} right; {test}")
        where = f"after {counted(epochs, 'epoch')} {right} of {n} right; {test}"
        return Words(where, broken(state, float(knobs["rate"])) or _trouble(state, found, knobs, epochs))

    def finished(self, state: State, knobs: Knobs) -> bool:
        return False


def _task(state: State, knobs: Knobs) -> tuple[Net, Data, Rule]:
    """What the net learns, and how."""
    from kernels import mlp, optimizers

    batch = min(int(knobs["batch"]), len(state["x"]))
    data = mlp.data(state["x"], state["t"], batch, "shuffled", int(state["seed"][0]))
    return net_of(knobs, *_shape(state)), data, optimizers.rule(str(knobs["optimizer"]), float(knobs["rate"]))


def net_of(knobs: Knobs, inputs: int, classes: int) -> Net:
    """The net: input, two hidden layers of `hidden` units, one of two, and a logistic regression on those two."""
    from kernels import mlp

    hidden = int(knobs["hidden"])
    return mlp.net((inputs, hidden, hidden, 2, classes), str(knobs["activation"]), loss="cross-entropy")


def judged(logits: Array, kind: Array) -> tuple[float, float]:
    """The mean cross-entropy of logits (m, classes), and the share of the examples whose class is the largest."""
    with np.errstate(all="ignore"):  # a net whose numbers have ended is judged too
        logits = logits.astype(np.float64)
        logits = logits - logits.max(axis=1, keepdims=True)
        loss = np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(len(kind)), kind]
    return float(loss.mean()), float(np.mean(logits.argmax(axis=1) == kind))


def logits_of(theta: Array, x: Array, classes: int) -> Array:
    """(m, classes): what a logistic regression says of x (m, d). theta: its W (classes, d), then b."""
    inputs = x.shape[1]
    return np.asarray(x @ theta[: classes * inputs].reshape(classes, inputs).T + theta[classes * inputs :])


def _logistic_regression(x: Array, t: Array) -> Array:
    """The baseline: theta of a net without a hidden layer, trained on the same examples."""
    from kernels import mlp, optimizers

    net = mlp.net((x.shape[1], t.shape[1]), loss="cross-entropy")
    state = begun(net, mlp.parameters(net, "zero"))
    train(state, net, mlp.data(x, t, len(x), "in order"), optimizers.rule("adam", _BASELINE_RATE), _BASELINE_UPDATES)
    return state["theta"]


def _shape(state: State) -> tuple[int, int]:
    return state["x"].shape[1], state["t"].shape[1]


def _trouble(state: State, found: dict[str, float], knobs: Knobs, epochs: int) -> str:
    """What stands in the way of learning, or empty."""
    classes, rate = state["t"].shape[1], float(knobs["rate"])
    chance = float(np.bincount(state["kind"]).max()) / len(state["kind"])
    stuck = found["loss"] > 0.97 * math.log(classes)
    if stuck and found["loss"] > 1.5 * math.log(classes):
        return f"the loss is above that of guessing: the rate {said(rate)} is too large"
    if found["dead"] > 0.3:
        return f"{found['dead']:.0%} of the hidden units are constant over all examples and learn nothing any more"
    if epochs >= 20 and stuck and rate < 1e-3:
        return f"a plateau at the loss of guessing: the rate {said(rate)} is too small"
    if epochs >= 20 and stuck:
        return f"a plateau at the loss of guessing, where {chance:.0%} are right"
    never = _never_answered(state, knobs)
    if epochs >= 20 and never:
        return f"no example gets the answer {never}: in the hidden layer its class lies where another one does"
    if knobs["activation"] == "linear" and found["test_accuracy"] < found["baseline"] + 0.05 and found["baseline"] < 0.9:
        return "with a linear activation three layers are one: a straight line on the input is all there is"
    if found["loss"] < 0.1 and found["test_loss"] > 5 * found["loss"] + 0.3:
        return "the net has learned its examples by heart: on held-out ones the loss is far larger"
    return ""


def _never_answered(state: State, knobs: Knobs) -> str:
    """The name of a class that the net never answers, or empty."""
    net = net_of(knobs, *_shape(state))
    answers = responses(net, state["theta"], state["x"], int(net.units[-2])).argmax(axis=0)
    missing = np.flatnonzero(np.bincount(answers, minlength=int(net.sizes[-1])) == 0)
    return names_of(knobs)[int(missing[0])] if missing.size else ""


def names_of(knobs: Knobs) -> tuple[str, ...]:
    """What the classes are called."""
    return ("one", "other") if knobs["data"] in PLANE else tuple(str(digit) for digit in read_digits(str(knobs["classes"])))


LAB = EndToEnd()
