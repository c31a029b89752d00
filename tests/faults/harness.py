"""What the tests of faults share."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any

from textual.pilot import Pilot

from tutor.cli.bench.probe import Probe
from tutor.store.spot import Spot, read_spot

ROOT = Path(__file__).parents[2]
COURSE = ROOT / "tests/tui/course"


def start(*arguments: str, **more: Any) -> Probe:
    """The program in a terminal of its own, on the sample course. arguments: a lesson or a link; none: where it was."""
    environment = {
        "PYTHONPATH": str(ROOT),
        "DLTUTOR_HOME": os.environ["DLTUTOR_HOME"],
        "DLTUTOR_COURSE": str(COURSE),
        **more.pop("environment", {}),
    }
    return Probe((sys.executable, "-m", "tutor", "open", *arguments), environment=environment, **more)


def state() -> Path:
    return Path(os.environ["DLTUTOR_HOME"]) / "state"


def spot() -> Spot:
    """Where the learner was last."""
    found = read_spot(state())
    assert found is not None
    return found


def until_noted(probe: Probe, holds: Callable[[Spot], bool]) -> None:
    """Until where the learner is has been written down so."""
    assert probe.pump(60.0, lambda: (now := read_spot(state())) is not None and holds(now)), read_spot(state())


def all_gone(probe: Probe, processes: list[int]) -> bool:
    """Whether these processes end within ten seconds."""
    return probe.watch(10.0, lambda: not any(lives(pid) for pid in processes))


async def until(pilot: Pilot[Any], holds: Callable[[], object], seconds: float = 60.0) -> None:
    """Let the app go on until something holds."""
    end = monotonic() + seconds
    while monotonic() < end:
        await pilot.pause(0.02)
        if holds():
            await pilot.pause()
            return
    raise AssertionError(f"it never came to hold; the screen:\n{glass(pilot.app)}")


def glass(app: Any) -> str:
    """The screen as text."""
    return "\n".join(strip.text.rstrip() for strip in app.screen._compositor.render_strips())


def lives(pid: int) -> bool:
    """Whether a process runs; one that has ended and that nobody has waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
