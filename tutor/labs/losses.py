"""The lab `losses`: one sigmoid neuron that starts out wrong, and goes down two losses at once; and one that cannot."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs.spec import Knob, Knobs, LabSpec, Metric, Plug, Source, State, View, Words, scalar
from tutor.labs.words import counted, said
from tutor.pictures import Columns, Guide, Lines, Picture, Series

Array = NDArray[Any]

KINDS = ("squared", "cross-entropy", "mistake")
"""The three neurons, in the order of the state's rows."""
_ROLES = ("a", "b", "c")
_MISSES = ("miss_squared", "miss_cross", "miss_mistake")
_REACH = 8.0
_SIDES = (1.2, 1.0)
"""Unequal, so that on a small screen the second goes below the first and neither is too narrow to read."""
SPEC = LabSpec(
    id="losses",
    title="Losses",
    summary="One sigmoid neuron that starts out wrong, three losses: one crawls, one runs, one has no slope at all.",
    knobs=(
        Knob(
            "start", "number", -4.0, "start o", "The weighted sum at the start: its size is how sure it is.",
            low=-_REACH, high=_REACH, step=0.5,
        ),
        Knob("target", "choice", "1", "target t", "What the answer should be.", choices=("0", "1")),
        Knob("rate", "number", 0.5, "rate ρ", "How far each step goes.", low=0.01, high=10, log=True, live=True),
    ),
    metrics=(
        Metric("miss_squared", "squared", "How far the answer is from the target, going down the squared loss."),
        Metric("miss_cross", "cross-entropy", "The same, going down the cross-entropy."),
        Metric("miss_mistake", "mistake", "The same, going down the count of mistakes."),
        Metric("slope_squared", "∂L/∂o, squared", "The gradient of the squared loss, where that neuron is now.", ".2e"),
        Metric("slope_cross", "∂L/∂o, cross-e.", "The gradient of the cross-entropy, where that neuron is now.", ".2e"),
    ),
    views=(
        View("curves", "loss and gradient", "Each loss over the weighted sum, its gradient below, and where the neurons are."),
        View("answer", "over the answer", "The same losses over the answer a instead of the sum."),
        View("miss", "how wrong", "Each neuron's distance from the target.", curves=_MISSES),
        View("slope", "gradients", "The size of the gradients on the way.", curves=("slope_squared", "slope_cross")),
    ),
    source=Source("kernels.losses", "binary_cross_entropy"),
    steps=100,
    pace=8.0,
)  # fmt: skip


