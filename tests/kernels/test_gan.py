"""Generator and critic: every gradient, the penalty's second order included, and runs that can be cut anywhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from kernels import gan, net, opponents, random, reference_gan, reference_mlp
from kernels.activations import EVERY
from kernels.optimizers import HOLD, Rule, rule

Array = Any
B, LATENT, FEATURES = 7, 3, 2
STRENGTH = 2.5


@dataclass
class Match:
    """A game that goes on."""

    name: str
    phi: str = "leaky relu"
    rules: tuple[Rule, Rule] = (HOLD, HOLD)
    turns: tuple[int, int] = (1, 1)
    dtype: Any = np.float32
    limit: float = 10.0
    made: Array = field(default_factory=lambda: np.zeros(2, np.int64))

    def __post_init__(self) -> None:
        self.nets = gan.nets(LATENT, FEATURES, (6, 5), (5, 6, 4), self.phi, "tanh")
        draw = np.random.default_rng(2)
        self.thetas: Any = tuple((0.6 * draw.normal(size=int(one.weights[-1]))).astype(self.dtype) for one in self.nets)
        self.memories: Any = tuple(net.memory(one, self.dtype) for one in self.nets)
        self.x = draw.normal(size=(40, FEATURES)).astype(self.dtype)
        self.last = np.zeros(2, self.dtype)
        self.room = gan.room(self.nets, self.name, B, self.dtype)

    def play(self, rounds: int) -> int:
        game = gan.Game(gan.GAMES.index(self.name), B, *self.turns, STRENGTH, self.limit, 11)
        return gan.play(
            self.nets, self.room, self.rules, self.thetas, self.memories, game, self.x, self.made, rounds, self.last
        )

    def phis(self, player: int) -> list[str]:
        return [EVERY[number] for number in self.nets[player].phi]

    def layers(self, player: int, theta: Array) -> Any:
        return net.views(self.nets[player], theta)

    def batch(self, number: int) -> Array:
        """Of the last critic's turn: 0 the real examples, 1 the generated ones, 2 those between; a row each."""
        columns, T = self.room.critic.columns[1], self.room.moved.columns[1]
        return self.room.critic.a.reshape(-1, columns)[:FEATURES, number * T : number * T + B].T.copy()

    def f(self, theta: Array, x: Array) -> Array:
        return reference_mlp.forward(self.layers(1, theta), self.phis(1), x)[1][-1][:, 0]


def near(found: Array, truth: Array, limit: float = 1e-6) -> bool:
    return bool(np.linalg.norm(found - truth) < limit * np.linalg.norm(truth))


@pytest.mark.parametrize("phi", ["leaky relu", "relu", "tanh"])
@pytest.mark.parametrize("name", gan.GAMES)
def test_the_critics_gradient_is_the_limit_of_differences(name: str, phi: str) -> None:
    match, narrow = Match(name, phi, turns=(1, 0), dtype=np.float64), Match(name, phi, turns=(1, 0))
    match.play(1)
    real, made = match.batch(0), match.batch(1)
    for row in real:
        assert (match.x == row).all(axis=1).any()

    def objective(theta: Array) -> float:
        value = reference_gan.critics_loss(name, match.f(theta, real), match.f(theta, made))
        if name == "wgan-gp":
            value += STRENGTH * reference_gan.penalty(match.layers(1, theta), match.phis(1), match.batch(2))
        return value

    assert match.last[0] == pytest.approx(objective(match.thetas[1]), rel=1e-7)
    assert near(match.room.critic_grad, reference_gan.differences(objective, match.thetas[1]))
    narrow.play(1)
    assert near(narrow.room.critic_grad, match.room.critic_grad, 1e-4)


def test_the_penalty_alone() -> None:
    """What the penalty adds to the gradient: second derivatives only, and those of tanh are not 0."""
    match = Match("wgan-gp", "tanh", turns=(1, 0), dtype=np.float64)
    match.play(1)
    with_penalty = match.room.critic_grad.copy()
    plain = Match("wgan", "tanh", turns=(1, 0), dtype=np.float64)
    plain.play(1)

    def objective(theta: Array) -> float:
        return STRENGTH * reference_gan.penalty(match.layers(1, theta), match.phis(1), match.batch(2))

    assert near(with_penalty - plain.room.critic_grad, reference_gan.differences(objective, match.thetas[1]))


def test_the_points_between_are_between() -> None:
    match = Match("wgan-gp", turns=(1, 0), dtype=np.float64)
    match.play(1)
    real, made, between = (match.batch(number) for number in range(3))
    share = ((between - made) / (real - made)).T
    np.testing.assert_allclose(share[0], share[1], rtol=1e-9)
    assert ((share >= 0) & (share < 1)).all()
    assert len(np.unique(share[0])) == B


