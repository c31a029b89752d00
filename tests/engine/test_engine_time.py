"""Every lab can be gone through in time, branched and named: the numbers come back bit for bit."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from walk import SPEC, Walk

from tutor.engine.checkpoints import Checkpoints
from tutor.engine.link import make_link, parse_link
from tutor.engine.run import Run
from tutor.labs import find_lab, lab_ids
from tutor.labs.spec import Lab, Value
from tutor.pictures import Lines

LENGTH, TURN = 12, 6
SMALL: dict[str, dict[str, object]] = {
    "digits": {"filters": 2, "more": 2},
    "filters": {"filters": 2, "more": 4},
    "draw": {"filters": 2, "more": 2},
    "inception": {"width": 1, "blocks": 1},
    "char-rnn": {"units": 8, "length": 8},
    "memory": {"units": 4, "delay": 5},
    "small-data": {"hidden": 4, "updates": 10},
    "overfit": {"n": 40, "hidden": 8},
    "regularizers": {"n": 20, "hidden": 4, "epochs": 2},
    "depth": {"depth": 4, "width": 4},
    "resnet": {"depth": 4, "width": 4},
    "adversarial": {"hidden": 8},
    "gan-2d": {"batch": 8},
    "gan-digits": {"batch": 8, "turns_d": 1},
    "real-or-fake": {"practice": 2},
    "transfer": {"units": 8, "pre": 10, "updates": 5},
    "fine-tune": {"units": 8, "pre": 10},
    "tune-text": {"units": 4, "pre": 2, "characters": 200},
}
"""Knobs of the labs whose own sizes take long: what is copied and made again is the same, only smaller."""
TRAINING = [lab for lab in lab_ids() if find_lab(lab).spec.trains]


def other_value(lab: Lab) -> tuple[str, Value] | None:
    """A knob that may change on the way, and a value that it does not have."""
    for knob in lab.spec.knobs:
        if knob.live and knob.kind == "choice":
            return knob.name, next(choice for choice in knob.choices if choice != knob.default)
        if knob.live and knob.kind in ("number", "integer"):
            return knob.name, int(knob.low) if knob.kind == "integer" and knob.low != knob.default else (
                knob.high if knob.kind == "integer" else (float(knob.default) + knob.low) / 2
            )
    return None


@cache
def lived(lab_id: str) -> tuple[Run, dict[int, str]]:
    """A run of a lab with a knob turned on the way where it has one to turn, and its hash at each step that it was seen at."""
    lab = find_lab(lab_id)
    run = Run(lab, make_link(lab.spec, [*SMALL.get(lab_id, {}).items(), ("seed", 5)]))
    hashes = {0: run.hash()}
    turned = other_value(lab)
    while run.step < LENGTH and not run.advance(3):
        hashes[run.step] = run.hash()
        if run.step == TURN and turned is not None:
            run.change(*turned)
    hashes[run.step] = run.hash()
    return run, hashes


@pytest.mark.parametrize("lab_id", TRAINING)
def test_every_lab_goes_back_and_on_to_the_same_bits(lab_id: str) -> None:
    run, hashes = lived(lab_id)
    end = max(hashes)
    for step in [TURN // 2, 0, TURN, end]:
        step = min(step, end)
        run.seek(step)
        assert (run.step, run.hash()) == (step, hashes[step])
        assert run.head == end
    run.seek(min(TURN // 2, end))
    run.advance(end - run.step)
    assert run.hash() == hashes[end]


@pytest.mark.parametrize("lab_id", TRAINING)
def test_every_lab_is_named_by_its_link_with_what_was_turned(lab_id: str) -> None:
    run, hashes = lived(lab_id)
    end = max(hashes)
    assert (f"@{TURN}=" in run.text) == (other_value(run.lab) is not None and end > TURN)
    replay = Run(run.lab, parse_link(run.text, run.lab.spec))
    replay.advance(end)
    assert (replay.text, replay.hash()) == (run.text, hashes[end])
    run.seek(end)
    assert replay.metrics() == pytest.approx(run.metrics(), nan_ok=True, rel=0)


def walk(text: str = "walk?seed=3") -> Run:
    return Run(Walk(), parse_link(text, SPEC))


def curves(run: Run) -> Lines:
    picture = run.view("path", (40, 20))
    assert isinstance(picture, Lines)
    return picture


def test_a_branch_is_marked_on_the_curves_and_what_was_before_stays_in_sight() -> None:
    run = walk()
    run.advance(100)
    run.seek(40)
    run.change("drift", 0.5)
    run.advance(20)
    picture = curves(run)
    assert [(guide.label, guide.value, guide.axis) for guide in picture.guides] == [("drift 0.5", 40.0, "x")]
    *now, before = picture.series
    assert [series.label for series in now] == ["where", "far"]
    assert now[0].x[-1] == 60
    assert (before.label, before.x[0], before.x[-1]) == ("before", 40, 100)
    assert picture.x_limits == (0.0, 100.0)
    at = now[0].y[list(now[0].x).index(40)]
    assert before.y[0] == at
    run.change("end", 5)  # another run from its start
    assert not curves(run).guides
    assert [series.label for series in curves(run).series] == ["where", "far"]


def test_a_knob_turned_at_the_head_leaves_nothing_behind() -> None:
    run = walk()
    run.advance(30)
    run.change("drift", 0.5)
    run.advance(30)
    assert [series.label for series in curves(run).series] == ["where", "far"]
    assert [guide.value for guide in curves(run).guides] == [30.0]


def test_a_replay_measures_nothing_on_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    run = walk()
    run.advance(2000)
    measured: list[int] = []
    real = Walk.metrics
    monkeypatch.setattr(Walk, "metrics", lambda self, state, knobs: measured.append(1) or real(self, state, knobs))
    run.seek(1007)
    assert len(measured) <= 1


def test_dear_steps_have_checkpoints_close_together() -> None:
    cheap, dear = Checkpoints(), Checkpoints()
    for step in range(1000):
        for kept, seconds in ((cheap, 1e-6), (dear, 0.02)):
            if kept.due(step, step * seconds):
                kept.add(step, {"step": np.array([step])}, step * seconds)
    assert max(step - dear.before(step)[0] for step in range(1000)) <= 2
    assert max(step - cheap.before(step)[0] for step in range(1000)) == 15
    few = Checkpoints(budget=20 * 808, disk=0)
    for step in range(1000):
        if few.due(step, step * 0.02):
            few.add(step, {"step": np.array([step]), "w": np.full(100, step / 2)}, step * 0.02)
    assert len(few) == 20
    assert max(step - few.before(step)[0] for step in range(1000)) <= 120
