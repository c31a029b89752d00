"""The labs that a course carries, for the commands; and commands that run them, in a process of their own."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence

from tutor.cli.output import say_notice
from tutor.course.library import Known, all_courses, chosen
from tutor.errors import WorkerGone
from tutor.labs import Authored, built_in_ids
from tutor.labs.declared import declared_labs
from tutor.labs.spec import LabSpec

INSIDE = "DLTUTOR_INSIDE"
"""Set in the process that runs a command on a course's labs: there they are themselves, not descriptions."""


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

    return asyncio.run(ask(known.folder, known.id))


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


def run_inside(words: Sequence[str]) -> int:
    """Run a command in a process of its own, under limits, with the course's labs loaded. Returns its exit status.

    What it prints passes through here, without anything that a terminal would take for a command.
    """
    from tutor.engine.process import environment

    try:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "tutor.cli.inside", *words],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**environment(), INSIDE: "1", "PYTHONIOENCODING": "utf-8"}, start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise WorkerGone(f"no process can be started: {error.strerror}") from None
    try:
        assert process.stdout is not None
        assert process.stderr is not None
        for line in process.stdout:
            print(_harmless(line), flush=True)
        said = _harmless(process.stderr.read()[-2000:].strip()).strip()
        status = process.wait()
    finally:
        process.kill()
        process.wait()
    if status < 0:
        raise WorkerGone(f"the process that ran the lab was ended by signal {-status}", "the lab may ask for too much")
    if said:
        print(said, file=sys.stderr)
    return status


def _harmless(line: bytes) -> str:
    return "".join(c if c.isprintable() or c == "\n" else "?" for c in line.decode("utf-8", "replace").rstrip("\n"))
