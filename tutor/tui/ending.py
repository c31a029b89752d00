"""How a session ends that the learner did not end: the link dropped, the machine goes down, someone sent a signal.

What is to be kept is kept, the worker is ended and the terminal is put back as it was. An end that hangs (a terminal that takes
no more bytes holds the whole program up) is made short: after `GRACE` seconds the process is gone, whatever it waits for.
"""

from __future__ import annotations

import os
import signal
import sys
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Timer
from types import FrameType
from typing import IO, Any

from textual.app import App
from textual.driver import Driver

GRACE = 3.0
"""Seconds that an orderly end may take."""
SIGNALS = (signal.SIGHUP, signal.SIGTERM, signal.SIGINT)
_LEAVE = b"\x1b[?2004l\x1b[?7h\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l\x1b[0m"
"""What undoes all that was asked of the terminal."""


class Ending(App[Any]):
    """The part of an app that ends well whatever ends it."""

    def keep_all(self) -> None:
        """Keep what is not kept yet."""
        raise NotImplementedError

    def child_ids(self) -> list[int]:
        """The processes that must not outlive this one."""
        raise NotImplementedError

    def end_by(self, number: int) -> bool:
        """A signal came, at any moment: end as soon as the loop is free. False when there is no loop (any more)."""
        loop = self._loop
        if loop is None or loop.is_closed():
            return False
        loop.call_soon_threadsafe(self.call_later, self._end_now, number)
        return True

    def _end_now(self, number: int) -> None:
        try:
            self.keep_all()
        finally:
            self.exit(return_code=128 + number)

    def get_driver_class(self) -> type[Driver]:
        plain = super().get_driver_class()
        if not hasattr(plain, "run_input_thread"):
            return plain

        class EnduringDriver(plain):  # type: ignore[misc, valid-type]
            """The platform's driver, for which a terminal that is gone is the end and not an error."""

            def __init__(self, *args: Any, **options: Any) -> None:
                super().__init__(*args, **options)
                self._file: Any = Glass(self._file, hang_up)

            def _run_input_thread(self) -> None:
                try:
                    self.run_input_thread()
                except OSError:
                    hang_up()

        return EnduringDriver


@contextmanager
def ended_well(app: Ending) -> Iterator[None]:
    """While this lasts, SIGHUP, SIGTERM and SIGINT end the app in good order."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    modes = _modes()
    received: list[int] = []

    def last_resort() -> None:
        for pid in app.child_ids():
            with suppress(OSError):
                os.killpg(pid, signal.SIGKILL)
        _put_back(modes)
        os._exit(128 + received[0])

    def end(number: int, frame: FrameType | None) -> None:
        if received:
            return
        received.append(number)
        watch = Timer(GRACE, last_resort)
        watch.daemon = True
        watch.start()
        if not app.end_by(number):
            raise SystemExit(128 + number)

    for number in SIGNALS:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            # Once a signal has come it has been heard: a second one must not cut the end short.
            signal.signal(number, signal.SIG_IGN if received else handler)


def _modes() -> list[Any] | None:
    try:
        return termios.tcgetattr(0)
    except termios.error:
        return None


def _put_back(modes: list[Any] | None) -> None:
    """Restore the terminal without waiting for it."""
    with suppress(termios.error):
        if modes is not None:
            termios.tcsetattr(0, termios.TCSANOW, modes)
    with suppress(OSError):
        os.set_blocking(2, False)
        try:
            os.write(2, _LEAVE)
        finally:
            os.set_blocking(2, True)  # the shell shares it


class Glass:
    """The terminal as a file to write to. One that is gone takes everything, and says so once."""

    def __init__(self, file: IO[str], gone: Callable[[], None]) -> None:
        self._file, self._say_gone = file, gone
        self.gone = False

    def write(self, text: str) -> int:
        if not self.gone:
            try:
                return self._file.write(text)
            except (OSError, ValueError):
                self._lost()
        return len(text)

    def flush(self) -> None:
        if not self.gone:
            try:
                self._file.flush()
            except (OSError, ValueError):
                self._lost()

    def fileno(self) -> int:
        return self._file.fileno()

    def isatty(self) -> bool:
        return self._file.isatty()

    def _lost(self) -> None:
        self.gone = True
        self._say_gone()


def hang_up() -> None:
    """The terminal is gone: as if the system had said so. From any thread."""
    os.kill(os.getpid(), signal.SIGHUP)


def let_go() -> None:
    """Standard output and error point to nothing: what is left in their buffers cannot fail any more."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    for number in (1, 2):
        with suppress(OSError):
            os.dup2(nothing, number)
    os.close(nothing)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
