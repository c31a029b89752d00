"""The lab `averaging`: SGD stalls, its average falls about 1/k, SAGA linearly, on ridge logistic regression."""

from __future__ import annotations

import numpy as np
import pytest
from lab_checks import chunks_do_not_matter, metrics_at, run, sound

from tutor.pictures import Field

SEEDS = range(5)


@pytest.mark.parametrize("seed", SEEDS)
def test_after_thirty_passes(seed: int) -> None:
    """n = 1000, d = 20, λ = 0.01, step 1/(3 L_max): about 1e-2, 1e-4 and under 1e-12."""
    one = run(f"averaging?seed={seed}")
    assert one.state["x"].shape == (1000, 20)
    steepest = (one.state["x"] ** 2).sum(axis=1).max() / 4 + 0.01
    assert one.state["unit"][0] == pytest.approx(1 / (3 * steepest))
    [found] = metrics_at(f"averaging?seed={seed}", 30_000)
    assert 3e-3 < found["excess_sgd"] < 3e-2
    assert 5e-5 < found["excess_average"] < 5e-4
    assert found["excess_saga"] < 1e-12


def test_the_laws() -> None:
    """Means of the logarithms over the seeds: a level line, one over k, and a straight line on the log axis."""
    logs = []
    for seed in SEEDS:
        found = metrics_at(f"averaging?seed={seed}", *range(3000, 33_000, 3000))
        logs.append([[np.log10(metrics[f"excess_{name}"]) for name in ("sgd", "average", "saga")] for metrics in found])
    sgd, mean, saga = np.mean(logs, axis=0).T
    assert np.ptp(sgd) < 0.4
    decades = np.log10(30 / 6)
    assert (mean[1] - mean[9]) / decades == pytest.approx(1, abs=0.35)
    falls = -np.diff(saga[:6])
    assert falls.min() > 0.8
    assert falls.max() < 2.5 * falls.min()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_average_starts_worse(seed: int) -> None:
    one = run(f"averaging?seed={seed}")
    one.advance(500)
    found = one.metrics()
    assert found["excess_average"] > 1.3 * found["excess_sgd"]


def test_newton_has_found_the_least_loss() -> None:
    one = run("averaging?seed=3&l2=0.1&n=300")
    x, y, w = one.state["x"], one.state["y"], one.state["best"]
    gradient = -(y / (1 + np.exp(y * (x @ w)))) @ x / len(y) + 0.1 * w
    assert abs(gradient).max() < 1e-14


def test_a_fading_rate_quiets_sgd_and_leaves_saga_alone() -> None:
    constant, fading = run("averaging"), run("averaging?schedule=1/√pass")
    for one in (constant, fading):
        one.lab.advance(one.state, one.knobs, 30_000, "cpu", None)
    assert fading.metrics()["excess_sgd"] < constant.metrics()["excess_sgd"] / 3
    assert (constant.state["v"] == fading.state["v"]).all()


def test_waiting_leaves_the_first_passes_out() -> None:
    one = run("averaging?wait=2")
    one.advance(2000)
    assert (one.state["mean"] == one.state["w"]).all()
    one.advance(1000)
    assert one.metrics()["excess_average"] < one.metrics()["excess_sgd"]


def test_trouble_is_named() -> None:
    one = run("averaging?rate=10&l2=1")
    one.advance(5000)
    found = one.metrics()
    assert bool(one.words().trouble) == (not max(found["excess_saga"], found["excess_sgd"]) < 1)


@pytest.mark.parametrize("query", ["", "n=100&wait=1", "schedule=1/pass&rate=10"])
def test_chunks_and_pictures(query: str) -> None:
    chunks_do_not_matter(f"averaging?{query}", 700)
    sound(f"averaging?{query}")


def test_the_cloud_holds_the_last_places_in_their_order() -> None:
    one = run("averaging?seed=1")
    for steps in (10, 890):
        one.advance(steps)
        picture = one.view("cloud", (50, 17))
        assert isinstance(picture, Field)
        places = picture.paths[0].xy
        assert len(places) == min(600, one.step)
        np.testing.assert_allclose(places[-1], one.state["w"][:2], rtol=1e-6)
        assert np.linalg.norm(np.diff(places, axis=0), axis=1).max() < 0.5, "no jump where the ring ends"
