"""`dltutor run --plug`: the learner's code in a lab without the screen, in the process that `run_inside` has started for it.

That process may not look into the learner's folders: the text of their file comes over its standard input.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

from tutor.cli.output import say_notice
from tutor.codefile import LARGEST, code_text
from tutor.engine.plug import Own, load_plug
from tutor.engine.run import Run
from tutor.engine.versus import Duel, Versus
from tutor.errors import UserError
from tutor.labs import find_lab, lab_ids
from tutor.labs.spec import Lab, Socket

_TURN = 0.5
_LONGEST = 20.0
"""Seconds that one call may take."""


def socket_of(lab: Lab) -> Socket:
    """What the lab takes of the learner's code. Raises UserError when it takes none."""
    if lab.spec.socket is None:
        takers = [one for one in lab_ids() if find_lab(one).spec.socket is not None]
        raise UserError(f"the lab {lab.spec.id!r} takes no code of yours", f"these do: {', '.join(takers)}")
    return lab.spec.socket


def plugged(lab: Lab, file: Path) -> Own:
    """The learner's function for this lab. Raises UserError when the lab takes none, or the file has none."""
    socket = socket_of(lab)
    text = code_text(sys.stdin.buffer.read(LARGEST + 1), file.name)
    own = load_plug(file, socket.name, tight=not socket.once, busy=lambda what, seconds: say_notice(what), text=text)
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
