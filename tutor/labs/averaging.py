"""The lab `averaging`: stochastic descent, the average of its places, and SAGA, on one ridge logistic regression."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs import averaging_pictures as pictures
from tutor.labs.draws import normals, uniforms
from tutor.labs.spec import Knob, Knobs, LabSpec, Metric, Plug, Source, State, View, Words, frozen, scalar
from tutor.labs.words import said
from tutor.pictures import Picture

Array = NDArray[Any]

_INPUTS, _RECENT = 20, 600
_FADING = {"constant": 0.0, "1/√pass": 0.5, "1/pass": 1.0}
_FLOOR = 1e-16
"""Below this, differences of two losses are rounding."""

SPEC = LabSpec(
    id="averaging",
    title="Averaging",
    summary="Constant steps on single examples never settle. Average the places, or keep a table of gradients, and they do.",
    knobs=(
        Knob(
            "rate", "number", 1.0, "rate", "In units of 1 / (3 L), L being the largest curvature of one example's loss.",
            0.01, 10, log=True, live=True,
        ),
        Knob(
            "schedule", "choice", "constant", "schedule", "How the rate of sgd (not of SAGA) fades with the passes.",
            choices=tuple(_FADING), live=True,
        ),
        Knob("wait", "integer", 0, "wait", "Passes to wait before the average begins.", 0, 20),
        Knob("l2", "number", 0.01, "ridge λ", "½ λ ‖w‖² is added to the loss.", 0.0001, 1, log=True),
        Knob("n", "integer", 1000, "examples", "How many there are to learn from.", 100, 4000, log=True),
    ),
    metrics=(
        Metric("excess_sgd", "sgd", "The loss of stochastic descent, less the least possible one.", ".2e"),
        Metric("excess_average", "average", "The loss at the average of its places, less the least possible one.", ".2e"),
        Metric("excess_saga", "SAGA", "The loss of SAGA, less the least possible one.", ".2e"),
        Metric("best", "least loss", "The least possible loss, by Newton's method.", ".4f"),
        Metric("accuracy", "accuracy", "The share of the examples that the average gets right.", ".3f"),
        Metric("epoch", "epoch", "Passes over all the examples.", ".0f"),
    ),
    views=(
        View(
            "loss", "loss", "Loss above the least possible one, against the examples seen.",
            curves=("excess_sgd", "excess_average", "excess_saga"), y_log=True,
        ),
        View("cloud", "cloud", "The last places of sgd, its average and SAGA, in the plane of the first two weights."),
    ),
    source=Source("kernels.averaging", "averaging"),
    unit="example",
    steps=30_000,
    pace=3000.0,
)  # fmt: skip


class Averaging:
    """See `tutor.labs.spec.Lab`."""

    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        from kernels.averaging import logistic_loss

        n, l2 = int(knobs["n"]), float(knobs["l2"])
        x = normals(seed, 0, n, _INPUTS)
        true = normals(seed, 1, _INPUTS) * 4 / np.sqrt(_INPUTS)
        y = np.where(uniforms(seed, 2, n) * (1 + np.exp(-x @ true)) < 1, 1.0, -1.0)
        best, hessian = _newton(x, y, l2)
        steepest = float((x**2).sum(axis=1).max()) / 4 + l2
        return {
            "step": scalar(0),
            "w": np.zeros(_INPUTS),
            "mean": np.zeros(_INPUTS),
            "v": np.zeros(_INPUTS),
            "table": np.zeros((n, _INPUTS)),
            "table_mean": np.zeros(_INPUTS),
            "recent": np.zeros((_RECENT, 2)),
            "seed": frozen(scalar(seed, np.uint64)),
            "x": frozen(x),
            "y": frozen(y),
            "best": frozen(best),
            "curvature": frozen(hessian[:2, :2]),
            "least": frozen(scalar(logistic_loss(best, x, y, l2), np.float64)),
            "unit": frozen(scalar(1 / (3 * steepest), np.float64)),
        }

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        from kernels.averaging import averaging

        averaging(
            state["w"], state["mean"], state["v"], state["table"], state["table_mean"], state["recent"], state["x"], state["y"],
            int(state["seed"][0]), float(knobs["rate"]) * float(state["unit"][0]), float(knobs["l2"]),
            _FADING[str(knobs["schedule"])], int(knobs["wait"]) * len(state["y"]), int(state["step"][0]), max(0, steps),
        )  # fmt: skip
        state["step"] += max(0, steps)

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        from kernels.averaging import logistic_loss

        x, y, l2 = state["x"], state["y"], float(knobs["l2"])
        least = float(state["least"][0])
        places = {"excess_sgd": "w", "excess_average": "mean", "excess_saga": "v"}
        return {
            **{name: max(_FLOOR, logistic_loss(state[place], x, y, l2) - least) for name, place in places.items()},
            "best": least,
            "accuracy": float(np.mean(y * (x @ state["mean"]) > 0)),
            "epoch": float(state["step"][0] // len(y)),
        }

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        if name == "cloud":
            return pictures.cloud(state, size)
        raise ValueError(name)

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        found, n = self.metrics(state, knobs), len(state["y"])
        sgd, mean, saga = (found[f"excess_{name}"] for name in ("sgd", "average", "saga"))
        step = int(state["step"][0])
        if step == 0:
            return Words(
                f"all three start at loss {said(found['best'] + sgd)}; {said(found['best'])} is the least there can be"
            )
        summary = (
            f"above the least loss after {said(step / n, 2)} passes: sgd {sgd:.1e}, its average {mean:.1e}, SAGA {saga:.1e}"
        )
        rate = said(float(knobs["rate"]))
        if not saga < 1:
            return Words(summary, f"SAGA has blown up: its proof needs a rate of 1 in this unit, and {rate} is too large")
        if not sgd < 1:
            return Words(summary, f"sgd is further off than a start from 0: the rate {rate} is too large")
        return Words(summary)

    def finished(self, state: State, knobs: Knobs) -> bool:
        return False


def _newton(x: Array, y: Array, l2: float) -> tuple[Array, Array]:
    """The best weights (d,) and the curvature (d, d) there. The steps get shorter until rounding is all that is left."""
    n, d = x.shape
    w, hessian = np.zeros(d), np.eye(d)
    for _ in range(50):
        wrong = 1 / (1 + np.exp(y * (x @ w)))
        gradient = -(y * wrong) @ x / n + l2 * w
        hessian = (x.T * (wrong * (1 - wrong))) @ x / n + l2 * np.eye(d)
        move = np.linalg.solve(hessian, gradient)
        w = w - move
        if float(np.abs(move).max()) < 1e-14:
            break
    return w, hessian


LAB = Averaging()
