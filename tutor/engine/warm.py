"""Compiling ahead: `python -m tutor.engine.warm` compiles every lab's kernels, quietly, while the learner reads.

It runs beside the worker at the lowest priority, once for each version of the kernels (a marker in their folder says that it is
done). Whatever it compiles, the worker finds on disk; two processes that compile the same kernel do no harm.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys

from tutor.engine.cache import cache_folder, prepare
from tutor.engine.compiling import mark, only_one
from tutor.engine.limits import Limits, give_way, impose
from tutor.engine.process import environment

MARKER = "complete"
_STEPS = 3
_SIZE = (60, 20)
_IDLEST = 19


def needed() -> bool:
    """Whether some kernels may not be compiled yet."""
    return not os.environ.get("NUMBA_CACHE_DIR") and not (cache_folder() / MARKER).exists()


async def warm_quietly() -> None:
    """Compile what is not compiled yet, in a process of its own; it ends when this is cancelled. Its failure is no matter."""
    if not needed():
        return
    with contextlib.suppress(OSError):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "tutor.engine.warm", env=environment(), start_new_session=True,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            await process.wait()
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()


def touch(lab_id: str, device: str = "cpu") -> None:
    """Do once whatever a lab does: this is what compiles its kernels."""
    from tutor.engine.link import make_link
    from tutor.engine.run import Run
    from tutor.labs import find_lab

    lab = find_lab(lab_id)
    run = Run(lab, make_link(lab.spec, [("device", device)]))
    if lab.spec.trains:
        run.advance(_STEPS)
    run.metrics()
    run.words()
    for view in lab.spec.views:
        run.view(view.name, _SIZE)


def main() -> None:
    """Compile everything, then leave the marker."""
    impose(Limits(memory=3 * 2**30))
    give_way(_IDLEST)
    folder = prepare()
    lock = only_one(folder, "warming")
    if lock is None:
        return  # another program of this user does it
    from tutor.labs import lab_ids

    with lock:
        for lab in lab_ids():
            touch(lab)
            mark(lab)
        (folder / MARKER).touch()


if __name__ == "__main__":
    main()
