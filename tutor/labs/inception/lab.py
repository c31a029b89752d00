"""The lab `inception`: a net of blocks with branches against a plain one of as many parameters, on the same batches."""

from __future__ import annotations

import math

import numpy as np

from tutor.labs import watch
from tutor.labs.cnn import nets
from tutor.labs.cnn.digits import judged, side_of, updates_of
from tutor.labs.cnn.sets import NAMES, load
from tutor.labs.inception import pictures
from tutor.labs.inception.nets import KNOBS, PLAIN, Shape, heads_say, push, shape_of, train, watched
from tutor.labs.spec import Knob, Knobs, LabSpec, Metric, Plug, Source, State, View, Words, frozen, scalar
from tutor.labs.words import counted, said
from tutor.pictures import Picture

SPEC = LabSpec(
    id="inception",
    title="Branches side by side",
    summary="Inception blocks, with outputs on the way, learn to read beside a plain net of as many parameters.",
    knobs=(
        *KNOBS,
        Knob("data", "choice", "moved", "data", "Digits of 8 × 8, each somewhere on a canvas of 16 × 16, or centred; or a set "
             "of 28 × 28 that you have added with: dltutor data add mnist.", choices=NAMES),
        Knob("rate", "number", 0.005, "rate ρ", "The learning rate, of Adam.", low=1e-5, high=1, log=True, live=True),
        Knob("batch", "integer", 32, "batch", "Images for one update.", low=1, high=32, log=True),
        Knob("image", "integer", 0, "image", "The held-out image in the view 'maps'.", low=0, high=399, live=True),
    ),
    metrics=(
        Metric("inception", "inception", "The share of the held-out images that the inception net has right.", ".3f"),
        Metric("plain", "plain", "The same for the plain net.", ".3f"),
        Metric("halfway", "auxiliary", "The same for the first auxiliary output; 0 where there is none.", ".3f"),
        Metric("ahead", "ahead", "By how many points the inception net is ahead of the plain one.", "+.1f"),
        Metric("loss", "loss", "The cross-entropy of the inception net on the held-out images."),
        Metric("plain_loss", "plain loss", "The same for the plain net."),
        Metric("push", "auxiliary push", "In the first convolution: the gradient of the auxiliary outputs, beside that of "
               "the last output.", ".2f"),
        Metric("epochs", "epochs", "How often every image has been shown.", ".2f"),
        Metric("parameters", "parameters", "Of the inception net, without the auxiliary outputs.", ",.0f"),
        Metric("plain_parameters", "of the plain net", "Its parameters.", ",.0f"),
    ),
    views=(
        View("accuracy", "accuracy", "Held-out images that are right.", curves=("inception", "plain", "halfway")),
        View("numbers", "numbers", "The layers of both: channels, and numbers. Those of an auxiliary output do not count."),
        View("branches", "branches", "What is left when one branch is silent."),
        View("maps", "maps", "What each branch of the first block makes of one image."),
        View("loss", "loss", "The cross-entropy on held-out images.", curves=("loss", "plain_loss"), y_log=True),
        *watch.VIEWS,
    ),
    source=Source("kernels.inception", "backward"),
    unit="round",
    steps=60,
    pace=10.0,
)  # fmt: skip


class Inception:
    """See `tutor.labs.spec.Lab`."""

    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        found = load(str(knobs["data"]), seed)
        state: State = {
            "step": scalar(0),
            "seed": frozen(scalar(seed)),
            "x": found.x,
            "t": frozen(np.eye(nets.CLASSES, dtype=np.float32)[found.kind]),
            "test_x": found.test_x,
            "test_kind": found.test_kind,
        }
        shape = shape_of(knobs, found.side)
        return state | nets.begun(shape.inception[0], seed) | nets.begun(shape.plain, seed, PLAIN)

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        from kernels import optimizers

        if steps <= 0:
            return
        rule = optimizers.rule("adam", float(knobs["rate"]))
        train(state, shape_of(knobs, side_of(state)), rule, float(knobs["share"]), steps * updates_of(state))
        state["step"] += steps

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        shape, x, kind = shape_of(knobs, side_of(state)), state["test_x"], state["test_kind"]
        loss, right = judged(shape.inception[0], state, x, kind)
        plain_loss, plain = judged(shape.plain, state, x, kind, PLAIN)
        share = float(knobs["share"])
        return {
            "inception": right,
            "plain": plain,
            "halfway": float(np.mean(heads_say(shape, state["theta"], x) == kind)) if shape.heads else 0.0,
            "ahead": 100 * (right - plain),
            "loss": loss,
            "plain_loss": plain_loss,
            "push": push(shape, state["theta"], state["x"], state["t"], share) if shape.heads else 0.0,
            "epochs": int(state["updates"][0]) * min(shape.batch, len(state["x"])) / len(state["x"]),
            "parameters": float(shape.learned),
            "plain_parameters": float(shape.plain.parameters),
        }

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        shape = shape_of(knobs, side_of(state))
        match name:
            case "numbers":
                return pictures.layers(shape)
            case "branches":
                return pictures.branches(state, shape)
            case "maps":
                return pictures.maps(state, shape, int(knobs["image"]), str(knobs["data"]))
        raise ValueError(name)

    def layers(self, state: State, knobs: Knobs) -> tuple[watch.Layer, ...]:
        from kernels import optimizers

        rule = optimizers.rule("adam", float(knobs["rate"]))
        return watched(state, shape_of(knobs, side_of(state)), rule, float(knobs["share"]))

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        found, shape = self.metrics(state, knobs), shape_of(knobs, side_of(state))
        numbers = f"{pictures.spaced(shape.learned)} and {pictures.spaced(shape.plain.parameters)} numbers"
        if not state["step"][0]:
            return Words(f"not trained yet; {counted(shape.blocks, 'block')} against a plain net: {numbers}")
        halfway = f", auxiliary {found['halfway']:.3f}" if shape.heads else ""
        where = (
            f"epoch {found['epochs']:.1f}: inception {found['inception']:.3f}, plain {found['plain']:.3f}{halfway}; {numbers}"
        )
        return Words(where, _trouble(state, found, shape, float(knobs["rate"])))

    def finished(self, state: State, knobs: Knobs) -> bool:
        return False


def _trouble(state: State, found: dict[str, float], shape: Shape, rate: float) -> str:
    """What stands in the way of learning, or empty."""
    for name, prefix in (("inception", ""), ("plain", PLAIN)):
        if words := nets.broken({"broken": state[f"{prefix}broken"]}, rate):
            return f"{name}: {words}"
    chance = math.log(nets.CLASSES)
    stuck = [name for name, loss in (("inception", "loss"), ("plain", "plain_loss")) if found[loss] > 0.97 * chance]
    if found["epochs"] < 3 or not stuck:
        return ""
    which = " and ".join(stuck)
    if shape.phi == "sigmoid" and rate < 0.1:
        return f"{which}: still at the loss of guessing; little of the gradient comes through so many sigmoids"
    return f"{which}: a plateau at the loss of guessing; the rate {said(rate)} is too {'small' if rate < 1e-3 else 'large'}"


LAB = Inception()
