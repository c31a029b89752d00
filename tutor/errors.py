"""What can go wrong through the user's own doing, as one small tree of exceptions.

Each carries a title (what), a message (where and why) and a mend (what to do). The command line prints them in one line,
the screen shows them in one dialog; nothing else catches them.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_LONGEST = 500
"""Characters of a list of names."""


class UserError(Exception):
    """Something the user can mend."""

    title = "That did not work"

    def __init__(self, message: str, mend: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.mend = mend

    def __str__(self) -> str:
        return f"{self.message}; {self.mend}" if self.mend else self.message


class BadLink(UserError):
    """A line that names a run (`lab?knob=value`) that cannot be read."""

    title = "That link names no run"


class BadCondition(UserError):
    """A goal or an `--until` that cannot be read."""

    title = "That condition cannot be read"


class BadLesson(UserError):
    """A lesson, chapter or course that cannot be used; the message starts with file:line:column."""

    title = "That lesson has a mistake"


class BadData(UserError):
    """A data file that is missing, damaged or of the wrong kind."""

    title = "That data cannot be used"


class StoreProblem(UserError):
    """The learner's progress cannot be read or written."""

    title = "Your progress cannot be reached"


class DeviceProblem(UserError):
    """The device that was asked for cannot be used."""

    title = "That device cannot be used"


class WorkerGone(UserError):
    """The process that trains has died, hung or run out of memory; the message says which, in one sentence."""

    title = "The training process stopped"


def nearest(name: str, known: Iterable[str]) -> str:
    """A mend that names the closest known name, or lists them when none is close."""
    names = list(known)
    close = get_close_matches(name, names, n=1, cutoff=0.5)
    if close:
        return f"did you mean {close[0]!r}?"
    if not names:
        return "there are none"
    most = max(1, len(", ".join(names)[:_LONGEST].split(", ")))
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"there are: {', '.join(names[:most])}{more}"
