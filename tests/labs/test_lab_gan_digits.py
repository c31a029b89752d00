"""The labs `gan-digits` and `real-or-fake`: digits that a judge can read, all ten of them, and a game that is scored."""

from __future__ import annotations

import numpy as np
import pytest
from lab_checks import chunks_do_not_matter, run, sound

from tutor.data import digits
from tutor.engine.run import Run
from tutor.labs.gan import forger
from tutor.labs.gan.judge import judge, opinions, pixels
from tutor.pictures import Images

SMALL = "hidden_g=16&hidden_d=16&batch=16"


@pytest.fixture(scope="module")
def trained() -> Run:
    one = run("gan-digits")
    one.lab.advance(one.state, one.knobs, 400, "cpu", None)
    return one


def test_the_judge_knows_real_digits() -> None:
    assert judge().accuracy > 0.95
    held = digits().held_out
    assert opinions(pixels()[held]).max(axis=1).mean() > 0.95


def test_the_judge_calls_the_samples_digits_and_sees_all_ten(trained: Run) -> None:
    found = trained.metrics()
    assert found["top"] >= 0.8
    assert found["classes"] == 10
    assert found["rarest"] >= 0.02
    assert trained.words().trouble == ""


def test_the_samples_are_no_copies(trained: Run) -> None:
    picture = trained.view("nearest", (100, 40))
    assert isinstance(picture, Images)
    away = [float(caption.removesuffix(" off")) for caption in picture.captions if caption.endswith(" off")]
    assert min(away) > 0.3
    assert np.mean(away) < 2.5


def test_a_walk_changes_little_at_each_step(trained: Run) -> None:
    picture = trained.view("walk", (100, 12))
    assert isinstance(picture, Images)
    row = picture.pixels[:10].reshape(10, -1)
    steps, whole = np.linalg.norm(np.diff(row, axis=0), axis=1), np.linalg.norm(row[0] - row[-1])
    assert whole > 1
    assert steps.max() < whole


def test_collapse_is_said() -> None:
    one = run(f"gan-digits?turn=generator&{SMALL}")
    one.lab.advance(one.state, one.knobs, 200, "cpu", None)
    assert one.words().trouble.startswith("mode collapse: ")
    assert one.metrics()["classes"] <= 6


def test_numbers_that_end_are_said() -> None:
    link = f"gan-digits?game=least squares&optimizer_d=gradient descent&rate_d=1&{SMALL}"
    one = run(link)
    assert one.advance(300) == "diverged"
    assert "was no finite number in round" in one.words().trouble
    for view in one.lab.spec.views:
        one.view(view.name, (50, 17))


def test_it_is_sound() -> None:
    sound(f"gan-digits?{SMALL}", (0, 1, 20))


def test_chunks_do_not_matter() -> None:
    chunks_do_not_matter(f"gan-digits?{SMALL}", 40)


# -- the game


def answered(one: Run, sides: list[int]) -> None:
    for side in sides:
        one.change("answer", ("left", "right")[side])
        one.advance(1)


def test_the_game_is_scored() -> None:
    one = run("real-or-fake?practice=0")
    truth = one.state["side"].tolist()
    assert 5 <= sum(truth) <= 15
    answered(one, truth[:3])
    assert one.metrics()["right"] == 3
    side = ("left", "right")[truth[2]]
    assert one.words().summary.startswith(f"Right: {side} was real. You 3, the critic ")
    answered(one, [1 - truth[3]])
    assert one.metrics()["right"] == 3
    assert one.words().summary.startswith("No: ")
    answered(one, truth[4:])
    assert one.metrics() | {"critic": 0} == {"right": 19, "critic": 0, "pairs": 20, "late": 1.0}
    assert one.words().summary.startswith("20 pairs: you found 19")
    assert one.advance(1) == "finished"
    assert one.metrics()["pairs"] == forger.PAIRS


def test_the_pair_holds_one_real_digit_on_its_side() -> None:
    one = run("real-or-fake?practice=0&seed=3")
    for pair in range(4):
        picture = one.view("pair", (50, 17))
        assert isinstance(picture, Images)
        side = int(one.state["side"][pair])
        shown = picture.pixels.reshape(2, 64)
        assert (pixels() == shown[side]).all(axis=1).any()
        assert not (pixels() == shown[1 - side]).all(axis=1).any()
        assert [caption.strip("[] ") for caption in picture.captions] == ["left", "right"]
        one.advance(1)


def test_the_forger_practises() -> None:
    one = run("real-or-fake?practice=10")
    one.advance(3)
    assert one.state["made"].tolist() == [90, 30]
    first, third = one.state["fakes"][[0, 2]]
    assert np.abs(first - third).max() > 0.05


def test_the_game_is_sound() -> None:
    sound("real-or-fake?practice=0", (0, 1, 25))
