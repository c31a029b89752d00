"""What the lab `playground` says of its run: how it goes, and what is wrong and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs import playground_nets as nets
from tutor.labs.spec import Knobs, State, Words
from tutor.labs.words import said

Array = NDArray[Any]

_LATE = 100
"""Epochs after which a net that has learned nothing is on a plateau."""
_LARGE = 100.0
"""A weight beyond this has run away."""


@dataclass(frozen=True, eq=False)
class Report:
    """The numbers that words are made from."""

    loss: float
    test_loss: float
    accuracy: float
    test_accuracy: float
    epoch: float
    guess: float
    """The loss of the best answer that is the same everywhere."""
    flat: Array
    """(hidden units,) bool: those that learn next to nothing."""
    at_ends: float
    """The share of the training points whose answer is beyond ±0.99."""


def words(state: State, knobs: Knobs, report: Report) -> Words:
    """The run in words."""
    epoch = int(report.epoch)
    share = "right" if nets.is_class(knobs) else f"within {nets.CLOSE}"
    summary = (
        f"epoch {epoch}: {_percent(report.accuracy)} of the points {share} (test {_percent(report.test_accuracy)}), "
        f"loss {_size(report.loss)} (test {_size(report.test_loss)})"
    )
    return Words(summary, _trouble(state, knobs, report))


def _size(value: float) -> str:
    return said(value) if abs(value) < 1e4 else f"{value:.1e}".replace("e+", "e")


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share in (0.0, 1.0) else f"{100 * share:.1f} %"


def _trouble(state: State, knobs: Knobs, report: Report) -> str:
    """The worst that is wrong, or empty."""
    rate, strength = float(knobs["rate"]), float(knobs["strength"])
    if broke := _broke(state, knobs):
        why = f"the rate {said(rate)} is too large for this net"
        if knobs["regularization"] == "L2" and rate * strength > 2:
            why = f"rate · strength = {said(rate * strength)} is above 2, so each step throws the weights past 0 and farther"
        return f"{broke}: {why}"
    largest = float(np.abs(nets.theta_now(state, knobs, nets.net_of(knobs))).max())
    if largest > _LARGE:
        return f"exploding: a weight has grown to {_size(largest)}; the rate {said(rate)} is too large"
    learned = report.loss < 0.1 * report.guess
    flat = int(report.flat.sum())
    if flat and not learned:
        state_of = "dead: 0 at every point" if knobs["activation"] == "relu" else "saturated: flat at every point"
        return (
            f"{flat} of {len(report.flat)} hidden units {'is' if flat == 1 else 'are'} {state_of}, so no gradient reaches them"
        )
    if report.epoch >= _LATE and report.loss > 0.9 * report.guess:
        return f"a plateau: hardly better than one answer everywhere; {_plateau(knobs, report, largest)}"
    if report.test_loss > 2 * report.loss + 0.05 * report.guess and report.epoch >= _LATE and report.accuracy > 0.75:
        times = said(report.test_loss / max(report.loss, 1e-9), 2)
        return f"overfitting: the test loss is {times} times the training loss; it learns these points by heart"
    return ""


def _broke(state: State, knobs: Knobs) -> str:
    """At which step the numbers ended, and in which layer; or empty."""
    from kernels import mlp

    net = nets.net_of(knobs)
    step, layer = (int(number) for number in state["broken"])
    what = "loss"
    if not step:
        bad = [
            n for n, pair in enumerate(mlp.views(net, state["theta"]), 1) if not all(np.isfinite(part).all() for part in pair)
        ]
        if not bad:
            return ""
        step, layer, what = int(state["step"][0]), bad[0], "weights"
    where = "the output" if layer == len(net.phi) else f"layer {layer}"
    return f"the {what} became infinite at step {step}, from {where} on"


def _plateau(knobs: Knobs, report: Report, largest: float) -> str:
    """Why nothing has been learned."""
    hidden, rate = nets.read_hidden(str(knobs["hidden"])), float(knobs["rate"])
    if knobs["regularization"] != "none" and largest < 0.5:
        return f"the {knobs['regularization']} penalty holds every weight near 0"
    if knobs["start"] == "zero":
        return "all units started the same, so they stay the same"
    if rate <= 0.003 and knobs["optimizer"] == "gradient descent":
        return f"the rate {said(rate)} is too small to get anywhere soon"
    if report.at_ends > 0.9 and nets.is_class(knobs):
        return (
            f"every answer has run into ±1, where tanh is flat and no gradient comes back: the rate {said(rate)} is too large"
        )
    if not hidden:
        return "without a hidden layer it can only draw a straight line through its features"
    if knobs["activation"] == "linear":
        return "with a linear φ all layers are one: it can only draw a straight line"
    if knobs["activation"] == "sigmoid":
        return "sigmoids this weak pass on little gradient: give it time, a larger rate, or tanh"
    return "give it time, more units, more features, or another seed"
