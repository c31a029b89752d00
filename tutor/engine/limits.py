"""What a child process may use. Each limit is set where the system has it, and left out where it has not."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Limits:
    """The limits of a child process; 0 means none."""

    memory: int = 0
    """Bytes of its own memory, above what it has when it starts."""
    cpu_seconds: int = 0
    file_bytes: int = 0
    """The largest file that it may write."""
    open_files: int = 0
    processes: bool = True
    """Whether it may start other processes and threads."""


def impose(limits: Limits) -> None:
    """Put this process under the limits, for good, and tie its life to its parent's."""
    _die_with_parent()
    _set("RLIMIT_CORE", 0)
    if limits.memory:
        _set("RLIMIT_DATA" if sys.platform == "linux" else "RLIMIT_AS", _data_bytes() + limits.memory)
    if limits.cpu_seconds:
        allow_cpu(limits.cpu_seconds)
    if limits.file_bytes:
        _set("RLIMIT_FSIZE", limits.file_bytes)
    if limits.open_files:
        _set("RLIMIT_NOFILE", limits.open_files)
    if not limits.processes and os.geteuid() != 0:
        _set("RLIMIT_NPROC", 0)


def give_way(nice: int) -> None:
    """Let others go first with the processor.

    Where Linux shares it out among sessions (autogroup, as on most desktops), a process's own niceness counts within its
    session only; so a process with a session of its own says the same of that.
    """
    with contextlib.suppress(OSError):
        os.nice(nice)
        if nice and sys.platform == "linux" and os.getsid(0) == os.getpid():
            _give_way_as_session(str(os.getpriority(os.PRIO_PROCESS, 0)))


def _give_way_as_session(nice: str) -> None:
    """Raises OSError where sessions share nothing out."""
    for _ in range(5):
        try:
            Path("/proc/self/autogroup").write_text(nice)
            return
        except BlockingIOError:  # for who is not root, the system does this ten times a second, and refuses the others
            time.sleep(0.11)


def allow_cpu(seconds: int) -> None:
    """From now on this many seconds of processor time; then the system ends the process (SIGXCPU)."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds + 1, hard))


def _set(name: str, value: int) -> None:
    which = getattr(resource, name, None)
    if which is None:
        return
    with contextlib.suppress(OSError, ValueError):
        _, hard = resource.getrlimit(which)
        most = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(which, (most, most))


def _data_bytes() -> int:
    """The private memory that this process has already, as RLIMIT_DATA counts it."""
    try:
        with open("/proc/self/status") as status:
            for line in status:
                if line.startswith("VmData:"):
                    return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    return 512 * 2**20


def _die_with_parent() -> None:
    """On Linux: be killed when the parent dies, however it dies."""
    if sys.platform != "linux":
        return
    import ctypes

    set_parent_death_signal = 1
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)
