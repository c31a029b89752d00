"""The lab `resnet`: a plain net and three residual ones of the same depth, trained side by side on the same batches."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs.depth import nets
from tutor.labs.depth.data import dealt
from tutor.labs.depth.nets import KINDS, Shape
from tutor.labs.spec import Knob, Knobs, LabSpec, Metric, Plug, Source, State, View, Words, frozen, scalar
from tutor.labs.watch import VIEWS, Layer
from tutor.labs.words import counted
from tutor.pictures import Bars, Lines, Picture, Series

Array = NDArray[Any]
_KEYS = ("plain", "naive", "zero", "share")
_SHOWN = 128

SPEC = LabSpec(
    id="resnet",
    title="Plain and residual",
    summary="Four nets of one depth, trained on the same batches: plain, and residual in three ways.",
    knobs=(
        Knob("depth", "integer", 40, "layers", "Of each net, beside the first and the last; even.", low=2, high=40, step=2),
        Knob("width", "integer", 32, "units", "Of each layer.", low=4, high=128, log=True),
        Knob("rate", "number", 0.003, "rate ρ", "Of all four, with momentum 0.9.", low=1e-5, high=1, log=True, live=True),
        Knob("batch", "integer", 32, "batch", "Examples for one update.", low=2, high=256, log=True),
        Knob("inside", "choice", "plain", "look into", "Which of the four the views 'layers' and 'update size' look into.",
             choices=KINDS, live=True),
    ),
    metrics=(
        Metric("plain", "plain", "Held-out accuracy of the plain net.", ".3f"),
        Metric("naive", "naive", "Of the residual net whose blocks start like any other layers.", ".3f"),
        Metric("zero", "zero start", "Of the residual net whose blocks start at 0.", ".3f"),
        Metric("share", "1/n", "Of the residual net whose blocks are scaled by 1/n, n being their number.", ".3f"),
    ),
    views=(
        View("accuracy", "accuracy", "Held-out accuracy of all four.", curves=_KEYS),
        View("now", "now", "Held-out accuracy as it is now."),
        View("gradient", "gradient", "The size of the gradient by layer, in all four."),
        *VIEWS,
    ),
    source=Source("kernels.deep", "backward"),
    unit="epoch",
    steps=20,
    pace=1.0,
    devices=("cpu", "cuda"),
)  # fmt: skip


class ResNet:
    """See `tutor.labs.spec.Lab`. The arrays of the net number k have names that end in _k."""

    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        state: State = {"step": scalar(0), "seed": frozen(scalar(seed, np.int64)), **dealt()}
        for k, shape in enumerate(shapes(knobs)):
            state |= {f"{name}_{k}": array for name, array in nets.started(shape, seed).items()}
        return state

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        if steps <= 0:
            return
        batch, rate, seed = int(knobs["batch"]), float(knobs["rate"]), int(state["seed"][0])
        updates = steps * math.ceil(len(state["x"]) / batch)
        every = [_of(state, k) for k in range(len(KINDS))]
        nets.train_each(every, shapes(knobs), state["x"], state["t"], rate, batch, seed, updates, device)
        state["step"] += steps

    def layers(self, state: State, knobs: Knobs) -> tuple[Layer, ...]:
        k = KINDS.index(str(knobs["inside"]))
        rate, batch, seed = float(knobs["rate"]), int(knobs["batch"]), int(state["seed"][0])
        return nets.layers_of(_of(state, k), shapes(knobs)[k], state["x"], state["t"], rate, batch, seed)

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        return {
            key: nets.judged_on(_of(state, k), shape, state["test_x"], state["test_labels"])[1]
            for k, (key, shape) in enumerate(zip(_KEYS, shapes(knobs), strict=True))
        }

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        match name:
            case "now":
                values = np.array([round(100 * one, 1) for one in self.metrics(state, knobs).values()], np.float32)
                return Bars(KINDS, values, "held-out accuracy", unit="%", roles=("b", "c", "a", "d"))
            case "gradient":
                return _gradients(state, knobs)
        raise ValueError(name)

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        found, step = self.metrics(state, knobs), int(state["step"][0])
        if not step:
            return Words("four nets, none trained yet")
        said = ", ".join(f"{kind} {found[key]:.3f}" for kind, key in zip(KINDS, _KEYS, strict=True))
        lost = [kind for k, kind in enumerate(KINDS) if state[f"broken_{k}"][0]]
        trouble = f"the loss of {' and '.join(lost)} was no finite number: its blocks blow the signal up" if lost else ""
        return Words(f"after {counted(step, 'epoch')}, held out: {said}", trouble)

    def finished(self, state: State, knobs: Knobs) -> bool:
        return False


def shapes(knobs: Knobs) -> tuple[Shape, ...]:
    """In the order of KINDS."""
    depth = int(knobs["depth"]) + int(knobs["depth"]) % 2
    return tuple(Shape(kind, depth, int(knobs["width"])) for kind in KINDS)


def _of(state: State, k: int) -> State:
    """The arrays of one net, by their plain names; the same arrays, not copies."""
    return {name: state[f"{name}_{k}"] for name in ("theta", "memory", "running", "updates", "broken")}


def _gradients(state: State, knobs: Knobs) -> Picture:
    series = []
    for k, shape in enumerate(shapes(knobs)):
        norms, _, _ = nets.slopes(state[f"theta_{k}"], shape, state["x"][:_SHOWN], state["t"][:_SHOWN])
        y = np.where(norms > 0, norms, np.nan).astype(np.float32)
        series.append(Series(KINDS[k], np.arange(1, len(y) + 1, dtype=np.float32), y, "bcad"[k]))
    return Lines(tuple(series), "size of ∂L/∂z by layer", "layer", y_log=True)


LAB = ResNet()
