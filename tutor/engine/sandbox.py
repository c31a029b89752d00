"""What a process that runs the code of learners and courses may reach: no network, and only the files that it needs.

On Linux the kernel sees to it: a seccomp filter refuses sockets and what reaches into other processes, Landlock refuses files
outside of a list. Neither needs a right that an ordinary user has not, neither can be undone, and children inherit both. Where
the system has them not, the process runs without, and `dltutor doctor` says so (`python -m tutor.engine.sandbox` tries it out).
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import platform
import struct
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from tutor import paths
from tutor.errors import UserError
from tutor.labs import VARIABLE as LABS

_NO_NEW_PRIVILEGES = 38
_SECCOMP, _SECCOMP_SYNC, _ERRNO, _ALLOW = {"x86_64": 317, "aarch64": 277}, 1, 0x00050000 | 13, 0x7FFF0000
_ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_SOCKET = {"x86_64": 41, "aarch64": 198}
_REFUSED = {
    # ptrace, process_vm_readv and _writev, io_uring_setup, bpf, keyctl, unshare, setns, mount, perf_event_open, pidfd_getfd
    "x86_64": (101, 310, 311, 425, 321, 250, 272, 308, 165, 298, 438),
    "aarch64": (117, 270, 271, 425, 280, 219, 97, 268, 40, 241, 438),
}
_UNIX = 1
_KEPT_RIGHTS = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 3 | 1 << 23  # chown, dac_override, dac_read_search, fowner, sys_nice
_CUDA = Path("/dev/nvidiactl")
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_READ = 1 << 0 | 1 << 2 | 1 << 3  # execute, read a file, list a folder
_WRITE = 1 << 1 | sum(1 << bit for bit in range(4, 13))
_REFER, _TRUNCATE = 1 << 13, 1 << 14
_SYSTEM = ("/usr", "/lib", "/lib64", "/lib32", "/bin", "/sbin", "/etc", "/opt", "/proc", "/sys", "/nix", "/gnu", "/snap")


@dataclass(frozen=True)
class Enforced:
    """What the system enforces in this process."""

    network: bool = False
    files: bool = False
    signals: bool = False
    """Processes outside cannot be ended."""


def has_gpu() -> bool:
    """Whether this machine has NVIDIA's driver."""
    return _CUDA.exists()


def confine(scratch: Path | None = None) -> Enforced:
    """Confine this process and whatever it starts, for good. scratch: the one folder that it may write in; None: the cache.

    To be called before any code that is not ours has been loaded, and before threads are started.
    """
    machine = platform.machine()
    if sys.platform != "linux" or machine not in _ARCHITECTURE or os.environ.get("DLTUTOR_SANDBOX") == "off":
        return Enforced()
    with contextlib.suppress(OSError, AttributeError, ValueError, UserError):
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
            return Enforced()
        _drop_rights(libc)
        own_temporary(scratch)
        # CUDA's driver keeps files and sockets of its own, in places that differ from machine to machine.
        files, signals = (False, False) if has_gpu() else _restrict_files(libc, scratch)
        return Enforced(_restrict_calls(libc, machine), files, signals)
    return Enforced()


def _drop_rights(libc: ctypes.CDLL) -> None:
    """Of the administrator's rights, keep those over the user's own files: others see into processes in spite of all limits."""
    header = ctypes.create_string_buffer(struct.pack("=Ii", 0x20080522, 0))
    rights = ctypes.create_string_buffer(24)
    if libc.capget(header, rights) == 0:
        kept = [
            word & mask for word, mask in zip(struct.unpack("=6I", rights.raw[:24]), [_KEPT_RIGHTS] * 3 + [0] * 3, strict=True)
        ]
        libc.capset(header, ctypes.create_string_buffer(struct.pack("=6I", *kept)))


