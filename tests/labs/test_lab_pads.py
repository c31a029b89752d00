"""Drawings as text: there and back, short enough for a knob, and what is no drawing is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.engine.link import read_value
from tutor.errors import BadLink
from tutor.labs.pads import LONGEST, decode_pad, encode_pad
from tutor.labs.spec import Knob


@given(st.integers(1, 28), st.integers(1, 28), st.integers(0, 2**32 - 1))
def test_a_drawing_comes_back_and_fits_a_knob(rows: int, columns: int, seed: int) -> None:
    cells = np.random.default_rng(seed).random((rows, columns)) < 0.3
    text = encode_pad(cells)
    assert np.array_equal(decode_pad(text, rows, columns), cells)
    assert read_value(Knob("pad", "text", ""), text) == text


def test_the_longest_drawing_is_short_enough() -> None:
    assert len(encode_pad(np.ones((28, 28)))) == 196 <= LONGEST


def test_rows_read_from_left_to_right_and_empty_ones_at_the_end_are_left_out() -> None:
    cells = np.zeros((4, 6), bool)
    cells[0, 0] = cells[1, 5] = True
    assert encode_pad(cells) == "8004"
    assert encode_pad(np.zeros((4, 6))) == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("8g", "the character 'g'"),
        ("8F", "the character 'F'"),
        ("800", "3 digits are no drawing of 4 rows and 6 columns"),
        ("80" * 5, "10 digits are no drawing"),
        ("8002", "row 2 of the drawing goes beyond its 6 columns"),
    ],
)
def test_what_is_no_drawing_is_refused_in_one_sentence(text: str, said: str) -> None:
    with pytest.raises(BadLink) as caught:
        decode_pad(text, 4, 6)
    assert said in str(caught.value)
    assert "use at most 4 rows of 2 hexadecimal digits each" in str(caught.value)
