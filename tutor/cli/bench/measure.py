"""One measurement each: a budget of the design, how it is taken, and what came out."""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tutor.cli.bench.convolution import convolution
from tutor.cli.bench.gans import gans
from tutor.cli.bench.grid import grid
from tutor.cli.bench.nets import nets
from tutor.cli.bench.probe import Probe
from tutor.cli.bench.recurrent import recurrent
from tutor.cli.bench.result import Result
from tutor.cli.bench.seek import seek

LINK = "perceptron?data=overlap"
PROGRAM = (sys.executable, "-P", "-m", "tutor")


@contextmanager
def home() -> Iterator[dict[str, str]]:
    """A learner's home of its own, with the compiled kernels of this user."""
    from tutor.engine import prepare

    kernels = prepare()
    with tempfile.TemporaryDirectory() as folder:
        yield {"DLTUTOR_HOME": folder, "NUMBA_CACHE_DIR": str(kernels), "PYTHONPATH": str(Path(__file__).parents[3])}


_BARE = """
from textual.app import App
from textual.widgets import Footer, Header, Static
class Bare(App):
    def compose(self):
        yield Header()
        yield Static("ready to compare")
        yield Footer()
Bare().run()
"""


def first_paint(rounds: int = 5) -> list[Result]:
    """Time from spawn to the first words on screen, in turns with a bare Textual app."""
    ours: list[float] = []
    theirs: list[float] = []
    with home() as environment:
        for turn in range(rounds + 1):
            for times, command, words in (
                (theirs, (sys.executable, "-c", _BARE), "ready to compare"),
                (ours, PROGRAM, "formal neuron"),
            ):
                with Probe(command, environment=environment) as probe:
                    probe.wait_for(words, 15)
                    if turn:
                        times.append(probe.now)
                    probe.send("q\x11")
    ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
    return [
        Result(
            "first paint, against a bare Textual app",
            ratio,
            "×",
            2.0,
            how=f"{statistics.median(ours):.2f} s, bare {statistics.median(theirs):.2f} s",
        )
    ]


async def _first_frame(link: str, cold: Path | None) -> float:
    """Seconds from opening a lab to its first moving frame; with `cold`, a folder without any compiled kernel."""
    from tutor.engine.client import Worker

    before = os.environ["NUMBA_CACHE_DIR"]
    if cold is not None:
        os.environ["NUMBA_CACHE_DIR"] = str(cold)
    worker = Worker()
    try:
        await worker.start()
        await asyncio.sleep(0 if cold else 1.5)  # the learner reads the home screen meanwhile
        start = time.perf_counter()
        await worker.open(link)
        await worker.play()
        while (await worker.frame(["boundary"], (50, 18))).step == 0:
            pass
        return time.perf_counter() - start
    finally:
        await worker.close()
        os.environ["NUMBA_CACHE_DIR"] = before


def first_frame() -> list[Result]:
    """Time from opening a lab to its first moving frame, kernels on disk or not: the lightest lab and the heaviest."""
    from tutor.engine import prepare

    prepare()
    results = []
    for link in (LINK, "playground"):
        lab = link.partition("?")[0]
        with tempfile.TemporaryDirectory() as folder:
            cold = asyncio.run(_first_frame(link, Path(folder)))
        asyncio.run(_first_frame(link, None))
        warm = statistics.median(asyncio.run(_first_frame(link, None)) for _ in range(3))
        results.append(Result(f"first moving frame of {lab}, kernels on disk", warm, "s", 0.7))
        results.append(Result(f"first moving frame of {lab}, nothing compiled", cold, "s", 10.0))
    return results


def warmup() -> list[Result]:
    """Time of `dltutor warmup` from nothing."""
    import subprocess

    with tempfile.TemporaryDirectory() as folder, home() as environment:
        start = time.perf_counter()
        subprocess.run(
            [*PROGRAM, "warmup"], env={**os.environ, **environment, "NUMBA_CACHE_DIR": folder}, capture_output=True, check=True
        )
        return [Result("warmup from nothing", time.perf_counter() - start, "s", 120.0)]


@contextmanager
def _lab(rate: int = 0, flat_out: bool = True) -> Iterator[Probe]:
    """The lab screen at 80×24, running flat out."""
    with home() as environment, Probe((*PROGRAM, "open", LINK), environment=environment, rate=rate) as probe:
        probe.wait_for("mistakes", 20)
        probe.pump(1.0)
        if flat_out:
            probe.send("+" * 20)
            probe.send(" ")
            probe.pump(2.0)
        yield probe
        probe.send("q")


