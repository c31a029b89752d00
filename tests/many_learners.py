"""Many learners on one host: `python -m tests.many_learners 20` starts so many screens, each with a lab that runs flat out.

Says what each costs (memory, processor) and how soon keys show. POSIX only; memory and processor on Linux.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tutor.cli.bench.probe import Probe, family, resident_bytes
from tutor.cli.bench.walk import Echo, Walk

ROOT = Path(__file__).parents[1]
LAB = "playground"
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Learner:
    """What one of them had, and cost."""

    megabytes: float
    screen_cores: float
    """Of the processor, by the screen's process."""
    worker_cores: float
    niceness: tuple[int, int]
    """Of the screen and of the worker: the screen comes first."""
    frames: float
    """A second."""
    echoes: list[Echo]


def measure(count: int, seconds: float, keys: int = 5, lab: str = LAB) -> list[Learner]:
    """Start the screens one after the other, let them run together, and ask each for some keys."""
    with ExitStack() as stack:
        walks = []
        for _ in range(count):
            home = stack.enter_context(tempfile.TemporaryDirectory())
            environment = {"PYTHONPATH": str(ROOT), "DLTUTOR_HOME": home, "COLORTERM": ""}
            command = (sys.executable, "-P", "-m", "tutor", "open", lab)
            walks.append(Walk(stack.enter_context(Probe(command, environment=environment))))
            walks[-1].lab = lab
        for walk in walks:
            walk.run()
        learners: list[Learner | None] = [None] * count
        together = threading.Barrier(count)

        def watch(at: int) -> None:
            learners[at] = _watch(walks[at], seconds, keys, together)

        threads = [threading.Thread(target=watch, args=(at,)) for at in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return [learner for learner in learners if learner is not None]


def _watch(walk: Walk, seconds: float, keys: int, together: threading.Barrier) -> Learner:
    probe = walk.probe
    together.wait()
    screen, worker, *_ = [*family(probe.pid), probe.pid]
    start, before, asked = time.perf_counter(), (_used(screen), _used(worker)), probe.received.count(b"\x1b[6n")
    probe.pump(seconds)
    echoes = walk.echoes(keys)
    took = time.perf_counter() - start
    cores = [(used - was) / took for used, was in zip((_used(screen), _used(worker)), before, strict=True)]
    memory = sum(resident_bytes(pid) for pid in (screen, worker)) / 2**20
    frames = (probe.received.count(b"\x1b[6n") - asked) / took
    nice = (os.getpriority(os.PRIO_PROCESS, screen), os.getpriority(os.PRIO_PROCESS, worker))
    together.wait()
    return Learner(memory, cores[0], cores[1], nice, frames, echoes)


def _used(pid: int) -> float:
    """Seconds of the processor that a process has had."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    os.environ.pop("DLTUTOR_HOME", None)
    from tutor.engine import prepare

    os.environ["NUMBA_CACHE_DIR"] = str(prepare())  # compiled once, for all of them
    learners = measure(count, 10.0, 10)
    echoes = sorted(echo.seconds * 1000 for learner in learners for echo in learner.echoes)
    workers = [learner.worker_cores for learner in learners]
    print(f"{count} learners, {os.cpu_count()} cores, {LAB} flat out, load {os.getloadavg()[0]:.1f}")
    print(f"memory a learner     {statistics.mean(learner.megabytes for learner in learners):6.0f} MB")
    print(f"a screen's share     {statistics.mean(learner.screen_cores for learner in learners):6.3f} of a core")
    print(f"a worker's share     {statistics.mean(workers):6.3f} of a core, least {min(workers):.3f}, most {max(workers):.3f}")
    print(f"pictures a second    {statistics.mean(learner.frames for learner in learners):6.1f}")
    p90 = echoes[int(0.9 * len(echoes))]
    print(f"key echo             {statistics.median(echoes):6.0f} ms, p90 {p90:.0f}, worst {echoes[-1]:.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
