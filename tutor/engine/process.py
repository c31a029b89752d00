"""A child process that answers messages, and how its parent tells what became of it.

The parent asks with a budget of seconds; the child may say that it is busy with something long, and gets more. A child that
dies, hangs or runs out of memory is gone, and `WorkerGone` says how in one sentence.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from tutor import errors
from tutor.engine.wire import HEADER, LONGEST, Channel, Message, WireError, decode, encode
from tutor.errors import UserError, WorkerGone
from tutor.labs import VARIABLE as LABS
from tutor.labs import authored
from tutor.words import VARIABLE, language, use, wanted

_KEPT = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TMPDIR",
    "LD_LIBRARY_PATH",
    "CONDA_PREFIX",
    "XDG_CACHE_HOME",
    "XDG_STATE_HOME",
    "XDG_DATA_HOME",
    "XDG_CONFIG_HOME",
)
_KEPT_PREFIXES = ("NUMBA_", "DLTUTOR_", "CUDA_", "NVIDIA_")
GRACE = 2.0
"""Seconds over a step's budget after which a silent child counts as hung."""
_AGAIN = 0.25


class Child:
    """The parent's end of one child process. `who` names it in sentences: "The training process"."""

    def __init__(self, module: str, *, who: str, arguments: Sequence[str] = ()) -> None:
        self.module = module
        self.who = who
        self.arguments = tuple(arguments)
        self.on_busy: Callable[[str], None] | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._errors: IO[bytes] | None = None

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None and self.alive else None

    async def start(self) -> None:
        """Spawn it. Raises WorkerGone when no process can be had."""
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (it lives as long as the child)
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-P", "-m", self.module, *self.arguments,
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=self._errors,
                env=environment(), start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise WorkerGone(f"{self.who} could not be started: {error.strerror}") from None

    async def ask(self, message: Mapping[str, Any], budget: float) -> Message:
        """Send a message and return the answer. Raises WorkerGone, or the UserError that the child answers with."""
        process = self._process
        if process is None or process.stdin is None or process.returncode is not None:
            raise WorkerGone(await self._obituary(), "press r to start it again")
        try:
            process.stdin.write(encode(message))
            await process.stdin.drain()
            while True:
                answer = await self._answer(process, budget + GRACE)
                if "busy" not in answer:
                    break
                budget = float(answer["budget"])
                if self.on_busy:
                    self.on_busy(str(answer["busy"]))
        except TimeoutError:
            await self.kill()
            raise WorkerGone(
                f"{self.who} did not answer for {budget + GRACE:.0f} seconds and was stopped", "press r to start it again"
            ) from None
        except (OSError, EOFError, WireError):
            await self.kill(seconds=0.5)
            raise WorkerGone(await self._obituary(), "press r to start it again") from None
        if "error" in answer:
            raise _as_error(answer["error"])
        return answer

    async def _answer(self, process: asyncio.subprocess.Process, seconds: float) -> Message:
        """What it says within this time. Raises TimeoutError."""
        reading = asyncio.ensure_future(self._read(process))
        try:
            # Twice: if it was this process that stood still (ctrl+z), the answer is there by now, but has not been read.
            for patience in (seconds, _AGAIN):
                if (await asyncio.wait({reading}, timeout=patience))[0]:
                    return reading.result()
            raise TimeoutError
        finally:
            reading.cancel()

    async def _read(self, process: asyncio.subprocess.Process) -> Message:
        assert process.stdout is not None
        text_size, body_size = HEADER.unpack(await process.stdout.readexactly(HEADER.size))
        if max(text_size, body_size) > LONGEST:
            raise WireError("the message is too long")
        text = await process.stdout.readexactly(text_size)
        return decode(text, await process.stdout.readexactly(body_size))

    async def kill(self, seconds: float = 0.0) -> None:
        """End it and all that it started; with `seconds`, wait so long for it to end by itself first."""
        process = self._process
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        if seconds:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), seconds)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()

    def last_words(self, size: int = 2000) -> str:
        """The end of what it wrote to its standard error."""
        if self._errors is None:
            return ""
        end = self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, end - size))
        return self._errors.read().decode(errors="replace")

    async def _obituary(self) -> str:
        if self._process is None:
            return f"{self.who} is not running"
        code = await self._process.wait()
        words = self.last_words()
        if "MemoryError" in words or "Cannot allocate memory" in words:
            return f"{self.who} ran out of memory"
        if code < 0:
            name = signal.Signals(-code).name
            reason = {
                "SIGKILL": "was killed from outside, perhaps for lack of memory",
                "SIGXCPU": "used up its processor time",
                "SIGSEGV": "crashed (a memory fault)",
                "SIGXFSZ": "wrote too large a file",
            }.get(name, f"was ended by {name}")
            return f"{self.who} {reason}"
        error = words.strip().splitlines()[-1:] if code == 1 else []
        if error:
            return f"{self.who} stopped on an error of its own: {error[0][:200]}"
        return f"{self.who} ended by itself (exit status {code})"


def serve(handle: Callable[[Message], Message], channel: Channel, tick: Callable[[], float | None]) -> None:
    """The child's loop: answer messages, and in between call `tick`, which says how long it can wait (None: for ever)."""
    use(wanted())
    wait: float | None = 0.0
    while True:
        if not channel.ready(wait):
            wait = tick()
            continue
        message = channel.read()
        if message is None:
            return
        try:
            answer = handle(message)
        except UserError as error:
            answer = {"error": {"kind": type(error).__name__, "message": error.message, "mend": error.mend}}
        channel.write(answer)
        wait = 0.0


def own_channel() -> Channel:
    """The child's channel, taken away from standard input and output, which point to nothing from now on."""
    source, sink = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    return Channel(source, sink)


def environment() -> dict[str, str]:
    """The child's environment: what it needs to run, and none of the user's secrets."""
    kept = {k: v for k, v in os.environ.items() if k in _KEPT or k.startswith(_KEPT_PREFIXES)}
    kept["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])])
    kept["PYTHONUNBUFFERED"] = "1"
    kept.pop(LABS, None)
    if (root := authored().root) is not None:
        kept[LABS] = str(root)
    kept[VARIABLE] = language()
    return kept


def _as_error(description: Mapping[str, Any]) -> UserError:
    kind = getattr(errors, str(description.get("kind")), UserError)
    if not (isinstance(kind, type) and issubclass(kind, UserError)):
        kind = UserError
    return kind(str(description.get("message")), str(description.get("mend", "")))
