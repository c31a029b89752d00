"""What answers tell of the line to the terminal."""

from __future__ import annotations

import math

import pytest

from tutor.tui.line import Line, allowance


def test_nothing_is_known_at_first_and_pictures_are_not_divided() -> None:
    line = Line()
    assert line.round_trip == 0
    assert line.rate == math.inf
    assert line.piece is None


@pytest.mark.parametrize("rate", [8_000, 16_000, 64_000])
def test_a_piece_takes_a_part_of_a_tenth_of_a_second(rate: int) -> None:
    line = Line()
    for _ in range(3):
        line.heard(0.2, 4)
        line.heard(0.2 + 2000 / rate, 2000)
    assert line.round_trip == pytest.approx(0.2)
    assert line.rate == pytest.approx(rate)
    assert line.piece == pytest.approx(0.08 * rate, abs=2)


def test_a_line_with_a_long_way_is_not_taken_for_a_narrow_one() -> None:
    line = Line()
    for _ in range(3):
        line.heard(0.3, 4)
        line.heard(0.305, 3000)
    assert line.piece is None


def test_a_busy_processor_makes_pieces_smaller_and_never_larger() -> None:
    line = Line()
    for late in (0.0, 0.1, 0.0, 0.05, 0.2, 0.0):
        line.heard(0.01 + late, 4)
        line.heard(0.01 + late + 2000 / 16_000, 2000)
    assert line.rate <= 16_001


def test_what_the_options_allow() -> None:
    assert allowance().frames == 10
    assert allowance(4).frames == 4
    assert allowance(4).rate == allowance().rate
    low = allowance(low=True)
    assert low.coarse
    assert low.frames < 10
    assert low.rate < allowance().rate
    assert allowance(3, low=True).frames == 3
