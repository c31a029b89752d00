"""A lab that runs for long: whether memory and the time of a key stay as they were."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from typing import NamedTuple

from tutor.cli.bench.probe import family, resident_bytes
from tutor.cli.bench.result import Result
from tutor.cli.bench.walk import Walk

_KEYS = 12
_FLAT = 5.0
"""MB by which memory may differ at the end from what it was once all was loaded."""
_WARM = 0.1
"""The share of the time in which everything gets its size."""


class Sample(NamedTuple):
    """How things stood at one moment."""

    minutes: float
    screen: float
    """MB."""
    worker: float
    echo: float
    """Milliseconds, the middle of several keys."""
    frames: int
    """So far."""
    step: str
    """As the screen says it."""


def samples(walk: Walk, minutes: float, every: float) -> Iterator[Sample]:
    """The run goes on for so many minutes; look at it each `every` minutes."""
    probe, start = walk.probe, time.perf_counter()
    frames, turn = 0, 0
    while True:
        turn += 1
        probe.pump(max(0.0, start + turn * every * 60 - time.perf_counter()))
        frames += probe.received.count(b"\x1b[6n")
        probe.forget()
        echo = statistics.median(echo.seconds for echo in walk.echoes(_KEYS)) * 1000
        screen, *rest = (resident_bytes(pid) / 2**20 for pid in family(probe.pid))
        status = next((line for line in probe.glass.lines if "running" in line), probe.glass.lines[-2])
        passed = (time.perf_counter() - start) / 60
        yield Sample(passed, screen, sum(rest), echo, frames, status[:60])
        if passed >= minutes:
            return


def results(found: list[Sample], lab: str) -> list[Result]:
    """What the samples say, against the budgets."""
    settled = found[max(1, int(len(found) * _WARM)) :] or found
    third = max(1, len(settled) // 3)
    first, last = settled[:third], settled[-third:]

    def change(of: str) -> float:
        before, after = ([float(getattr(sample, of)) for sample in part] for part in (first, last))
        return statistics.median(after) - statistics.median(before)

    how = f"{lab}, {found[-1].minutes:.1f} min, {found[-1].frames} frames"
    return [
        Result(
            "memory of the screen, change", change("screen"), "MB", _FLAT, how=f"{how}, at the end {last[-1].screen:.0f} MB"
        ),
        Result("memory of the worker, change", change("worker"), "MB", _FLAT, how=f"at the end {last[-1].worker:.0f} MB"),
        Result("key echo, change", change("echo"), "ms", 25.0, how=f"at the end {last[-1].echo:.0f} ms"),
    ]
