"""When a question comes back, with a clock of the test's own."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest

from tutor.review import when_text
from tutor.review.schedule import LONGEST, Event, due_at

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
START = 1_800_000_000.0


def wait(*events: tuple[float, bool]) -> float:
    """Seconds from the last answer until the question is due. events: (days from the start, right)."""
    given = [Event(START + days * DAY, right) for days, right in events]
    due = due_at(given, given[-1].at)
    assert due is not None
    return due - given[-1].at


def test_what_was_never_answered_is_never_due() -> None:
    assert due_at([], START) is None


def test_a_wrong_answer_is_due_soon_a_right_one_later() -> None:
    assert wait((0, False)) == 10 * MINUTE
    assert wait((0, True)) >= DAY


def test_right_after_a_miss_comes_back_sooner_than_right_at_once() -> None:
    missed = wait((0, False), (10 * MINUTE / DAY, True))
    assert HOUR < missed < wait((0, True))


def test_each_right_answer_in_time_makes_the_wait_longer_up_to_a_year() -> None:
    events: list[tuple[float, bool]] = [(0, True)]
    waits = [wait(*events)]
    for _ in range(12):
        events.append((events[-1][0] + waits[-1] / DAY, True))
        waits.append(wait(*events))
    assert all(b > a for a, b in pairwise(waits[:5]))
    assert waits[-1] <= LONGEST * DAY
    events.append((events[-1][0] + 30, False))
    assert wait(*events) == 10 * MINUTE, "forgotten after all"


def test_what_was_missed_often_comes_more_often_for_good() -> None:
    easy = wait((0, True), (3, True), (10, True))
    hard = wait((0, False), (0.01, False), (0.02, True), (3, False), (3.01, True), (10, True))
    assert hard < easy


def test_the_order_of_the_answers_does_not_matter_only_their_times() -> None:
    events = [Event(START + k * DAY, bool(k % 3)) for k in range(9)]
    shuffled = list(events)
    Random(0).shuffle(shuffled)
    assert due_at(events, START + 20 * DAY) == due_at(shuffled, START + 20 * DAY)
    assert due_at(events, START + 20 * DAY) == due_at(events, START + 90 * DAY), "nor does when one looks"


@pytest.mark.parametrize("back", [HOUR, DAY, 400 * DAY, START - 1])
def test_a_clock_that_goes_back_does_no_harm(back: float) -> None:
    """What was answered in a time to come is asked now, and then has its place again."""
    now = START - back
    assert due_at([Event(START, True)], now) == now
    again = [Event(START, True), Event(now, True)]
    due = due_at(again, now)
    assert due is not None
    assert now + DAY <= due <= now + 30 * DAY
    assert due_at(again, START + 1) is not None


def test_two_clocks_may_differ_by_a_little() -> None:
    assert due_at([Event(START + 30, True)], START) == due_at([Event(START + 30, True)], START + DAY)


@pytest.mark.parametrize("at", [0.0, 4_102_444_800.0])
def test_the_ends_of_time(at: float) -> None:
    assert due_at([Event(at, True), Event(at, False)], 4_102_444_800.0) is not None


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "now"),
        (20, "in less than a minute"),
        (60, "in 1 minute"),
        (599, "in 10 minutes"),
        (3 * HOUR, "in 3 hours"),
        (2.1 * DAY, "in 2 days"),
    ],
)
def test_when_in_words(seconds: float, text: str) -> None:
    assert when_text(seconds) == text
