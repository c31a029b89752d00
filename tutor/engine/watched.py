"""The updates of a watched net over its run: worked out at some checkpoints when they are looked at, and kept.

Which steps those are depends a little on how fast this machine is, for that is where checkpoints stand; the numbers do not.
"""

from __future__ import annotations

import math
import time
from bisect import bisect_left
from collections.abc import Callable

from tutor.engine.checkpoints import Checkpoints
from tutor.labs.spec import State, Value
from tutor.labs.watch import Watched

_MOST = 40
"""Points of a curve: enough to see, few enough to work out while a learner waits."""
_FEWEST = 4
"""Points that are worked out however long it takes."""

Updates = dict[str, float]
"""‖Δw‖/‖w‖ of each layer, by its name, from the input's side on."""


class History:
    """The updates at some of the steps so far."""

    def __init__(self) -> None:
        self._kept: dict[int, Updates] = {}

    def cut(self, step: int) -> None:
        """Forget what comes from this step on."""
        self._kept = {at: updates for at, updates in self._kept.items() if at < step}

    def curve(
        self,
        lab: Watched,
        checkpoints: Checkpoints,
        state: State,
        knobs_at: Callable[[int], dict[str, Value]],
        head: int,
        patience: float = math.inf,
    ) -> dict[int, Updates]:
        """The updates by step, oldest first: at checkpoints about equally far apart, and near the state's own step.

        patience: seconds after which no more is worked out; what there is then is the same curve with fewer points.
        """
        now, gap, steps = int(state["step"][0]), 1, checkpoints.steps
        began = time.perf_counter()
        while head > gap * _MOST:
            gap *= 2
        # Those first after the multiples of a power of two: as the run goes on, most of them are there already.
        places = {bisect_left(steps, wanted): wanted // gap for wanted in range(0, head + 1, gap)}
        found: dict[int, Updates] = {}
        for place in sorted(places, key=lambda place: (-_evenness(places[place]), place)):
            if place == len(steps):
                continue
            at = steps[place]
            if at not in self._kept and (len(found) < _FEWEST or time.perf_counter() - began < patience):
                self._kept[at] = _updates(lab, checkpoints.before(at)[1], knobs_at(at))
            if at in self._kept:
                found[at] = self._kept[at]
        if all(abs(at - now) > gap // 2 for at in found):
            found[now] = _updates(lab, state, knobs_at(now))
        return dict(sorted(found.items()))


def _evenness(number: int) -> int:
    """How often 2 divides it, 0 being the most even: in this order a curve is first coarse, then fine."""
    return (number & -number).bit_length() if number else 64


def _updates(lab: Watched, state: State, knobs: dict[str, Value]) -> Updates:
    return {layer.name: layer.update for layer in lab.layers(state, knobs)}
