"""Grading: what is read, what is right, and what is said to a wrong answer."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.course.answers import fold, read_interval, read_number, short
from tutor.course.grade import answer_text, grade, grade_prediction, readable, right_answers, shown_order
from tutor.course.model import Option, Predict, Quiz

NUMBERS = [
    ("3", 3),
    (" 3 ", 3),
    ("+3", 3),
    ("-3", -3),
    ("−3", -3),
    ("3.", 3),
    (".5", 0.5),
    ("1e-3", 0.001),
    ("1E3", 1000),
    ("1,5", 1.5),
    ("0,125", 0.125),
    ("1,500", 1500),
    ("1,234,567", 1234567),
    ("130 000", 130000),
    ("130\u202f000", 130000),
    ("3/4", 0.75),
    ("¾", 0.75),
    ("1 / 3", 1 / 3),
    ("75%", 0.75),
    ("75 %", 0.75),
    ("0,5 %", 0.005),
    ("2*10^-3", 0.002),
    ("2·10^-3", 0.002),
    ("10^6", 1e6),
    ("≈ 3", 3),
    ("about 3", 3),
    ("= 3", 3),
    ("three", 3),
    ("zero", 0),
    ("half", 0.5),
    ("3 mistakes", 3),
    ("12 more mistakes", 12),
]


@pytest.mark.parametrize(("text", "value"), NUMBERS)
def test_numbers(text: str, value: float) -> None:
    assert read_number(text) == pytest.approx(value)


@pytest.mark.parametrize(
    "text", ["", " ", "x", "many", "1/0", "1e999", "nan", "inf", "2 or 3", "2..5", "1,2,3", "--3", "3e", "10^999", "2 to"]
)
def test_no_numbers(text: str) -> None:
    assert read_number(text) is None


INTERVALS = [
    ("2..5", (2, 5)),
    ("2 to 5", (2, 5)),
    ("[2, 5]", (2, 5)),
    ("(2;5)", (2, 5)),
    ("2-5", (2, 5)),
    ("2 – 5", (2, 5)),
    ("5 to 2", (2, 5)),
    ("between 2 and 5", (2, 5)),
    ("from 2 to 5", (2, 5)),
    ("-1 to 1", (-1, 1)),
    ("1e-3..1e-2", (0.001, 0.01)),
    ("1,5 to 2,5", (1.5, 2.5)),
    ("75% to 80%", (0.75, 0.8)),
    ("3", (3, 3)),
    ("1/4 to 1/2", (0.25, 0.5)),
    ("0.1-0.2", (0.1, 0.2)),
    ("2, 5", (2, 5)),
    ("2…5", (2, 5)),
]


@pytest.mark.parametrize(("text", "ends"), INTERVALS)
def test_intervals(text: str, ends: tuple[float, float]) -> None:
    assert read_interval(text) == pytest.approx(ends)


@pytest.mark.parametrize("text", ["", "x", "2 to", "2 to x", "many", "[]"])
def test_no_intervals(text: str) -> None:
    assert read_interval(text) is None


@pytest.mark.parametrize(
    "text",
    ["Walter Pitts", "  walter   pitts ", "WALTER PITTS", "Walter-Pitts", "walter pitts.", "Wálter Pitts", "the Walter Pitts"],
)
def test_folding(text: str) -> None:
    assert fold(text) == "walter pitts"


def test_folding_keeps_what_matters() -> None:
    assert fold("φ") != fold("σ")
    assert fold("+") == "+"
    assert fold("the") == "the"


A_OR_B = (Option("a", right=True, because="a it is."), Option("b", because="b is not."), Option("c", because="nor c."))
CHOICE = Quiz("q", "?", "choice", A_OR_B, because="In all.")
CHOICES = Quiz("q", "?", "choices", (*A_OR_B, Option("d", right=True, because="d too.")))
NUMBER = Quiz("q", "?", "number", answer=3.0, within=0.5, because="Count them.")
RANGE = Quiz("q", "?", "range", low=2.0, high=5.0, within=2.0, because="See the run.")
TEXT = Quiz("q", "?", "text", answers=("Walter Pitts", "Pitts"), because="He was 20.")
ORDER = Quiz("q", "?", "order", (Option("one"), Option("two"), Option("three")), because="By year.")

VERDICTS = [
    (CHOICE, 0, True, "Right.", "a it is. In all."),
    (CHOICE, 1, False, "No.", "b is not."),
    (CHOICE, "b", False, "No.", "b is not."),
    (CHOICE, "1", True, "Right.", ""),
    (CHOICE, 7, None, "1 to 3", ""),
    (CHOICE, "", None, "1 to 3", ""),
    (CHOICES, (3, 0), True, "Right.", "a it is. d too."),
    (CHOICES, "a d", True, "Right.", ""),
    (CHOICES, (0,), False, "one more is right", ""),
    (CHOICES, (0, 3, 1), False, '"b" does not belong.', "b is not."),
    (CHOICES, (1, 2), False, '"b", "c" do not belong. 2 that are right are missing.', "b is not. nor c."),
    (CHOICES, (), None, "at least one", ""),
    (CHOICES, (0, 0), None, "each once", ""),
    (NUMBER, "3,4", True, "exactly, it is 3", "Count them."),
    (NUMBER, "3", True, "Right.", "Count them."),
    (NUMBER, 3.5, True, "exactly", ""),
    (NUMBER, "4", False, "4 is too large.", "Count them."),
    (NUMBER, "-3", False, "-3 is too small.", "Count them."),
    (NUMBER, "lots", None, "no number", ""),
    (NUMBER, math.nan, None, "no number", ""),
    (RANGE, "2..5", True, "it is 2 to 5", "See the run."),
    (RANGE, "1 to 6", True, "it is 2 to 5", ""),
    (RANGE, "0 to 100", False, "too wide", "See the run."),
    (RANGE, "3 to 6", False, "starts too high", "See the run."),
    (RANGE, "1 to 4", False, "ends too low", "See the run."),
    (RANGE, "3 to 4", False, "too narrow", ""),
    (RANGE, "7 to 9", False, "lies too high", ""),
    (RANGE, "0 to 1", False, "lies too low", ""),
    (RANGE, "a few", None, "no range", ""),
    (TEXT, "walter pitts", True, "Right.", "He was 20."),
    (TEXT, " PITTS! ", True, "Right.", ""),
    (TEXT, "McCulloch", False, '"McCulloch" is not it.', "He was 20."),
    (TEXT, "  ", None, "word", ""),
    (ORDER, (0, 1, 2), True, "Right.", "By year."),
    (ORDER, (0, 2, 1), False, 'The first is in place; then "three" comes too early.', "By year."),
    (ORDER, (2, 0, 1), False, '"three" comes too early.', "By year."),
    (ORDER, (0, 1), None, "all 3", ""),
    (ORDER, (0, 0, 1), None, "each once", ""),
]  # fmt: skip


@pytest.mark.parametrize(("quiz", "given", "right", "say", "because"), VERDICTS)
def test_verdicts(quiz: Quiz, given: object, right: bool | None, say: str, because: str) -> None:
    verdict = grade(quiz, given)  # type: ignore[arg-type]
    assert verdict.right is right
    assert verdict.counts is (right is not None)
    assert say in verdict.say
    assert because in verdict.because


@pytest.mark.parametrize("quiz", [CHOICE, CHOICES, NUMBER, RANGE, TEXT, ORDER])
def test_every_right_answer_is_taken(quiz: Quiz) -> None:
    assert [grade(quiz, answer).right for _, answer in right_answers(quiz)]
    assert all(grade(quiz, answer).right for _, answer in right_answers(quiz))
    assert answer_text(quiz)


GUESS = Predict("p", "?", "number", "perceptron", "mistakes", within=2.0, because="See the bound.")
FORK = Predict(
    "p", "?", "choice", "perceptron", "errors", options=(Option("yes", when="errors == 0"), Option("no", when="errors > 0"))
)  # fmt: skip


@pytest.mark.parametrize(
    ("predict", "given", "metrics", "right", "say"),
    [
        (GUESS, "5", {"mistakes": 5.0}, True, "You said 5, and 5 it is."),
        (GUESS, "7", {"mistakes": 5.0}, True, "You said 7; it is 5: off by 2 (40 %), close enough."),
        (GUESS, 8, {"mistakes": 5.0}, False, "You said 8; it is 5: off by 3 (60 %)."),
        (GUESS, 1, {"mistakes": 0.0}, True, "You said 1; it is 0: off by 1, close enough."),
        (GUESS, "?", {"mistakes": 5.0}, None, "no number"),
        (GUESS, "5", {"mistakes": math.nan}, False, "no finite number"),
        (GUESS, "5", {}, False, "no finite number"),
        (FORK, 0, {"errors": 0.0}, True, "As you said. In the run, errors came to 0."),
        (FORK, 0, {"errors": 1.0}, False, "It went otherwise."),
        (FORK, 1, {"errors": 1.0}, True, "As you said."),
        (FORK, 5, {"errors": 1.0}, None, "1 to 2"),
    ],
)
def test_predictions(predict: Predict, given: object, metrics: dict[str, float], right: bool | None, say: str) -> None:
    verdict = grade_prediction(predict, given, metrics)  # type: ignore[arg-type]
    assert verdict.right is right
    assert say in verdict.say
    unread = readable(predict, given)  # type: ignore[arg-type]
    assert (unread is not None) is (right is None)


def test_the_first_order_shown_is_never_right_and_always_the_same() -> None:
    for name in ("a", "b", "c", "d"):
        for count in range(2, 7):
            quiz = Quiz(name, "?", "order", tuple(Option(str(i)) for i in range(count)))
            order = shown_order(quiz)
            assert sorted(order) == list(range(count))
            assert order != tuple(range(count))
            assert order == shown_order(quiz)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_anything_can_be_typed(text: str) -> None:
    for quiz in (CHOICE, CHOICES, NUMBER, RANGE, TEXT, ORDER):
        verdict = grade(quiz, text)
        assert verdict.say
    number = read_number(text)
    assert number is None or math.isfinite(number)


@settings(max_examples=200, deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_are_read_as_python_writes_them(value: float) -> None:
    assert read_number(repr(value)) == value
    assert short(value)
