"""The lab `backprop`: forward and backward through a small net, one factor at a time, each beside its finite difference."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs import backprop_pictures as pictures
from tutor.labs import backprop_plug as plugged
from tutor.labs import watch
from tutor.labs.backprop_pass import (
    ACTIVATIONS,
    HIDDEN,
    Pass,
    Shape,
    by_layer,
    factors,
    forward,
    layers_of,
    numbers,
    pass_of,
    quantity,
    shape_of,
    worst,
)
from tutor.labs.sets import logic
from tutor.labs.spec import Knob, Knobs, LabSpec, Metric, Plug, Socket, Source, State, View, Words, frozen, scalar
from tutor.labs.watch import Layer
from tutor.labs.words import counted, said
from tutor.pictures import Picture

Array = NDArray[Any]

DATA = ("xor", "and", "or", "point")
TRUSTED = 1e-6
"""A gradient that is further from its finite difference than this, relatively, is wrong."""
_POINT, _POINT_TARGET = 0.8, 0.9
SPEC = LabSpec(
    id="backprop",
    title="Back-propagation",
    summary="Forward through a small net, then back, one factor at a time, with every gradient beside its finite difference.",
    knobs=(
        Knob("data", "choice", "xor", "data", "What is learned; point: one input, one number.", choices=DATA),
        Knob("hidden", "choice", "2", "hidden", "Units of each hidden layer.", choices=HIDDEN),
        Knob("activation", "choice", "tanh", "φ", "Of every unit; over ReLU the output is linear.", choices=ACTIVATIONS),
        Knob("rate", "number", 0.3, "rate ρ", "How far an update goes.", low=0.001, high=10, log=True, live=True),
    ),
    metrics=(
        Metric("loss", "loss", "The mean of ½ (a − t)² over the examples."),
        Metric("error", "error", "In the last pass, the worst relative error of a gradient against finite differences.", ".1e"),
        Metric("accuracy", "accuracy", "The share of the examples on the right side.", ".2f"),
        Metric("updates", "updates", "Passes that are finished: each moves every weight once.", ".0f"),
    ),
    views=(
        View("graph", "graph", "The net with its sums, answers and gradients; the newest factor is lit and written out."),
        View("factors", "factors", "Every gradient of this pass, and beside it the finite difference."),
        View("loss", "loss", "The loss at each step.", curves=("loss",), y_log=True),
        View("boundary", "answers", "What the net answers over the plane of its inputs."),
        *watch.VIEWS,
    ),
    source=Source("kernels.chain", "backward"),
    unit="factor",
    steps=8000,
    pace=2.0,
    socket=Socket(
        "backward",
        "backward(d, o, x, W)",
        "Called for each layer, the last first; returns grad_W, grad_b, grad_x. The activation must be tanh.",
    ),
)  # fmt: skip


class Backprop:
    """See `tutor.labs.spec.Lab`. theta: W and b of each layer, flat, float64; at: theta at the start of the last pass."""

    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        from kernels.initializers import initialize

        shape, (x, t) = shape_of(knobs), examples_of(knobs)
        theta = np.zeros(shape.weights)
        for layer, (W, b) in enumerate(layers_of(shape, theta)):
            w32, b32 = np.zeros(W.shape, np.float32), np.zeros(b.shape, np.float32)
            initialize("large", seed, layer * 64, w32, b32)
            # A bias that is not 0 keeps the sums off the kink of ReLU, where there is no derivative to compare.
            W[...], b[...] = w32, 0.1
        return {
            "step": scalar(0),
            "theta": theta,
            "at": theta.copy(),
            "grad": np.zeros(shape.weights),
            "da": np.zeros(shape.units),
            "error": scalar(0.0, np.float64),
            "x": frozen(x),
            "t": frozen(t),
        }

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        shape, rate = shape_of(knobs), float(knobs["rate"])
        length = len(factors(shape))
        while steps > 0:
            place = int(state["step"][0]) % length
            if place == 0:
                self._compute(state, shape, plug)
                if steps <= length:  # finite differences take long, and only the last pass is looked at
                    self._check(state, shape)
            go = min(steps, length - place)
            state["step"] += go
            steps -= go
            if place + go == length:
                state["theta"] -= rate * state["grad"]

    def _compute(self, state: State, shape: Shape, plug: Plug | None) -> None:
        """One pass at theta, all its gradients. The steps then show it bit by bit."""
        example = shown(state, shape, int(state["step"][0]) + 1)
        layers = layers_of(shape, state["theta"])
        o, a = forward(shape, layers, example[0][None])
        grad, da = np.zeros_like(state["grad"]), np.zeros_like(state["da"])
        d = a[-1] - example[1]
        for layer in reversed(range(len(layers))):
            by_layer(shape, da)[layer][...] = d[0]
            W, phi = layers[layer][0], numbers(shape)[layer]
            grad_W, grad_b, d = plugged.backward(plug, d, o[layer], a[layer + 1], a[layer], W, phi)
            layers_of(shape, grad)[layer][0][...], layers_of(shape, grad)[layer][1][...] = grad_W, grad_b
        state["at"][:], state["grad"][:], state["da"][:] = state["theta"], grad, da

    def _check(self, state: State, shape: Shape) -> None:
        """The worst error of the pass that begins now."""
        example = shown(state, shape, int(state["step"][0]) + 1)
        state["error"][0] = worst(pass_of(shape, state["at"], state["grad"], state["da"], *example))[0]

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        shape = shape_of(knobs)
        answers = self._answers(state, shape, state["x"])
        miss = answers - state["t"][:, 0]
        cut = self._cut(knobs)
        right = (answers > cut) == (state["t"][:, 0] > cut)
        return {
            "loss": float(0.5 * np.mean(miss**2)),
            "error": float(state["error"][0]),
            "accuracy": float(np.mean(right)),
            "updates": float(int(state["step"][0]) // len(factors(shape))),
        }

    def layers(self, state: State, knobs: Knobs) -> tuple[Layer, ...]:
        """Answers to all examples; the gradients and the update are those of the pass on screen, for one example."""
        shape = shape_of(knobs)
        _, a = forward(shape, layers_of(shape, state["theta"]), state["x"])
        before = [W for W, _ in layers_of(shape, state["at"])]
        grads = [grad for grad, _ in layers_of(shape, state["grad"])]
        names = [f"hidden {k + 1}" if len(grads) > 2 else "hidden" for k in range(len(grads) - 1)] + ["output"]
        began, rate = bool(state["step"][0]), float(knobs["rate"])
        return tuple(
            Layer(name, W, answers.T, g, watch.ratio(W, W - rate * g) if began else math.nan, phi)
            for name, W, answers, g, phi in zip(names, before, a[1:], grads, shape.phis, strict=True)
        )

    def _answers(self, state: State, shape: Shape, x: Array) -> Array:
        with np.errstate(all="ignore"):
            return forward(shape, layers_of(shape, state["theta"]), x)[1][-1][:, 0]

    def _cut(self, knobs: Knobs) -> float:
        return 0.5 if knobs["activation"] == "sigmoid" else 0.0

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        shape = shape_of(knobs)
        now, done = self._pass(state, shape)
        match name:
            case "graph":
                return pictures.graph(now, done, float(knobs["rate"]), self.metrics(state, knobs)["loss"], size)
            case "factors":
                return pictures.table(now, done, size)
            case "boundary":
                answer = partial(self._answers, state, shape)
                return pictures.answers(answer, state["x"], state["t"][:, 0], self._cut(knobs), size)
        raise ValueError(name)

    def _pass(self, state: State, shape: Shape) -> tuple[Pass, int]:
        """The pass on screen, and how many of its steps are done."""
        step, length = int(state["step"][0]), len(factors(shape))
        done = length if step and step % length == 0 else step % length
        return pass_of(shape, state["at"], state["grad"], state["da"], *shown(state, shape, step)), done

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        shape, found = shape_of(knobs), self.metrics(state, knobs)
        updates = int(found["updates"])
        loss = f"loss {said(found['loss'])} after {counted(updates, 'update')}"
        if not np.isfinite(found["loss"]) or not np.isfinite(state["theta"]).all():
            return Words(loss, f"the weights became infinite: the rate {said(float(knobs['rate']))} is too large for this net")
        if found["error"] > TRUSTED:
            error, factor = worst(self._pass(state, shape)[0])
            name = quantity(shape, factor)
            return Words(
                loss, f"{name} is not what trying says (relative error {said(error, 2)}): this backward is wrong there"
            )
        checked = f"; every gradient is right to {said(found['error'], 1)}" if state["step"][0] else ""
        dead = self._dead(state, shape, knobs)
        return Words(loss + checked, dead or self._stuck(found, updates))

    def _dead(self, state: State, shape: Shape, knobs: Knobs) -> str:
        if knobs["activation"] != "relu":
            return ""
        sums = forward(shape, layers_of(shape, state["theta"]), state["x"])[0][:-1]
        dead = sum(int((o <= 0).all(axis=0).sum()) for o in sums)
        total = shape.units - 1
        return f"{dead} of {total} hidden units are dead: 0 for every example, so no gradient passes" if dead else ""

    def _stuck(self, found: dict[str, float], updates: int) -> str:
        if updates >= 300 and found["accuracy"] < 1:
            return "it has settled on a plateau with some examples wrong: another seed starts elsewhere"
        return ""

    def finished(self, state: State, knobs: Knobs) -> bool:
        return False


def examples_of(knobs: Knobs) -> tuple[Array, Array]:
    """Inputs (n, d) and targets (n, 1), float64: −1 and +1, over a sigmoid 0 and 1."""
    if knobs["data"] == "point":
        return np.array([[_POINT]]), np.array([[_POINT_TARGET]])
    examples = logic(str(knobs["data"]))
    t = examples.t.astype(np.float64)[:, None]
    return examples.x.astype(np.float64), (t + 1) / 2 if knobs["activation"] == "sigmoid" else t


def shown(state: State, shape: Shape, step: int) -> tuple[Array, Array]:
    """The example of the pass that step number `step` (from 1) belongs to; 11 comes first, whose inputs hide no factor."""
    k = -1 - (max(1, step) - 1) // len(factors(shape)) % len(state["t"])
    return state["x"][k], state["t"][k]


LAB = Backprop()
