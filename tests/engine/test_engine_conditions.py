"""Conditions are read, never evaluated as code."""

from __future__ import annotations

import math

import pytest

from tutor.conditions import parse_condition
from tutor.errors import BadCondition


@pytest.mark.parametrize(
    ("text", "values", "holds"),
    [
        ("errors == 0", {"errors": 0.0}, True),
        ("errors == 0", {"errors": 1.0}, False),
        ("mistakes <= bound and errors == 0", {"mistakes": 3.0, "bound": math.inf, "errors": 0.0}, True),
        ("0.1 < rate <= 1", {"rate": 1.0}, True),
        ("data == 'xor'", {"data": "xor"}, True),
        ("not accuracy > 0.5", {"accuracy": 0.4}, True),
        ("loss < 1", {"loss": math.nan}, False),
        ("loss / steps < 1 or -loss > 2 * steps", {"loss": 1.0, "steps": 0.0}, False),
    ],
)
def test_it_holds_or_not(text: str, values: dict[str, float | str], holds: bool) -> None:
    assert parse_condition(text, values).holds(values) is holds


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("eror == 0", "'eror' in 'eror == 0' is neither a metric nor a knob; did you mean 'errors'?"),
        ("errors = 0", "cannot read the condition"),
        ("errors.__class__ == 0", "'errors.__class__' in"),
        ("exit() == errors", "'exit()' in"),
        ("errors ** 9 > 1", "'errors ** 9' in"),
        ("1 == 1", "names no metric"),
        ("(" * 90 + "errors" + ")" * 90 + " is 0", "not allowed"),
        ("errors" + " " * 600, "longer than 500"),
        ("", "cannot read"),
        ("errors < 'many'", "compares a word with a number"),
    ],
)
def test_a_bad_one_says_what_and_how_to_mend_it(text: str, message: str) -> None:
    with pytest.raises(BadCondition) as caught:
        parse_condition(text, ["errors", "loss"]).holds({"errors": 1.0, "loss": 2.0})
    assert message in str(caught.value)