@pytest.mark.parametrize("phi", ["leaky relu", "tanh"])
@pytest.mark.parametrize("name", gan.GAMES)
def test_the_generators_gradient_is_the_limit_of_differences(name: str, phi: str) -> None:
    match, narrow = Match(name, phi, turns=(0, 1), dtype=np.float64), Match(name, phi, turns=(0, 1))
    match.play(1)
    z = match.room.generator.a.reshape(-1, 16)[:LATENT, :B].T.copy()

    def objective(theta: Array) -> float:
        made = reference_mlp.forward(match.layers(0, theta), match.phis(0), z)[1][-1]
        return reference_gan.generators_loss(name, match.f(match.thetas[1], made))

    assert match.last[1] == pytest.approx(objective(match.thetas[0]), rel=1e-7)
    assert near(match.room.generator_grad, reference_gan.differences(objective, match.thetas[0]))
    narrow.play(1)
    assert near(narrow.room.generator_grad, match.room.generator_grad, 1e-4)


def test_the_slopes_of_the_critic() -> None:
    match = Match("wgan", "tanh", dtype=np.float64)
    x = np.random.default_rng(5).normal(size=(37, FEATURES))
    f, slopes = gan.slopes(match.nets[1], match.room.moved, match.thetas[1], x)
    layers = match.layers(1, match.thetas[1])
    np.testing.assert_allclose(f, match.f(match.thetas[1], x), rtol=1e-9)
    np.testing.assert_allclose(slopes, reference_gan.slope(layers, match.phis(1), x), rtol=1e-9)
    z = np.random.default_rng(6).normal(size=(20, LATENT))
    made = gan.answers(match.nets[0], match.room.generator, match.thetas[0], z)
    truth = reference_mlp.forward(match.layers(0, match.thetas[0]), match.phis(0), z)[1][-1]
    np.testing.assert_allclose(made, truth, rtol=1e-9)


def test_the_noise_is_that_of_the_random_numbers() -> None:
    match = Match("wgan", turns=(0, 1))
    match.made[1] = 5
    match.play(1)
    z = np.empty(B * LATENT, np.float32)
    random.normal(11, opponents.GENERATORS_NOISE, 5, z)
    np.testing.assert_allclose(match.room.generator.a.reshape(-1, 16)[:LATENT, :B].T.ravel(), z, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", gan.GAMES)
def test_a_run_may_be_cut_anywhere(name: str) -> None:
    rules = (rule("adam", 0.01, beta1=0.5), rule("rmsprop", 0.005))
    whole, cut = Match(name, rules=rules, turns=(3, 2)), Match(name, rules=rules, turns=(3, 2))
    whole.play(30)
    for rounds in (1, 0, 12, 17):
        cut.room = gan.room(cut.nets, name, B)  # nothing of it needs to outlive a call
        cut.play(rounds)
    for one, other in zip((*whole.thetas, *whole.memories, whole.last), (*cut.thetas, *cut.memories, cut.last), strict=True):
        assert np.array_equal(one, other)
    assert whole.made.tolist() == cut.made.tolist() == [90, 60]


def test_a_push_by_the_games_own_gradient_is_the_games_turn() -> None:
    rules = (rule("adam", 0.01), HOLD)
    match, pushed = Match("non-saturating", rules=rules, turns=(0, 1)), Match("non-saturating", rules=rules)

    def gradient(made: Array) -> Array:
        f, slopes = gan.slopes(pushed.nets[1], pushed.room.moved, pushed.thetas[1], made)
        return -(1 / (1 + np.exp(f)))[:, None] / B * slopes

    for step in range(3):
        match.play(1)
        z = np.empty(B * LATENT, np.float32)
        random.normal(11, opponents.GENERATORS_NOISE, step, z)
        parts = (pushed.nets[0], pushed.room, rules[0], pushed.thetas[0], pushed.memories[0])
        gan.push(*parts, z.reshape(B, LATENT), gradient, step)
    np.testing.assert_allclose(pushed.thetas[0], match.thetas[0], rtol=1e-4, atol=1e-5)


def test_each_player_can_be_held() -> None:
    for turns, moves in (((1, 0), (False, True)), ((0, 1), (True, False))):
        match = Match("non-saturating", rules=(rule("adam", 0.01),) * 2, turns=turns)
        before = [theta.copy() for theta in match.thetas]
        match.play(3)
        assert tuple(not np.array_equal(a, b) for a, b in zip(before, match.thetas, strict=True)) == moves


def test_clipping_keeps_the_critic_small() -> None:
    match = Match("wgan", rules=(rule("adam", 0.01),) * 2, limit=0.02)
    match.play(20)
    assert np.abs(match.thetas[1]).max() == np.float32(0.02)
    assert np.abs(match.thetas[0]).max() > 0.5


def test_a_game_that_blows_up_stops_there() -> None:
    match = Match("least squares", rules=(rule("gradient descent", 1e4),) * 2)
    done = match.play(500)
    assert done < 500
    assert not np.isfinite(match.last).all()


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="not written for gelu"):
        gan.nets(2, 2, (4,), (4,), "gelu")
    match = Match("wgan-gp")
    match.room = gan.room(match.nets, "wgan", B)
    with pytest.raises(ValueError, match="another game"):
        match.play(1)
