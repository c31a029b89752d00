"""Gradient descent in words: what the rate does to the way, with the numbers that decide it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs.descents import arrival, bends, is_lost, left, lost_at, measured
from tutor.labs.spec import State, Words
from tutor.labs.words import said

Array = NDArray[Any]

_THERE = 1e-6
"""Less than this from the minimum, a run is said to be there."""
_CRAWL = 0.01
"""A run that closes a smaller share of its distance at a step crawls."""
_LEVEL = 1e-3
"""Where the loss bends no more than this in any direction, it is a plateau."""


def diagnose(state: State, rates: Sequence[float]) -> Words:
    """The lab `gd` in words."""
    if state["step"][0] == 0:
        loss, slope = float(state["loss"][0]), float(np.linalg.norm(measured(state, state["w"][0])[1]))
        return Words(f"at the start the loss is {said(loss)} and the slope {said(slope)}")
    if len(rates) == 1:
        wrong = trouble(state, 0, rates[0])
        return Words(_where(state, 0) + ("" if wrong else oscillating(state, 0, rates[0])), wrong)
    found = [f"ρ = {rate_said(rate)}: {_short(state, r, rate)}" for r, rate in enumerate(rates)]
    return Words("; ".join(found))


def rate_said(rate: float) -> str:
    """A rate as a knob shows it."""
    return said(rate, 4)


def trouble(state: State, r: int, rate: float) -> str:
    """What is wrong with this rate here, or empty. The numbers are those of the loss where the run is."""
    curvatures = bends(state, state["w"][r])
    steepest = float(curvatures[-1])
    rho, limit = rate_said(rate), said(2 / steepest) if steepest > 0 else ""
    if is_lost(state)[r]:
        start = float(bends(state, state["trails"][r, 0, : state["w"].shape[1]])[-1])
        why = (
            f": ρ = {rho} is more than 2/L = {said(2 / start)}"
            if start > 0 and rate > 2 / start
            else f": ρ = {rho} is too large"
        )
        return f"diverged, out of sight at step {lost_at(state, r)}{why}"
    if left(state, r) <= _THERE:
        return ""
    if steepest > 0 and math.isclose(rate * steepest, 2, rel_tol=1e-9):
        return f"neither up nor down: ρ = {rho} is exactly 2/L, so every step lands as high on the other side"
    if steepest > 0 and rate * steepest > 2 and len(state["t"]):
        return f"it cannot settle here: ρ = {rho} is more than 2/L = {limit}, so each step lands too far"
    if steepest > 0 and rate * steepest > 2:
        return f"diverging: ρ = {rho} is more than 2/L = {limit}, so each step lands higher on the other side"
    if np.abs(curvatures).max() < _LEVEL:
        return f"on a plateau: the slope is only {said(float(np.linalg.norm(measured(state, state['w'][r])[1])), 2)}"
    share = shrinking(state, r)
    if 0 <= share < _CRAWL:
        return f"crawling: the last step closed {said(100 * share, 2)} % of the distance that was left"
    return ""


def oscillating(state: State, r: int, rate: float) -> str:
    """That each step crosses the valley, and why, or empty."""
    steepest = float(bends(state, state["w"][r])[-1])
    if is_lost(state)[r] or left(state, r) <= _THERE or not 1 + 1e-9 < rate * steepest < 2:
        return ""
    return f"; oscillating: ρ = {rate_said(rate)} is between 1/L = {said(1 / steepest)} and 2/L = {said(2 / steepest)}"


def shrinking(state: State, r: int) -> float:
    """The share of its distance to the minimum that the last step of a run has closed; negative: it has grown."""
    before = float(np.linalg.norm(state["minima"] - state["before"][r], axis=1).min())
    return 1 - left(state, r) / before if before else 0.0


def _where(state: State, r: int) -> str:
    if is_lost(state)[r]:
        return "the loss grew beyond all bounds"
    if left(state, r) <= _THERE:
        return f"at the minimum since step {said(arrival(state, r), 9)}: loss {said(float(state['loss'][r]))}"
    slope = float(np.linalg.norm(measured(state, state["w"][r])[1]))
    return f"loss {said(float(state['loss'][r]))}, slope {said(slope)}, {said(left(state, r))} from the minimum"


def _short(state: State, r: int, rate: float) -> str:
    words = trouble(state, r, rate).partition(":")[0] or ("oscillating" if oscillating(state, r, rate) else "")
    if left(state, r) <= _THERE:
        return f"at the minimum since step {said(arrival(state, r), 9)}"
    if is_lost(state)[r]:
        return f"lost at step {lost_at(state, r)}"
    return f"{words}, loss {said(float(state['loss'][r]), 2)}" if words else f"loss {said(float(state['loss'][r]), 2)}"
