"""`dltutor run --plug`: the learner's code in a lab without the screen. It has no process of its own here, but limits."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

from tutor.cli.output import say_notice
from tutor.engine.plug import Own, load_plug
from tutor.engine.run import Run
from tutor.engine.versus import Duel, Versus
from tutor.errors import UserError
from tutor.labs import find_lab, lab_ids
from tutor.labs.spec import Lab

_TURN = 0.5
_LONGEST = 20.0
"""Seconds that one call may take."""


def plugged(lab: Lab, file: Path) -> Own:
    """The learner's function for this lab. Raises UserError when the lab takes none, or the file has none."""
    socket = lab.spec.socket
    if socket is None:
        takers = [one for one in lab_ids() if find_lab(one).spec.socket is not None]
        raise UserError(f"the lab {lab.spec.id!r} takes no code of yours", f"these do: {', '.join(takers)}")
    from tutor.engine.limits import impose
    from tutor.engine.worker import LIMITS

    impose(LIMITS)
    own = load_plug(file, socket.name, tight=not socket.once, busy=lambda text, seconds: say_notice(text))
    threading.Thread(target=_watch, args=(own,), daemon=True).start()
    return own


def _watch(own: Own) -> None:
    """End the program when a call does not come back: compiled code cannot be stopped otherwise."""
    while True:
        time.sleep(_LONGEST / 40)
        if own.since and time.monotonic() - own.since > _LONGEST:
            say_notice(f"{own.file.name}: {own.name} did not return within {_LONGEST:g} s, and was stopped")
            os._exit(3)


def compared(run: Run) -> Versus:
    """The learner's code beside the lab's, on this run."""
    assert isinstance(run.plug, Own)
    duel = Duel(run.lab, run.link, run.plug)
    while not duel.go(_TURN):
        pass
    return duel.result()
