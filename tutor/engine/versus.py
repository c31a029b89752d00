"""The learner's code beside the lab's own: the same run with each, where the two first differ, and how fast each goes."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tutor.engine.checkpoints import copy_state
from tutor.engine.digest import is_finite
from tutor.engine.link import Link
from tutor.engine.plug import Manner, Own
from tutor.engine.run import Run
from tutor.errors import UserError
from tutor.labs.spec import Array, Lab, State

STEPS = 400
"""How far both are run, at most; a lab that makes fewer steps is run to its end."""
CLOSE = 1e-6
"""Numbers that differ by no more than this share of their array's largest are the same but for rounding."""
_FLOOR = 1e-2
"""Where all numbers of an array are smaller, the share is one of this: what rounding leaves of a 0 is no difference."""
_CHUNK = 32
_TURN = 0.01
"""Seconds that one piece of the comparison should take."""
_MOST_ROUNDS = 300
_SEARCHING, _MEASURING = 1.0, 0.3
"""Seconds for the comparison, and for the speed of each."""


@dataclass(frozen=True)
class Difference:
    """Where two runs part."""

    step: int
    where: str
    """"w[1]"."""
    yours: float
    ours: float


@dataclass(frozen=True)
class Versus:
    """What came of it."""

    manner: Manner
    unit: str
    """What a step of this lab is."""
    steps: int
    """How far both were compared; 0: nothing could be."""
    rounded: Difference | None
    """The first difference of any size, or None: bit for bit the same."""
    parted: Difference | None
    """The first that is more than rounding, or None."""
    yours: float
    """Steps a second."""
    ours: float
    rival: str
    """What ours is, where it is something else."""
    metrics: Mapping[str, tuple[float, float]]
    """At the end: yours and ours."""


class Duel:
    """Both runs, side by side, a little at a time: `go` until it says that it is done."""

    def __init__(self, lab: Lab, link: Link, plug: Own) -> None:
        socket = lab.spec.socket
        self.lab, self.plug = lab, plug
        self.yours, self.ours = Run(lab, link, plug), Run(lab, link)
        self.steps = max(1, min(STEPS, lab.spec.steps))
        self.rival = socket.rival if socket is not None else ""
        self._aside = {"step", *(socket.aside if socket is not None else ())}
        self.rounded: Difference | None = None
        self.parted: Difference | None = None
        self._spent = 0.0
        self._searching = True
        self._chunk = 1
        self._compared = False
        once = socket is not None and socket.once
        self._paces = [] if once else [Pace(Run(lab, link, plug)), Pace(Run(lab, link))]

    def go(self, seconds: float) -> bool:
        """Go on for about so long; whether all is known. Raises UserError about the learner's code."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            if self._searching:
                self._search()
            elif waiting := [pace for pace in self._paces if not pace.done]:
                waiting[0].go()
            else:
                return True
        return False

    def result(self) -> Versus:
        spec = self.lab.spec
        mine, theirs = self.yours.metrics(), self.ours.metrics()
        both = {m.name: (mine[m.name], theirs[m.name]) for m in spec.metrics if m.name in mine and m.name in theirs}
        yours, ours = (pace.rate for pace in self._paces) if self._paces else (0.0, 0.0)
        compared = self.yours.step if self._compared else 0
        return Versus(self.plug.manner, spec.unit, compared, self.rounded, self.parted, yours, ours, self.rival, both)

    def _search(self) -> None:
        """The next few steps of both; the first at which they differ is looked for one by one."""
        began, at = time.perf_counter(), self.yours.step
        count = min(self._chunk, self.steps - at)
        begin = [(run, copy_state(run.state)) for run in (self.yours, self.ours)]
        self._advance(count)
        first, found = self._difference(0.0), self._difference(CLOSE)
        if count > 1 and ((first and not self.rounded) or found):
            for run, state in begin:
                run.state, run.finished, run.diverged = state, False, False
            while self.yours.step < at + count and not self.parted and not self.yours.finished:
                self._advance(1)
                self._note(self._difference(0.0), self._difference(CLOSE))
        else:
            self._note(first, found)
        took = time.perf_counter() - began
        self._spent += took if at else 0.0  # the first step may have loaded a kernel
        self._chunk = min(2 * self._chunk, _CHUNK) if took < _TURN else max(1, self._chunk // 2)
        over = self.yours.finished or self.yours.diverged or self.yours.step >= self.steps
        self._searching = not (self.parted or over or self._spent > _SEARCHING)

    def _advance(self, count: int) -> None:
        self.yours.advance(count)
        self.ours.advance(count)

    def _note(self, first: Difference | None, found: Difference | None) -> None:
        self.rounded = self.rounded or first
        self.parted = self.parted or found

    def _difference(self, close: float) -> Difference | None:
        """Where the states differ now by more than this share."""
        pair = self._pair()
        if pair is None:
            return None
        self._compared = True
        for name, yours in pair[0].items():
            ours = pair[1].get(name)
            if ours is None or ours.shape != yours.shape or not yours.size or name in self._aside:
                continue
            differs = _differs(yours, ours, close)
            if differs.any():
                at = tuple(int(i) for i in np.argwhere(differs)[0])
                where = f"{name}[{', '.join(map(str, at))}]" if yours.size > 1 else name
                return Difference(self.yours.step, where, float(yours[at]), float(ours[at]))
        return None

    def _pair(self) -> tuple[State, State] | None:
        """The arrays of each, by name; None: there is nothing to compare."""
        if self.rival:
            return None
        rivals: Any = getattr(self.lab, "rivals", None)
        if rivals is not None:
            found: tuple[State, State] | None = rivals(self.yours.state)
            return found
        return self.yours.state, self.ours.state


class Pace:
    """How many steps a second the lab makes by itself, without the engine's record of them."""

    def __init__(self, run: Run) -> None:
        self._run, self._start = run, copy_state(run.state)
        self._chunk, self._steps, self._seconds, self._rounds = 1, 0, 0.0, 0
        self.done = False

    @property
    def rate(self) -> float:
        return self._steps / self._seconds if self._seconds > 0 else 0.0

    def go(self) -> None:
        run = self._run
        began, before = time.perf_counter(), run.step
        run.make(self._chunk)
        took = time.perf_counter() - began
        if before or self._rounds:  # the very first step may have loaded a kernel
            self._steps, self._seconds = self._steps + run.step - before, self._seconds + took
            self._chunk = min(2 * self._chunk, 1 << 20) if took < _MEASURING / 20 else self._chunk
        if run.lab.finished(run.state, run.knobs) or not is_finite(run.state):
            run.state, self._rounds = copy_state(self._start), self._rounds + 1  # a short run is made again and again
        self.done = self._seconds >= _MEASURING or self._rounds >= _MOST_ROUNDS


