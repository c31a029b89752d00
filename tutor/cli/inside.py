"""A command on a course's own labs: `python -m tutor.cli.inside WORD…`, started by `tutor.cli.own_labs.run_inside`."""

from __future__ import annotations

import sys

from tutor.engine.cache import prepare
from tutor.engine.limits import impose
from tutor.engine.sandbox import confine
from tutor.engine.worker import LIMITS


def main() -> int:
    """Load the labs that the parent has named, and run the command."""
    impose(LIMITS)
    prepare()
    confine()
    from tutor.cli.entry import main as command
    from tutor.engine.authored import load_wanted

    load_wanted()
    return command(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
