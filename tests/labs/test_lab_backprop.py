"""The lab `backprop`: every factor beside its finite difference, and the learner's backward in its place."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from lab_checks import chunks_do_not_matter, sound

from tutor.engine.link import make_link
from tutor.engine.run import Run
from tutor.engine.wire import encode
from tutor.errors import UserError
from tutor.labs import find_lab
from tutor.labs.backprop_pass import ACTIVATIONS, HIDDEN, Pass, by_trying, factors, found, shape_of
from tutor.labs.spec import Value
from tutor.pictures import Field, Graph, Lines, Text

LAB = find_lab("backprop")
DATA = ("xor", "and", "or", "point")


def run(plug: Any = None, **knobs: Value) -> Run:
    return Run(LAB, make_link(LAB.spec, knobs.items()), plug)


def length(one: Run) -> int:
    return len(factors(shape_of(one.knobs)))


def right(d: Any, o: Any, x: Any, W: Any) -> tuple[Any, Any, Any]:
    do = d * (1 - np.tanh(o) ** 2)
    return do.T @ x / len(x), do.sum(axis=0) / len(x), do @ W


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("data", DATA)
def test_every_gradient_is_right_to_a_millionth(data: str, activation: str, hidden: str) -> None:
    for seed in range(3):
        one = run(data=data, activation=activation, hidden=hidden, seed=seed, rate=0.1)
        for _ in range(6):
            one.advance(length(one))
            assert one.metrics()["error"] < 1e-6
        assert one.metrics()["updates"] == 6


def test_the_gradient_is_right_all_the_way_down() -> None:
    for seed in range(3):
        one = run(seed=seed)
        worst = 0.0
        for _ in range(200):
            one.advance(length(one))
            worst = max(worst, one.metrics()["error"])
        assert worst < 1e-6


def test_the_steps_of_a_pass() -> None:
    steps = factors(shape_of(run().knobs))
    assert [f.kind for f in steps[:4]] == ["unit", "unit", "unit", "loss"]
    assert [f.kind for f in steps[4:9]] == ["da", "do", "w", "w", "b"]
    assert [f.kind for f in steps[9:13]] == ["da", "do", "da", "do"]
    assert [f.kind for f in steps[13:19]] == ["w", "w", "b", "w", "w", "b"]
    assert [f.kind for f in steps[19:]] == ["update"]


def test_the_product_of_the_factors_is_the_gradient() -> None:
    one = run(data="point", hidden="1,1", seed=9)
    one.advance(1)
    p, _ = LAB._pass(one.state, shape_of(one.knobs))  # type: ignore[attr-defined]
    assert isinstance(p, Pass)
    product = (p.a[3][0] - p.t[0]) * p.x[0]
    for slope in p.slope:
        product *= slope[0]
    for W, _ in p.layers[1:]:
        product *= W[0, 0]
    assert p.grad[0][0][0, 0] == pytest.approx(product)


def test_theta_moves_at_the_last_step_only_and_against_the_gradient() -> None:
    one = run(rate=0.25)
    start = one.state["theta"].copy()
    one.advance(length(one) - 1)
    assert (one.state["theta"] == start).all()
    one.advance(1)
    np.testing.assert_allclose(one.state["theta"], start - 0.25 * one.state["grad"], rtol=1e-15)


def test_it_learns() -> None:
    solved = {"xor": 0, "and": 0, "or": 0}
    for data in solved:
        for seed in range(10):
            one = run(data=data, seed=seed)
            LAB.advance(one.state, one.knobs, 300 * length(one), "cpu", None)
            solved[data] += LAB.metrics(one.state, one.knobs)["accuracy"] == 1
    assert solved["and"] == solved["or"] == 10
    assert 5 <= solved["xor"] <= 9, "two hidden units are just enough for XOR, and some starts fail"


def test_chunks_and_seeks_do_not_matter() -> None:
    chunks_do_not_matter("backprop", 100)


def test_the_learners_backward_trains_the_same() -> None:
    own, plugged = run(), run(right)
    for one in (own, plugged):
        one.advance(60)
    np.testing.assert_allclose(own.state["theta"], plugged.state["theta"], rtol=1e-12)
    assert plugged.metrics()["error"] < 1e-6


def test_what_the_learners_backward_is_given() -> None:
    shapes = []

    def backward(d: Any, o: Any, x: Any, W: Any) -> Any:
        shapes.append([v.shape for v in (d, o, x, W)])
        answer = right(d, o, x, W)
        for array in (d, o, x, W):
            array[:] = 99  # copies: this must not reach the run
        return answer

    one = run(backward)
    one.advance(20)
    assert shapes == [[(1, 1), (1, 1), (1, 2), (1, 2)], [(1, 2), (1, 2), (1, 2), (2, 2)]]
    assert one.metrics()["error"] < 1e-6


@pytest.mark.parametrize("fault", ["slope", "transposed", "sign", "below"])
def test_a_wrong_backward_is_named(fault: str) -> None:
    def backward(d: Any, o: Any, x: Any, W: Any) -> Any:
        grad_W, grad_b, grad_x = right(d, o, x, W)
        if fault == "slope":
            return d.T @ x, d[0], d @ W
        if fault == "transposed":
            return (grad_W.T if W.shape[0] == W.shape[1] else grad_W), grad_b, grad_x
        return (-grad_W, -grad_b, -grad_x) if fault == "sign" else (grad_W, grad_b, d @ W)

    one = run(backward, seed=2)
    # The inputs 1 and 1 of the first example make a matrix of equal columns, and hide that it is transposed.
    one.advance(15 if fault != "transposed" else 35)
    assert one.metrics()["error"] > 1e-6
    assert "is not what trying says" in one.words().trouble


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (None, "three values"),
        ((1, 2), "three values"),
        (np.zeros(3), "three values"),
        ((np.zeros((2, 1)), np.zeros(1), np.zeros((1, 2))), r"grad_W of shape \(2, 1\), not \(1, 2\)"),
        ((np.zeros((1, 2)), np.zeros((1, 1)), np.zeros((1, 2))), "grad_b of shape"),
        ((np.zeros((1, 2)), np.zeros(1), np.full((1, 2), np.nan)), "grad_x that is infinite or not a number"),
        ((np.zeros((1, 2)), ["a"], np.zeros((1, 2))), "grad_b that is not made of real numbers"),
        (([[1, 2], [1]], np.zeros(1), np.zeros((1, 2))), "grad_W that is not made of real numbers"),
    ],
)
def test_an_answer_that_cannot_be_used_is_named(answer: Any, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        run(lambda d, o, x, W: answer).advance(1)


def test_a_learners_backward_needs_tanh() -> None:
    with pytest.raises(UserError, match="tanh"):
        run(right, activation="sigmoid").advance(1)


def test_too_large_a_rate_is_said() -> None:
    one = run(activation="linear", rate=10, hidden="2,2")
    with np.errstate(all="ignore"):
        one.advance(4000)
    assert one.diverged
    assert "the rate 10 is too large" in one.words().trouble


def test_words() -> None:
    one = run()
    assert one.words().summary == f"loss {one.metrics()['loss']:.3g} after 0 updates"
    one.advance(20)
    assert "after 1 update; every gradient is right to" in one.words().summary
    stuck = run(seed=1)
    LAB.advance(stuck.state, stuck.knobs, 8000, "cpu", None)
    assert "plateau" in LAB.diagnose(stuck.state, stuck.knobs).trouble


def test_dead_hidden_units_are_counted() -> None:
    one = run(activation="relu")
    one.state["theta"][:6] = (-1, -1, -1, -1, -0.5, -0.5)
    one.state["at"][:] = one.state["theta"]
    assert "2 of 2 hidden units are dead" in one.words().trouble


def test_the_graph_view() -> None:
    one = run()
    for step in range(45):
        picture = one.view("graph", (50, 18))
        assert isinstance(picture, Graph)
        assert len(picture.caption) == 3
        assert [q.label for q in picture.quantities] == ["x1", "x2", "h1", "h2", "y"]
        assert len(picture.flows) == 6
        lit = [q for q in picture.quantities if q.lit >= 0]
        kind = factors(shape_of(one.knobs))[(step - 1) % 20].kind if step else "none"
        assert len(lit) == (0 if kind in ("none", "update") else 1)
        if kind in ("da", "do", "w", "b"):
            assert picture.caption[2].startswith("by trying")
            assert "relative error" in picture.caption[2]
        one.advance(1)


def test_the_graph_travels() -> None:
    one = run()
    one.advance(7)
    assert encode({"picture": one.view("graph", (50, 18))})


def test_the_factors_view_lists_the_pass() -> None:
    one = run()
    table = one.view("factors", (50, 19))
    assert isinstance(table, Text)
    assert table.lines == ("The way back has not begun.",)
    one.advance(19)
    table = one.view("factors", (50, 30))
    assert isinstance(table, Text)
    assert len(table.lines) == 1 + 15
    p, _ = LAB._pass(one.state, shape_of(one.knobs))  # type: ignore[attr-defined]
    last = factors(shape_of(one.knobs))[18]
    assert f"{found(p, last):.7f}".replace("-", "−") in table.lines[-1]
    assert f"{by_trying(p, last):.7f}".replace("-", "−") in table.lines[-1]


def test_the_answers_view() -> None:
    one = run()
    one.advance(50)
    picture = one.view("boundary", (40, 16))
    assert isinstance(picture, Field)
    assert picture.points is not None
    assert picture.points.wrong is not None
    assert 1 - picture.points.wrong.mean() == one.metrics()["accuracy"]
    assert isinstance(run(data="point").view("boundary", (40, 16)), Lines)


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("hidden", HIDDEN)
def test_it_is_sound(data: str, hidden: str) -> None:
    sound(f"backprop?data={data}&hidden={hidden}", (0, 1, 9, 17))
