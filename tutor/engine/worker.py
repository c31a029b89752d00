"""The worker process: `python -m tutor.engine.worker`. One screen has one, and in it lives one run.

Importing Numba and loading compiled kernels happen here, behind the home screen; so do crashes, hangs and the learner's code.
"""

from __future__ import annotations

import contextlib
import faulthandler

from tutor.engine.cache import prepare
from tutor.engine.limits import Limits, give_way, impose
from tutor.engine.process import own_channel, serve
from tutor.engine.sandbox import confine, has_gpu

_NICE = 10
"""The screen comes first: a key is answered at once however hard the worker trains."""


def limits(on_gpu: bool) -> Limits:
    """What a process that trains may use. A GPU's driver and compiler want memory and files besides."""
    more = 4 if on_gpu else 1
    return Limits(memory=more * 3 * 2**30, file_bytes=more * 2**28, open_files=more * 256)


LIMITS = limits(has_gpu())


def main() -> None:
    """Serve the screen until it closes the pipe."""
    faulthandler.enable()
    give_way(_NICE)
    channel = own_channel()
    impose(LIMITS)
    prepare()
    confine()
    from tutor.engine.authored import load_wanted
    from tutor.engine.session import Session

    load_wanted()

    session = Session(lambda text, seconds: channel.write({"busy": text, "budget": seconds}))
    warmed = False

    def tick() -> float | None:
        nonlocal warmed
        if not warmed:
            warmed = True
            _warm()
            return 0.0
        return session.tick()

    serve(session.handle, channel, tick)


def _warm() -> None:
    """Load what every lab needs while nobody waits for it."""
    with contextlib.suppress(Exception):
        import kernels.random  # noqa: F401


if __name__ == "__main__":
    main()
