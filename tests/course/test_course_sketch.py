"""A sketch as text, as heights, and against what was measured."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.course.grade import grade_prediction, readable
from tutor.course.model import Predict
from tutor.course.sketch import POINTS, distance, height, measured, read_sketch, sketch_text, spread, value_at

PLAIN = Predict("p", "?", "sketch", "gd", "loss", within=0.1, steps=60, low=0.0, high=10.0, because="It decays.")
RATIOS = replace(PLAIN, low=0.001, high=10.0, log=True)


def along(*values: float) -> list[tuple[float, float]]:
    """Values equally far apart along the run."""
    return [(60 * i / (len(values) - 1), value) for i, value in enumerate(values)]


def test_there_and_back_as_text() -> None:
    heights = [0.0, 0.25, 0.5, 0.75, 1.0, 0.5, 0.1]
    assert read_sketch(PLAIN, sketch_text(PLAIN, heights)) == pytest.approx(heights)
    assert read_sketch(RATIOS, sketch_text(RATIOS, heights)) == pytest.approx(heights, abs=0.005)
    assert sketch_text(PLAIN, heights) == "0, 2.5, 5, 7.5, 10, 5, 1"
    assert value_at(RATIOS, 0.5) == pytest.approx(0.1)
    assert height(RATIOS, -1.0) == 0
    assert height(PLAIN, math.inf) == 1


@pytest.mark.parametrize("text", ["", "1, 2, 3", "1,2,3,4,5,6,7,8", "1,2,3,x,5,6,7", "nan,1,2,3,4,5,6"])
def test_what_is_no_sketch(text: str) -> None:
    assert read_sketch(PLAIN, text) is None
    unread = readable(PLAIN, text)
    assert unread is not None
    assert f"{POINTS} numbers" in unread.say


def test_a_run_that_ended_early_stays_where_it_ended() -> None:
    heights = measured(PLAIN, [(0, 10.0), (30, 0.0)])
    assert heights[0] == 1
    assert heights[25] == pytest.approx(0.5)
    assert set(heights[50:]) == {0.0}


def test_what_is_not_finite_does_no_harm() -> None:
    assert measured(PLAIN, [(0, math.nan)]) == []
    heights = measured(PLAIN, [(0, 1.0), (20, math.inf), (40, math.nan), (60, 1e300)])
    assert all(0 <= share <= 1 for share in heights)
    assert grade_prediction(PLAIN, "1,1,1,1,1,1,1", {}, []).right is None


@pytest.mark.parametrize(
    ("drawn", "truth", "right", "words"),
    [
        (
            "10,8,6,4,3,2,1",
            (10, 8, 6, 4, 3, 2, 1),
            True,
            "off by 0 % of the range on average, close enough. You had the direction",
        ),
        ("10,2,1,1,1,1,1", (10, 8.5, 7, 5.5, 4, 2.5, 1), False, "the direction right, but too fast"),
        ("10,9.8,9.5,9,8,5,1", (10, 3, 1, 1, 1, 1, 1), False, "the direction right, but too slow"),
        ("1,2,3,4,5,6,7", (7, 6, 5, 4, 3, 2, 1), False, "another one: it falls, yours rises"),
        ("5,5,5,5,5,5,5", (5, 4, 3, 2, 1, 0, 0), False, "it falls, yours ends where it began"),
        ("10,8.4,7,5.5,4,2.5,0", (10, 9, 8, 7.5, 6.5, 5.5, 5), False, "but it ends higher"),
        ("5,5,5,5,5,5,5", (5, 7, 10, 9, 8, 6, 5), False, "rises beyond both its ends"),
        ("2,2,2,2,2,2,2", (2, 2, 2, 2, 2, 2, 2), True, "It stays level"),
    ],
)
def test_words(drawn: str, truth: tuple[float, ...], right: bool, words: str) -> None:
    verdict = grade_prediction(PLAIN, drawn, {}, along(*truth))
    assert verdict.right is right
    assert words in verdict.say
    assert verdict.because == "It decays."


def test_on_a_range_of_ratios_a_factor_is_a_straight_line() -> None:
    verdict = grade_prediction(RATIOS, "10, 2.15, 0.464, 0.1, 0.0215, 0.00464, 0.001", {}, along(10, 0.1, 0.001))
    assert verdict.right
    halves = along(*(10 * 0.5**k for k in range(14)))
    close = grade_prediction(RATIOS, "10, 2.23, 0.5, 0.111, 0.0248, 0.00552, 0.00123", {}, halves)
    assert close.right


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=POINTS, max_size=POINTS), st.lists(st.floats(), max_size=9))
def test_any_sketch_and_any_run(heights: list[float], values: list[float]) -> None:
    for predict in (PLAIN, RATIOS):
        curve = [(float(10 * i), value) for i, value in enumerate(values)]
        verdict = grade_prediction(predict, sketch_text(predict, heights), {}, curve)
        truth = measured(predict, curve)
        assert (verdict.right is None) is (not truth)
        if truth:
            assert 0 <= distance(spread(heights), truth) <= 1
