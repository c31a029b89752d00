"""The measurements that lead the program from lab to lab: bytes on the wire, keys on slow lines, a long run."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from tutor.cli.bench.long import Sample, results, samples
from tutor.cli.bench.measure import PROGRAM, home
from tutor.cli.bench.probe import Probe, family, resident_bytes
from tutor.cli.bench.result import Result
from tutor.cli.bench.walk import Walk
from tutor.labs import find_lab, lab_ids

_START = "perceptron"
_LINES = ((64_000, 100.0), (16_000, 250.0), (8_000, 500.0))
"""Bytes a second, and the milliseconds in which a key is to show meanwhile."""
_PROMPT = 1.0
"""Seconds from "quit" to the shell's prompt, on any of these lines."""
_KEYS = 12


@contextmanager
def _walk(rate: int = 0) -> Iterator[Walk]:
    with home() as environment, Probe((*PROGRAM, "open", _START), environment=environment, rate=rate) as probe:
        yield Walk(probe)


def wire(labs: Sequence[str]) -> list[Result]:
    """Bytes a second at 80×24 of each lab, running flat out and paused; memory of both processes at the end."""
    found = []
    with _walk() as walk:
        for lab in labs:
            walk.open(lab)
            if find_lab(lab).spec.trains and (frames := walk.live()):
                live = statistics.mean(frames) * 10 / 1024
                how = f"{len(frames)} frames, the largest {max(frames)} bytes"
                found.append(Result(f"{lab}, ten frames a second", live, "KiB/s", 35.0, how=how))
            walk.probe.quiet(1.0, 20)
            found.append(Result(f"{lab}, at rest", walk.idle(2.0) / 2, "B/s", 0.0))
        memory = sum(resident_bytes(pid) for pid in family(walk.probe.pid)) / 2**20
    return [*found, Result("memory of screen and worker", memory, "MB", 400.0, how="after all these labs")]


def links(labs: Sequence[str]) -> list[Result]:
    """Key echo while each lab runs flat out, over terminals that take few bytes a second; and how soon the prompt is back."""
    found = []
    for rate, budget in _LINES:
        name = f"{rate // 1000} kB/s"
        with _walk(rate) as walk:
            for lab in labs:
                if not find_lab(lab).spec.trains:
                    continue
                walk.open(lab)
                walk.run()
                walk.frames(3, 5)
                if not walk.running:
                    walk.run(slowly=True)
                echoes = sorted(echo.seconds * 1000 for echo in walk.echoes(_KEYS))
                how = f"median of {_KEYS}, worst {echoes[-1]:.0f} ms"
                found.append(Result(f"{lab}, key echo at {name}", statistics.median(echoes), "ms", budget, how=how))
            if not walk.running:
                walk.run()
            found.append(Result(f"from quit to the prompt at {name}", walk.leave(), "s", _PROMPT))
    return found


def long_run(labs: Sequence[str], minutes: float) -> list[Result]:
    """Memory and key echo of one lab that runs flat out for so long; what each minute showed is said on the way."""
    lab, found = labs[0], list[Sample]()
    with _walk() as walk:
        walk.open(lab)
        walk.run()
        found += samples(walk, minutes, min(1.0, minutes / 10))
    return results(found, lab)


def led(labs: Sequence[str], minutes: float) -> dict[str, Callable[[], list[Result]]]:
    """These measurements by name. labs: none: every one, and for the long run the playground."""
    known = labs or lab_ids()
    return {
        "wire": lambda: wire(known),
        "links": lambda: links(known),
        "long": lambda: long_run(labs or ("playground",), minutes),
    }
