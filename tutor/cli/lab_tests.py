"""`dltutor course test`, the part that is about labs: each keeps to the protocol, and its own tests pass.

    python -m tutor.cli.lab_tests

It runs in a process of its own, on the course that the parent has named, and prints one JSON object a line:
{"test": name, "wrong": sentence or ""}.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from tutor.errors import UserError
from tutor.labs import VARIABLE

_STEPS = 6
_SIZES = ((60, 20), (80, 24), (120, 40))
_LONGEST = 300


def main() -> None:
    """Test every lab of the course."""
    from tutor.engine.authored import Guarded, load, run_tests
    from tutor.engine.cache import prepare
    from tutor.engine.limits import impose
    from tutor.engine.sandbox import confine
    from tutor.engine.worker import LIMITS

    impose(LIMITS)
    prepare()
    confine()
    root = Path(os.environ[VARIABLE])
    channel = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    found = load(root)
    from tutor.labs import use_authored

    use_authored(found)

    def tell(name: str, wrong: str) -> None:
        print(json.dumps({"test": name, "wrong": wrong[:_LONGEST]}), file=channel, flush=True)

    for name, why in found.broken.items():
        tell(name, why)
    for name, lab in found.labs.items():
        assert isinstance(lab, Guarded)
        tell(f"{name}, as a lab", "; ".join(_faults(lab)))
    for name, wrong in run_tests(root):
        tell(name, wrong)


def _faults(lab: Any) -> Iterator[str]:
    """What a lab does that no lab may."""
    from tutor.engine.link import make_link
    from tutor.engine.run import Run

    began = time.perf_counter()
    try:
        link = make_link(lab.spec, [])
        one, other = Run(lab, link), Run(lab, link)
        if one.hash() != other.hash():
            yield "start() is not the same twice; draw random numbers from the seed (tutor.labs.draws)"
            return
        if lab.spec.trains:
            one.advance(_STEPS)
            for _ in range(_STEPS):
                other.advance(1)
            if one.hash() != other.hash():
                yield f"advance({_STEPS}) is not {_STEPS} times advance(1); let it depend on the state and its arguments only"
        before = one.hash()
        looks = {"metrics()": one.metrics, "diagnose()": one.words}
        looks |= {f"view({view.name!r})": partial(_look, one, view.name) for view in lab.spec.views}
        for name, look in looks.items():
            look()
            if one.hash() != before:
                yield f"{name} changes the state; let it look only"
                break
        if time.perf_counter() - began > 60:
            yield "its first steps and pictures take more than a minute"
    except UserError as error:
        yield str(error)


def _look(run: Any, view: str) -> None:
    for size in _SIZES:
        run.view(view, size)


if __name__ == "__main__":
    main()
    sys.exit(0)
