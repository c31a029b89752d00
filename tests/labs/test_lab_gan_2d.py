"""The lab `gan-2d`: which game covers the ring and which collapses, what is said of it, hands and the learner's gradient."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from lab_checks import chunks_do_not_matter, metrics_at, run, sound

from tutor.errors import UserError
from tutor.labs.gan import places
from tutor.labs.gan.players import GAMES
from tutor.labs.pads import encode_pad
from tutor.pictures import Field, Images, Text

HARD = "turns_d=5&rate_d=0.003"
"""A discriminator that is always ahead; then the games differ."""


def ended(link: str, steps: int, plug: Any = None) -> Any:
    one = run(link, plug)
    one.lab.advance(one.state, one.knobs, steps, "cpu", plug)
    return one


def generator_gradient(f: Any, slopes: Any) -> Any:
    return -((1 / (1 + np.exp(f))) / len(f))[:, None] * slopes


def test_the_gradient_penalty_covers_the_ring() -> None:
    found = [metrics_at(f"gan-2d?game=wgan-gp&{HARD}&seed={seed}", 1000)[0]["modes"] for seed in range(10)]
    assert sum(modes >= 7 for modes in found) >= 8


def test_minimax_collapses_where_it_does_and_it_is_said() -> None:
    one = ended(f"gan-2d?game=minimax&{HARD}", 2000)
    found = one.metrics()
    assert found["modes"] <= 4
    assert found["quality"] > 0.3
    places = f"{found['modes']:.0f} of 8 places, the other {8 - found['modes']:.0f} get none"
    assert one.words().trouble == f"mode collapse: the points gather at {places}"


def test_a_generator_that_follows_one_discriminator_runs_into_a_heap() -> None:
    one = ended("gan-2d?turn=generator", 400)
    assert one.words().trouble == "mode collapse: whatever the noise, all points land in one heap"


def test_a_discriminator_that_has_won_leaves_no_gradient() -> None:
    one = ended("gan-2d?game=minimax&turn=discriminator&rate_d=0.01", 800)
    assert "the discriminator has won" in one.words().trouble
    assert "a vanishing gradient" in one.words().trouble
    pulled = ended("gan-2d?turn=discriminator&rate_d=0.01", 800).metrics()["pull"]
    assert pulled > 50 * one.metrics()["pull"]  # the other loss keeps its pull


def test_numbers_that_end_are_said() -> None:
    one = run("gan-2d?game=least squares&optimizer_d=gradient descent&optimizer_g=gradient descent&rate_d=1&rate_g=1")
    assert one.advance(300) == "diverged"
    assert "was no finite number in round" in one.words().trouble
    for view in one.lab.spec.views:
        one.view(view.name, (50, 17))


def test_a_critic_clipped_flat_is_said() -> None:
    one = ended("gan-2d?game=wgan&limit=0.01", 300)
    assert "the critic is nearly flat" in one.words().trouble
    assert ended(f"gan-2d?game=wgan-gp&{HARD}", 300).metrics()["steep"] == pytest.approx(1, abs=0.4)


def test_who_moves() -> None:
    for turn, moved in (("discriminator", "theta_d"), ("generator", "theta_g")):
        one, before = ended(f"gan-2d?turn={turn}", 3), run("gan-2d").state
        for name in ("theta_d", "theta_g"):
            assert np.array_equal(one.state[name], before[name]) == (name != moved)
    one = run("gan-2d?turns_d=3&turns_g=2")
    one.advance(4)
    assert one.state["made"].tolist() == [12, 8]
    one.change("turn", "generator")
    one.advance(1)
    assert one.state["made"].tolist() == [12, 10]


@pytest.mark.parametrize("name", places.SETS)
def test_the_sets_cover_themselves(name: str) -> None:
    real, other = (places.real(name, places.DRAWN, seed) for seed in (0, 1))
    assert real.points.shape == (places.COUNT, 2)
    assert np.abs(real.points).max() < places.LIMITS[1]
    found = places.cover(real, other.points)
    assert found.places == len(real.places)
    assert found.quality > 0.97
    assert found.divergence < 0.15
    heap = places.cover(real, np.tile(real.places[:1], (100, 1)).astype(np.float32))
    assert heap.places == 1
    assert heap.divergence > 0.5
    assert places.cover(real, np.full((10, 2), 99, np.float32)) == places.Cover(0, 0.0, 1.0)


def test_a_drawing_is_learned_and_can_be_changed() -> None:
    cells = np.zeros(places.PAD)
    cells[4, 3:6] = 1
    one = run(f"gan-2d?data=hand&ink={encode_pad(cells)}")
    one.advance(20)
    picture = one.view("draw", (50, 17))
    assert isinstance(picture, Images)
    assert picture.pixels.sum() == 3
    assert picture.boxes[0].row == 7
    assert one.words().trouble == ""
    one.change("ink", "")
    assert "nothing is drawn" in one.words().summary
    before = one.state["theta_g"].copy()
    one.advance(5)
    assert one.step == 25
    assert np.array_equal(one.state["theta_g"], before)
    assert isinstance(run("gan-2d").view("draw", (50, 17)), Text)


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        ("gan-2d?data=hand&ink=xyz", "cannot hold the character 'x'"),
        ("gan-2d?hidden_g=0", "the hidden layers of G cannot be '0'"),
        ("gan-2d?hidden_d=8,8,8,8,8", "5 hidden layers are too many for D"),
    ],
)
def test_what_cannot_be_is_refused(link: str, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        run(link)


def test_the_picture_has_points_and_arrows() -> None:
    one = run("gan-2d?game=wgan-gp")
    one.advance(50)
    for size in ((50, 17), (90, 30)):
        picture = one.view("points", size)
        assert isinstance(picture, Field)
        assert picture.points is not None
        assert {0, 1} == set(np.asarray(picture.points.kind).tolist())
        assert picture.segments
    folded = one.view("map", (50, 17))
    assert isinstance(folded, Field)
    assert len(folded.paths) == 18


def test_the_layers_of_both() -> None:
    one = run("gan-2d")
    one.advance(3)
    before = one.hash()
    found = one.lab.layers(one.state, one.knobs)
    assert [layer.name for layer in found] == [
        *("G hidden 1", "G hidden 2", "G output", "D hidden 1", "D hidden 2", "D output"),
    ]
    assert all(0 < layer.update < 1 for layer in found)
    assert all(np.abs(layer.gradients).max() > 0 for layer in found)
    assert one.hash() == before


@pytest.mark.parametrize(
    "link", ["gan-2d", "gan-2d?data=hand&noise=1&game=wgan", "gan-2d?data=grid&game=wgan-gp&activation=tanh"]
)
def test_it_is_sound(link: str) -> None:
    sound(link, (0, 1, 30))


@pytest.mark.parametrize("game", GAMES)
def test_chunks_do_not_matter(game: str) -> None:
    chunks_do_not_matter(f"gan-2d?game={game}&turns_d=2&hidden_g=8&hidden_d=8&batch=10", 60)


def test_the_learners_gradient_trains_the_generator() -> None:
    mine, built_in = ended("gan-2d", 30, generator_gradient), ended("gan-2d", 30)
    np.testing.assert_allclose(mine.state["theta_g"], built_in.state["theta_g"], atol=1e-3)
    assert not np.array_equal(mine.state["theta_g"], run("gan-2d").state["theta_g"])
    assert mine.state["made"].tolist() == [30, 30]


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (None, "returned nothing"),
        (np.zeros(64), r"returned shape \(64,\), not \(64, 2\)"),
        ("no", "not made of real numbers"),
        (np.full((64, 2), np.nan), "infinite or none"),
    ],
)
def test_a_wrong_answer_is_named(answer: Any, sentence: str) -> None:
    one = run("gan-2d")
    before = one.hash()
    with pytest.raises(UserError, match=sentence):
        one.lab.advance(one.state, one.knobs, 1, "cpu", lambda f, slopes: answer)
    assert one.hash() == before


def test_the_learners_gradient_has_its_game() -> None:
    with pytest.raises(UserError, match="not for the game wgan-gp"):
        ended("gan-2d?game=wgan-gp", 1, generator_gradient)