class Beside:
    """What is known of the learner's code in the run that is open, found out bit by bit between its steps."""

    def __init__(self) -> None:
        self._of: tuple[Link, Own] | None = None
        self._duel: Duel | None = None
        self._said = ""

    def said(self, run: Run) -> str:
        """In a sentence, once it is known."""
        return self._said if isinstance(run.plug, Own) and self._of == self._key(run) else ""

    def busy(self, run: Run) -> bool:
        """Whether there is something left to find out."""
        return isinstance(run.plug, Own) and (self._of != self._key(run) or self._duel is not None)

    def go(self, run: Run, seconds: float) -> None:
        """Go on for about so long. What fails in the learner's code, the run itself will tell."""
        key = self._key(run)
        try:
            if self._of != key:
                self._of, self._said = key, ""
                self._duel = Duel(run.lab, *key)
            elif self._duel is not None and self._duel.go(seconds):
                self._said, self._duel = said(self._duel.result()), None
        except UserError:
            self._duel = None

    @staticmethod
    def _key(run: Run) -> tuple[Link, Own]:
        assert isinstance(run.plug, Own)
        return replace(run.link, changes=()), run.plug


def _differs(yours: Array, ours: Array, close: float) -> Array:
    """Where two arrays of one shape differ by more than this share of the largest number; a NaN equals a NaN."""
    if yours.dtype.kind != "f" or ours.dtype.kind != "f":
        return np.asarray(yours != ours)
    one, other = yours.astype(np.float64), ours.astype(np.float64)
    same = (one == other) | (np.isnan(one) & np.isnan(other))
    if close:
        finite = np.abs(other[np.isfinite(other)])
        with np.errstate(all="ignore"):
            same |= np.abs(one - other) <= close * max(float(finite.max()) if finite.size else 0.0, _FLOOR)
    return np.asarray(~same)


def said(versus: Versus) -> str:
    """In a sentence: how it is run, how fast, where it differs."""
    return f"Yours {_speeds(versus)}; {_likeness(versus)}"


def _speeds(versus: Versus) -> str:
    """ "210k/s (compiled), ours 1.2M/s", or how it is run where it is called once."""
    if not versus.yours or not versus.ours:
        return f"is {versus.manner.said}"
    return f"{_rate(versus.yours)} ({versus.manner.said}), ours {_rate(versus.ours)}"


def _likeness(versus: Versus) -> str:
    """Where the two runs first differ; where they cannot be compared, how they end."""
    if versus.rival or not versus.steps:
        ends = [
            f"{name} {one:.3g}, ours {other:.3g}"
            for name, (one, other) in versus.metrics.items()
            if one == one and other == other
        ]
        return f"ours is {versus.rival or 'something else'}" + (f": {'; '.join(ends[:2])}" if ends else "")
    if versus.parted:
        part = versus.parted
        still = ", though every metric agrees" if agree(versus) else ""
        return f"first different at {versus.unit} {part.step}: {part.where} is {part.yours:.6g}, ours {part.ours:.6g}{still}"
    upto = f"up to {versus.unit} {versus.steps}"
    if versus.rounded:
        return f"the same to a millionth {upto}, rounded otherwise from {versus.unit} {versus.rounded.step} on"
    return f"the same, bit for bit, {upto}"


def agree(versus: Versus) -> bool:
    """Whether every metric is the same to a thousandth: where a gradient is divided by, rounding becomes a step."""
    return all(np.isclose(one, other, rtol=1e-3, atol=1e-6, equal_nan=True) for one, other in versus.metrics.values())


def as_json(versus: Versus) -> dict[str, Any]:
    """For programs."""
    parted, rounded = versus.parted, versus.rounded
    return {
        "compiled": versus.manner.compiled,
        "because": versus.manner.because,
        "steps_per_second": {"yours": versus.yours, "ours": versus.ours},
        "compared": versus.steps,
        "rival": versus.rival,
        "rounded": rounded and {"step": rounded.step, "where": rounded.where, "yours": rounded.yours, "ours": rounded.ours},
        "differs": parted and {"step": parted.step, "where": parted.where, "yours": parted.yours, "ours": parted.ours},
        "metrics": {name: {"yours": yours, "ours": ours} for name, (yours, ours) in versus.metrics.items()},
        "say": said(versus),
    }


def _rate(rate: float) -> str:
    """Two digits are known, not more: "210k/s"."""
    rounded = float(f"{rate:.2g}")
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if rounded >= size:
            return f"{rounded / size:g}{unit}/s"
    return f"{rounded:g}/s"
