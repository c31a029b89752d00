"""Functions of x that the learner types: what they are, and what is said of those that are none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.errors import BadData
from tutor.labs.expressions import CONSTANTS, FUNCTIONS, parse_function, tabulated

X = np.linspace(-3, 3, 61)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("x", X),
        ("3", np.full(61, 3.0)),
        ("-x**2 + 2*x - 1/4", -(X**2) + 2 * X - 0.25),
        ("sin(pi*x)*exp(-x**2/4)", np.sin(np.pi * X) * np.exp(-(X**2) / 4)),
        ("cos(x) - +tan(x/9)", np.cos(X) - np.tan(X / 9)),
        ("log(x + 4) + sqrt(abs(x))", np.log(X + 4) + np.sqrt(np.abs(X))),
        ("tanh(2*x) * sign(x)", np.tanh(2 * X) * np.sign(X)),
        ("step(x)", (X >= 0).astype(float)),
        ("2**-x", 2.0**-X),
        ("2**2**2", np.full(61, 16.0)),
    ],
)
def test_values(text: str, values: np.ndarray) -> None:
    found = parse_function(text)(X)
    assert found.dtype == np.float64
    assert found.shape == X.shape
    np.testing.assert_allclose(found, values, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("text", "message", "mend"),
    [
        ("", "the function is empty", "sin"),
        ("x" * 201, "longer than 200", "shorter"),
        ("2x", "cannot be read", "write 2*x"),
        ("3(x)", "is not arithmetic", "use x"),
        ("sin(x", "cannot be read", "brackets do not close"),
        ("sin x", "cannot be read", "use x"),
        ("x^2", "^ is no power here", "x**2"),
        ("sinn(x)", "there is no function 'sinn'", "did you mean 'sin'?"),
        ("sin", "sin is not applied to anything", "sin(x)"),
        ("sin(x, 2)", "sin takes one number, not 2", "sin(x)"),
        ("sin()", "sin takes one number, not 0", "sin(x)"),
        ("y + 1", "'y' is unknown", "there are: x"),
        ("Pi*x", "'Pi' is unknown", "did you mean 'pi'?"),
        ("1e300*x", "too large", "1e+06"),
        ("'a'", "is not arithmetic", "use x"),
        ("1j*x", "is not arithmetic", "use x"),
        ("True", "is not arithmetic", "use x"),
        ("x if x else 1", "is not arithmetic", "use x"),
        ("x > 0", "is not arithmetic", "use x"),
        ("lambda: 0", "is not arithmetic", "use x"),
        ("x.real", "is not arithmetic", "use x"),
        ("[x][0]", "is not arithmetic", "use x"),
        ("__import__('os').system('true')", "is not arithmetic", "use x"),
        ("(lambda x: x)(x)", "is not arithmetic", "use x"),
        ("sin(*[x])", "is not arithmetic", "use x"),
        ("sin(x=1)", "is not arithmetic", "use x"),
        ("(" * 95 + "x" + ")" * 95, "x", ""),
        ("-" * 150 + "x", "too many brackets", "simpler"),
        ("x = 2", "cannot be read", "use x"),
        ("x; x", "cannot be read", "use x"),
    ],
)
def test_what_is_wrong_is_said(text: str, message: str, mend: str) -> None:
    if message == "x":  # brackets alone are no depth
        assert parse_function(text)(X) is not None
        return
    with pytest.raises(BadData) as caught:
        parse_function(text)
    assert message in caught.value.message
    assert mend in caught.value.mend


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("log(x)", "log(x) is not a number at x = -3"),
        ("1/x", "1/x is infinite at x = 0"),
        ("exp(9*x)", "exp(9*x) is"),
        ("9**9**9", "9**9**9 is infinite"),
        ("sqrt(x)", "sqrt(x) is not a number at x = -3"),
    ],
)
def test_a_function_that_is_not_finite_there(text: str, sentence: str) -> None:
    with pytest.raises(BadData, match=r"too large|infinite|not a number") as caught:
        tabulated(parse_function(text), X)
    assert sentence in caught.value.message
    assert "from -3 to 3" in caught.value.mend


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="x0123456789.+-*/()^ ,sincoexplgqrtabhpwju_[]", max_size=40))
def test_any_text_is_a_function_or_a_sentence(text: str) -> None:
    said = ""
    try:
        values = tabulated(parse_function(text), X)
    except BadData as error:
        values, said = np.zeros(1), f"{error.message} {error.mend}"
    assert said or np.isfinite(values).all()


def test_names_do_not_collide() -> None:
    assert not set(FUNCTIONS) & ({"x"} | set(CONSTANTS))
