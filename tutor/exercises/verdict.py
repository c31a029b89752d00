"""What became of the learner's code."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Verdict:
    """The result of one check, ready to be shown: everything in it is plain text without control characters."""

    passed: bool
    title: str
    """One line: "It passes: 24 cases", "w has shape (5, 1); (5,) is expected", "Time is up: …"."""
    detail: tuple[str, ...] = ()
    """Lines to show: the inputs, yours, expected, where first different; or the learner's line that failed."""
    mistake: str = ""
    """The id of a recognised wrong answer, or empty."""
    printed: str = ""
    """What the learner's code printed, cut."""
    cases: int = 0
    """How many cases there are."""
    line: int = 0
    """The learner's line that failed; 0: none did, or it is not known."""
