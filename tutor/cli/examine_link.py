"""The line to the terminal, as `dltutor doctor` measures it: how soon it answers, and how much it carries.

The terminal is asked where its cursor is; it answers once it has drawn all that came before. Nothing is left on the screen.
"""

from __future__ import annotations

import os
import random
import re
import select
import sys
import termios
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager

from tutor.cli.finding import Finding

_ASK = b"\x1b[6n"
_ANSWER = re.compile(rb"\x1b\[[0-9]+;[0-9]+R")
_QUESTIONS = 3
_PATIENCE = 2.0
"""Seconds to wait for the first answer."""
_BURST = 8192
"""Bytes to measure the rate with: changes of colour, of which nothing is seen."""
_LONG_PATIENCE = 20.0
_LATE = 0.15
"""Seconds of a round trip from which keys feel late."""
_SLOW, _NARROW = 16_000, 64_000
"""Bytes a second: below the first, pictures hardly move; below the second, less often than ten times a second."""


def link() -> Finding:
    """How long an answer takes, and how many bytes a second the line carries. Only on a terminal."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return Finding("link", "ok", "not looked at: this is no terminal")
    if os.environ.get("TERM", "") in ("", "dumb", "unknown"):
        return Finding("link", "ok", "not looked at: this terminal cannot be asked")
    sys.stdout.flush()
    with _raw(sys.stdin.fileno()):
        times = [_answered(b"", _PATIENCE) for _ in range(_QUESTIONS)]
        round_trip = min((seconds for seconds in times if seconds is not None), default=None)
        burst = _answered(_harmless(_BURST), _LONG_PATIENCE) if round_trip is not None else None
    if round_trip is None:
        return Finding(
            "link",
            "warning",
            "the terminal does not say where its cursor is: pictures cannot be fitted to the line",
            "use another terminal, or start with --fps 4 or --low-bandwidth where keys are late",
        )
    if burst is None:
        says = f"an answer takes {_milliseconds(round_trip)}, and {_BURST} bytes more than {_LONG_PATIENCE:.0f} s"
        return Finding("link", "warning", says, "start with --low-bandwidth, or use `dltutor read` and `dltutor run`")
    return judged(round_trip, _BURST / max(burst - round_trip, _BURST / 1e6))


def judged(round_trip: float, rate: float) -> Finding:
    """What is to be said of a line. round_trip: seconds. rate: bytes a second; a million is as much as can be told."""
    carries = "1 MB/s or more" if rate >= 0.99e6 else f"{rate / 1000:.0f} kB/s"
    says = f"an answer takes {_milliseconds(round_trip)}, the line carries {carries}"
    if rate < _SLOW:
        return Finding("link", "warning", f"{says}: pictures move slowly", "start with --low-bandwidth; over ssh, -C helps")
    if round_trip > _LATE:
        return Finding("link", "warning", f"{says}: keys show late", "a machine that is nearer, or mosh, answers sooner")
    if rate < _NARROW:
        return Finding("link", "ok", f"{says}: the largest pictures move less than ten times a second")
    return Finding("link", "ok", says)


def _answered(before: bytes, patience: float) -> float | None:
    """Seconds until the terminal has drawn this and answered a question after it; None: it has not."""
    start = time.perf_counter()
    _write(before + _ASK)
    got = b""
    while (left := start + patience - time.perf_counter()) > 0:
        if select.select([sys.stdin.fileno()], [], [], left)[0]:
            got += os.read(sys.stdin.fileno(), 1024)
            if _ANSWER.search(got):
                return time.perf_counter() - start
    return None


def _write(data: bytes) -> None:
    while data:
        data = data[os.write(sys.stdout.fileno(), data) :]


def _harmless(size: int) -> bytes:
    """Changes of colour that hardly compress, and at the end none."""
    chance = random.Random(1)
    return b"".join(b"\x1b[38;5;%dm" % chance.randrange(100, 256) for _ in range(size // 11)) + b"\x1b[0m"


def _milliseconds(seconds: float) -> str:
    return f"{max(1, round(seconds * 1000))} ms"


@contextmanager
def _raw(terminal: int) -> Iterator[None]:
    """Keys come one by one and are not shown; afterwards as it was, and no late answer is taken for something typed."""
    before = termios.tcgetattr(terminal)
    try:
        tty.setcbreak(terminal)
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSAFLUSH, before)
