"""The lab `autodiff`: what is typed becomes a tape, and the tape's gradients are right."""

from __future__ import annotations

import math

import pytest
from lab_checks import chunks_do_not_matter, sound

from tutor.engine.link import make_link
from tutor.engine.run import Run
from tutor.errors import BadData
from tutor.labs import find_lab
from tutor.labs.autodiff import EXAMPLES
from tutor.labs.autodiff_read import MOST, formula, read_tape
from tutor.labs.spec import Value
from tutor.pictures import Columns, Graph, Text

LAB = find_lab("autodiff")


def run(**knobs: Value) -> Run:
    return Run(LAB, make_link(LAB.spec, knobs.items()))


def done(**knobs: Value) -> dict[str, float]:
    one = run(**knobs)
    assert one.advance(LAB.spec.steps) == "finished"
    return one.metrics()


def typed(text: str, **inputs: float) -> dict[str, float]:
    return done(example="yours", expression=text, **inputs)


def test_the_expression_of_micrograd() -> None:
    found = done(example="micrograd")
    assert found["value"] == pytest.approx(24.70408163265306, abs=1e-12)
    assert found["grad_a"] == pytest.approx(138.83381924198252, abs=1e-10)
    assert found["grad_b"] == pytest.approx(645.5772594752186, abs=1e-10)
    assert found["error"] < 1e-6
    assert found["entries"] == 25


@pytest.mark.parametrize("example", EXAMPLES)
@pytest.mark.parametrize("seed", range(3))
def test_every_example_is_right_to_a_millionth(example: str, seed: int) -> None:
    a, b, c = ((-4.0, 2.0, 10.0), (1.5, -0.5, 2.0), (3.0, 4.0, -1.0))[seed]
    found = done(example=example, a=a, b=b, c=c)
    assert found["error"] < 1e-6
    assert found["walked"] == 1


def test_the_neuron_of_the_lecture() -> None:
    one = run(example="neuron")
    one.advance(100)
    assert one.metrics()["value"] == pytest.approx(math.sqrt(0.5), abs=1e-8)
    words = one.words().summary
    assert words == "o = 0.707107; ∂/∂x1 = −1.5, ∂/∂x2 = 0.5, ∂/∂w1 = 1, ∂/∂w2 = 0, ∂/∂bias = 0.5"


@pytest.mark.parametrize(
    ("text", "value", "gradient"),
    [
        ("a", None, None),
        ("a*a", 9, 6),
        ("a**3", 27, 27),
        ("-a", -3, -1),
        ("2/a", 2 / 3, -2 / 9),
        ("c = a + 1; c = c*c; c", 16, 8),
        ("s = a; s += a; s *= 2; s", 12, 4),
        ("relu(-a)", 0, 0),
        ("exp(log(a))", 3, 1),
        ("sqrt(a)**2", 3, 1),
        ("+a*1e1", 30, 10),
        ("w = -2; w*a;", -6, -2),
        ("sin(a)**2 + cos(a)**2", 1, 0),
    ],
)
def test_what_can_be_typed(text: str, value: float | None, gradient: float | None) -> None:
    if value is None:
        with pytest.raises(BadData, match="nothing is computed"):
            typed(text, a=3)
        return
    found = typed(text, a=3)
    assert found["value"] == pytest.approx(value)
    assert found["grad_a"] == pytest.approx(gradient, abs=1e-12)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "nothing is computed"),
        ("a +", "this is no expression"),
        ("q*a", "'q' has no value"),
        ("sinh(a)", "there is no function 'sinh'"),
        ("exp = 2; exp*a", "'exp' is a function"),
        ("a if b else c", "is not arithmetic"),
        ("__import__('os')", "there is no function '__import__'"),
        ("a.real", "is not arithmetic"),
        ("(lambda: a)()", "is not arithmetic"),
        ("[a, b]", "is not arithmetic"),
        ("'a'*3", "is not arithmetic"),
        ("True + a", "is not arithmetic"),
        ("1j*a", "is not arithmetic"),
        ("a, b = b, a", "only arithmetic"),
        ("import os", "only arithmetic"),
        ("for i in a: b", "only arithmetic"),
        ("del a", "only arithmetic"),
        ("tanh(a, b)", "is not arithmetic"),
        ("a @ b", "is not arithmetic"),
        ("1e999*a", "too large"),
        ("a" + "+a" * 90, f"more than {MOST}"),
        ("(" * 99 + "a" + ")" * 99, "nothing is computed"),
        ("9" * 199, "nothing is computed"),
    ],
)
def test_what_cannot_be_typed(text: str, sentence: str) -> None:
    with pytest.raises(BadData) as caught:
        typed(text)
    assert sentence in caught.value.message
    assert caught.value.mend


