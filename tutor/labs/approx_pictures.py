"""What the lab `approx` shows. `state` is the state of that lab, `answer` what its net says now."""

from __future__ import annotations

import math

import numpy as np

from tutor.labs import approx_nets as nets
from tutor.labs.approx_nets import Answer
from tutor.labs.spec import Knobs, State
from tutor.labs.words import counted, said
from tutor.pictures import Guide, Lines, Series

_ROLES = ("c", "d", "e", "f", "g", "h")
_MOST = 12
"""Units drawn at once; of more, those that change most over the interval."""
_SIZES = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)
_MOST_KNOTS = 21
_LIMITS = (nets.LOW, nets.HIGH)


def fit(state: State, knobs: Knobs, answer: Answer) -> Lines:
    """The function and the net, and where a net set by hand has to pass."""
    x, phi, n = state["fine"], str(knobs["activation"]), int(knobs["hidden"])
    middle, half = state["scale"].tolist()
    series = [Series("f(x)", x, state["y"], "a"), Series("net", x, answer.total, "b")]
    error = said(float(np.abs(state["y"] - answer.total).max()), 2)
    title = f"{counted(n, f'{phi} unit')}, largest error {error}"
    if state["by_hand"][0]:
        at = nets.middles(n) if phi in ("sigmoid", "tanh") else nets.knots(1 if phi == "linear" else n)
        if len(at) <= _MOST_KNOTS:  # more of them would hide the curves
            series.append(Series("knots", at, np.interp(at, x, state["y"]), "accent", dots=True))
        title = f"{answer.placed} of {counted(n, f'{phi} unit')}, largest error {error}"
    return Lines(tuple(series), title, x_label="x", x_limits=_LIMITS, y_limits=(middle - 1.4 * half, middle + 1.4 * half))


def units(state: State, answer: Answer) -> Lines:
    """What each unit adds to the sum, the largest of them."""
    x, n = state["fine"], len(answer.units)
    order = np.argsort(-np.ptp(answer.units, axis=1), kind="stable")
    chosen = np.sort(order[: _MOST - 1])
    series = [Series(f"{j + 1}", x, answer.units[j], _ROLES[k % len(_ROLES)]) for k, j in enumerate(chosen.tolist())]
    what = f"what each of {n} units adds" if len(chosen) == n else f"what units add, the {len(chosen)} largest of {n}"
    return Lines(tuple(series), what, x_label="x", x_limits=_LIMITS)


def miss(state: State, answer: Answer) -> Lines:
    """The function less the net."""
    left = state["y"] - answer.total
    worst = float(np.abs(left).max())
    guides = (Guide("0", 0.0),)
    title = f"f(x) less the net: at most {said(worst, 2)}"
    return Lines((Series("f(x) − net", state["fine"], left, "bad"),), title, x_label="x", x_limits=_LIMITS, guides=guides)


def sizes(state: State, knobs: Knobs, answer: Answer) -> Lines:
    """The largest error of nets set by hand, by the number of units, with what theory allows; and this net."""
    hand, bound = (np.array(numbers) for numbers in nets.errors_by_hand(knobs, _SIZES))
    at, n = np.log2(_SIZES), int(knobs["hidden"])
    series = [Series("by hand", at, np.maximum(hand, 1e-9), "b")]
    if math.isfinite(bound[0]) and bound[0] > 0:
        series.append(Series("theory", at, bound, "muted"))
    worst = max(1e-9, float(np.abs(state["y"] - answer.total).max()))
    series.append(Series("this net", np.array([math.log2(n)]), np.array([worst]), "a", dots=True))
    rate = "1/n" if knobs["activation"] in ("sigmoid", "tanh") else "" if knobs["activation"] == "linear" else "1/n²"
    title = f"largest error by units: theory says {rate}" if len(series) == 3 and rate else "largest error by units"
    return Lines(tuple(series), title, x_label="units: 2 to the power of", x_limits=(0.0, 8.0), y_log=True)
