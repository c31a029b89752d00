"""Makes the runs that lessons speak of, for `dltutor lint --run`: each within a time limit, and each only once."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from tutor.cli.lint_cache import Findings, files_hash
from tutor.conditions import Condition, parse_condition
from tutor.course.tools import Reached, TooLong

_PATIENCE = 4
"""A goal may be reached after so many times the steps that a run makes without the screen: the screen does not stop there."""
Metrics = Mapping[str, float]


class LintBench:
    """Runs labs in this process. What a run came to is kept, so that the next time it is known."""

    def __init__(self, seconds: float, moved: Callable[[str], None] = lambda link: None) -> None:
        """seconds: that one run may take. moved: told which run is being made."""
        self._seconds = seconds
        self._moved = moved
        self._findings = Findings("runs")
        self._own = ""

    def measure(self, link: str, step: int | None) -> Metrics:
        """The metrics after so many steps, or at the run's end; and `step`. Raises UserError, TooLong."""
        question = f"measure {link} {step}{self._made_of(link)}"
        known = self._findings.known(question)
        if known is not None:
            return {name: float(value) for name, value in known.items()}
        run, reason = self._go(link, step, None)
        if reason == "time":
            raise TooLong(f"{link!r} got to step {run.step} in {self._seconds:g} s", "allow more: --limit 120; or ask for less")
        found = {**run.metrics(), "step": float(run.step)}
        self._findings.keep(question, {name: str(value) for name, value in found.items()})
        return found

    def reach(self, link: str, goal: str, steps: int | None = None) -> Reached:
        """Run until the goal holds; steps None: four times as long as a run without the screen. Raises UserError."""
        question = f"reach {goal} {link} {steps}{self._made_of(link)}"
        known = self._findings.known(question)
        if known is not None:
            return Reached(known["reason"], known["step"], {name: float(x) for name, x in known["metrics"].items()})
        run, reason = self._go(link, steps, parse_condition(goal), patience=_PATIENCE)
        found = Reached("start" if reason == "until" and run.step == 0 else reason, run.step, run.metrics())
        if reason != "time":
            metrics = {name: str(value) for name, value in found.metrics.items()}
            self._findings.keep(question, {"reason": found.reason, "step": found.step, "metrics": metrics})
        return found

    def _made_of(self, link: str) -> str:
        """For a lab of the course's own: a hash of all that it may be made of, for what is known of it holds only as long."""
        from tutor.labs import authored, built_in_ids

        root = authored().root
        if root is None or link.partition("?")[0] in built_in_ids():
            return ""
        if not self._own:
            self._own = f" {files_hash(root)}"
        return self._own

    def _go(self, link: str, step: int | None, until: Condition | None, patience: int = 1) -> tuple[Any, str]:
        """The run where it stopped, and why: "until", "finished", "diverged", "steps" or "time"."""
        from tutor.engine import prepare

        prepare()  # before anything can import numba
        from tutor.engine.drive import drive
        from tutor.engine.link import parse_link, split_link
        from tutor.engine.run import Run
        from tutor.labs import find_lab

        self._moved(link)
        lab = find_lab(split_link(link)[0])
        run = Run(lab, parse_link(link, lab.spec))
        steps = step if step is not None else patience * lab.spec.steps if lab.spec.trains else 0
        end = time.monotonic() + self._seconds

        def moved(_: int) -> None:
            if time.monotonic() > end:
                raise _OutOfTime

        try:
            return run, drive(run, steps, until, moved=moved)
        except _OutOfTime:
            return run, "time"


class _OutOfTime(Exception):
    """The run has had its time."""