class Losses:
    """See `tutor.labs.spec.Lab`. theta: (3, 2) float32, the weight and the bias of each neuron; its only input is 1."""

    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        half = np.float32(float(knobs["start"]) / 2)
        return {"step": scalar(0), "theta": np.full((3, 2), half, np.float32)}

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        from kernels import mlp
        from kernels.optimizers import rule

        if steps <= 0:
            return
        target = np.full((1, 1), float(knobs["target"]), np.float32)
        first, none = int(state["step"][0]), np.zeros(0, np.int64)
        descent, data = (
            rule("gradient descent", float(knobs["rate"])),
            mlp.data(np.ones((1, 1), np.float32), target, 1, "in order"),
        )
        for row, net in enumerate((mlp.net((1, 1), output="sigmoid"), mlp.net((1, 1), loss="binary cross-entropy"))):
            theta = state["theta"][row]
            mlp.train(
                net, mlp.work(net, 1, 1), descent, data, theta, mlp.memory(net), none, none.astype(np.float32), first, steps,
                np.zeros(steps, np.float32),
            )  # fmt: skip
        # The third one's gradient is 0 wherever it is: no step of it goes anywhere.
        state["step"] += steps

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        o, t = self._sums(state), float(knobs["target"])
        a = answered(o)
        _, slope = curves(o, t)
        miss = np.abs(a.astype(np.float64) - t)
        found = {name: float(value) for name, value in zip(_MISSES, miss, strict=True)}
        return found | {"slope_squared": abs(float(slope[0][0])), "slope_cross": abs(float(slope[1][1]))}

    def _sums(self, state: State) -> Array:
        """The weighted sum of each neuron, (3,) float32."""
        return np.asarray(state["theta"].sum(axis=1))

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        t, sums = float(knobs["target"]), self._sums(state)
        o = np.linspace(-_REACH, _REACH, 161).astype(np.float32)
        loss, slope = curves(o, t)
        here_loss, here_slope = curves(sums, t)
        if name == "curves":
            places = [(np.clip(sums[k : k + 1], -_REACH, _REACH), k) for k in range(3)]
            high = float(np.ceil(loss[1].max() / 2) * 2)
            upper = _lines(
                o, loss, [(x, here_loss[k][k : k + 1], k) for x, k in places], "loss L over the weighted sum o", high
            )
            lower = _lines(o, slope, [(x, here_slope[k][k : k + 1], k) for x, k in places], "its gradient ∂L/∂o", 1.05)
            return Columns((upper, lower), _SIDES)
        if name == "answer":
            a, here = answered(o), answered(sums)
            places = [(here[k : k + 1], k) for k in range(3)]
            shown = [(x, here_loss[k][k : k + 1], k) for x, k in places]
            return _lines(a, loss, shown, "loss L over the answer a = σ(o)", 5.0, "answer a", t)
        raise ValueError(name)

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        found = self.metrics(state, knobs)
        step = int(state["step"][0])
        summary = (
            f"after {counted(step, 'step')} off by: squared {said(found['miss_squared'], 2)}, "
            f"cross-entropy {said(found['miss_cross'], 2)}, mistake {said(found['miss_mistake'], 2)}"
        )
        if not np.isfinite(state["theta"]).all():
            return Words(summary, f"the weights became infinite: the rate {said(float(knobs['rate']))} is too large")
        ratio = found["slope_cross"] / found["slope_squared"] if found["slope_squared"] > 0 else float("inf")
        if found["miss_squared"] > 0.9 and ratio > 5:
            slower = "has none left" if ratio == float("inf") else f"is {said(ratio, 2)} times smaller"
            return Words(summary, f"the squared loss is very wrong, yet its gradient {slower}: φ′(o) is nearly 0 out there")
        return Words(summary)

    def finished(self, state: State, knobs: Knobs) -> bool:
        return False


def answered(o: Array) -> Array:
    """σ(o), float32."""
    from kernels import activations

    a = np.empty(len(o), np.float32)
    activations.forward(activations.SIGMOID, np.ascontiguousarray(o, np.float32), a)
    return a


def curves(o: Array, t: float) -> tuple[list[Array], list[Array]]:
    """Each loss of KINDS over the weighted sums o (n,), and its gradient by o: two lists of three arrays (n,) float32."""
    from kernels import activations, losses

    n, o = len(o), np.ascontiguousarray(o, np.float32)
    a, target = answered(o), np.full(n, t, np.float32)
    found: list[Array] = []
    slopes: list[Array] = []
    for function, given in ((losses.squared, a), (losses.binary_cross_entropy, o)):
        loss, d = np.empty(n, np.float32), np.empty(n, np.float32)
        for i in range(n):
            loss[i] = function(given[i : i + 1], target[i : i + 1], d[i : i + 1], 1, 1)
        found.append(loss)
        slopes.append(d)
    activations.backward(activations.SIGMOID, o, a, slopes[0])
    mistake = (a > np.float32(0.5)) != (t > 0.5)
    return [*found, mistake.astype(np.float32)], [*slopes, np.zeros(n, np.float32)]


def _lines(
    x: Array, curves: list[Array], places: list[tuple[Array, Array, int]], title: str, high: float,
    x_label: str = "weighted sum o", target: float | None = None,
) -> Lines:  # fmt: skip
    """The three curves, and a dot on each where its neuron is."""
    series = [Series(name, x, y, role) for name, y, role in zip(KINDS, curves, _ROLES, strict=True)]
    series += [Series("", at, np.clip(y, -high, high), _ROLES[k], dots=True) for at, y, k in places]
    low = 0.0 if min(float(y.min()) for y in curves) >= 0 else -high
    top = high if max(float(y.max()) for y in curves) > 0.2 * high else 0.05 * high
    guides = () if target is None else (Guide("target", target, "x"),)
    limits = (float(x.min()), float(x.max()))
    return Lines(tuple(series), title, x_label, guides=guides, x_limits=limits, y_limits=(low, top))


LAB = Losses()
