"""The lab `gan-digits`: a generator learns to write digits; its critic has seen real ones, and a judge names what it sees."""

from __future__ import annotations

import numpy as np

from tutor.labs import watch
from tutor.labs.gan import digits_pictures as pictures
from tutor.labs.gan.digits_table import SAMPLES, Report, nets_of, report_of, table_of
from tutor.labs.gan.game_knobs import LOSSES, TOLD, game_knobs, net_knobs
from tutor.labs.gan.judge import pixels
from tutor.labs.gan.plane_words import broke
from tutor.labs.gan.players import WASSERSTEIN, begun, layers, play
from tutor.labs.spec import Knobs, LabSpec, Metric, Plug, Source, State, View, Words
from tutor.labs.watch import Layer
from tutor.labs.words import counted, said
from tutor.pictures import Picture

_EARLY = 150
"""Rounds in which anything may still happen."""

SPEC = LabSpec(
    id="gan-digits",
    title="A generator of digits",
    summary="A generator that has never seen a digit learns to write them, from a critic that has.",
    knobs=(
        *game_knobs("wgan-gp", 3, 0.002),
        *net_knobs("image", 16, 64, "128,128"),
    ),
    metrics=(
        Metric("top", "judge's top", "The judge's probability for the digit that it sees, on average.", ".3f"),
        Metric("classes", "digits present", "Digits that the judge sees in at least 2 % of the samples.", ".0f"),
        Metric("rarest", "rarest digit", "The share of the samples that it takes for the rarest digit.", ".3f"),
        Metric("distance", "critic's distance", "The critic's mean answer to real digits less that to generated ones.", ".3g"),
        TOLD,
        Metric("steep", "steepness", "The length of ∂f/∂x at the generated digits, the median.", ".3g"),
        *LOSSES,
    ),
    views=(
        View("samples", "samples", "What the generator makes of the same noise at each step, and what the judge sees in it."),
        View("distance", "distance", "The critic's mean answer to real digits less that to others.", curves=("distance",)),
        View("judge", "judge", "How sure the judge is of what it sees.", curves=("top",)),
        View("classes", "digits", "How often the judge sees each digit."),
        View("walk", "walk", "From one noise to the next in small steps: what lies between two digits?"),
        View("nearest", "nearest", "Each sample beside the real digit most like it: has it learned them by heart?"),
        View("losses", "losses", "The losses of both players.", curves=("loss_d", "loss_g")),
        *watch.VIEWS,
    ),
    source=Source("kernels.opponents", "critics_turn"),
    unit="round",
    steps=600,
    devices=("cpu", "cuda"),
)  # fmt: skip


class Digits:
    """See `tutor.labs.spec.Lab`. One step is a round: D's turns, then G's. The judge takes no part in the game."""

    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        pixels()
        return begun(nets_of(knobs), seed, SAMPLES)

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        if steps <= 0:
            return
        play(state, table_of(knobs), pixels(), steps, device=device)
        state["step"] += steps

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        report = report_of(state, knobs)
        return {
            "top": report.top,
            "classes": float(report.classes),
            "rarest": float(report.shares.min()),
            "distance": report.distance,
            "told": report.told,
            "steep": report.steep,
            "loss_d": float(state["last"][0]),
            "loss_g": float(state["last"][1]),
        }

    def layers(self, state: State, knobs: Knobs) -> tuple[Layer, ...]:
        return layers(state, table_of(knobs), pixels())

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        match name:
            case "samples":
                return pictures.samples(state, knobs, size)
            case "classes":
                return pictures.classes(state, knobs)
            case "walk":
                return pictures.walk(state, knobs, size)
            case "nearest":
                return pictures.nearest(state, knobs, size)
        raise ValueError(name)

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        report, step = report_of(state, knobs), int(state["step"][0])
        if step == 0:
            return Words("no round has been played; the generator makes grey of every noise")
        summary = (
            f"the judge is {100 * report.top:.0f} % sure of what it sees, and sees {counted(report.classes, 'digit')} of 10 "
            f"after {counted(step, 'round')}; critic's distance {said(report.distance, 2)}"
        )
        return Words(summary, self._trouble(state, knobs, report))

    def _trouble(self, state: State, knobs: Knobs, report: Report) -> str:
        if state["broken"][0]:
            return broke(state, knobs)
        if int(state["step"][0]) < _EARLY:
            return ""
        missing = [str(digit) for digit in np.flatnonzero(report.shares < 0.005)]
        if len(missing) >= 4:
            return f"mode collapse: {', '.join(missing)} are hardly ever made"
        if str(knobs["game"]) == "wgan" and report.steep < 0.02:
            return f"the critic is nearly flat, its slope {said(report.steep, 2)}: its weights are clipped too small"
        if str(knobs["game"]) not in WASSERSTEIN and report.told > 0.99:
            return "the discriminator tells every pair apart: the generator is far behind"
        return f"{', '.join(missing)} hardly ever made" if missing else ""

    def finished(self, state: State, knobs: Knobs) -> bool:
        return False


LAB = Digits()
