"""A knob's range as arithmetic."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.engine.link import read_value
from tutor.labs.spec import Knob
from tutor.tui.widgets.slider import at, ends, fraction, nudge, short_text

LINEAR = Knob("w", "number", 0.0, low=-2.0, high=2.0, step=0.1)
LOG = Knob("rate", "number", 0.1, low=0.001, high=10.0, log=True)
WHOLE = Knob("count", "integer", 4, low=2, high=100)
FEW = Knob("depth", "integer", 1, low=0, high=6)
CHOICE = Knob("data", "choice", "and", choices=("and", "or", "xor"))
TRACKS = (LINEAR, LOG, WHOLE, FEW)


def test_a_press_moves_by_the_step_and_a_fine_press_by_a_tenth() -> None:
    assert nudge(LINEAR, 0.0, 1) == 0.1
    assert nudge(LINEAR, 0.1, -3) == -0.2
    assert nudge(LINEAR, 0.0, 1, fine=True) == 0.01
    assert nudge(WHOLE, 4, 1, fine=True) == 5


def test_presses_land_on_marks_after_a_typed_value() -> None:
    assert nudge(LINEAR, 0.137, 1) == 0.2
    assert nudge(LINEAR, 0.137, -1) == 0.1


def test_the_ends_hold() -> None:
    assert nudge(LINEAR, 2.0, 1) == 2.0
    assert nudge(LOG, 0.001, -1) == 0.001
    assert nudge(CHOICE, "xor", 1) == "xor"
    assert ends(LINEAR) == (-2.0, 2.0)
    assert ends(CHOICE) == ("and", "xor")


def test_forty_presses_cross_a_range() -> None:
    value = LOG.low
    for _ in range(40):
        value = nudge(LOG, value, 1)
    assert value == LOG.high


@pytest.mark.parametrize("knob", TRACKS, ids=lambda knob: knob.name)
@given(where=st.floats(0, 1), presses=st.sampled_from((-1, 1)), fine=st.booleans())
def test_every_value_is_one_the_link_takes_and_every_press_moves(knob: Knob, where: float, presses: int, fine: bool) -> None:
    value = at(knob, where)
    assert read_value(knob, value) == value
    moved = nudge(knob, value, presses, fine=fine)
    assert read_value(knob, moved) == moved
    low, high = ends(knob)
    if value != (high if presses > 0 else low):
        assert (moved - value) * presses > 0
    assert 0 <= fraction(knob, moved) <= 1


def test_values_are_short() -> None:
    assert short_text(0.1 + 0.2) == "0.3"
    assert short_text(1.0) == "1"
    assert short_text(1e-7) == "1e-07"
    assert short_text(12) == "12"
