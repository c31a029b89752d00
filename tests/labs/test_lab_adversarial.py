"""The lab `adversarial`: a planned change fools a good net where a blind one does not, and training against it helps."""

from __future__ import annotations

from functools import cache
from statistics import mean

import numpy as np
import pytest
from lab_checks import chunks_do_not_matter, run, sound

from tutor.engine.run import Run
from tutor.errors import UserError
from tutor.labs.adversarial.attacks import slopes
from tutor.labs.adversarial.lab import net_of
from tutor.pictures import Columns, Images, Lines

SEEDS = range(3)


@cache
def trained(defence: str, seed: int, epochs: int) -> Run:
    one = run(f"adversarial?defence={defence}&seed={seed}")
    one.lab.advance(one.state, one.knobs, epochs, "cpu", None)
    return one


def under(one: Run, attack: str, epsilon: float, **knobs: object) -> float:
    return one.lab.metrics(one.state, {**one.knobs, "attack": attack, "epsilon": epsilon, **knobs})["attacked"]  # type: ignore[dict-item]


def test_a_good_net_is_fooled_by_plan_and_not_by_chance() -> None:
    nets = [trained("none", seed, 15) for seed in SEEDS]
    assert all(one.metrics()["test_accuracy"] >= 0.97 for one in nets)
    assert 0.42 <= mean(under(one, "fgsm", 0.1) for one in nets) <= 0.6
    assert max(under(one, "fgsm", 0.25) for one in nets) <= 0.05
    assert min(under(one, "random signs", 0.25) for one in nets) >= 0.8
    for epsilon in (0.02, 0.05, 0.1, 0.15, 0.25):
        for one in nets:
            assert under(one, "pgd", epsilon) <= under(one, "fgsm", epsilon)


def test_training_against_it_at_least_doubles_what_is_left() -> None:
    plain = [under(trained("none", seed, 40), "pgd", 0.1) for seed in SEEDS]
    nets = [trained("pgd", seed, 40) for seed in SEEDS]
    assert all(under(one, "pgd", 0.1) >= 2 * before for one, before in zip(nets, plain, strict=True))
    assert all(one.metrics()["test_accuracy"] >= 0.97 for one in nets)


def test_a_target_is_reached() -> None:
    one = trained("none", 0, 15)
    knobs = {**one.knobs, "attack": "pgd", "epsilon": 0.4, "steps": 40, "target": "3"}
    fooled = [one.lab.metrics(one.state, {**knobs, "image": image}) for image in range(0, 60, 4)]
    others = [found for image, found in zip(range(0, 60, 4), fooled, strict=True) if one.state["test_labels"][image] != 3]
    assert mean(found["fooled"] for found in others) > 0.8


def test_the_learner_s_attack_is_the_one_on_screen() -> None:
    seen = []

    def fgsm(x: np.ndarray, gradient: np.ndarray, epsilon: float) -> np.ndarray:
        seen.append(gradient)
        return np.clip(x + epsilon * np.sign(gradient), 0, 1)

    mine, ours = run("adversarial", fgsm), run("adversarial")
    for one in (mine, ours):
        one.advance(3)
    assert mine.metrics()["attacked"] == pytest.approx(ours.metrics()["attacked"], abs=0.005)
    expected = slopes(net_of(mine.knobs), mine.state["theta"], mine.state["test_x"], mine.state["test_labels"])
    np.testing.assert_allclose(seen[-1], expected)
    lazy = run("adversarial", lambda x, gradient, epsilon: x)
    lazy.advance(3)
    assert lazy.metrics()["attacked"] == lazy.metrics()["test_accuracy"]


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda x, gradient, epsilon: x[:1], r"shape \(1, 64\), not \(445, 64\)"),
        (lambda x, gradient, epsilon: x * np.nan, "infinite or not a number"),
        (lambda x, gradient, epsilon: None, "made of numbers|shape"),
    ],
)
def test_what_no_picture_is_is_refused(function: object, words: str) -> None:
    with pytest.raises(UserError, match=words):
        run("adversarial", function).advance(1)


def test_pictures() -> None:
    one = trained("none", 0, 15)
    example = one.view("example", (80, 18))
    assert isinstance(example, Columns)
    tiles = example.parts[0]
    assert isinstance(tiles, Images)
    assert tiles.pixels.shape == (3, 8, 8)
    np.testing.assert_allclose(np.abs(tiles.pixels[2] - tiles.pixels[0]).max(), 0.1, atol=1e-6)
    curves = one.view("epsilon", (80, 18))
    assert isinstance(curves, Lines)
    blind, fgsm, pgd = (series.y for series in curves.series)
    assert (np.diff(fgsm) <= 0.01).all()
    assert (pgd <= fgsm).all()
    assert blind[-1] > fgsm[-1] + 0.5
    gallery = one.view("gallery", (80, 18))
    assert isinstance(gallery, Images)
    assert len(gallery.pixels) == 8
    assert "→" in gallery.captions[0]


def test_chunks_and_seeks_do_not_matter() -> None:
    chunks_do_not_matter("adversarial?hidden=8&batch=256", 12)
    chunks_do_not_matter("adversarial?hidden=8&batch=256&defence=pgd", 9)


def test_a_rate_that_is_too_large_is_said() -> None:
    one = run("adversarial?rate=1&activation=linear&defence=fgsm")
    one.state["theta"][:] = 1e30
    one.advance(2)
    assert "the rate 1 is too large" in one.words().trouble


def test_it_is_sound() -> None:
    sound("adversarial?hidden=4&batch=256&attack=pgd&steps=2&target=9&image=444", (0, 2))
