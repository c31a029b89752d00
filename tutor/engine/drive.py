"""A run made to its end in pieces of about a tenth of a second, which changes nothing in the result."""

from __future__ import annotations

import time
from collections.abc import Callable

from tutor.conditions import Condition
from tutor.engine.run import Run

_TURN = 0.1
"""Seconds that one piece of work should take: a kernel cannot be interrupted, and whoever waits should see it move."""


def drive(
    run: Run,
    steps: int,
    until: Condition | None = None,
    *,
    moved: Callable[[int], None] = lambda step: None,
    every: int = 0,
    report: Callable[[Run], None] = lambda run: None,
) -> str:
    """Run to the end; `moved(step)` after each piece, `report(run)` each `every` steps. Returns the reason of the end.

    "until", "finished", "diverged", or "steps".
    """
    if until is not None and until.holds({**run.knobs, **run.metrics()}):
        return "until"
    if run.finished:
        return "finished"
    piece, every = 1, every or max(1, steps)
    while run.step < steps:
        began, before = time.perf_counter(), run.step
        due = before - before % every + every
        reason = run.advance(min(piece, due - before, steps - before), until)
        if run.step == due:
            report(run)
        if reason:
            return reason
        moved(run.step)
        # The first call may have compiled or loaded kernels: hence the slow start from 1.
        took = time.perf_counter() - began
        if run.step - before == piece:
            piece = max(1, min(4 * piece, int(piece * _TURN / max(took, 1e-6))))
    # The last step need not be one of the steps at which the run looks at itself.
    return "until" if until is not None and until.holds({**run.knobs, **run.metrics()}) else "steps"
