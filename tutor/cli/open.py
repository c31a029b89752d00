"""`dltutor` and `dltutor open`: the screen."""

from __future__ import annotations

import os
import sys

from tutor.cli.parser import Parser, Wanted, one_of, whole
from tutor.errors import UserError

EXAMPLE = """examples:
  dltutor open 01-neuron/perceptron
  dltutor open 'perceptron?data=blobs&margin=0.2&seed=7'
  dltutor open gan-digits --low-bandwidth
  dltutor open depth --device auto      (on the GPU where dltutor warmup has measured it to be faster)

Pictures move ten times a second where the line to the terminal and the machine allow it; the status line of a lab says how
often (fps). On a slow line they come in pieces, so that keys are answered at once, and with fewer colours while they move."""

_MEND = "use `dltutor read LESSON` and `dltutor run LINK` here"


def configure(parser: Parser) -> None:
    parser.add_argument("what", metavar="LINK|LESSON", nargs="?", help="a lab's link, or a lesson; without: the chapters")
    screen_options(parser)


def screen_options(parser: Parser) -> None:
    """How the screen is; `dltutor` without a command takes it, too."""
    parser.add_argument("--fps", metavar="N", type=whole(1, 30), help="pictures a second, at most (10; with --low-bandwidth 2)")
    parser.add_argument("--low-bandwidth", action="store_true", help="fewer pictures a second, fewer colours while they move")
    parser.add_argument(
        "--device",
        metavar="auto|cpu|cuda",
        type=one_of("auto", "cpu", "cuda"),
        help="where runs begin whose link does not say it, from now on (g changes it for a run)",
    )
    parser.add_argument(
        "--theme", choices=("dark", "light"), help="on a dark or on a light ground, from now on (F8 changes it)"
    )


def main(arguments: Wanted) -> int:
    need_terminal()
    from tutor.tui.app import run

    settings = {name: str(getattr(arguments, name)) for name in ("theme", "device") if getattr(arguments, name)}
    return run(arguments.what, frames=arguments.fps, low=arguments.low_bandwidth, settings=settings)


def need_terminal() -> None:
    """Raises UserError where the screen cannot be shown."""
    for name in ("stdin", "stdout", "stderr"):
        if not getattr(sys, name).isatty():
            raise UserError(f"the screen needs a terminal, and {name} is none", _MEND)
    term = os.environ.get("TERM", "")
    if term in ("", "dumb", "unknown"):
        raise UserError(f"this terminal cannot place a cursor (TERM is {term!r})", _MEND)
