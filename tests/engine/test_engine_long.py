"""A run that goes on for long: what it remembers stays within its budget, and it keeps nothing of the frames it has shown."""

from __future__ import annotations

import gc
import sys

import numpy as np

from tutor.engine.checkpoints import BUDGET, Checkpoints
from tutor.engine.session import Session

SIZE = (50, 18)


def test_a_worker_holds_as_much_after_many_frames_as_after_some() -> None:
    session = Session(lambda text, seconds: None)
    session.handle({"op": "open", "link": "sgd", "plug": "", "step": 0})
    views = (session.run.lab.spec.views[0].name,)
    session.handle({"op": "play", "pace": 0.0})

    for _ in range(60):
        session.tick()
        session.handle({"op": "frame", "views": views, "size": SIZE})
    assert session.run.head > 0
    assert 0 < session.run.checkpoints.bytes <= BUDGET
    session.handle({"op": "pause"})

    def held_after(frames: int) -> int:
        for _ in range(frames):
            session.handle({"op": "frame", "views": views, "size": SIZE})
        gc.collect()
        return sys.getallocatedblocks()

    before = held_after(100)
    assert held_after(300) - before < 300  # less than one for each frame


def test_what_is_remembered_stays_within_its_budget() -> None:
    checkpoints = Checkpoints(budget=2**16, disk=0)
    for step in range(0, 40_000, 20):
        if checkpoints.due(step, step * 1e-4):
            checkpoints.add(step, {"w": np.full(500, step, np.float32)}, step * 1e-4)
        assert checkpoints.bytes <= 2**16
    at, state = checkpoints.before(39_000)
    assert at <= 39_000
    assert state["w"][0] == at
