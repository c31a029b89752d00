"""What is known of the line to the terminal: how long an answer takes, and how many bytes a second it carries.

Both come from the questions that the frame gate asks anyway. A question with nothing before it says how long the way there and
back is; one after a picture says how much longer the picture took. A busy processor spoils single figures: so the round trip
is the least of the last few, and the rate a low one of the last few. Too low a rate costs little: smaller pieces.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, replace

PIECE = 0.08
"""Seconds of the line that one piece of a picture may take: so long a key waits for it at worst."""
_LEAST_PIECE = 256
_FAST = 150_000
"""Bytes a second from which pictures are not divided: a whole one takes less than a piece may."""
_TELLING = 400
"""Fewer bytes say nothing about the rate."""
_SMALL = 64
"""A question after no more than this says how long the way is."""
_KEPT = 9


@dataclass(frozen=True)
class Allowance:
    """What live pictures may cost."""

    frames: float = 10.0
    """Frames a second, at most."""
    rate: float = 32 * 1024
    """Bytes a second; a frame that costs more than its share makes the next one wait."""
    coarse: bool = False
    """Always fewer steps of colour, not only while frames are dear."""


def allowance(frames: int | None = None, low: bool = False) -> Allowance:
    """As the options `--fps` and `--low-bandwidth` say."""
    plain = Allowance(2.0, 4 * 1024, True) if low else Allowance()
    return plain if frames is None else replace(plain, frames=float(frames))


class Line:
    """The line, as far as answers have told."""

    def __init__(self) -> None:
        self._round_trips: deque[float] = deque(maxlen=_KEPT)
        self._rates: deque[float] = deque(maxlen=_KEPT)

    def heard(self, seconds: float, size: int) -> None:
        """A question that was the only one on its way was answered after so long, with so many bytes before it."""
        if size <= _SMALL:
            self._round_trips.append(seconds)
        elif size >= _TELLING:
            self._rates.append(size / max(0.001, seconds - self.round_trip))

    @property
    def round_trip(self) -> float:
        """Seconds; 0 while nothing is known."""
        return min(self._round_trips, default=0.0)

    @property
    def rate(self) -> float:
        """Bytes a second; infinite while nothing is known."""
        return sorted(self._rates)[len(self._rates) // 4] if self._rates else math.inf

    @property
    def piece(self) -> int | None:
        """How many bytes of a picture may go at a time; None: all of it."""
        return None if self.rate > _FAST else max(_LEAST_PIECE, int(self.rate * PIECE))
