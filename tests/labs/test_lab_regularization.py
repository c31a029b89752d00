"""The labs `small-data`, `overfit` and `regularizers`: what they claim of small data, and that they do what their knobs say."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from lab_checks import chunks_do_not_matter, run, sound

from tutor.engine.run import Run
from tutor.errors import UserError
from tutor.labs.regularization.split import augmented, split
from tutor.pictures import Histograms, Images, Lines, Network


@cache
def after(link: str, steps: int) -> Run:
    one = run(link)
    one.lab.advance(one.state, one.knobs, steps, "cpu", None)
    return one


def test_the_curves_of_small_data() -> None:
    curves = after("small-data?updates=50", 3).view("curves", (80, 20))
    assert isinstance(curves, Lines)
    assert len(curves.series) == 6, "three curves, and their spread"
    assert all(np.diff(series.y).min() > 0 for series in curves.series[:3])
    assert "with 10 of each class, over 3 draws: the net" in after("small-data?updates=50", 3).words().summary


def test_a_large_net_learns_wrong_labels_by_heart_and_a_small_one_cannot() -> None:
    large, small = after("overfit", 60), after("overfit?hidden=16", 60)
    assert large.metrics()["memorized"] > 0.9
    assert small.metrics()["memorized"] < 0.3
    assert "by heart" in large.words().trouble
    assert large.metrics()["test_loss"] > 3 * large.metrics()["loss"]


def test_early_stopping_restores_the_best_weights() -> None:
    one = run("overfit?patience=5")
    assert one.advance(200) == "finished"
    stopped, best = int(one.metrics()["stopped"]), int(one.state["best_epoch"][0])
    assert stopped == best + 5
    alone = after("overfit", best)
    assert np.array_equal(one.state["theta"], alone.state["theta"]), "the weights are those of the best epoch"
    assert one.metrics()["valid_loss"] == pytest.approx(float(one.state["best_loss"][0]))
    assert "back at the weights of epoch" in one.words().summary


def test_penalties_and_their_weights() -> None:
    plain, l2, l1 = (after(f"overfit?hidden=64{more}", 40).metrics() for more in ("", "&l2=0.03", "&l1=0.3"))
    assert l2["weight"] < 0.5 * plain["weight"]
    assert plain["zeros"] == l2["zeros"] == 0
    assert l1["zeros"] > 0.3


def test_the_split() -> None:
    few, many, clean = split(100, 0.2, 3), split(400, 0.2, 3), split(400, 0.0, 3)
    assert np.array_equal(few.x, many.x[:100])
    assert np.array_equal(few.given, many.given[:100])
    assert np.array_equal(clean.given, clean.true)
    assert np.array_equal(clean.true, many.true)
    assert 0.12 < np.mean(many.given != many.true) < 0.28
    assert len(many.valid_x) == 200
    assert len(many.test_x) == 1797 - 200 - 400


@pytest.mark.parametrize("how", ["shift", "rotate", "noise", "all"])
def test_augmentation(how: str) -> None:
    x = split(50, 0.0, 0).x
    one, again, later = augmented(x, how, 1, 0), augmented(x, how, 1, 0), augmented(x, how, 1, 1)
    assert np.array_equal(one, again)
    assert not np.array_equal(one, later)
    assert one.shape == x.shape
    assert one.dtype == np.float32
    assert one.min() >= 0
    assert one.max() <= 1 + 1e-6
    if how == "shift":
        spot = np.zeros((200, 8, 8), np.float32)
        spot[:, 4, 4] = 1
        places = augmented(spot.reshape(200, 64), how, 0, 0).reshape(200, 8, 8).sum(axis=0)
        assert (places[3:6, 3:6] > 5).all()
        assert places.sum() == 200
    if how == "rotate":
        middle = np.ones((20, 64), np.float32)
        assert np.allclose(augmented(middle, how, 0, 0).reshape(20, 8, 8)[:, 2:6, 2:6], 1)


def test_the_learner_s_dropout_holds_back_as_ours_does() -> None:
    def mine(a: np.ndarray, d: np.ndarray, keep: float, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        mask = (u < keep) / keep
        return a * mask, d * mask

    kept = {}
    for name, function in (("mine", mine), ("none", lambda a, d, keep, u: (a, d))):
        one = run("overfit?dropout=0.5&hidden=64&n=200", function)
        one.lab.advance(one.state, one.knobs, 30, "cpu", one.plug)
        kept[name] = one.metrics()
    assert kept["mine"]["loss"] > 1.5 * kept["none"]["loss"]
    assert kept["mine"]["test_accuracy"] > 0.7
    with pytest.raises(UserError, match="two things"):
        run("overfit?dropout=0.5", lambda a, d, keep, u: a).advance(1)


def test_pictures() -> None:
    one = after("overfit?dropout=0.5&hidden=16", 3)
    thin = one.view("thinned", (80, 22))
    assert isinstance(thin, Network)
    dropped = [(k, i) for k, layer in enumerate(thin.layers) for i, node in enumerate(layer) if node.label == "×"]
    assert dropped
    assert not any((edge.layer, edge.source) in dropped or (edge.layer + 1, edge.target) in dropped for edge in thin.edges)
    assert isinstance(one.view("weights", (80, 22)), Histograms)
    shown = one.view("data", (80, 22))
    assert isinstance(shown, Images)
    wrong = one.state["given"][:16] != one.state["true"][:16]
    assert [("says" in caption) for caption in shown.captions] == wrong.tolist()


def test_chunks_and_seeks_do_not_matter() -> None:
    chunks_do_not_matter("overfit?hidden=8&n=60&dropout=0.3&augment=all&l2=0.01", 20)
    chunks_do_not_matter("overfit?hidden=8&n=60&patience=3", 20)
    chunks_do_not_matter("regularizers?hidden=2&n=20&epochs=2", 3)


def test_they_are_sound() -> None:
    sound("overfit?hidden=4&n=30&dropout=0.5&layers=4", (0, 2))
    sound("small-data?hidden=2&updates=10", (0, 2))
    sound("regularizers?hidden=2&n=20&epochs=1", (0, 3))