def _restrict_calls(libc: ctypes.CDLL, machine: str) -> bool:
    """No socket, and no call that reaches into another process; asked for, they fail with "permission denied"."""
    checks = [_jump(number, 0, 1) + _give(_ERRNO) for number in _REFUSED[machine]]
    socket = _give(_ERRNO)
    if has_gpu():
        socket = _load(16) + _jump(_UNIX, 1, 0) + _give(_ERRNO) + _give(_ALLOW)
    program = b"".join(
        [
            _load(4), _jump(_ARCHITECTURE[machine], 1, 0), _give(_ERRNO),
            _load(0),
            *([struct.pack("<HBBI", 0x35, 0, 1, 0x40000000), _give(_ERRNO)] if machine == "x86_64" else []),  # 32-bit calls
            *checks,
            _jump(_SOCKET[machine], 0, len(socket) // 8), socket,
            _give(_ALLOW),
        ]
    )  # fmt: skip
    buffer = ctypes.create_string_buffer(program, len(program))
    described = ctypes.create_string_buffer(struct.pack("@HP", len(program) // 8, ctypes.addressof(buffer)))
    return bool(libc.syscall(_SECCOMP[machine], 1, _SECCOMP_SYNC, described) == 0)


def _load(offset: int) -> bytes:
    return struct.pack("<HBBI", 0x20, 0, 0, offset)


def _jump(value: int, if_equal: int, otherwise: int) -> bytes:
    return struct.pack("<HBBI", 0x15, if_equal, otherwise, value)


def _give(result: int) -> bytes:
    return struct.pack("<HBBI", 0x06, 0, 0, result)


def _restrict_files(libc: ctypes.CDLL, scratch: Path | None) -> tuple[bool, bool]:
    """Read what the program needs, write where nothing can be spoilt. Whether files, and whether signals, are restricted."""
    version = libc.syscall(_CREATE_RULESET, None, 0, 1)
    if version < 1:
        return False, False
    every = _READ | _WRITE | (_REFER if version >= 2 else 0) | (_TRUNCATE if version >= 3 else 0)
    attributes = struct.pack("<QQQ", every, 0, 0b11 if version >= 6 else 0)[: 24 if version >= 6 else 16 if version >= 4 else 8]
    ruleset = libc.syscall(_CREATE_RULESET, attributes, len(attributes), 0)
    if ruleset < 0:
        return False, False
    try:
        for folder in _readable():
            _add(libc, ruleset, folder, _READ)
        for folder in _writable(scratch):
            _add(libc, ruleset, folder, every)
        done = libc.syscall(_RESTRICT_SELF, ruleset, 0) == 0
        return done, done and version >= 6
    finally:
        os.close(ruleset)


def _add(libc: ctypes.CDLL, ruleset: int, path: Path, access: int) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not path.is_dir():
            access &= 1 << 0 | 1 << 1 | 1 << 2 | _TRUNCATE
        libc.syscall(_ADD_RULE, ruleset, 1, struct.pack("<Qi", access, handle), 0)
    finally:
        os.close(handle)


def _readable() -> Iterator[Path]:
    """The system, Python and its packages, the program, the learner's data sets and exercises, the course that is open."""
    yield from map(Path, _SYSTEM)
    yield from _not_home(map(Path, [sys.prefix, sys.base_prefix, sys.exec_prefix, *filter(None, sys.path)]))
    yield paths.lessons_folder().parent
    yield paths.lessons_folder()
    yield paths.data_folder()
    yield paths.config_folder()
    if labs := os.environ.get(LABS):
        yield Path(labs)


def _writable(scratch: Path | None) -> Iterator[Path]:
    yield Path("/dev")
    if scratch is not None:
        yield scratch
        return
    yield paths.cache_folder()
    if named := os.environ.get("NUMBA_CACHE_DIR"):
        yield Path(named)


def _not_home(folders: Iterable[Path]) -> Iterator[Path]:
    """Those that do not hold the whole home of the user, or of everyone."""
    home = Path(os.path.expanduser("~"))
    return (folder for folder in folders if folder.is_absolute() and not home.is_relative_to(folder))


def own_temporary(scratch: Path | None) -> None:
    """Temporary files go there, or into the cache, from here on: the shared folder of the system is out of reach."""
    import tempfile

    with contextlib.suppress(OSError, UserError):
        folder = scratch or paths.cache_folder() / "scratch"
        folder.mkdir(mode=0o700, exist_ok=True)
        os.environ["TMPDIR"] = tempfile.tempdir = str(folder)


def main() -> None:
    """Confine this process, try what must fail, and print what held, as JSON."""
    import socket

    said = confine()
    held = asdict(said)
    with contextlib.suppress(OSError):
        socket.socket(socket.AF_INET, socket.SOCK_STREAM).close()
        held["network"] = False
    with contextlib.suppress(OSError):
        os.listdir(os.path.expanduser("~"))
        held["files"] = False
    print(json.dumps(held))


if __name__ == "__main__":
    main()
