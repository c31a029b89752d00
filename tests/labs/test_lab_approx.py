"""The lab `approx`: what theory says of nets set by hand, and what training makes of them, over the seeds that are stated."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from kernels.approximation import hinges, stairs
from tutor.engine.link import parse_link
from tutor.engine.run import Run
from tutor.errors import BadData, UserError
from tutor.labs import find_lab
from tutor.labs.approx_nets import ACTIVATIONS, FUNCTIONS
from tutor.pictures import Histograms, Lines

LAB = find_lab("approx")


def run(query: str = "", plug: Any = None) -> Run:
    return Run(LAB, parse_link(f"approx?{query}", LAB.spec), plug)


def by_hand(n: int, activation: str = "relu", function: str = "sine") -> dict[str, float]:
    knobs = run(f"method=by hand&hidden={n}&activation={activation}&function={function}").knobs
    state = LAB.start(knobs, 0)
    LAB.advance(state, knobs, n, "cpu", None)
    assert LAB.finished(state, knobs)
    return LAB.metrics(state, knobs)


def said_by(w1: Any, b1: Any, w2: Any, b2: float, x: Any, phi: Any) -> Any:
    return phi(np.outer(x, w1) + b1) @ w2 + b2


@pytest.mark.parametrize("leak", [0.0, 0.01, 0.5])
@pytest.mark.parametrize("n", [1, 2, 7, 32])
def test_hinges_go_through_the_points_and_straight_between(n: int, leak: float) -> None:
    rng = np.random.default_rng(n)
    knots, values = np.cumsum(rng.uniform(0.1, 1, n + 1)) - 2, rng.normal(size=n + 1)
    x = np.linspace(knots[0], knots[-1], 501)
    net = said_by(*hinges(knots, values, leak), x, lambda z: np.where(z > 0, z, leak * z))
    np.testing.assert_allclose(net, np.interp(x, knots, values), atol=1e-10)


@pytest.mark.parametrize(("low", "phi"), [(0.0, lambda z: 0.5 * (1 + np.tanh(z / 2))), (-1.0, np.tanh)])
def test_stairs_have_their_levels(low: float, phi: Any) -> None:
    rng = np.random.default_rng(3)
    levels = rng.normal(size=6)
    between = np.arange(-0.5, 5)
    net = said_by(*stairs(np.arange(5.0), levels, 200.0, low), between, phi)
    np.testing.assert_allclose(net, levels, atol=1e-9)


def test_the_error_by_hand_falls_like_one_over_n_squared() -> None:
    errors = {n: by_hand(n) for n in (8, 16, 32, 64, 128)}
    for n, found in errors.items():
        assert found["error"] <= found["bound"]
        assert found["bound"] == pytest.approx((6 / n) ** 2 * 4 / 8, rel=1e-2)
    for n in (16, 32, 64):
        assert errors[n]["error"] / errors[2 * n]["error"] == pytest.approx(4, rel=0.05)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
def test_stairs_fall_like_one_over_n(activation: str) -> None:
    errors = {n: by_hand(n, activation) for n in (16, 32, 64, 128)}
    for n, found in errors.items():
        assert found["by_hand"] <= found["bound"]
        assert found["bound"] == pytest.approx(6 / (n + 1) * 2 / 2, rel=1e-2)
    for n in (32, 64):
        assert errors[n]["error"] / errors[2 * n]["error"] == pytest.approx(2, rel=0.1)


@pytest.mark.parametrize("activation", ["leaky relu", "softplus", "gelu", "elu"])
def test_everything_that_looks_like_a_hinge_from_afar_serves(activation: str) -> None:
    assert by_hand(32, activation)["error"] == pytest.approx(by_hand(32)["error"], abs=0.012)


@pytest.mark.parametrize("function", [name for name in FUNCTIONS if name != "jump"])
def test_the_error_falls_for_every_continuous_function(function: str) -> None:
    errors = [by_hand(n, function=function)["error"] for n in (16, 64, 256)]
    assert errors[2] < 0.06
    assert errors[2] <= max(errors[0] / 20, 1e-5)


def test_a_jump_is_beyond_every_net() -> None:
    assert all(0.9 < by_hand(n, function="jump")["error"] <= 1.01 for n in (16, 32, 128))
    assert by_hand(32, function="jump")["bound"] == math.inf


def test_a_linear_net_is_a_straight_line_whatever_its_units() -> None:
    for seed in range(3):
        one = run(f"activation=linear&function=sine&hidden=64&seed={seed}")
        one.advance(50)
        found = one.metrics()
        # The best line there is, by least squares.
        x, y = one.state["fine"], one.state["y"]
        line = np.polyval(np.polyfit(x, y, 1), x)
        assert found["rms"] >= np.sqrt(np.mean((y - line) ** 2)) - 1e-6
        assert np.abs(np.diff(one.view("fit", (80, 20)).series[1].y, n=2)).max() < 1e-4  # type: ignore[union-attr]
        assert "straight line" in one.words().trouble


def trained(n: int, activation: str, seeds: int) -> list[dict[str, float]]:
    found = []
    for seed in range(seeds):
        knobs = run(f"function=sine&hidden={n}&activation={activation}").knobs
        state = LAB.start(knobs, seed)
        LAB.advance(state, knobs, LAB.spec.steps, "cpu", None)
        found.append(LAB.metrics(state, knobs))
    return found


def test_trained_nets_get_better_with_more_units_but_not_as_good_as_by_hand() -> None:
    typical = []
    for n in (4, 16, 64):
        ends = trained(n, "relu", 5)
        typical.append(float(np.median([end["rms"] for end in ends])))
        if n > 4:
            assert np.median([end["error"] for end in ends]) > ends[0]["by_hand"]
    assert typical[0] > 2 * typical[1] > 4 * typical[2]


def test_smooth_units_suit_a_smooth_function() -> None:
    ends = trained(16, "tanh", 5)
    assert all(end["error"] < 0.1 * end["by_hand"] for end in ends)


def test_biases_of_zero_put_every_hinge_at_zero() -> None:
    for seed in range(5):
        knobs = run("function=sine&start=glorot").knobs
        state = LAB.start(knobs, seed)
        LAB.advance(state, knobs, LAB.spec.steps, "cpu", None)
        assert LAB.metrics(state, knobs)["error"] > 0.9


def test_chunks_do_not_matter() -> None:
    for query in ("", "method=by hand", "activation=tanh&optimizer=momentum"):
        once, often = run(query), run(query)
        once.advance(60)
        for _ in range(6):
            often.advance(10)
        assert once.hash() == often.hash()


def test_a_seek_back_is_exact() -> None:
    one = run("rate@20=0.001")
    one.advance(30)
    at_30 = one.hash()
    one.advance(50)
    one.seek(30)
    assert one.hash() == at_30


def test_a_unit_is_placed_at_each_step() -> None:
    one = run("method=by hand&hidden=8&function=bump")
    assert one.metrics()["units"] == 0
    for step in range(1, 9):
        one.advance(1)
        assert one.metrics()["units"] == step
        net = one.view("fit", (80, 20)).series[1].y  # type: ignore[union-attr]
        upto = one.state["fine"] <= -3 + 6 * step / 8
        knots = np.linspace(-3, 3, 9)
        np.testing.assert_allclose(net[upto], np.interp(one.state["fine"][upto], knots, np.exp(-2 * knots**2)), atol=1e-5)
    assert one.words().summary.startswith("all 8 units are in place")


def solution(knots: Any, values: Any) -> Any:
    slopes = np.diff(values) / np.diff(knots)
    return np.ones(len(slopes)), -knots[:-1], np.diff(slopes, prepend=0), values[0]


@pytest.mark.parametrize("method", ["train", "by hand"])
def test_the_learners_net_is_the_net_set_by_hand(method: str) -> None:
    one = run(f"method={method}&hidden=16&function=sine", solution)
    assert one.advance(40) == "finished"
    assert one.metrics() == pytest.approx(by_hand(16))


def test_the_learners_error_falls_with_n() -> None:
    errors = []
    for n in (8, 32, 96):
        one = run(f"hidden={n}&function=yours&expression=sin(3*x)*exp(-x**2/4)", solution)
        one.advance(n)
        errors.append(one.metrics()["error"])
    assert errors[0] > 8 * errors[1] > 64 * errors[2]


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (None, "interpolate returned nothing"),
        (3.0, "interpolate returned one value"),
        ((1, 2, 3), "interpolate returned 3 values"),
        ((np.ones(8), np.ones(7), np.ones(8), 0), "interpolate returned a b1 of shape"),
        ((np.ones(8), np.ones(8), np.ones(8), np.ones(2)), "interpolate returned a b2 of shape"),
        ((np.ones(8), np.ones(8), np.full(8, np.nan), 0), "interpolate returned a w2 that is infinite"),
        ((["a"] * 8, np.ones(8), np.ones(8), 0), "interpolate returned a w1 that is not made of real numbers"),
    ],
)
def test_a_wrong_answer_is_named(answer: Any, sentence: str) -> None:
    one = run("hidden=8", lambda knots, values: answer)
    with pytest.raises(UserError, match=sentence):
        one.advance(1)
    assert one.step == 0


def test_the_learners_net_is_made_of_relus() -> None:
    with pytest.raises(UserError, match="the activation is tanh"):
        run("activation=tanh", solution).advance(1)


def test_a_function_that_cannot_be_read_stops_the_start() -> None:
    with pytest.raises(BadData, match="there is no function 'sinn'"):
        run("function=yours&expression=sinn(x)")
    with pytest.raises(BadData, match="not a number at x = -3"):
        run("function=yours&expression=log(x)")


def test_words() -> None:
    assert run().words().summary.startswith("not trained yet; the largest error is ")
    one = run("optimizer=gradient descent&rate=10")
    assert one.advance(20) == "diverged"
    assert "the loss was no finite number at update" in one.words().trouble
    assert "the rate 10 is too large" in one.words().trouble
    one = run("rate=1")
    one.advance(100)
    assert "of the units are constant over the whole interval" in one.words().trouble
    one = run("rate=0.00001")
    one.advance(60)
    assert "too small" in one.words().trouble


def test_a_break_is_found_at_the_same_update_in_any_chunks() -> None:
    numbers = []
    for chunk in (1, 7, 40):
        knobs = run("optimizer=gradient descent&rate=3").knobs
        state = LAB.start(knobs, 0)
        for _ in range(0, 42, chunk):
            LAB.advance(state, knobs, chunk, "cpu", None)
        numbers.append((state["broken"].tolist(), state["theta"].tobytes()))
    assert numbers[0][0][0] > 0
    assert numbers[0] == numbers[1] == numbers[2]


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("method", ["train", "by hand"])
def test_every_view_draws(activation: str, method: str) -> None:
    for n in (1, 40):
        one = run(f"activation={activation}&method={method}&hidden={n}")
        for steps in (0, 3):
            one.advance(steps)
            for view in LAB.spec.views:
                assert isinstance(one.view(view.name, (60, 18)), Histograms if view.watched == "layers" else Lines)
            assert set(one.metrics()) == {metric.name for metric in LAB.spec.metrics}