def keys(count: int = 60) -> list[Result]:
    """From a key to its repaint while a run trains flat out: characters typed into the link's line."""
    with _lab() as probe:
        delays = sorted(_typed(probe, count))
    p99 = delays[min(len(delays) - 1, int(0.99 * len(delays)))]
    return [
        Result(
            "key to repaint while training, p99",
            p99 * 1000,
            "ms",
            50.0,
            how=f"median {statistics.median(delays) * 1000:.0f} ms, {count} keys",
        )
    ]


def _typed(probe: Probe, count: int) -> list[float]:
    """Delays of characters that appear nowhere else on the screen, typed into the line that `:` opens."""
    probe.send(":")
    probe.pump(0.5)
    delays = []
    for turn in range(count):
        letter = "ZQXJKV"[turn % 6]
        delays.append(probe.key_delay(letter, letter))
        probe.send("\x7f")
        probe.pump(0.05)
    probe.send("\x1b")
    probe.pump(0.3)
    return delays


def redraw() -> list[Result]:
    """One redraw in the screen's process: a plot of two lines of 500 points at 100×30, drawn, made into strips and compared."""
    import numpy as np

    from tutor.draw import draw
    from tutor.draw.cells import Look
    from tutor.pictures import Field, Lines, Series
    from tutor.tui.strips import to_strip

    x = np.arange(500, dtype=np.float32)
    plots = [Lines((Series("a", x, np.sin(x / 50 + p)), Series("b", x, np.cos(x / 40 + p), "b"))) for p in range(5)]
    field = Field(np.outer(np.linspace(-1, 1, 40), np.linspace(-1, 1, 80)).astype(np.float32), (-1, 1), (-1, 1))
    look = Look()

    def timed(work: Callable[[int], object]) -> float:
        times = []
        for turn in range(25):
            start = time.perf_counter()
            work(turn)
            times.append(time.perf_counter() - start)
        return statistics.median(times[5:]) * 1000

    return [
        Result(
            "one redraw, 2 × 500 points at 100×30",
            timed(lambda i: [to_strip(row) for row in draw(plots[i % 5], (100, 30), look)]),
            "ms",
            10.0,
        ),
        Result(
            "one redraw, a field of 80×40", timed(lambda i: [to_strip(row) for row in draw(field, (80, 20), look)]), "ms", 10.0
        ),
    ]


def kernels() -> list[Result]:
    """Examples a second through the perceptron's kernel, against the same steps in NumPy."""
    import numpy as np

    from tutor.engine import prepare
    from tutor.labs import find_lab
    from tutor.labs.spec import Array

    prepare()
    lab = find_lab("perceptron")
    knobs = {knob.name: knob.default for knob in lab.spec.knobs} | {"data": "overlap"}
    state = lab.start(knobs, 0)
    lab.advance(state, knobs, 1, "cpu", None)

    def ours(steps: int) -> float:
        start = time.perf_counter()
        lab.advance(state, knobs, steps, "cpu", None)
        return steps / (time.perf_counter() - start)

    data = np.random.default_rng(0).normal(size=(100, 2)).astype(np.float32)
    target = np.where(data[:, 0] > 0, 1.0, -1.0).astype(np.float32)

    def theirs(steps: int) -> float:
        w: Array = np.zeros(2, np.float32)
        b = np.float32(0)
        start = time.perf_counter()
        for i in range(steps):
            x, t = data[i % 100], target[i % 100]
            if t * (w @ x + b) <= 0:
                w, b = w + t * x, b + t
        return steps / (time.perf_counter() - start)

    rounds = [(ours(2_000_000), theirs(20_000)) for _ in range(5)]
    ratio = statistics.median(a / b for a, b in rounds)
    how = f"{statistics.median(a for a, _ in rounds) / 1e6:.0f} million examples a second"
    return [Result("perceptron kernel, against NumPy", ratio, "×", None, least=True, how=how)]


MEASUREMENTS: dict[str, Callable[[], list[Result]]] = {
    "paint": first_paint,
    "frame": first_frame,
    "warmup": warmup,
    "keys": keys,
    "redraw": redraw,
    "seek": seek,
    "kernels": kernels,
    "nets": nets,
    "grid": grid,
    "convolution": convolution,
    "gans": gans,
    "recurrent": recurrent,
}
