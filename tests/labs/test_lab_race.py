"""The lab `race`: the counts of theory, Adam's first steps, and the learner's optimizer among the others."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from lab_checks import chunks_do_not_matter, metrics_at, run, sound

from tutor.errors import UserError
from tutor.labs.racers import FIELDS, RACERS
from tutor.pictures import Field, Text

SURFACES = ("quadratic", "rosenbrock", "beale", "saddle", "plateau", "two valleys")


def adam(w: Any, g: Any, m: Any, s: Any, t: int, rate: float, beta1: float, beta2: float, epsilon: float) -> Any:
    m, s = beta1 * m + (1 - beta1) * g, beta2 * s + (1 - beta2) * g * g
    return w - rate * (m / (1 - beta1**t)) / (np.sqrt(s / (1 - beta2**t)) + epsilon), m, s


@pytest.mark.parametrize("turn", [0, 30, 45])
@pytest.mark.parametrize("scale", [1, 1000])
def test_the_counts_on_the_quadratic(turn: int, scale: int) -> None:
    """κ = 100, 50 dimensions, eigenvalues in equal ratios, to 1e-6: each within one percent, however turned and scaled."""
    link = f"race?racers=momentum&momentum=tuned&turn={turn}&scale={scale}"
    [found] = metrics_at(link, 2000)
    assert run(link).state["w"].shape[1] == 50
    assert found["steps_gd"] == pytest.approx(1185, rel=0.01)
    assert found["steps_nesterov"] == pytest.approx(139, rel=0.01)
    assert found["steps_momentum"] == pytest.approx(85, rel=0.01)
    [best] = metrics_at(f"{link}&tune=each&rate_gd={2 * 100 / 101}", 2000)
    assert best["steps_gd"] == pytest.approx(612, rel=0.01)


@pytest.mark.parametrize("scale", [1, 30, 1000])
def test_adams_first_steps_whatever_the_scale(scale: float) -> None:
    found = metrics_at(f"race?racers=adam&condition=1&turn=0&dimensions=2&scale={scale}", 1, 2, 3)
    assert [each["distance_adam"] for each in found] == [pytest.approx(x, abs=1e-6) for x in (0.9, 0.800412, 0.701586)]
    assert found[0]["distance_adam_raw"] == pytest.approx(0.683772, abs=1e-6)


def test_descent_flies_apart_beyond_two_over_l() -> None:
    for rate, fate in ((1.95, False), (2.05, True)):
        one = run(f"race?racers=momentum&dimensions=2&tune=each&rate_gd={rate}")
        one.advance(2000)
        assert ("GD flew off" in one.words().trouble) is fate
        assert not one.diverged
        assert math.isfinite(one.metrics()["steps_nesterov"])


def test_a_racer_that_arrives_or_is_lost_stops_and_the_race_ends() -> None:
    one = run("race?racers=momentum&tune=each&rate_gd=5&dimensions=2")
    assert one.advance(3000) == "finished"
    before = one.state["w"].copy()
    one.lab.advance(one.state, one.knobs, 100, "cpu", None)
    assert (one.state["w"] == before).all()


def test_rmsprop_never_settles_on_the_turned_bowl() -> None:
    found = metrics_at("race", 2000, 10_000)
    assert all(0.005 < each["distance_rmsprop"] < 0.02 for each in found)


def test_momentum_crosses_into_the_deep_valley_and_descent_does_not() -> None:
    [found] = metrics_at("race?surface=two valleys", 2000)
    assert found["steps_momentum"] < 300
    assert found["steps_nesterov"] < 300
    assert found["distance_gd"] > 0.5


@pytest.mark.parametrize("surface", SURFACES)
def test_most_racers_get_somewhere_at_the_fitting_rates(surface: str) -> None:
    [found] = metrics_at(f"race?surface={surface}", 2000)
    closer = [found[f"distance_{racer.name}"] < 0.9 for racer in RACERS[:-1]]
    assert all(closer)
    assert sum(math.isfinite(found[f"steps_{racer.name}"]) for racer in RACERS[:-1]) >= 3


@pytest.mark.parametrize("surface", SURFACES)
def test_the_learners_adam_runs_exactly_with_adam(surface: str) -> None:
    one = run(f"race?surface={surface}&racers=yours", adam)
    one.advance(100)
    np.testing.assert_allclose(one.state["w"][7], one.state["w"][5], rtol=1e-8, atol=1e-12)
    assert one.metrics()["distance_yours"] == pytest.approx(one.metrics()["distance_adam"], rel=1e-6)
    roles = {path.role for path in one.view("paths", (50, 17)).paths}  # type: ignore[union-attr]
    assert roles == {"f", "h"}


def test_the_others_do_not_notice_the_learners_optimizer() -> None:
    alone, together = run("race"), run("race", adam)
    for one in (alone, together):
        one.advance(120)
    assert (alone.state["w"][:7] == together.state["w"][:7]).all()
    assert math.isnan(alone.metrics()["distance_yours"])


def test_the_learners_run_replays() -> None:
    one = run("race?racers=yours", adam)
    one.advance(90)
    here = one.hash()
    one.seek(31)
    one.seek(90)
    assert one.hash() == here


def test_what_the_learners_function_is_given() -> None:
    given: list[Any] = []

    def nothing(*arguments: Any) -> Any:
        given.append([a.copy() if isinstance(a, np.ndarray) else a for a in arguments])
        for array in arguments[:4]:
            array[:] = 99  # copies: this must not reach the run
        return np.full(50, 2.0), np.ones(50), np.zeros(50)

    one = run("race?racers=yours&tune=each&rate_yours=3", nothing)
    one.advance(2)
    (w, g, m, s, t, *rest), (w2, _, m2, _, t2, *_) = given
    assert (t, t2) == (1, 2)
    assert rest == [pytest.approx(0.3), 0.9, 0.999, 1e-8]
    assert np.linalg.norm(w) == pytest.approx(50**0.5)
    assert np.linalg.norm(g) > 0
    assert not m.any()
    assert not s.any()
    assert (w2 == 2).all()
    assert (m2 == 1).all()


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (None, "adam returned nothing"),
        (np.zeros(50), "adam returned one value of type ndarray, not 3"),
        ((np.zeros(50), np.zeros(50)), "adam returned 2 values, not 3"),
        ((np.zeros(3), np.zeros(50), np.zeros(50)), r"adam returned a w of shape \(3,\), not \(50,\)"),
        ((np.zeros(50), 0.0, np.zeros(50)), r"adam returned a m of shape \(\), not \(50,\)"),
        ((np.zeros(50), np.zeros(50), np.full(50, np.nan)), "adam returned a s that is infinite or not a number"),
        ((["a"] * 50, np.zeros(50), np.zeros(50)), "adam returned a w that is not made of real numbers"),
    ],
)
def test_a_wrong_answer_is_named_and_nobody_has_made_the_step(answer: Any, sentence: str) -> None:
    calls = iter(range(10))
    one = run("race", lambda *given: adam(*given) if next(calls) < 2 else answer)
    with pytest.raises(UserError, match=f"^{sentence}"):
        one.advance(5)
    assert one.step == 2
    two = run("race")
    two.advance(2)
    assert (one.state["w"][:7] == two.state["w"][:7]).all()


def test_an_optimizer_that_runs_away_is_lost_and_the_race_goes_on() -> None:
    one = run("race?racers=adam", lambda w, g, m, s, *rest: (w - 1e6 * g, m, s))
    one.advance(30)
    assert "yours flew off" in one.words().trouble
    assert one.step == 30
    assert not one.diverged


@pytest.mark.parametrize("surface", SURFACES)
def test_chunks_and_pictures(surface: str) -> None:
    chunks_do_not_matter(f"race?surface={surface}", 40)  # before the first race ends
    sound(f"race?surface={surface}&rate=20")


def test_rates_and_momentum_turned_on_the_way_replay() -> None:
    one = run("race?tune=each&rate@50=3&rate_adam@60=0.1&momentum@70=0.5")
    one.advance(200)
    here = one.hash()
    one.seek(55)
    one.seek(200)
    assert one.hash() == here


@pytest.mark.parametrize("racers", FIELDS)
def test_who_runs_is_who_is_shown(racers: str) -> None:
    one = run(f"race?racers={racers}")
    one.advance(20)
    titles = {racer.title for racer in RACERS if racer.name in FIELDS[racers]}
    picture, table = one.view("paths", (50, 17)), one.view("table", (50, 17))
    assert isinstance(picture, Field)
    assert {words for _, words in picture.legend} == titles
    assert len({path.role for path in picture.paths}) == len(titles)
    assert isinstance(table, Text)
    assert len(table.lines) == 1 + len(titles)
    shown = {racer.title for racer in RACERS if math.isfinite(one.metrics()[f"distance_{racer.name}"])}
    assert shown == titles


def test_words() -> None:
    one = run("race?momentum=tuned&racers=momentum")
    assert one.words().summary == "3 optimizers stand at the start"
    one.advance(5)
    assert one.words().summary.startswith("nobody has arrived; ")
    one.advance(295)
    assert one.words().summary == "arrived: momentum 85, Nesterov 138; 1 not yet"
