"""A process that makes whole runs for others to compare: `python -m tutor.engine.member [NICE]`.

Sweeps and replays run here, beside the worker and never in it, so that the run on screen is not disturbed.
"""

from __future__ import annotations

import os
import sys
import time

from tutor.conditions import parse_condition
from tutor.engine.cache import prepare
from tutor.engine.limits import give_way, impose
from tutor.engine.process import own_channel, serve
from tutor.engine.sandbox import confine
from tutor.engine.wire import Channel, Message
from tutor.engine.worker import LIMITS
from tutor.errors import UserError

_PREPARING, _MOVING = 120.0, 60.0
_BETWEEN = 0.2
"""Seconds between two words on how far it is."""


def main() -> None:
    """Serve until the pipe is closed."""
    give_way(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    channel = own_channel()
    impose(LIMITS)
    os.environ["NUMBA_NUM_THREADS"] = "1"  # there is a process for each core already
    prepare()
    confine()
    from tutor.engine.authored import load_wanted

    load_wanted()
    serve(lambda message: _answer(message, channel), channel, lambda: None)


def _answer(message: Message, channel: Channel) -> Message:
    match message:
        case {
            "op": "make",
            "link": str(link),
            "steps": int(steps),
            "until": str(until),
            "view": str(view),
            "size": (int(c), int(r)),
        }:
            channel.write({"busy": "0", "budget": _PREPARING})
            return make(link, steps, until, view, (c, r), _Progress(channel))
    raise UserError(f"this process does not understand {message.get('op')!r}")


class _Progress:
    """Says now and then which step the run has reached."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._next = 0.0

    def __call__(self, step: int) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _BETWEEN
            self._channel.write({"busy": str(step), "budget": _MOVING})


def make(link_text: str, steps: int, until: str, view: str, size: tuple[int, int], moved: _Progress) -> Message:
    """Make the run of a link; what became of it, and the picture of a view at its end where one is named."""
    from tutor.engine.curves import pack, record_of
    from tutor.engine.drive import drive
    from tutor.engine.link import make_link, split_link
    from tutor.engine.run import Run
    from tutor.labs import find_lab

    lab_id, pairs = split_link(link_text)
    lab = find_lab(lab_id)
    run = Run(lab, make_link(lab.spec, pairs))
    names = [*(metric.name for metric in lab.spec.metrics), *(knob.name for knob in lab.spec.knobs)]
    condition = parse_condition(until, names) if until else None
    began = time.perf_counter()
    reason = drive(run, steps, condition, moved=moved)
    seconds = time.perf_counter() - began
    picture = run.view(view, size) if view else None
    told = {"reason": reason, "seconds": seconds, "sha256": run.hash(), "picture": picture, "fell": run.fell}
    return {**pack(record_of(run)), **told}


if __name__ == "__main__":
    main()
