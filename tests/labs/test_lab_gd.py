"""The lab `gd`: the law of the learning rate, on parabola, bowl and neuron, and what is said of it."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from lab_checks import chunks_do_not_matter, run, sound

from tutor.errors import UserError
from tutor.labs.descents import bends, heights
from tutor.pictures import Field, Lines

CURVATURES = (0.5, 10.0, 80.0)


def after(steps: int, link: str, **knobs: float) -> dict[str, float]:
    """The metrics after so many steps, made at once; knobs may lie outside their ranges."""
    one = run(link)
    turned = one.knobs | knobs
    one.lab.advance(one.state, turned, steps, "cpu", None)
    return one.lab.metrics(one.state, turned)


@pytest.mark.parametrize("curvature", CURVATURES)
@pytest.mark.parametrize("share", [0.02, 0.5, 0.98, 1.02, 1.5, 1.9, 1.98])
def test_below_two_over_l_the_parabola_converges(curvature: float, share: float) -> None:
    """Each step multiplies the distance by |1 − ρL|, and its side by the sign."""
    one = run(f"gd?loss=parabola&curvature={curvature}&rate={share / curvature!r}")
    factor = 1 - share
    for step in range(1, 6):
        one.advance(1)
        assert one.metrics()["w1"] == pytest.approx(factor**step, rel=1e-9)
    one.lab.advance(one.state, one.knobs, 3000, "cpu", None)
    assert one.metrics()["loss"] < 1e-12
    assert one.metrics()["steps"] == math.ceil(math.log(1e-6) / math.log(abs(factor)))


@pytest.mark.parametrize("curvature", CURVATURES)
@pytest.mark.parametrize("turn", [0, 30, 75])
@pytest.mark.parametrize("condition", [1, 10, 200])
def test_the_bowl_converges_below_two_over_l_and_diverges_above(curvature: float, turn: int, condition: int) -> None:
    base = f"gd?loss=bowl&curvature={curvature}&turn={turn}&condition={condition}"
    limit = 2 / curvature
    below, above = after(8000, base, rate=0.98 * limit), after(2000, base, rate=1.02 * limit)
    assert below["limit"] == pytest.approx(limit)
    assert below["steps"] < 2000
    assert below["distance"] < 1e-6
    assert above["loss"] == above["steps"] == math.inf


def test_a_run_that_diverges_ends_as_diverged() -> None:
    one = run("gd?rate=0.205")
    assert one.advance(2000) == "diverged"
    assert "out of sight at step 192: ρ = 0.205 is more than 2/L = 0.2" in one.words().trouble


@pytest.mark.parametrize(("share", "crosses"), [(0.3, False), (0.95, False), (1.05, True), (1.9, True), (2.1, True)])
def test_between_one_and_two_over_l_the_steep_direction_oscillates(share: float, crosses: bool) -> None:
    one = run(f"gd?turn=0&rate={share / 10!r}")
    sides = []
    for _ in range(20):
        one.advance(1)
        sides.append(one.metrics()["w2"] > 0)  # without a turn the second coordinate is the steep one
    flips = [a != b for a, b in pairwise(sides)]
    assert all(flips) if crosses else not any(flips)
    assert ("oscillating" in one.words().summary) == (1 < share < 2)


def test_the_best_rate_of_a_bowl() -> None:
    """2/(L + μ), factor (κ − 1)/(κ + 1); about twice as fast as 1/L, and no rate is faster by more than a step or two."""
    for condition in (3, 10, 50):
        best = 2 / (10 + 10 / condition)

        def steps(rate: float, condition: int = condition) -> float:
            return after(2000, f"gd?condition={condition}", rate=rate)["steps"]

        found = steps(best)
        factor = (condition - 1) / (condition + 1)
        assert found == pytest.approx(math.log(1e-6 / math.sqrt(2)) / math.log(factor), abs=1)
        assert found * 1.5 < steps(0.1)
        # A little off the best rate one of the two directions is done early, which saves the √2 of their sum.
        spare = 1 + math.log(1 / math.sqrt(2)) / math.log(factor)
        assert all(found <= steps(best * share) + spare for share in (0.8, 0.95, 0.99, 1.01, 1.02))


@pytest.mark.parametrize("seed", range(10))
def test_the_neurons_limit_is_that_of_its_curvature(seed: int) -> None:
    one = run(f"gd?loss=neuron&seed={seed}")
    steepest = float(bends(one.state, one.state["minima"][0])[-1])
    # Begun next to the minimum, a rate just below 2/L there comes back to it, and one just above is driven away.
    for share, back in ((0.97, True), (1.03, False)):
        near = run(f"gd?loss=neuron&seed={seed}")
        near.state["w"][:] = near.state["minima"] + 1e-3
        near.lab.advance(near.state, near.knobs | {"rate": share * 2 / steepest}, 2000, "cpu", None)
        assert (near.metrics()["distance"] < 1e-4) == back


@pytest.mark.parametrize("seed", range(10))
def test_the_neurons_minimum_is_one(seed: int) -> None:
    one = run(f"gd?loss=neuron&seed={seed}")
    least = float(one.state["least"][0])
    assert 0.02 < least < 0.2
    places = np.random.default_rng(0).uniform(-8, 8, (3000, 2))
    assert heights(one.state, places).min() >= least - 1e-12
    found = after(3000, f"gd?loss=neuron&seed={seed}", rate=10)
    assert found["steps"] < 3000
    assert found["loss"] == pytest.approx(least, abs=1e-9)


def test_three_runs_are_three_single_runs() -> None:
    three = run("gd?runs=three&rate=0.01&rate_b=0.15&rate_c=0.22")
    three.advance(40)
    found = three.metrics()
    for name, rate in (("loss", 0.01), ("loss_b", 0.15), ("loss_c", 0.22)):
        one = run(f"gd?rate={rate}")
        one.advance(40)
        assert one.metrics()["loss"] == found[name]
        assert math.isnan(one.metrics()["loss_b"])
    words = three.words().summary
    assert "ρ = 0.01: crawling" in words or "ρ = 0.01: loss" in words
    assert "ρ = 0.15: oscillating" in words
    assert "ρ = 0.22: diverging" in words


def test_one_lost_run_does_not_end_the_others() -> None:
    one = run("gd?runs=three&rate=0.002&rate_b=0.15&rate_c=0.25")
    assert one.advance(200) == ""
    assert one.metrics()["steps_b"] < 200
    assert "ρ = 0.25: lost at step" in one.words().summary


@pytest.mark.parametrize(
    ("query", "steps", "part", "words"),
    [
        ("loss=parabola&rate=0.25", 5, "trouble", "diverging: ρ = 0.25 is more than 2/L = 0.2"),
        ("loss=parabola&rate=0.25", 500, "trouble", "diverged, out of sight at step 23: ρ = 0.25 is more than 2/L = 0.2"),
        ("loss=parabola&rate=0.2", 50, "trouble", "neither up nor down: ρ = 0.2 is exactly 2/L"),
        ("loss=parabola&rate=0.15", 5, "summary", "oscillating: ρ = 0.15 is between 1/L = 0.1 and 2/L = 0.2"),
        ("loss=parabola&rate=0.0005", 20, "trouble", "crawling: the last step closed 0.5 % of the distance that was left"),
        ("loss=parabola&rate=0.1", 3, "summary", "at the minimum since step 1"),
        ("loss=neuron&rate=60", 1000, "trouble", "it cannot settle here: ρ = 60 is more than 2/L"),
        ("loss=neuron&rate=0.01", 1, "summary", "loss 0."),
    ],
)
def test_words(query: str, steps: int, part: str, words: str) -> None:
    one = run(f"gd?{query}")
    assert one.words().summary.startswith("at the start the loss is")
    one.advance(steps)
    assert getattr(one.words(), part).startswith(words) or words in one.words().summary


def test_a_random_start_belongs_to_the_seed() -> None:
    starts = [run(f"gd?start=random&seed={seed}").state["w"][0] for seed in range(20)]
    assert (run("gd?start=random&seed=3").state["w"][0] == starts[3]).all()
    assert np.ptp(starts, axis=0).min() > 1.5
    assert np.abs(starts).max() <= 1.5


def test_the_rate_is_live() -> None:
    one = run("gd?loss=parabola&rate=0.25&rate@4=0.1")
    one.advance(5)
    assert one.metrics()["steps"] == 5


def right(w: Any, x: Any, t: Any) -> Any:
    a = 1 / (1 + np.exp(-x @ w))
    return x.T @ (2 * (a - t) * a * (1 - a)) / len(t)


def test_the_learners_gradient_goes_the_same_way() -> None:
    own, plugged = run("gd?loss=neuron&rate=10"), run("gd?loss=neuron&rate=10", right)
    for one in (own, plugged):
        one.advance(103)
    np.testing.assert_allclose(own.state["w"], plugged.state["w"], atol=1e-9)
    assert own.metrics()["steps"] == plugged.metrics()["steps"]
    np.testing.assert_allclose(own.state["trails"], plugged.state["trails"], atol=1e-9)


@pytest.mark.parametrize(
    ("query", "gradient", "sentence"),
    [
        ("loss=bowl", right, "gradient is that of a neuron's loss, and this is a bowl"),
        ("loss=neuron", lambda w, x, t: np.zeros(3), "shape"),
        ("loss=neuron", lambda w, x, t: w * np.nan, "infinite or not a number"),
        ("loss=neuron", lambda w, x, t: None, "real numbers"),
    ],
)
def test_a_wrong_gradient_is_named_and_changes_nothing(query: str, gradient: Any, sentence: str) -> None:
    one = run(f"gd?{query}", gradient)
    before = one.hash()
    with pytest.raises(UserError, match=sentence):
        one.advance(3)
    assert one.hash() == before


def test_a_gradient_of_the_wrong_sign_is_seen_to_climb() -> None:
    one = run("gd?loss=neuron&rate=10", lambda w, x, t: -right(w, x, t))
    before = one.metrics()["loss"]
    one.advance(50)
    assert one.metrics()["loss"] > before


def test_the_path_lies_on_the_contours() -> None:
    one = run("gd")
    one.advance(12)
    picture = one.view("path", (60, 20))
    assert isinstance(picture, Field)
    assert picture.contours
    assert len(picture.paths[0].xy) == 13
    np.testing.assert_allclose(picture.paths[0].xy[-1], one.state["w"][0], rtol=1e-6)
    rows, columns = picture.values.shape
    low = np.unravel_index(picture.values.argmin(), picture.values.shape)
    assert abs(low[0] - rows / 2) <= 1
    assert abs(low[1] - columns / 2) <= 1


@pytest.mark.parametrize("loss", ["parabola", "bowl", "neuron"])
def test_the_tangent_touches_and_the_step_lands_where_it_does(loss: str) -> None:
    one = run(f"gd?loss={loss}&rate=0.13")
    one.advance(2)
    picture = one.view("step", (60, 20))
    assert isinstance(picture, Lines)
    curve, tangent, step = picture.series[:3]
    at = int(np.argmin(np.abs(curve.x - step.x[0])))
    slope, steep = np.gradient(curve.y, curve.x)[at], np.gradient(tangent.y, tangent.x)[at]
    assert slope == pytest.approx(steep, rel=0.1)
    assert step.y[0] == pytest.approx(one.metrics()["loss"], rel=1e-5)
    one.advance(1)
    assert step.y[1] == pytest.approx(one.metrics()["loss"], rel=1e-4)


@pytest.mark.parametrize(
    "query", ["", "loss=parabola", "loss=neuron&rate=20", "runs=three", "loss=parabola&runs=three&rate=0.25"]
)
def test_sound(query: str) -> None:
    sound(f"gd?{query}" if query else "gd")
    chunks_do_not_matter(f"gd?{query}&start=random&seed=2" if query else "gd?seed=3", 40)
