"""The lab `regularizers`: the same net with and without each way to hold it back, paired, over many draws of the data."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs.regularization import nets, tally
from tutor.labs.regularization.nets import Recipe, judged_on, net_of
from tutor.labs.regularization.split import split
from tutor.labs.spec import Knob, Knobs, LabSpec, Metric, Plug, Source, State, View, Words, frozen, scalar
from tutor.labs.words import counted
from tutor.pictures import Bars, Picture, Text

Array = NDArray[Any]
WAYS = ("nothing", "early stopping", "L2", "dropout", "shifts")
_KEYS = ("plain", "stop", "l2", "dropout", "shift")

SPEC = LabSpec(
    id="regularizers",
    title="What pays",
    summary="The same net with and without each regularizer, on the same digits: who gains, by how much, and how reliably.",
    knobs=(
        Knob("n", "integer", 400, "examples", "Digits to learn from, drawn anew in each step.", low=10, high=1200, log=True),
        Knob("noise", "number", 0.2, "wrong labels", "The share of the labels that are wrong.", low=0, high=0.8, step=0.05),
        Knob("hidden", "integer", 256, "units", "Units of each of the two hidden layers.", low=1, high=512, log=True),
        Knob("epochs", "integer", 100, "epochs", "How long each net learns, unless it stops early.", low=1, high=300, log=True),
    ),
    metrics=(
        *(Metric(f"gain_{key}", way, "Points of test accuracy gained over nothing, on average.", ".2f")
          for key, way in zip(_KEYS[1:], WAYS[1:], strict=True)),
        *(Metric(f"wins_{key}", f"{way} wins", "Draws in which it beat nothing.", ".0f")
          for key, way in zip(_KEYS[1:], WAYS[1:], strict=True)),
        Metric("plain", "nothing", "Mean test accuracy of the net that nothing holds back.", ".3f"),
        Metric("draws", "draws", "How many paired comparisons have been made.", ".0f"),
    ),
    views=(
        View("gains", "gains", "Points of test accuracy gained, on average over the draws."),
        View("table", "table", "Mean, spread and wins."),
    ),
    source=Source("kernels.thinned", "train"),
    unit="draw",
    steps=10,
    pace=0.0,
)  # fmt: skip


class Regularizers:
    """See `tutor.labs.spec.Lab`. accuracy, squares: (5 ways,) sums; gains, gain_squares and wins: against the first way."""

    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        names = ("accuracy", "squares", "gains", "gain_squares", "wins")
        return {
            "step": scalar(0),
            **{name: np.zeros(len(WAYS)) for name in names},
            "seed": frozen(scalar(seed, np.int64)),
        }

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        for _ in range(max(0, steps)):
            draw = (int(state["seed"][0]) + int(state["step"][0])) % 2**32
            found = np.array([_accuracy(recipe, knobs, draw) for recipe in recipes(int(knobs["hidden"]))])
            gain = found - found[0]
            tally.add(state["accuracy"], state["squares"], found)
            tally.add(state["gains"], state["gain_squares"], gain)
            state["wins"] += gain > 0
            state["step"] += 1

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        draws = int(state["step"][0])
        gains = 100 * tally.mean(state["gains"], draws)
        return {
            **{f"gain_{key}": float(gains[k]) for k, key in enumerate(_KEYS) if k},
            **{f"wins_{key}": float(state["wins"][k]) for k, key in enumerate(_KEYS) if k},
            "plain": float(tally.mean(state["accuracy"], draws)[0]),
            "draws": float(draws),
        }

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        draws = int(state["step"][0])
        gains = 100 * tally.mean(state["gains"], draws)
        spread = 100 * tally.spread(state["gains"], state["gain_squares"], draws)
        match name:
            case "gains":
                roles = tuple("good" if gain > 0 else "bad" for gain in gains[1:])
                title = f"points gained over {WAYS[0]}, mean of {counted(draws, 'draw')}"
                return Bars(WAYS[1:], gains[1:].round(2).astype(np.float32), title, roles=roles)
            case "table":
                mean = tally.mean(state["accuracy"], draws)
                lines = [f"{'':<15}{'accuracy':>9}{'gain':>8}{'spread':>8}{'wins':>9}"]
                lines += [
                    f"{way:<15}{mean[k]:>9.3f}{gains[k]:>+8.1f}{spread[k]:>8.1f}{state['wins'][k]:>5.0f}/{draws}"
                    for k, way in enumerate(WAYS)
                ]
                return Text(tuple(line.replace("-", "−") for line in lines), "over the draws so far; gains in points")
        raise ValueError(name)

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        draws = int(state["step"][0])
        if not draws:
            return Words("no pair of nets has been trained yet; each step trains five")
        gains = 100 * tally.mean(state["gains"], draws)
        spread = 100 * tally.spread(state["gains"], state["gain_squares"], draws)
        sure = [WAYS[k] for k in range(1, len(WAYS)) if gains[k] > 2 * spread[k] / np.sqrt(draws) and gains[k] > 0.5]
        if draws < 3:
            return Words(f"after {counted(draws, 'draw')}: too few to say anything")
        said = f"reliable gains: {', '.join(sure)}" if sure else "none gains more than chance would"
        return Words(f"after {counted(draws, 'draw')}: {said}")

    def finished(self, state: State, knobs: Knobs) -> bool:
        return False


def recipes(hidden: int) -> tuple[Recipe, ...]:
    """In the order of WAYS."""
    plain = Recipe(hidden=hidden)
    return (
        plain,
        replace(plain, patience=20),
        replace(plain, l2=0.03),
        replace(plain, dropout=0.5),
        replace(plain, augment="shift"),
    )


def _accuracy(recipe: Recipe, knobs: Knobs, draw: int) -> float:
    """The test accuracy of a net that learns so, on the digits of this draw."""
    found = split(int(knobs["n"]), float(knobs["noise"]), draw)
    state = nets.started(recipe, draw)
    for _ in range(int(knobs["epochs"])):
        nets.epoch(state, recipe, found.x, found.given, found.valid_x, found.valid_given, draw)
    if recipe.patience and not state["stopped"][0]:
        state["theta"][:] = state["best_theta"]
    return judged_on(net_of(recipe), state["theta"], found.test_x, found.test_true)[1]


LAB = Regularizers()
