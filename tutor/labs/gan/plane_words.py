"""What the lab `gan-2d` says of its run: how it goes, and what is wrong and why."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs.gan.plane_table import Report, data_of
from tutor.labs.gan.players import WASSERSTEIN
from tutor.labs.spec import Knobs, State, Words
from tutor.labs.words import counted, said

Array = NDArray[Any]

_EARLY = 200
"""Rounds in which anything may still happen."""
_HEAP = 0.12
"""Generated points that spread less than this, beside the real ones, lie in one heap."""
_TOLD, _FAINT = 0.95, 0.02
"""Pairs told apart, and a pull this weak: nothing is left to follow."""
_FLAT = 0.02
"""A critic should be as steep as 1."""
_GOOD, _MANY, _CROWDED = 0.3, 0.8, 1.15
"""Collapsed: this share of the points is good, they leave so many places out, and those that they cover get so much more than
their share."""


def words(state: State, knobs: Knobs, report: Report) -> Words:
    """The run in words."""
    found = data_of(knobs, int(state["seed"][0]))
    if not len(found.points):
        return Words("nothing is drawn, so nothing is learned", "open the view draw, press e, and draw with space")
    step, places = int(state["step"][0]), len(found.places)
    if step == 0:
        return Words("no round has been played; the generator's points lie where its first weights put them")
    summary = (
        f"{report.cover.places} of {places} places covered, {100 * report.cover.quality:.0f} % of the points lie there, "
        f"divergence {said(report.cover.divergence, 2)} bits after {counted(step, 'round')}"
    )
    return Words(summary, _trouble(state, knobs, report, places))


def _trouble(state: State, knobs: Knobs, report: Report, places: int) -> str:
    """The worst that is wrong, or empty."""
    if state["broken"][0]:
        return broke(state, knobs)
    step, game = int(state["step"][0]), str(knobs["game"])
    if step < _EARLY:
        return ""
    if report.outside > 0.5:
        return f"the generator has run away: {100 * report.outside:.0f} % of its points lie outside the picture"
    if game not in WASSERSTEIN and report.told > _TOLD and report.pull < _FAINT:
        return (
            f"the discriminator has won: it tells {100 * report.told:.0f} % of the pairs apart, and the pull on the generator "
            f"has shrunk to {said(report.pull, 2)}: a vanishing gradient"
        )
    if game == "wgan" and report.steep < _FLAT:
        return (
            f"the critic is nearly flat, its slope {said(report.steep, 2)}: with its weights clipped at "
            f"{said(float(knobs['limit']))} it cannot say where to go"
        )
    if report.spread < _HEAP:
        where = "" if knobs["turn"] == "generator" else "; when D has found it, it runs on"
        return f"mode collapse: whatever the noise, all points land in one heap{where}"
    covered, gathered = report.cover.places, report.cover.quality * places
    if places > 2 and 0 < covered <= _MANY * places and report.cover.quality > _GOOD and gathered > _CROWDED * covered:
        return f"mode collapse: the points gather at {covered} of {places} places, the other {places - covered} get none"
    return ""


def broke(state: State, knobs: Knobs) -> str:
    """Where and why the numbers ended."""
    who, rate = ("discriminator", "rate_d") if not np.isfinite(state["last"][0]) else ("generator", "rate_g")
    larger = max(float(knobs["rate_d"]), float(knobs["rate_g"]))
    also = "" if float(knobs[rate]) == larger else f", or the other's, {said(larger)}"
    return (
        f"the {who}'s loss was no finite number in round {int(state['broken'][0])}: "
        f"its rate {said(float(knobs[rate]))} is too large{also}"
    )
