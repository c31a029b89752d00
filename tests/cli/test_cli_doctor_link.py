"""The doctor's look at the line to the terminal, in terminals that are fast, slow and silent."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tutor.cli.bench.probe import Probe
from tutor.cli.examine_link import judged, link

ROOT = Path(__file__).parents[2]
LOOK = """
import json
from dataclasses import asdict
from tutor.cli.examine_link import link
print("=" + json.dumps(asdict(link())))
"""
COMMAND = (sys.executable, "-c", LOOK)


class Silent(Probe):
    """A terminal that answers nothing."""

    def _answer(self) -> None:
        pass


def found(probe: Probe) -> dict[str, str]:
    assert probe.wait(60) == 0
    probe.pump(0.2)
    answer: dict[str, str] = json.loads(probe.text_bytes().decode().partition("=")[2])
    return answer


@pytest.fixture
def environment() -> dict[str, str]:
    return {"PYTHONPATH": str(ROOT), "COLUMNS": "400"}


def test_a_slow_line_is_measured_and_the_terminal_is_left_as_it_was(environment: dict[str, str]) -> None:
    with Probe(COMMAND, columns=400, environment=environment, rate=8000) as probe:
        said = found(probe)
        assert said["state"] == "warning"
        assert "--low-bandwidth" in said["mend"]
        rate = int(said["says"].partition("carries ")[2].split()[0])
        assert 1 <= rate <= 8
        drawn = [line for line in probe.glass.lines if line]
        assert len(drawn) == 1
        assert drawn[0].startswith("=")


def test_a_silent_terminal_is_said_and_not_waited_for(environment: dict[str, str]) -> None:
    with Silent(COMMAND, columns=400, environment=environment) as probe:
        said = found(probe)
        assert said["state"] == "warning"
        assert "does not say where its cursor is" in said["says"]


def test_what_is_said_of_a_line() -> None:
    assert judged(0.02, 2e6).state == "ok"
    assert "1 MB/s or more" in judged(0.02, 2e6).says
    assert "20 ms" in judged(0.02, 2e6).says
    assert judged(0.3, 2e6).state == "warning"
    assert "late" in judged(0.3, 2e6).says
    assert judged(0.02, 30_000).state == "ok"
    assert "less than ten times" in judged(0.02, 30_000).says
    assert judged(0.3, 9_000).mend.startswith("start with --low-bandwidth")


def test_without_a_terminal_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert link().state == "ok"
    assert capsys.readouterr().out == ""
