"""A program in a pseudo-terminal, watched: when bytes come, how many, what they say; keys and a terminal's own answers go in.

Used by the benchmark and by the tests. POSIX only.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tutor.cli.bench.glass import Glass

_ANSWERS = {b"\x1b[6n": b"\x1b[1;1R", b"\x1b[c": b"\x1b[?62;22c", b"\x1b[?2026$p": b"\x1b[?2026;2$y"}
"""Where the cursor is, what kind of terminal it is, and whether it can show an update in one go."""
_QUESTION = re.compile(b"|".join(map(re.escape, _ANSWERS)))
_LONGEST = max(map(len, _ANSWERS))
_ESCAPE = re.compile(rb"\x1b(\[[0-9;?<>=$]*[ -/]*[@-~]|[PX^_\]].*?(\x1b\\|\x07)|[()][A-Z0-9]|[=>78cMDEH])", re.S)


@dataclass
class Probe:
    """One program in a pseudo-terminal of its own. Close it, or use it in a `with`."""

    command: Sequence[str]
    columns: int = 80
    rows: int = 24
    environment: Mapping[str, str] = field(default_factory=dict)
    rate: int = 0
    """Bytes a second that the terminal takes; 0: as fast as they come."""

    def __post_init__(self) -> None:
        self.began = time.perf_counter()
        self.received = bytearray()
        self.reads: list[tuple[float, int]] = []
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            os.environ.update({"TERM": "xterm-256color", "LINES": "", "COLUMNS": "", **self.environment})
            for name in ("LINES", "COLUMNS"):
                os.environ.pop(name, None)
            time.sleep(0.02)  # until the parent has set the size
            os.execvp(self.command[0], list(self.command))
        self.began = time.perf_counter()
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", self.rows, self.columns, 0, 0))
        self._before = termios.tcgetattr(self._terminal)
        self._answered = 0
        self._free_at = self.began
        """When the last byte that was taken has gone over the wire."""
        self.glass = Glass(self.columns, self.rows)
        self._status: int | None = None

    def __enter__(self) -> Probe:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- watching

    def pump(self, seconds: float, until: Callable[[], bool] | None = None) -> bool:
        """Read for so long, or until the condition holds. Returns whether it held (True without one)."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            if until is not None and until():
                return True
            if not select.select([self._terminal], [], [], min(left, 0.02))[0]:
                continue
            if not self._read():
                break
        return until is None or until()

    def _read(self) -> bool:
        size = max(1, min(1024, self.rate // 50)) if self.rate else 65536
        try:
            data = os.read(self._terminal, size)
        except OSError:
            return False
        if not data:
            return False
        if self.rate:  # the wire takes its time, and never makes up for what it could have carried before
            self._free_at = max(self._free_at, time.perf_counter()) + len(data) / self.rate
            time.sleep(max(0.0, self._free_at - time.perf_counter()))
        self.received += data
        self.glass.feed(data)
        self.reads.append((time.perf_counter() - self.began, len(data)))
        self._answer()
        return True

    def _answer(self) -> None:
        """What a terminal answers by itself, once it has drawn what came before the question."""
        tail = bytes(self.received[self._answered :])
        for question in _QUESTION.findall(tail):
            os.write(self._terminal, _ANSWERS[question])
        begun = next((n for n in range(_LONGEST - 1, 0, -1) if any(tail[-n:] == q[:n] != q for q in _ANSWERS)), 0)
        self._answered = len(self.received) - begun

    def forget(self) -> None:
        """Drop what was received so far, but for what is on the glass."""
        self._answered = max(0, self._answered - len(self.received))
        self.received.clear()
        self.reads.clear()

    def wait_for(self, text: str, seconds: float, since: int = 0) -> bool:
        """Whether this text comes within so many seconds, in what was received after `since` bytes."""
        wanted = text.encode()
        return self.pump(seconds, lambda: wanted in self.text_bytes(since))

    def text_bytes(self, since: int = 0) -> bytes:
        """What was received, escape sequences removed: the cells in the order in which they were sent."""
        return _ESCAPE.sub(b"", bytes(self.received[since:]))

    def shows(self, text: str, seconds: float) -> bool:
        """Whether this text stands on the glass, in one row, within so many seconds."""
        return self.pump(seconds, lambda: text in self.glass)

    def quiet(self, seconds: float, at_most: float) -> bool:
        """Read until nothing has come for so many seconds; whether that was so within `at_most`."""
        end = time.perf_counter() + at_most
        while time.perf_counter() < end:
            before = len(self.received)
            self.pump(seconds)
            if len(self.received) == before:
                return True
        return False

    def bytes_between(self, start: float, end: float) -> int:
        """Bytes received between two moments, in seconds since the start."""
        return sum(size for at, size in self.reads if start <= at < end)

    @property
    def now(self) -> float:
        return time.perf_counter() - self.began

    # -- acting

    def send(self, keys: str) -> None:
        os.write(self._terminal, keys.encode())

    def key_delay(self, keys: str, echo: str, seconds: float = 5.0) -> float:
        """Seconds from sending keys until this text comes back; infinity when it does not."""
        since, start = len(self.received), time.perf_counter()
        self.send(keys)
        return time.perf_counter() - start if self.wait_for(echo, seconds, since) else float("inf")

    @property
    def exit_status(self) -> int | None:
        """The program's exit status, or None while it runs; a signal is negative."""
        if self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._status = os.waitstatus_to_exitcode(status)
        return self._status

    def wait(self, seconds: float) -> int | None:
        """Read until the program ends, for at most so long."""
        self.watch(seconds, lambda: self.exit_status is not None)
        return self.exit_status

    def watch(self, seconds: float, until: Callable[[], bool]) -> bool:
        """Like `pump`, and go on looking when the terminal is closed already."""
        end = time.perf_counter() + seconds
        while not until() and (left := end - time.perf_counter()) > 0:
            self.pump(left, until)
            time.sleep(0.01)
        return until()

    def restored(self) -> bool:
        """Whether the terminal is as it was: its modes, the main screen, a visible cursor."""
        data = bytes(self.received)
        main_screen = data.rfind(b"\x1b[?1049l") > data.rfind(b"\x1b[?1049h")
        cursor = data.rfind(b"\x1b[?25h") > data.rfind(b"\x1b[?25l")
        return main_screen and cursor and termios.tcgetattr(self._terminal)[3] == self._before[3]

    def close(self) -> None:
        if self.exit_status is None:
            os.kill(self.pid, signal.SIGKILL)
            _, status = os.waitpid(self.pid, 0)
            self._status = os.waitstatus_to_exitcode(status)
        if self._terminal >= 0:
            os.close(self._terminal)
            self._terminal = -1


def family(pid: int) -> list[int]:
    """A process and all its descendants (Linux; elsewhere the process alone)."""
    found = [pid]
    if sys.platform == "linux":
        for parent in found:
            try:
                with open(f"/proc/{parent}/task/{parent}/children") as children:
                    found += [int(child) for child in children.read().split()]
            except OSError:
                continue
    return found


def resident_bytes(pid: int) -> int:
    """Memory that a process holds alone or its share of what it shares (PSS), in bytes; 0 where the system does not say."""
    try:
        with open(f"/proc/{pid}/smaps_rollup") as rollup:
            for line in rollup:
                if line.startswith("Pss:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0
