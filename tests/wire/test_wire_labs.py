"""Every lab over the wire: what it sends while it runs and while it rests, and how soon a key shows on a slow line."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import mean

import pytest

from tutor.cli.bench.probe import Probe
from tutor.cli.bench.walk import Walk
from tutor.labs import find_lab, lab_ids

ROOT = Path(__file__).parents[2]
PROGRAM = (sys.executable, "-P", "-m", "tutor", "open", "perceptron")
LIVE = 35 * 1024
FRAMES_A_SECOND = 10
SLOW = 16_000
"""Bytes a second."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return {"PYTHONPATH": str(ROOT), "DLTUTOR_HOME": str(tmp_path_factory.mktemp("home")), "COLORTERM": ""}


@pytest.fixture(scope="module")
def walk(home: dict[str, str]) -> Iterator[Walk]:
    with Probe(PROGRAM, environment=home) as probe:
        yield Walk(probe)


@pytest.mark.parametrize("lab", lab_ids())
def test_a_lab_sends_little_while_it_runs_and_nothing_while_it_rests(walk: Walk, lab: str) -> None:
    walk.open(lab)
    if find_lab(lab).spec.trains:
        frames = walk.live(6)  # none where one step takes longer than the patience of a test
        assert mean(frames or [0]) * FRAMES_A_SECOND <= LIVE
    assert walk.probe.quiet(1.0, 20)


@pytest.fixture(scope="module")
def slow(home: dict[str, str]) -> Iterator[Walk]:
    with Probe(PROGRAM, environment=home, rate=SLOW) as probe:
        yield Walk(probe)


@pytest.mark.parametrize("lab", ["gan-digits", "playground", "char-rnn"])
def test_on_a_slow_line_a_key_shows_before_the_rest_of_the_picture(slow: Walk, lab: str) -> None:
    slow.open(lab)
    assert slow.run()
    slow.frames(4, 5)
    echoes = sorted(echo.received for echo in slow.echoes(9))
    assert slow.running
    assert echoes[-2] <= SLOW * 0.25


def test_nothing_is_left_to_be_sent_after_the_program_has_ended(slow: Walk) -> None:
    assert slow.run()
    slow.frames(4, 5)
    before = len(slow.probe.received)
    slow.leave()
    assert slow.probe.exit_status == 0
    assert slow.probe.restored()
    assert len(slow.probe.received) - before <= SLOW
