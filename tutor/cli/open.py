"""`dltutor` and `dltutor open`: the screen."""

from __future__ import annotations

import os
import sys

from tutor.cli.parser import Parser, Wanted
from tutor.errors import UserError

EXAMPLE = """examples:
  dltutor open 01-neuron/perceptron
  dltutor open 'perceptron?data=blobs&margin=0.2&seed=7'"""

_MEND = "use `dltutor read LESSON` and `dltutor run LINK` here"


def configure(parser: Parser) -> None:
    parser.add_argument("what", metavar="LINK|LESSON", nargs="?", help="a lab's link, or a lesson; without: the chapters")


def main(arguments: Wanted) -> int:
    need_terminal()
    from tutor.tui.app import run

    return run(arguments.what)


def need_terminal() -> None:
    """Raises UserError where the screen cannot be shown."""
    for name in ("stdin", "stdout", "stderr"):
        if not getattr(sys, name).isatty():
            raise UserError(f"the screen needs a terminal, and {name} is none", _MEND)
    term = os.environ.get("TERM", "")
    if term in ("", "dumb", "unknown"):
        raise UserError(f"this terminal cannot place a cursor (TERM is {term!r})", _MEND)
