"""The lab `dropout`: what it shows, its gradient, and its words."""

from __future__ import annotations

import numpy as np
import pytest
from lab_checks import chunks_do_not_matter, metrics_at, run, sound

from kernels.dropout import chances, dropout
from tutor.labs import dropout_net as net
from tutor.pictures import Lines


def test_on_average_dropout_leaves_a_layer_as_it_is() -> None:
    a = np.array([[1.0, -2.0, 0.5, 4.0]])
    for keep in (0.2, 0.5, 0.9):
        u = chances(3, 7, 20000, 4)
        left = dropout(np.repeat(a, 20000, axis=0), u, keep)
        assert (left == 0).mean() == pytest.approx(1 - keep, abs=0.01)
        np.testing.assert_allclose(left.mean(axis=0), a[0], rtol=0.05)
        assert set(np.round(np.unique(left[:, 0]), 6)) == {0.0, round(1 / keep, 6)}
    np.testing.assert_array_equal(dropout(a, chances(0, 0, 1, 4), 1.0), a)


def test_chances_follow_from_seed_and_step() -> None:
    assert np.array_equal(chances(1, 2, 5, 3), chances(1, 2, 5, 3))
    assert not np.array_equal(chances(1, 2, 5, 3), chances(1, 3, 5, 3))
    assert not np.array_equal(chances(1, 2, 5, 3), chances(2, 2, 5, 3))


def test_the_gradient_of_a_step_is_that_of_finite_differences() -> None:
    """With units left out: the velocity after the first step is the gradient."""
    keep, one = 0.6, run("dropout?hidden=5&points=7")
    state, theta = one.state, one.state["theta"].copy()
    u = chances(0, 0, 7, 5)

    def loss(theta: np.ndarray) -> float:
        _, _, W, b = net.parts(theta)
        y = (dropout(net.hidden(theta, state["x"])[1], u, keep) @ W.T)[:, 0] + b
        return float(0.5 * np.mean((y - state["t"]) ** 2))

    assert int(state["seed"][0]) == 0
    net.one_step(state, keep, 0.01, None)
    for k in range(len(theta)):
        up, down = theta.copy(), theta.copy()
        up[k] += 1e-5
        down[k] -= 1e-5
        tried = (loss(up) - loss(down)) / 2e-5
        assert state["velocity"][k] == pytest.approx(tried, rel=1e-6, abs=1e-9)


def test_use_and_training_agree_and_the_thinned_nets_are_worse() -> None:
    [late] = metrics_at("dropout", 1000)
    assert late["scale"] == pytest.approx(1, abs=0.1)
    assert late["use"] < 0.06
    assert late["loss"] > 1.5 * late["use"], "a net with units left out answers worse than the whole"
    [whole] = metrics_at("dropout?keep=1", 1000)
    assert whole["loss"] == pytest.approx(whole["use"], rel=0.02)


def test_pieces_views_and_words() -> None:
    chunks_do_not_matter("dropout?hidden=8&points=10", steps=100)
    sound("dropout?hidden=8&points=10", steps=(0, 1, 20))
    one = run("dropout?rate=3&hidden=64&keep=0.1")
    one.advance(300)
    assert "the rate 3 is too large" in one.words().trouble
    picture = run("dropout").view("thinned", (50, 17))
    assert isinstance(picture, Lines)
    assert len(picture.series) == 6
