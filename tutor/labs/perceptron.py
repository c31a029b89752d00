"""The lab `perceptron`: one neuron that learns from its mistakes, and the bound that they cannot exceed."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tutor.errors import DeviceProblem
from tutor.labs import perceptron_pictures as pictures
from tutor.labs import perceptron_plug as plugged
from tutor.labs.plane import augmented
from tutor.labs.sets import LOGIC, Examples, blobs, digit_pair, logic, overlap, read_classes
from tutor.labs.spec import Knob, Knobs, LabSpec, Metric, Plug, Socket, Source, State, View, Words, frozen, scalar
from tutor.labs.words import said
from tutor.pictures import Picture
from tutor.words import tr

_DATA = (*LOGIC, "blobs", "overlap", "digits")

SPEC = LabSpec(
    id="perceptron",
    title="The perceptron",
    summary="Watch a neuron find its weights: it moves only when it is wrong, and on separable data it is not wrong for ever.",
    knobs=(
        Knob("data", "choice", "and", "data", "What there is to learn.", choices=_DATA),
        Knob("rate", "number", 1.0, "rate ρ", "How far one mistake moves the weights.", low=0.01, high=10, log=True, live=True),
        Knob(
            "margin",
            "number",
            0.2,
            "margin γ",
            "The room on either side of a line between the blobs.",
            low=0.05,
            high=1,
            step=0.05,
            when=("data", ("blobs",)),
        ),
        Knob(
            "noise",
            "number",
            0.6,
            "noise",
            "How far the points of a blob spread.",
            low=0.3,
            high=1.5,
            step=0.1,
            when=("data", ("overlap",)),
        ),
        Knob(
            "n",
            "integer",
            60,
            "points",
            "Both classes together.",
            low=4,
            high=400,
            step=10,
            when=("data", ("blobs", "overlap")),
        ),
        Knob(
            "classes",
            "text",
            "0,1",
            "digits",
            "Two different digits: the first is −1, the second +1.",
            when=("data", ("digits",)),
        ),
        Knob("order", "choice", "shuffled", "order", "How the examples come in each pass.", choices=("shuffled", "cyclic")),
    ),
    metrics=(
        Metric("mistakes", "mistakes", "Examples that were wrong when they were shown; each has moved the weights.", ".0f"),
        Metric("errors", "errors", "Training examples that are wrong now.", ".0f"),
        Metric("accuracy", "accuracy", "The share of the training examples that are right now.", ".3f"),
        Metric("test_accuracy", "held out", "The same on examples never learned from; without any, the accuracy.", ".3f"),
        Metric("bound", "bound", "The most mistakes there can be, (R/γ)²; infinite without a separating line.", ".4g"),
        Metric("loss", "loss", "The perceptron's criterion, the mean of max(0, −t·wᵀx)."),
        Metric("epoch", "epoch", "Passes over all the examples.", ".0f"),
    ),
    views=(
        View("boundary", "boundary", "What the neuron says over the plane; for digits, its weights and what is wrong."),
        View(
            "mistakes",
            "mistakes and their bound",
            "Mistakes so far against the bound.",
            curves=("mistakes", "bound"),
            y_log=True,
        ),
        View("errors", "errors", "Examples wrong at each step.", curves=("errors",)),
        View("loss", "loss", "The criterion at each step.", curves=("loss",)),
        View("accuracy", "accuracy", "On training examples and on held-out ones.", curves=("accuracy", "test_accuracy")),
        View("weights", "weights", "The neuron with its weights, at the example shown last."),
    ),
    source=Source("kernels.perceptron", "train"),
    unit="example",
    steps=50_000,
    pace=8.0,
    socket=Socket(
        "update",
        "update(w, b, x, t, rate)",
        "Called for each example shown; returns the new w and b. w, x: arrays of one number an input; t: −1 or +1.",
    ),
    devices=("cpu", "cuda"),
)


class Perceptron:
    """See `tutor.labs.spec.Lab`. The last weight is the bias: the inputs have a last column of ones."""

    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        from kernels.margin import best_margin

        examples = examples_of(knobs, seed)
        x, n = augmented(examples.x), len(examples.x)
        best = best_margin(x, examples.t)
        return {
            "step": scalar(0),
            "w": np.zeros(x.shape[1], np.float32),
            "order": np.arange(n, dtype=np.int32),
            "tally": np.zeros(2, np.int64),
            # The bound counts from the last change of the rate: the weights, the mistakes and the rate of that moment.
            "since_w": np.zeros(x.shape[1], np.float32),
            "since_mistakes": scalar(0),
            "since_rate": scalar(0.0, np.float64),
            "seed": frozen(scalar(seed, np.uint64)),
            "x": frozen(x),
            "t": frozen(examples.t),
            "test_x": frozen(augmented(examples.test_x)),
            "test_t": frozen(examples.test_t),
            "direction": frozen(best.direction),
            "gamma": frozen(scalar(best.gamma, np.float64)),
            "radius": frozen(scalar(best.radius, np.float64)),
        }

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        if steps <= 0:
            return
        rate, shuffled = float(knobs["rate"]), knobs["order"] == "shuffled"
        if state["since_rate"][0] != rate:
            state["since_w"][:] = state["w"]
            state["since_mistakes"][0] = state["tally"][0]
            state["since_rate"][0] = rate
        if plug is not None:
            plugged.train(plug, state, rate, shuffled, steps)
            return
        kernel = _kernels(device)
        kernel.train(
            state["w"], state["order"], state["tally"], state["x"], state["t"],
            int(state["seed"][0]), rate, shuffled, int(state["step"][0]), steps,
        )  # fmt: skip
        state["step"] += steps

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        from kernels.perceptron import criterion, errors

        w, n, held_out = state["w"], len(state["t"]), len(state["test_t"])
        wrong = errors(w, state["x"], state["t"])
        accuracy = 1 - wrong / n
        return {
            "mistakes": float(state["tally"][0]),
            "errors": float(wrong),
            "accuracy": accuracy,
            "test_accuracy": 1 - errors(w, state["test_x"], state["test_t"]) / held_out if held_out else accuracy,
            "bound": bound(state, float(knobs["rate"])),
            "loss": float(criterion(w, state["x"], state["t"])),
            "epoch": float(state["step"][0] // n),
        }

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        digits = read_classes(str(knobs["classes"])) if knobs["data"] == "digits" else None
        match name:
            case "boundary" if digits:
                return pictures.digit_boundary(state, digits, size)
            case "boundary":
                return pictures.boundary(state, str(knobs["data"]), size)
            case "weights" if digits:
                return pictures.weights(state, digits)
            case "weights":
                return pictures.network(state)
        raise ValueError(name)

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        from kernels.perceptron import errors

        n, mistakes = len(state["t"]), int(state["tally"][0])
        right = n - errors(state["w"], state["x"], state["t"])
        most = bound(state, float(knobs["rate"]))
        after = pictures.after_mistakes(mistakes)
        if state["step"][0] == 0:
            return Words(tr("no example has been shown yet, and every weight is 0"))
        if right == n:
            every = tr("every digit") if knobs["data"] == "digits" else tr("every point")
            summary = tr(
                "{every} is right {after}; the bound allows {most}", every=every, after=after, most=said(math.floor(most), 9)
            )
        else:
            summary = tr("{right} of {n} right", right=right, n=n) + f" {after}"
        if len(state["test_t"]):
            held_out = len(state["test_t"])
            wrong = errors(state["w"], state["test_x"], state["test_t"])
            summary += "; " + tr("held out: {right} of {n} right", right=held_out - wrong, n=held_out)
        trouble = self._trouble(state, knobs, mistakes, most)
        return Words(summary if right == n or trouble else f"{summary}; " + tr("still learning"), trouble)

    def _trouble(self, state: State, knobs: Knobs, mistakes: int, most: float) -> str:
        if mistakes > most:
            told = "more mistakes than the bound of {most} allows: this update is not the perceptron's"
            return tr(told, most=said(math.floor(most), 9))
        if state["gamma"][0] > 0 or state["step"][0] < 3 * len(state["t"]):
            return ""
        if knobs["data"] == "xor":
            return tr("no line separates XOR: at most 3 of 4 can be right, and the mistakes never end")
        return tr("no line separates these points, so the mistakes never end")

    def finished(self, state: State, knobs: Knobs) -> bool:
        """A whole pass, from its first example to its last, has gone by without a mistake."""
        n, step, streak = len(state["t"]), int(state["step"][0]), int(state["tally"][1])
        return streak >= n + step % n


def examples_of(knobs: Knobs, seed: int) -> Examples:
    """The examples that these knobs name. Raises BadData."""
    match str(knobs["data"]):
        case "blobs":
            return blobs(int(knobs["n"]), float(knobs["margin"]), seed)
        case "overlap":
            return overlap(int(knobs["n"]), float(knobs["noise"]), seed)
        case "digits":
            return digit_pair(read_classes(str(knobs["classes"])))
        case name:
            return logic(name)


def bound(state: State, rate: float) -> float:
    """Novikoff's bound on all the mistakes of this run; it is counted anew from each change of the rate."""
    from kernels.margin import Margin, mistake_bound

    margin = Margin(state["direction"], float(state["gamma"][0]), float(state["radius"][0]))
    return float(state["since_mistakes"][0]) + mistake_bound(margin, float(state["since_rate"][0]) or rate, state["since_w"])


def _kernels(device: str) -> Any:
    """The module that trains on this device. Raises DeviceProblem."""
    if device == "cpu":
        from kernels import perceptron as on_cpu

        return on_cpu
    from kernels.cuda.device import why_not

    reason = why_not()
    if reason:
        raise DeviceProblem(f"CUDA cannot be used here: {reason}", "run on the cpu")
    from kernels.cuda import perceptron as on_cuda

    return on_cuda


LAB = Perceptron()
