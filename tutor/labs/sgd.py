"""The lab `sgd`: a line fitted three ways at once, with all examples a step, with one, and with a few."""

from __future__ import annotations

import numpy as np

from tutor.labs import sgd_pictures as pictures
from tutor.labs.draws import normals
from tutor.labs.spec import Knob, Knobs, LabSpec, Metric, Plug, Source, State, View, Words, frozen, scalar
from tutor.labs.words import said
from tutor.pictures import Picture

_START, _TRUE = (-1.0, 2.0), (2.0, -1.0)
"""Slope and intercept of the line at the beginning, and of the line that the points scatter about."""
_TRIALS = 64
"""Mini-batches drawn to measure how their gradients spread."""

SPEC = LabSpec(
    id="sgd",
    title="One sample at a time",
    summary="Three ways to use the same examples: all for one step, one for each, or a few. Loss against examples seen.",
    knobs=(
        Knob("rate", "number", 0.05, "rate ρ", "How far a step goes, the same for all three.", 0.001, 1, log=True, live=True),
        Knob("batch", "integer", 10, "batch m", "Examples for a step of mini-batch descent.", 1, 200, log=True, live=True),
        Knob(
            "replacement", "choice", "without", "draw",
            "Mini-batches: each example once in a pass, or any at any time.", choices=("without", "with"), live=True,
        ),
        Knob("noise", "number", 0.5, "noise", "How far the points scatter about their line.", 0, 2, step=0.1),
        Knob("n", "integer", 200, "points", "How many examples there are.", 20, 1000, log=True),
    ),
    metrics=(
        Metric("excess_batch", "batch", "Batch descent: its loss above the least possible, smoothed over a quarter of a pass."),
        Metric("excess_sgd", "sgd", "Stochastic descent, one example a step: the same."),
        Metric("excess_mini", "mini-batch", "Mini-batch descent: the same."),
        Metric("variance", "variance", "Of a mini-batch's gradient about the true one, measured over 64 batches."),
        Metric("variance_one", "of one", "The variance of a single example's gradient, at the same place.", ".4g"),
        Metric("best", "least loss", "The least possible loss, of the best line.", ".4g"),
        Metric("epoch", "epoch", "Passes over all the examples.", ".0f"),
    ),
    views=(
        View(
            "loss", "loss", "Loss above the least possible one, against the examples seen.",
            curves=("excess_batch", "excess_sgd", "excess_mini"), y_log=True,
        ),
        View("paths", "paths", "The three ways down, over the loss of every slope and intercept."),
        View("variance", "variance", "How much the gradient of a mini-batch varies, by its size: measured, and in theory."),
        View("fit", "fit", "The points and the three lines."),
    ),
    source=Source("kernels.stochastic", "regression"),
    unit="example",
    steps=6000,
    pace=400.0,
)  # fmt: skip


class Sgd:
    """See `tutor.labs.spec.Lab`. The weights are the slope and the intercept; the inputs have a last column of ones."""

    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        from kernels.stochastic import METHODS
        from kernels.trail import CAPACITY

        n, ways = int(knobs["n"]), len(METHODS)
        z = normals(seed, 0, n, 2)
        x = np.stack((z[:, 0], np.ones(n)), axis=1)
        y = x @ np.array(_TRUE) + float(knobs["noise"]) * z[:, 1]
        best, *_ = np.linalg.lstsq(x, y, rcond=None)
        away, curvature = np.array(_START) - best, x.T @ x / n
        return {
            "step": scalar(0),
            "w": np.tile(np.array(_START), (ways, 1)),
            "sums": np.zeros((ways, 2)),
            "counts": np.zeros(ways, np.int64),
            "order": np.arange(n, dtype=np.int32),
            "excess": np.full(ways, away @ curvature @ away),
            "trails": np.zeros((ways, CAPACITY, 2)),
            "tallies": np.tile(np.array([0, 1]), (ways, 1)),
            "seed": frozen(scalar(seed, np.uint64)),
            "x": frozen(x),
            "y": frozen(y),
            "best": frozen(best),
            "curvature": frozen(curvature),
            "height": frozen(scalar(away @ curvature @ away, np.float64)),
        }

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        from kernels.stochastic import regression

        regression(
            state["w"], state["sums"], state["counts"], state["order"], state["excess"], state["trails"],
            state["tallies"], state["x"], state["y"], state["best"], state["curvature"], int(state["seed"][0]),
            float(knobs["rate"]), int(knobs["batch"]), knobs["replacement"] == "with", int(state["step"][0]), max(0, steps),
        )  # fmt: skip
        state["step"] += max(0, steps)

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        from kernels.stochastic import METHODS, MINI, spread, squared_loss

        x, y, w = state["x"], state["y"], state["w"][MINI]
        batch, replace, seed = min(int(knobs["batch"]), len(y)), knobs["replacement"] == "with", int(state["seed"][0])
        return {
            **{f"excess_{name}": float(height) for name, height in zip(METHODS, state["excess"], strict=True)},
            "variance": spread(w, x, y, seed, batch, replace, _TRIALS),
            "variance_one": pictures.variance_of_one(w, x, y),
            "best": squared_loss(state["best"], x, y),
            "epoch": float(state["step"][0] // len(y)),
        }

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        match name:
            case "paths":
                return pictures.paths(state, size)
            case "variance":
                return pictures.variance(state, knobs["replacement"] == "with")
            case "fit":
                return pictures.fit(state)
        raise ValueError(name)

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        from kernels.stochastic import METHODS

        step, n = int(state["step"][0]), len(state["y"])
        heights, start = state["excess"].tolist(), float(state["height"][0])
        if step == 0:
            return Words(f"all three start {said(start)} above the least possible loss, and no example has been seen yet")
        names = [pictures.NAMES[name] for name in METHODS]
        parts = ", ".join(f"{name} {said(height, 2)}" for name, height in zip(names, heights, strict=True))
        worse = [name for name, height in zip(names, heights, strict=True) if not height <= 2 * start]
        if worse:
            trouble = f"{' and '.join(worse)} climbed instead of going down: the rate {said(float(knobs['rate']))} is too large"
        elif step >= 5 * n and min(heights) > 0.3 * start:
            trouble = f"nothing has come down after five passes: the rate {said(float(knobs['rate']))} is too small"
        else:
            trouble = ""
        return Words(f"after {_passes(step // n)}, above the least loss: {parts}", trouble)

    def finished(self, state: State, knobs: Knobs) -> bool:
        return False


def _passes(count: int) -> str:
    return "1 pass" if count == 1 else f"{count} passes"


LAB = Sgd()