def test_huge_powers_are_recorded_not_computed_by_python() -> None:
    one = run(example="yours", expression="9**9**9**9*a")
    one.advance(50)
    assert "is infinite" in one.words().trouble
    assert "no gradient comes back" in one.words().trouble


def test_a_number_that_is_none_is_named() -> None:
    one = run(example="yours", expression="b*log(a)", a=-1)
    assert one.words().trouble == ""
    one.advance(50)
    assert one.words().trouble.startswith("v1 = log(a) is not a number: log((−1))")
    assert one.metrics()["error"] == math.inf


def test_steps_build_and_then_walk_back() -> None:
    one = run()
    assert one.words().summary == "3 computations to record, then the way back"
    seen = []
    for _ in range(7):
        one.advance(1)
        seen.append(one.metrics())
    assert [m["entries"] for m in seen] == [1, 2, 3, 3, 3, 3, 3]
    assert [m["value"] for m in seen] == [-8, 2, -8, -8, -8, -8, -8]
    assert [m["grad_a"] for m in seen] == [0, 0, 0, 0, 2, 2, -6]
    assert [m["grad_c"] for m in seen] == [0, 0, 0, 0, 0, -4, -4]
    assert one.finished


def test_an_input_turned_at_the_end_changes_every_number() -> None:
    one = run()
    one.advance(7)
    one.change("b", 3)
    assert one.metrics()["value"] == 8
    assert one.metrics()["grad_b"] == 16
    again = Run(LAB, one.link)
    again.advance(7)
    assert again.metrics() == one.metrics()


@pytest.mark.parametrize("example", EXAMPLES)
def test_it_is_sound(example: str) -> None:
    chunks_do_not_matter(f"autodiff?example={example}", 4)
    sound(f"autodiff?example={example}", (0, 1, 12, 100))


def test_formulas() -> None:
    tape = read_tape("d = a*b - 2; tanh(-d)**2 / c", (("a", 1.0), ("b", 2.0), ("c", 3.0)))
    made = [formula(tape, i) for i in range(tape.leaves, len(tape.names))]
    assert made == ["a·b", "v1 − 2", "−d", "tanh(v3)", "v4^2", "v5 / c"]


@pytest.mark.parametrize("example", [*EXAMPLES, "yours"])
@pytest.mark.parametrize("size", [(1, 1), (50, 18), (82, 22), (120, 30), (400, 200)])
def test_every_view_at_every_step(example: str, size: tuple[int, int]) -> None:
    one = run(example=example)
    while not one.finished:
        graph = one.view("graph", size)
        assert isinstance(graph, Graph | Columns)
        graph = graph.parts[0] if isinstance(graph, Columns) else graph
        assert isinstance(graph, Graph)
        assert all(0 <= flow.source < len(graph.quantities) for flow in graph.flows)
        assert all(graph.quantities[f.source].column < graph.quantities[f.target].column for f in graph.flows)
        table = one.view("tape", size)
        assert isinstance(table, Text)
        assert len(table.lines) <= max(4, size[1])
        one.view("check", size)
        one.advance(1)


def test_the_entry_at_work_is_always_in_the_window() -> None:
    one = run(example="micrograd")
    for _ in range(51):
        one.advance(1)
        graph = one.view("graph", (50, 18))
        assert isinstance(graph, Graph)
        assert sum(q.lit >= 0 for q in graph.quantities) == 1
        table = one.view("tape", (50, 18))
        assert isinstance(table, Text)
        assert sum(line.startswith("▸") for line in table.lines) == 1


def test_the_layout_stays_while_numbers_come_in() -> None:
    one = run()
    shapes = set()
    for _ in range(7):
        graph = one.view("graph", (50, 18))
        assert isinstance(graph, Graph)
        shapes.add(tuple((q.column, len(q.lines), max(map(len, q.lines))) for q in graph.quantities))
        assert len(graph.caption) == 3
        one.advance(1)
    assert len(shapes) == 1


def test_the_check_view_names_both_numbers() -> None:
    one = run(example="micrograd")
    one.advance(51)
    table = one.view("check", (60, 12))
    assert isinstance(table, Text)
    assert table.lines[1].split()[:3] == ["a", "138.8338", "138.8338"]
    assert table.lines[2].split()[:3] == ["b", "645.5773", "645.5773"]
