"""Going back in time: how long until a step of a long run is on the screen again."""

from __future__ import annotations

import time

from tutor.cli.bench.result import Result

_STEPS = 10_000
_PATIENCE = 25.0
"""Seconds of training: where steps take long, the run is as long as this allows."""
_PLACES = (9990, 9845, 2047, 1030, 5001, 7777, 333, 9001, 9999, 1)
_SIZE = (80, 20)


def seek() -> list[Result]:
    """For each lab, the slowest of several seeks in a run of 10 000 steps, with picture, numbers and words."""
    from tutor.engine import prepare

    prepare()
    from tutor.labs import find_lab, lab_ids

    return [_seek(lab_id) for lab_id in lab_ids() if find_lab(lab_id).spec.trains]


def _seek(lab_id: str) -> Result:
    from tutor.engine.link import make_link
    from tutor.engine.run import Run
    from tutor.labs import find_lab

    lab = find_lab(lab_id)
    run = Run(lab, make_link(lab.spec, []))
    end = time.perf_counter() + _PATIENCE
    while run.step < _STEPS and time.perf_counter() < end and not run.advance(min(50, _STEPS - run.step)):
        pass
    first = lab.spec.views[0].name
    run.view(first, _SIZE)
    slowest = slowest_seek = 0.0
    for place in (place * run.head // _STEPS for place in _PLACES):
        start = time.perf_counter()
        run.seek(place)
        sought = time.perf_counter()
        run.view(first, _SIZE)
        run.metrics()
        run.words()
        slowest = max(slowest, time.perf_counter() - start)
        slowest_seek = max(slowest_seek, sought - start)
    how = f"the state {slowest_seek * 1000:.1f} ms; {run.head} steps, {len(run.checkpoints)} checkpoints"
    return Result(f"seek in {lab_id}", slowest * 1000, "ms", 150.0, how=how)
