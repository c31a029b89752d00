"""When a question is to be asked again, by FSRS with its published parameters (package `fsrs`), without its random fuzz.

A pure function of the answers and of the time: nothing about a question is stored but how it was answered, so progress can be
merged, and what is due does not depend on when one looks.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from fsrs import Scheduler

SOON = timedelta(minutes=10)
"""After a wrong answer."""
LONGEST = 365
"""Days."""
_SLACK = 60.0
"""Seconds by which two clocks may differ."""


class Event(NamedTuple):
    """One answer."""

    at: float
    """Seconds since 1970."""
    right: bool


@cache
def scheduler() -> Scheduler:
    """The one that all questions share. The first call imports it, which takes some hundredths of a second."""
    from fsrs import Scheduler

    return Scheduler(learning_steps=(SOON,), relearning_steps=(SOON,), maximum_interval=LONGEST, enable_fuzzing=False)


def due_at(events: Iterable[Event], now: float) -> float | None:
    """When the question is due, in seconds since 1970; None when it has never been answered.

    An answer from a time that is yet to come (a clock was wrong) is left out until then; alone, it makes the question due.
    """
    given = sorted(events)
    if not given:
        return None
    from fsrs import Card, Rating

    known = [event for event in given if event.at <= now + _SLACK]
    if not known:
        return now
    card = Card(card_id=0, due=datetime.fromtimestamp(0, UTC))
    for at, right in known:
        card, _ = scheduler().review_card(card, Rating.Good if right else Rating.Again, datetime.fromtimestamp(at, UTC))
    return card.due.timestamp()
