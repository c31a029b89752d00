"""The lab `can-do`: what nets were shown to do, and twenty blurred digits that you and a net label against the clock."""

from __future__ import annotations

import math

import numpy as np

from tutor.labs.spec import Hand, Knob, Knobs, LabSpec, Metric, Plug, Source, State, View, Words, frozen, scalar
from tutor.labs.watch import VIEWS, Layer
from tutor.labs.watch_net import layers_of
from tutor.labs.why import blurred
from tutor.labs.why import can_do_pictures as pictures
from tutor.labs.why.blurred import COUNT, EPOCHS
from tutor.labs.why.game import LIMIT, TICKS, given, is_over, note_times
from tutor.pictures import Picture

SPEC = LabSpec(
    id="can-do",
    title="What it can do",
    summary="Label twenty blurred digits against the clock, while a net learns to do the same; and two cases from medicine.",
    knobs=(
        Knob("digit", "integer", 1, "digit", "Which of the twenty you look at.", low=1, high=COUNT, step=1, live=True),
        Knob("answers", "text", "", "answers", "Your answers, a digit each; - where there is none.", live=True),
        Knob("blur", "integer", 2, "blur", "How often every pixel is mixed with its neighbours.", low=0, high=3, step=1),
        Knob("noise", "number", 0.1, "noise", "How far pixels stray from what they should be.", low=0, high=0.3, step=0.05),
        Knob("case", "choice", "skin", "case", "Which of the two published results the last view shows.",
             choices=("skin", "ecg"), live=True),
    ),
    metrics=(
        Metric("answered", "answered", "How many of the twenty you have labelled in time.", ".0f"),
        Metric("you", "you: right", "How many of them you had right; told when all are labelled or the time is up.", ".0f"),
        Metric("net", "net: right", "How many of the same twenty the net has right.", ".0f"),
        Metric("accuracy", "net, of all", "The share that it has right of all digits that are held out.", ".3f"),
        Metric("seconds", "your seconds", "On the clock at your last answer in time, at ten ticks a second.", ".1f"),
    ),
    views=(
        View("label", "label", "One digit, large. Take hold, and type what you see.", hand=Hand("digit", answers="answers")),
        View("twenty", "all twenty", "With your answers; and with what they are, when it is over.",
             hand=Hand("digit", answers="answers")),
        View("score", "score", "You, the net, and the most similar image, of twenty.", hand=Hand("digit", answers="answers")),
        View("learning", "the net", "How many it has right while it learns.", curves=("accuracy",)),
        View("published", "published", "A deep net against people who do it for a living."),
        *VIEWS,
    ),
    source=Source("kernels.mlp", "train"),
    unit="tick",
    steps=EPOCHS,
    pace=float(TICKS),
)  # fmt: skip


class CanDo:
    """See `tutor.labs.spec.Lab`."""

    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        given(knobs)
        state = blurred.begin(knobs, seed)
        return {
            "step": scalar(0),
            **state,
            "seed": frozen(scalar(seed, np.int64)),
            "answered_at": np.full(COUNT, -1, np.int64),
            "nearest": frozen(blurred.nearest(state)),
        }

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        if steps <= 0:
            return
        now = int(state["step"][0])
        note_times(state, knobs)
        blurred.learn(state, min(steps, max(0, EPOCHS - now)), int(state["seed"][0]))
        state["step"] += steps

    def layers(self, state: State, knobs: Knobs) -> tuple[Layer, ...]:
        return layers_of(state, *blurred.task(state, int(state["seed"][0])))

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        mine, truth, guesses = given(knobs, state), state["test_kind"], blurred.answers(state)
        times = np.where(state["answered_at"] < 0, state["step"][0], state["answered_at"])[mine >= 0]
        return {
            "answered": float((mine >= 0).sum()),
            "you": float((mine == truth[:COUNT]).sum()) if is_over(state, knobs) else math.nan,
            "net": float((guesses == truth)[:COUNT].sum()),
            "accuracy": float((guesses == truth).mean()),
            "seconds": float(times.max()) / TICKS if times.size else math.nan,
        }

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        match name:
            case "label":
                return pictures.label(state, knobs)
            case "twenty":
                return pictures.twenty(state, knobs, size)
            case "score":
                return pictures.score(state, knobs, self.metrics(state, knobs))
            case "published":
                return pictures.published(str(knobs["case"]))
        raise ValueError(name)

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        found, now = self.metrics(state, knobs), int(state["step"][0])
        net = f"the net has {found['net']:.0f} of {COUNT} right"
        net += f" after {min(now, EPOCHS)} of its {EPOCHS} epochs" if now < EPOCHS else " and has finished learning"
        if not is_over(state, knobs):
            left = f"{(LIMIT - now) / TICKS:.0f} s left" if now else "run it: the clock starts"
            return Words(f"{found['answered']:.0f} of {COUNT} labelled, {left}; {net}")
        time = "" if math.isnan(found["seconds"]) else f", your last answer at {found['seconds']:.1f} s"
        return Words(f"you have {found['you']:.0f} of {COUNT} right{time}; {net}")

    def finished(self, state: State, knobs: Knobs) -> bool:
        return int(state["step"][0]) >= (EPOCHS if bool((given(knobs, state) >= 0).all()) else LIMIT)


LAB = CanDo()
