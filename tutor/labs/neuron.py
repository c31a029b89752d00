"""The lab `neuron`: one formal neuron, its weights turned by hand. Nothing trains here; the knobs are all there is."""

from __future__ import annotations

import numpy as np

from tutor.labs import neuron_pictures as pictures
from tutor.labs.neuron_answers import ACTIVATIONS, answers, margin
from tutor.labs.spec import Knob, Knobs, LabSpec, Metric, Plug, Source, State, View, Words, scalar
from tutor.pictures import Picture
from tutor.words import tr

_TABLES = ("and", "or", "nand", "not", "xor")
_TWO_INPUTS = ("and", "or", "nand", "xor")
SPEC = LabSpec(
    id="neuron",
    title="The formal neuron",
    summary="Set two weights and a bias by hand, and see which questions one neuron can answer.",
    knobs=(
        Knob("w1", "number", 0.0, "w1", "The weight of the first input.", low=-5, high=5, step=0.25, live=True),
        Knob(
            "w2",
            "number",
            0.0,
            "w2",
            "The weight of the second input.",
            low=-5,
            high=5,
            step=0.25,
            live=True,
            when=("data", _TWO_INPUTS),
        ),
        Knob("b", "number", 0.0, "bias b", "Added to the sum: moves the boundary.", low=-5, high=5, step=0.25, live=True),
        Knob("activation", "choice", "step", "φ", "What is made of the sum.", choices=ACTIVATIONS, live=True),
        Knob("data", "choice", "and", "data", "The truth table to answer.", choices=_TABLES, live=True),
        Knob("point", "choice", "11", "row", "The inputs whose sum is written out.", choices=pictures.ROWS, live=True),
    ),
    metrics=(
        Metric("accuracy", "accuracy", "The share of the rows that are answered right.", ".2f"),
        Metric("errors", "errors", "Rows that are answered wrong.", ".0f"),
        Metric("loss", "loss", "The mean of (φ(wᵀx + b) − t)² over the rows."),
        Metric("margin", "margin", "From the boundary to the nearest row; negative when a row is on the wrong side."),
    ),
    views=(
        View("boundary", "boundary", "The neuron's answer over the plane, the rows on it, and the weights as an arrow."),
        View("surface", "surface", "The same answer as a relief."),
        View("network", "neuron", "The neuron with its numbers, and the sum written out."),
        View("truth", "truth table", "Each row: the sum, the answer, and what it should be."),
    ),
    source=Source("kernels.neuron", "neuron"),
    steps=1,
    trains=False,
)


class Neuron:
    """See `tutor.labs.spec.Lab`."""

    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        return {"step": scalar(0)}

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        state["step"] += steps

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        a = answers(knobs)
        wrong = int((~a.right).sum())
        return {
            "accuracy": 1 - wrong / len(a.t),
            "errors": float(wrong),
            "loss": float(np.mean((a.y.astype(np.float64) - a.t) ** 2)),
            "margin": margin(a),
        }

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        a = answers(knobs)
        match name:
            case "boundary":
                return pictures.boundary(a, size)
            case "surface":
                return pictures.surface(a)
            case "network":
                return pictures.network(a, str(knobs["point"]))
            case "truth":
                return pictures.truth(a)
        raise ValueError(name)

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        a = answers(knobs)
        n, right = len(a.t), int(a.right.sum())
        title = a.name.upper()
        if right == n:
            return Words(tr("{right} of {n} right: this neuron computes {title}", right=right, n=n, title=title))
        summary = tr("{right} of {n} right for {title}", right=right, n=n, title=title)
        if a.name == "xor":
            if right == 3:
                return Words(summary, tr("no line separates XOR: 3 of 4 is the most that one neuron can get right"))
            return Words(summary)
        if not any(a.w):
            return Words(summary, tr("every weight is 0, so the inputs make no difference"))
        return Words(summary)

    def finished(self, state: State, knobs: Knobs) -> bool:
        return True


LAB = Neuron()
