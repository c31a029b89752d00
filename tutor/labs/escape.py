"""The lab `escape`: a loss with many valleys; one descent on all examples, and twenty on a few, from one start."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs import escape_pictures as pictures
from tutor.labs.draws import normals
from tutor.labs.spec import Knob, Knobs, LabSpec, Metric, Plug, Source, State, View, Words, frozen, scalar
from tutor.labs.words import said
from tutor.pictures import Picture

Array = NDArray[Any]

_TRUE = 3.0
"""The frequency that the data were made with."""
_RUNNERS, _EXAMPLES = 20, 60
_GRID = np.linspace(0.0, 8.0, 401)
"""Frequencies at which the landscape is drawn."""

SPEC = LabSpec(
    id="escape",
    title="Escaping",
    summary="Tune a sine to some data: descent on all examples stays in the wrong valley, descent on a few jumps out.",
    knobs=(
        Knob(
            "batch", "integer", 1, "batch m", "Examples for a step of the twenty stochastic runs.", 1, 60, log=True, live=True
        ),
        Knob("rate", "number", 0.08, "rate ρ", "How far a step goes, for all.", 0.001, 0.5, log=True, live=True),
        Knob("start", "number", 4.6, "start", "The frequency at which all begin; 3 is the right one.", 0.2, 7.8, step=0.1),
        Knob("noise", "number", 0.1, "noise", "How far the data scatter about their sine.", 0, 1, step=0.05),
    ),
    metrics=(
        Metric("escaped", "escaped", "The share of the twenty stochastic runs that are in the deepest valley.", ".2f"),
        Metric(
            "escaped_batch", "batch escaped", "1 when descent on all examples is in the deepest valley, otherwise 0.", ".0f"
        ),
        Metric("loss", "loss", "The loss of the stochastic runs, their median."),
        Metric("loss_batch", "batch loss", "The loss of descent on all examples."),
        Metric("w", "w", "The frequency of the first stochastic run.", ".3f"),
        Metric("w_batch", "batch w", "The frequency of descent on all examples.", ".3f"),
    ),
    views=(
        View("landscape", "landscape", "The loss of every frequency, and where the runs are."),
        View(
            "escaped", "escaped", "The share of the stochastic runs in the deepest valley.", curves=("escaped", "escaped_batch")
        ),
        View("fit", "fit", "The data, and the sines of the first stochastic run and of descent on all examples."),
        View("noise", "noise", "How noisy a step is at each frequency, beside the slope that it should follow."),
        View("loss", "loss", "The median of the stochastic runs, and descent on all examples.", curves=("loss", "loss_batch")),
        View(
            "ways", "w", "The first stochastic run's frequency, and that of descent on all examples.", curves=("w", "w_batch")
        ),
    ),
    source=Source("kernels.sine", "escape"),
    steps=1500,
    pace=60.0,
)


class Escape:
    """See `tutor.labs.spec.Lab`."""

    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        from kernels.sine import landscape

        x = np.linspace(-3.0, 3.0, _EXAMPLES)
        y = np.sin(_TRUE * x) + float(knobs["noise"]) * normals(seed, 0, _EXAMPLES)
        loss, slope, noise = np.empty_like(_GRID), np.empty_like(_GRID), np.empty_like(_GRID)
        landscape(_GRID, x, y, loss, slope, noise)
        return {
            "step": scalar(0),
            "w": np.full(_RUNNERS, float(knobs["start"])),
            "whole": np.full(1, float(knobs["start"])),
            "seed": frozen(scalar(seed, np.uint64)),
            "x": frozen(x),
            "y": frozen(y),
            "grid": frozen(_GRID.copy()),
            "loss": frozen(loss),
            "slope": frozen(slope),
            "noise": frozen(noise),
            "valley": frozen(_deepest(_GRID, loss)),
        }

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        from kernels.sine import escape

        escape(
            state["w"], state["whole"], state["x"], state["y"], int(state["seed"][0]),
            float(knobs["rate"]), int(knobs["batch"]), int(state["step"][0]), max(0, steps),
        )  # fmt: skip
        state["step"] += max(0, steps)

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        heights = pictures.losses(state, state["w"])
        return {
            "escaped": float(_inside(state, state["w"]).mean()),
            "escaped_batch": float(_inside(state, state["whole"])[0]),
            "loss": float(np.median(heights)),
            "loss_batch": float(pictures.losses(state, state["whole"])[0]),
            "w": float(state["w"][0]),
            "w_batch": float(state["whole"][0]),
        }

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        match name:
            case "landscape":
                return pictures.landscape(state)
            case "fit":
                return pictures.fit(state)
            case "noise":
                return pictures.noise(state, int(knobs["batch"]))
        raise ValueError(name)

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        if state["step"][0] == 0:
            return Words(f"all stand at frequency {said(float(state['whole'][0]))}, loss {said(self._batch_loss(state), 2)}")
        found, batch = int(_inside(state, state["w"]).sum()), bool(_inside(state, state["whole"])[0])
        where = "in the deepest valley too" if batch else f"at {said(float(state['whole'][0]))}, in a poor one"
        summary = f"{found} of {_RUNNERS} stochastic runs are in the deepest valley; descent on all examples is {where}"
        away = int((np.abs(state["w"]) > 12).sum())
        if away:
            thrown = "1 run was" if away == 1 else f"{away} runs were"
            return Words(summary, f"{thrown} thrown far out of the picture: the rate {said(float(knobs['rate']))} is large")
        return Words(summary)

    def _batch_loss(self, state: State) -> float:
        return float(pictures.losses(state, state["whole"])[0])

    def finished(self, state: State, knobs: Knobs) -> bool:
        return False


def _deepest(grid: Array, loss: Array) -> Array:
    """The two frequencies (2,) between which the deepest valley lies: the nearest hilltops on either side."""
    low = high = int(loss.argmin())
    while low > 0 and loss[low - 1] >= loss[low]:
        low -= 1
    while high < len(grid) - 1 and loss[high + 1] >= loss[high]:
        high += 1
    return np.array([grid[low], grid[high]])


def _inside(state: State, w: Array) -> Array:
    """Which frequencies lie in the deepest valley. w: (k,). Returns (k,) bool."""
    low, high = state["valley"]
    return np.asarray((w > low) & (w < high) & (np.abs(w) < math.inf))


LAB = Escape()
