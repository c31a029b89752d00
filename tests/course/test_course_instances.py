"""Questions with drawn numbers: the arithmetic, what a seed draws, what is put in, and what lint says of a bad one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from course_samples import Check
from hypothesis import given, settings
from hypothesis import strategies as st
from lesson_numbers import LESSONS, lesson

from tutor.course.arithmetic import parse_expression
from tutor.course.grade import grade
from tutor.course.instances import count, fill, instance, numbers_of, sampled
from tutor.course.model import Quiz
from tutor.course.parse import load_course
from tutor.errors import BadLesson

COURSE = load_course(LESSONS)
VARIED = [(found.id, task) for found in COURSE.lessons for task in found.tasks if isinstance(task, Quiz) and task.varied]


def quiz(name: str, task: str) -> Quiz:
    found = next(one for one in lesson(name).tasks if one.id == task)
    assert isinstance(found, Quiz)
    assert found.varied is not None
    return found


def drawn(one: Quiz, seed: int) -> dict[str, float]:
    assert one.varied is not None
    return numbers_of(one.varied, one.id, seed)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("w * x + b", 5.0),
        ("-w ** 2", -4.0),
        ("(w + x) / (b - 1)", math.nan),
        ("sqrt(x) * relu(-b)", 0.0),
        ("sigmoid(b - 1) + tanh(0) + sign(-w)", -0.5),
        ("exp(1000 * w)", math.nan),
        ("log(b - 1)", math.nan),
        ("(-w) ** 0.5", math.nan),
        ("10.0 ** 300 * 10.0 ** 300", math.nan),
    ],
)
def test_arithmetic(text: str, value: float) -> None:
    found = parse_expression(text, ("w", "x", "b")).value({"w": 2.0, "x": 2.0, "b": 1.0})
    assert found == value or (math.isnan(found) and math.isnan(value))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("w +", "cannot read"),
        ("v * 2", "no number of this question"),
        ("__import__('os')", "no function '__import__'"),
        ("w.real", "not allowed"),
        ("[w]", "not allowed"),
        ("True", "not allowed"),
        ("'a' * 3", "not allowed"),
        ("w if w else 1", "not allowed"),
        ("exp(w, w)", "not allowed"),
        ("-" * 200 + "w", "nested"),
        ("1+" * 200 + "w", "longer"),
    ],
)
def test_what_is_no_arithmetic(text: str, said: str) -> None:
    with pytest.raises(BadLesson, match=said):
        parse_expression(text, ("w",))


def test_numbers_are_put_in_as_one_writes_them() -> None:
    values = {"w": -2.0, "b": 0.5}
    assert fill(r"$w = {w}$, {w}, {+w}, {+b}, {(w)}, {(b)}", values) == "$w = -2$, −2, − 2, + 0.5, (−2), 0.5"
    assert fill(r"$\frac{a}{n} {+w}$", values) == r"$\frac{a}{n} - 2$"


def test_a_seed_draws_always_the_same_and_the_next_one_others() -> None:
    one = quiz("01-neuron/formal-neuron", "sum")
    assert one.varied is not None
    total = count(one.varied)
    assert total == 3 * 3 * 3 * 2 * 3
    assert instance(one, 7) == instance(one, 7)
    assert instance(one, 0) == one, "the lesson asks with seed 0"
    asks = {instance(one, seed).ask for seed in range(total)}
    assert len(asks) == total, "no numbers come twice before all have come"
    assert instance(one, 1).ask != instance(one, 0).ask
    assert instance(instance(one, 5), 0) == one


def test_what_has_no_drawn_numbers_is_always_the_same() -> None:
    one = Quiz("q", "?", "number", answer=3.0)
    assert instance(one, 9) is one
    assert list(sampled(one)) == [0]


@pytest.mark.parametrize(("name", "one"), VARIED, ids=lambda v: getattr(v, "id", v))
def test_every_instance_takes_its_own_answer_and_no_other(name: str, one: Quiz) -> None:
    for seed in sampled(one):
        asked = instance(one, seed)
        assert "{" not in asked.ask.replace("\\frac{", ""), "every number is put in"
        assert isinstance(asked.answer, float)
        assert grade(asked, f"{asked.answer:.10g}").right
        assert grade(asked, str(asked.answer + 1)).right is False


def test_the_answers_are_right() -> None:
    """Each formula against the numbers worked out in another way."""
    assert len(VARIED) >= 5
    for seed in range(40):
        v = drawn(quiz("01-neuron/formal-neuron", "sum"), seed)
        assert v["answer"] == pytest.approx(np.dot([v["v"], v["w"]], [v["p"], v["q"]]) + v["b"])
        v = drawn(quiz("03-sgd/averaging", "mean"), seed)
        assert v["answer"] == pytest.approx(np.mean([v["above"], v["below"], v["mean"], v["next"]]))
        v = drawn(quiz("03-sgd/step-size", "first-adagrad"), seed)
        assert v["answer"] == pytest.approx(-v["rate"] * v["g"] / math.sqrt(v["g"] ** 2))
        v = drawn(quiz("05-backprop/chain-rule", "gears"), seed)
        assert v["answer"] == pytest.approx(np.prod([v["a"], v["b"], v["c"], v["d"]]))
        v = drawn(quiz("02-gradient-descent/loss", "one-step"), seed)
        h = 1e-6
        slope = (5 * (v["w"] + h) ** 2 - 5 * (v["w"] - h) ** 2) / (2 * h)
        assert v["answer"] == pytest.approx(v["w"] - v["rate"] * slope)


def varied(*lines: str, ask: str = "What is {w} and 1?", kind: str = "number") -> str:
    because = "It is {answer}." if kind == "number" else "It is so."
    return "\n".join(("```quiz q", f"ask: '{ask}'", f"kind: {kind}", *lines, f"because: '{because}'", "```", ""))


GOOD = [
    varied("given: {w: [1, 3, 1]}", "answer: w + 1"),
    varied("given: {w: {of: [1, 7]}}", "where: {half: w / 2}", "answer: 2 * half + 1"),
    varied("given: {w: [1, 9, 1]}", "answer: 1 / w", "within: 0.001"),
    varied("given: {w: [1, 3, 1]}", "options: [{say: a, right: true}, {say: b, because: 'Not with {w}.'}]", kind="choice"),
]
BAD = [
    (varied("given: {w: [1, 3, 1]}", "answer: w + v"), "given", "'v'"),
    (varied("given: {w: [1, 3, 1]}", "answer: w +"), "given", "cannot read"),
    (varied("given: {w: [3, 1, 1]}", "answer: w"), "given", "drawn from nothing"),
    (varied("given: {w: [1, 3, 0]}", "answer: w"), "given", "drawn from nothing"),
    (varied("given: {w: [1, 3, 1e-9]}", "answer: w"), "given", "drawn from nothing"),
    (varied("given: {w: [1, 2, x]}", "answer: w"), "given", "drawn from nothing"),
    (varied("given: {w: {off: [1]}}", "answer: w"), "given", "drawn from nothing"),
    (varied("given: {w: 3}", "answer: w"), "given", "drawn from nothing"),
    (varied("given: [w]", "answer: w"), "wrong-type", "mapping of names"),
    (varied("given: {W: [1, 3, 1]}", "answer: 1"), "given", "'W' cannot be the name"),
    (varied("given: {exp: [1, 3, 1]}", "answer: 1"), "given", "'exp' cannot be the name"),
    (varied("given: {w: [1, 3, 1], v: [1, 3, 1]}", "answer: w + v"), "given", "v is drawn, but not shown"),
    (varied("given: {w: [1, 3, 1]}", "where: {w: w + 1}", "answer: w"), "given", "'w' cannot be the name"),
    (varied("given: {w: [-1, 1, 1]}", "answer: 1 / w", "within: 0.1"), "given", "with w = 0 there is no number answer"),
    (varied("given: {w: [3, 9, 1]}", "answer: 1 / w"), "quiz-answer", "refuses its own answer"),
    (varied("given: {w: [1, 3, 1]}"), "missing-key", "'answer'"),
    (varied("given: {w: [1, 3, 1]}", "answer: w", kind="range", ask="{w}?"), "unknown-key", "'given'"),
    (
        varied("given: {w: [1, 3, 1]}", "options: [{say: '{w}', right: true}, {say: '2', because: x}]", kind="choice"),
        "options",
        "twice",
    ),
]


@pytest.mark.parametrize("body", GOOD)
def test_sound(check: Check, body: str) -> None:
    assert check(body) == []


@pytest.mark.parametrize(("body", "rule", "said"), BAD)
def test_one_fault_one_message(check: Check, body: str, rule: str, said: str) -> None:
    found = [problem for problem in check(body) if problem.rule == rule]
    assert found, check(body)
    assert said in found[0].message


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_an_expression_or_refused(text: str) -> None:
    try:
        found = parse_expression(text, ("w", "x"))
    except BadLesson:
        return
    value = found.value({"w": 1.5, "x": -2.0})
    assert math.isfinite(value) or math.isnan(value)
