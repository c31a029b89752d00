"""The labs that a course carries, for the commands; and commands that run them, or your code, in a process of their own."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from typing import IO

from tutor.cli.output import TERMINALS, look, say_notice, terminals
from tutor.course.library import Known, all_courses, chosen
from tutor.errors import WorkerGone
from tutor.labs import Authored, built_in_ids, use_authored
from tutor.labs.declared import declared_labs
from tutor.labs.spec import LabSpec

INSIDE = "DLTUTOR_INSIDE"
"""Set in the process that runs a command on a course's labs: there they are themselves, not descriptions."""

_SHOWING = ("TERM", "COLORTERM", "COLORFGBG", "NO_COLOR", "COLUMNS")
"""The variables that say what the terminal can show."""
_COMMANDS = re.compile("\x1b\\[[0-9;]{0,40}[mK]|[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")


def inside() -> bool:
    return bool(os.environ.get(INSIDE))


def know_labs(known: Known | None = None) -> Authored:
    """The labs of a course (None: the chosen one), from now on to be looked up beside the program's own."""
    if inside():
        return Authored()
    known = known or chosen()
    if not known.id or not declared_labs(known.folder):
        from tutor.engine.described import announce

        announce(known.folder, known.id)
        return Authored()
    from tutor.engine.described import ask

    try:
        return asyncio.run(ask(known.folder, known.id))
    except WorkerGone as error:
        why = dict.fromkeys(declared_labs(known.folder), f"{error.message}; look at what labs/*.py do when they are loaded")
        found = Authored(known.folder, {}, why)
        use_authored(found)
        return found


def know_lab(lab_id: str) -> bool:
    """Look for the course whose lab this is, the chosen one first. Whether there is one."""
    if inside() or lab_id in built_in_ids():
        return False
    for known in all_courses():
        if known.id and lab_id in declared_labs(known.folder):
            know_labs(known)
            return True
    return False


def every_lab() -> Iterator[tuple[Known, LabSpec]]:
    """The labs of all courses; what cannot be loaded is said."""
    for known in all_courses():
        if known.id and declared_labs(known.folder):
            found = know_labs(known)
            if not found.root:
                from tutor.labs import authored

                found = authored()
            for name, why in found.broken.items():
                say_notice(f"{name}: {why}")
            for lab in found.labs.values():
                yield known, lab.spec


def run_inside(words: Sequence[str], code: str = "") -> int:
    """Run a command in a process of its own, confined, with the course's labs loaded. Returns its exit status.

    What it prints passes through here, without anything that a terminal would take for a command, but for colours and its bar.
    code: a text of the learner's, for its standard input.
    """
    from tutor.engine.process import environment

    shown = {name: os.environ[name] for name in _SHOWING if name in os.environ}
    shown |= {TERMINALS: terminals(), "PYTHONIOENCODING": "utf-8" if look().unicode else "ascii:replace"}
    with tempfile.TemporaryFile() as given:
        given.write(code.encode())
        given.seek(0)
        try:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "tutor.cli.inside", *words],
                stdin=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                env={**environment(), **shown, INSIDE: "1"}, start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise WorkerGone(f"no process can be started: {error.strerror}") from None
    assert process.stdout is not None
    assert process.stderr is not None
    beside = threading.Thread(target=_pass_errors, args=(process.stderr,), daemon=True)
    beside.start()
    try:
        for line in process.stdout:
            print(without_commands(line.decode("utf-8", "replace").rstrip("\n"), "m"), flush=True)
        status = process.wait()
        beside.join(1.0)
    finally:
        process.kill()
        process.wait()
    if status < 0:
        raise WorkerGone(f"the process that ran the lab was ended by signal {-status}", "the code in it may ask for too much")
    return status


def _pass_errors(stream: IO[bytes]) -> None:
    """Its errors and its bar, as they come."""
    while raw := os.read(stream.fileno(), 1 << 16):
        print(without_commands(raw.decode("utf-8", "replace"), "mK\r"), end="", file=sys.stderr, flush=True)


def without_commands(text: str, but: str = "") -> str:
    """The text with a question mark for whatever a terminal would obey.

    but: what it may: colours ("m"), to clear the rest of a line ("K"), to go back to its beginning (carriage return).
    """

    def meant(found: re.Match[str]) -> str:
        one = found[0]
        return one if one in "\n\t" or one[-1] in but else "?"

    return _COMMANDS.sub(meant, text)
