"""The program in a pseudo-terminal, led from lab to lab: what each sends, and how long a key takes meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from tutor.cli.bench.probe import Probe
from tutor.labs import find_lab

_ASK = b"\x1b[6n"
_FLAT_OUT = "+" * 12
_SLOWER = "-" * 5
_LONG = 180.0
"""Seconds that a lab may take to come up, where its kernels are compiled first on a machine that has much to do."""
_LATE = 30.0
"""Seconds in which a key must have done what it does, on such a machine."""
_SETTLED = 0.4
"""Seconds without a byte after which nothing is going on any more."""


class Echo(NamedTuple):
    """One key, and what it took until its character stood on the glass."""

    seconds: float
    received: int
    """Bytes that the terminal drew in between, the echo's own included."""


class Walk:
    """A learner who goes from lab to lab in one program."""

    def __init__(self, probe: Probe) -> None:
        """probe: the program, started with `open LAB`, a lab that trains."""
        self.probe = probe
        self.lab = ""
        if not probe.shows("paused", _LONG):
            raise TimeoutError("the lab did not come up:\n" + "\n".join(probe.glass.lines))
        probe.quiet(_SETTLED, 10)

    def open(self, lab: str, view: int = 1) -> None:
        """Go to another lab by its link, to one of its views, and wait until it is on the glass."""
        self.lab = lab
        self.probe.send(f":{lab}\r")
        if not self.probe.pump(_LONG, self._there):
            raise TimeoutError(f"the lab {lab} did not come up:\n" + "\n".join(self.probe.glass.lines))
        if view > 1:
            self.probe.send(str(view))
        self.probe.quiet(_SETTLED, 10)

    def _there(self) -> bool:
        """Whether the lab is on the glass, at rest."""
        spec, lines = find_lab(self.lab).spec, self.probe.glass.lines
        return lines[0].startswith(spec.title[:20]) and lines[-2].startswith(self.lab if not spec.trains else ("‖", "■"))

    @property
    def running(self) -> bool:
        """Whether the screen says that the run goes on."""
        return any("running" in line for line in self.probe.glass.lines[-3:])

    def run(self, slowly: bool = False) -> bool:
        """From the start, flat out or (for a run that is soon over) slowly. Returns whether it goes on."""
        self.pause()
        self.probe.send("r")
        self.probe.quiet(_SETTLED, 5)
        self.probe.send(f"{_FLAT_OUT}{_SLOWER if slowly else ''} ")
        self.probe.pump(_LATE, lambda: self.running or self.ended)
        return self.running

    @property
    def ended(self) -> bool:
        """Whether the screen says that the run has come to its end."""
        return any(line.startswith("■") for line in self.probe.glass.lines[-3:])

    def pause(self) -> None:
        if self.running:
            self.probe.send(" ")
            self.probe.pump(_LATE, lambda: not self.running)
        self.probe.quiet(_SETTLED, 5)

    def frames(self, count: int, seconds: float) -> list[int]:
        """Bytes of each of the next frames while the run goes on, for so long at most."""
        start = len(self.probe.received)
        self.probe.pump(seconds, lambda: self.probe.received.count(_ASK, start) > count or not self.running)
        pieces = bytes(self.probe.received[start:]).split(_ASK)
        return [len(piece) + len(_ASK) for piece in pieces[1:-1]]

    def live(self, count: int = 12, seconds: float = 10.0, settle: int = 2) -> list[int]:
        """Bytes of each frame of this lab as it runs, after the first few; it goes slowly where flat out it is over at once."""
        self.run()
        found = self.frames(count + settle, seconds)
        if not self.running:
            self.run(slowly=True)
            found = self.frames(count + settle, seconds)
        self.pause()
        return found[settle:] or found

    def idle(self, seconds: float) -> int:
        """Bytes that come while nothing goes on."""
        start = len(self.probe.received)
        self.probe.pump(seconds)
        return len(self.probe.received) - start

    @contextmanager
    def typing(self) -> Iterator[int]:
        """The line that `:` opens, and which row of the glass it is; left again at the end."""
        glass = self.probe.glass
        self.probe.send(":")
        if not self.probe.pump(_LATE, lambda: any(line.startswith(":") for line in glass.lines)):
            raise TimeoutError("the line to type in did not open")
        yield next(at for at, line in enumerate(glass.lines) if line.startswith(":"))
        self.probe.send("\x1b")
        self.probe.pump(_LATE, lambda: not any(line.startswith(":") for line in glass.lines))

    def echoes(self, count: int, apart: float = 0.13) -> list[Echo]:
        """Type characters one after the other into the line for links, and see when each stands there.

        apart: seconds between an echo and the next key, no multiple of the time between frames.
        """
        found = []
        with self.typing() as row:
            for turn in range(count):
                self.probe.pump(apart)
                char = "ZQXJKV"[turn % 6]
                before, start = len(self.probe.received), time.perf_counter()
                self.probe.send(char)
                came = self.probe.pump(_LATE, lambda char=char: self.probe.glass.lines[row].endswith(char))  # type: ignore[misc]
                found.append(Echo(time.perf_counter() - start if came else float("inf"), len(self.probe.received) - before))
        return found

    def leave(self) -> float:
        """Back to the first page; then the seconds from "quit" until the program has ended and its last byte has come."""
        self.probe.send("q")
        self.probe.pump(_LATE, lambda: "q quit" in self.probe.glass)
        start = time.perf_counter()
        self.probe.send("q")
        return time.perf_counter() - start if self.probe.wait(15) is not None else float("inf")
