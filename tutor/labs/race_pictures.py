"""What the lab `race` shows. `state` is the state of that lab."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs import racers as field
from tutor.labs.plane import grid
from tutor.labs.racers import RACERS
from tutor.labs.spec import Knobs, State
from tutor.labs.trails import trail
from tutor.labs.words import said
from tutor.pictures import Field, Path, Text

Array = NDArray[Any]

_ORDER = (1, 2, 6, 4, 5, 3, 0, 7)
"""Racers by number, the widest swings first: what is drawn later lies on top."""
_DECADES = 3.5
"""Heights are shown by their logarithms, so many decades of them."""


def paths(state: State, knobs: Knobs, size: tuple[int, int]) -> Field:
    """Each racer's path in the plane of the first and the last coordinate, over the heights there; the others are 0."""
    from kernels.surfaces import heights

    x_limits, y_limits = field.limits(knobs)
    points, shape = grid(x_limits, size, y_limits=y_limits)
    places = np.zeros((len(points), state["w"].shape[1]))
    places[:, 0], places[:, -1] = points[:, 0], points[:, 1]
    values, least = np.empty(len(places)), np.empty(len(state["minima"]))
    number = int(state["number"][0])
    heights(number, places, state["shape"], values)
    heights(number, np.ascontiguousarray(state["minima"]), state["shape"], least)
    above = values - least.min()
    top = float(np.log10(above.max()))
    colours = np.log10(np.maximum(above, 10.0 ** (top - _DECADES)))
    runs = [k for k in range(len(RACERS)) if state["runs"][k]]
    x_label, y_label = ("flat", "steep") if knobs["surface"] == "quadratic" and not knobs["turn"] else ("x", "y")
    return Field(
        colours.astype(np.float32).reshape(shape), x_limits, y_limits, top - _DECADES, top, None,
        title=_title(knobs), x_label=x_label, y_label=y_label,
        paths=tuple(
            Path(trail(state["trails"][k], state["tallies"][k], state["w"][k, [0, -1]]), RACERS[k].role)
            for k in _ORDER if k in runs
        ),
        legend=tuple((RACERS[k].role, RACERS[k].title) for k in runs),
    )  # fmt: skip


def _title(knobs: Knobs) -> str:
    surface = str(knobs["surface"])
    if surface != "quadratic":
        return surface.capitalize()
    return f"Quadratic, κ = {said(float(knobs['condition']))}, {knobs['dimensions']} directions"


def table(state: State, knobs: Knobs) -> Text:
    """Who runs: its rate, its momentum, what is left of its way, and when it arrived."""
    from kernels.race import ARRIVED, FATE, LOST, WHEN

    rates, momenta = field.rates(knobs), field.momenta(knobs)
    lines = [f"{'':<10}{'rate':>10}{'β':>8}{'left':>10}  steps"]
    for k, racer in enumerate(RACERS):
        if not state["runs"][k]:
            continue
        fate = state["fates"][k]
        end = {ARRIVED: f"{fate[WHEN]}", LOST: f"lost at {fate[WHEN]}"}.get(int(fate[FATE]), "–")
        beta = said(float(momenta[k])) if racer.name not in ("gd", "adagrad", "rmsprop") else "–"
        lines.append(f"{racer.title:<10}{said(float(rates[k])):>10}{beta:>8}{share_left(state, k):>10.1e}  {end}")
    return Text(tuple(lines), "Who is where")


def share_left(state: State, k: int) -> float:
    """The share of its way to the nearest minimum that a racer has left."""
    return float(np.linalg.norm(state["minima"] - state["w"][k], axis=1).min()) / float(state["way"][0])
