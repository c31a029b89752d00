"""The program itself, in a pseudo-terminal: it starts, trains within its budget of bytes, quits, and leaves all as it was."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tutor.cli.bench.probe import Probe, family

ROOT = Path(__file__).parents[1]
PROGRAM = (sys.executable, "-m", "tutor")


@pytest.fixture
def environment() -> dict[str, str]:
    return {"PYTHONPATH": str(ROOT), "DLTUTOR_HOME": os.environ["DLTUTOR_HOME"]}


@pytest.fixture
def lab(environment: dict[str, str]) -> Iterator[Probe]:
    with Probe((*PROGRAM, "open", "perceptron?data=overlap"), environment=environment) as probe:
        assert probe.wait_for("every weight is 0", 30)
        yield probe


def test_a_lab_trains_within_its_bytes_and_the_terminal_is_restored(lab: Probe) -> None:
    lab.pump(1.0)
    lab.send("+" * 20 + " ")
    assert lab.wait_for("running", 10)
    lab.pump(1.0)
    start = lab.now
    lab.pump(3.0)
    live = lab.bytes_between(start, lab.now) / (lab.now - start)
    assert 500 < live < 35 * 1024
    since = len(lab.received)
    lab.send(" ")
    assert lab.wait_for("paused", 5, since)
    lab.pump(1.5)
    start = lab.now
    lab.pump(2.0)
    assert lab.bytes_between(start, lab.now) == 0
    children = family(lab.pid)
    assert len(children) > 1
    lab.send("\x11")
    assert lab.wait(10) == 0
    assert lab.restored()
    assert not any(Path(f"/proc/{pid}").exists() for pid in children[1:])


def test_losing_the_link_ends_the_worker_too(lab: Probe) -> None:
    children = family(lab.pid)
    lab.send(" ")
    lab.pump(0.5)
    os.kill(lab.pid, signal.SIGKILL)
    assert len(children) > 1
    assert lab.watch(10.0, lambda: not any(_lives(pid) for pid in children[1:]))


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_keys_before_the_first_frame_break_nothing(environment: dict[str, str]) -> None:
    with Probe((*PROGRAM, "open", "perceptron?data=and"), environment=environment) as probe:
        assert probe.wait_for("perceptron", 30)
        probe.send(" .,[]{}rn\t123+-:\x1b?\x1b\x1b[A\x1b[B\x1b[C\x1b[D<>")
        probe.pump(3.0)
        assert probe.exit_status is None
        assert b"Traceback" not in probe.received


def test_a_terminal_without_a_screen_is_told_what_to_use(environment: dict[str, str]) -> None:
    with Probe(PROGRAM, environment={**environment, "TERM": "dumb"}) as probe:
        assert probe.wait(20) == 2
        assert "dltutor read" in probe.text_bytes().decode()
