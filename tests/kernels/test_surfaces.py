"""Surfaces and the neuron's loss: gradients against differences, minima that are minima, and descent's noise and ends."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from kernels import descent, surfaces
from kernels.trail import CAPACITY

Array = NDArray[Any]

NUMBERS = range(descent.NEURON + 1)
SHAPE = np.array([30.0, 0.7, 0.4])
RNG = np.random.default_rng(5)
X = np.column_stack((RNG.normal(size=31), np.ones(31)))
T = (RNG.random(31) < 0.5).astype(np.float64)


def measure(number: int, w: Array, shape: Array = SHAPE) -> tuple[float, Array]:
    g = np.full(len(w), np.nan)
    return descent.measure(number, np.ascontiguousarray(w), shape, X, T, g), g


def differences(number: int, w: Array) -> Array:
    h = 1e-5
    return np.array([(measure(number, w + side)[0] - measure(number, w - side)[0]) / (2 * h) for side in h * np.eye(len(w))])


@pytest.mark.parametrize("number", NUMBERS)
def test_gradients_against_central_differences(number: int) -> None:
    for w in np.random.default_rng(number).normal(size=(50, 2)) * 1.5:
        g = measure(number, w)[1]
        assert np.linalg.norm(g - differences(number, w)) <= 1e-6 * max(np.linalg.norm(g), 1e-3)


@pytest.mark.parametrize("d", [1, 2, 3, 7, 50])
def test_the_quadratic_in_many_directions(d: int) -> None:
    w = np.random.default_rng(d).normal(size=d)
    g = measure(surfaces.QUADRATIC, w)[1]
    assert np.linalg.norm(g - differences(surfaces.QUADRATIC, w)) <= 1e-6 * np.linalg.norm(g)
    second = np.array([measure(surfaces.QUADRATIC, side)[1] for side in np.eye(d)])
    np.testing.assert_allclose(second, second.T, atol=1e-12)
    expected = 0.7 * 30.0 ** (np.arange(d) / max(1, d - 1))
    np.testing.assert_allclose(np.linalg.eigvalsh(second), expected, rtol=1e-10)


def test_heights_by_hand() -> None:
    places = {
        surfaces.ROSENBROCK: ((0, 0), 1.0), surfaces.BEALE: ((0, 0), 14.203125),
        surfaces.SADDLE: ((2, 1), 1.75),
        surfaces.PLATEAU: ((1, 1), 1 - math.exp(-1)), surfaces.TWO_VALLEYS: ((2, 1), 10.1),
        surfaces.MANY_VALLEYS: ((math.pi, 0), 0.1 * math.pi**2 + 1),
    }  # fmt: skip
    for number, (place, expected) in places.items():
        assert measure(number, np.array(place, float))[0] == pytest.approx(expected), surfaces.NAMES[number]
    one = np.array([0.3, -0.2])
    assert measure(descent.NEURON, one)[0] == pytest.approx(np.mean((1 / (1 + np.exp(-X @ one)) - T) ** 2), rel=1e-12)


@pytest.mark.parametrize("number", NUMBERS[:-1])
def test_minima_are_the_lowest_places(number: int) -> None:
    lowest = surfaces.minima(number, 2)
    heights = [measure(number, place)[0] for place in lowest]
    assert np.ptp(heights) < 1e-12
    for place in lowest:
        assert np.linalg.norm(measure(number, place)[1]) < 1e-7
    anywhere = np.random.default_rng(1).uniform(-5, 5, (4000, 2))
    out = np.empty(4000)
    surfaces.heights(number, anywhere, SHAPE, out)
    assert out.min() >= min(heights) - 1e-12


def test_many_places_at_once() -> None:
    places = np.random.default_rng(2).normal(size=(40, 2))
    for number in NUMBERS:
        out = np.empty(40)
        descent.measure_all(number, places, SHAPE, X, T, out)
        assert out.tolist() == [measure(number, place)[0] for place in places]


def test_nan_goes_in_and_comes_out() -> None:
    for number in NUMBERS:
        assert math.isnan(measure(number, np.array([math.nan, 1.0]))[0])


class Runs:
    """Two runs side by side."""

    def __init__(self, number: int, start: tuple[float, float], settings: list[list[float]], seed: int = 0) -> None:
        self.number, self.settings, self.seed, self.at = number, np.array(settings), seed, 0
        self.w = np.tile(np.array(start), (2, 1))
        self.before, self.velocity = self.w.copy(), np.zeros((2, 2))
        self.fates = np.full((2, 2), descent.NOT_YET)
        self.trails, self.tallies = np.zeros((2, CAPACITY, 2)), np.tile(np.array([0, 1]), (2, 1))

    def go(self, steps: int) -> None:
        minima = surfaces.minima(self.number, 2)
        descent.descend(
            self.w, self.before, self.velocity, self.fates, self.trails, self.tallies,
            self.number, SHAPE, minima, X, T, self.settings, self.seed, self.at, steps,
        )  # fmt: skip
        self.at += steps


def test_descent_against_numpy() -> None:
    runs = Runs(surfaces.ROSENBROCK, (-1.2, 1.0), [[1e-3, 0, 0], [5e-4, 0.9, 0]])
    w, v = np.array([[-1.2, 1.0], [-1.2, 1.0]]), np.zeros((2, 2))
    for _ in range(300):
        g = np.stack([measure(surfaces.ROSENBROCK, place)[1] for place in w])
        v = np.array([[0.0], [0.9]]) * v + g
        w = w - np.array([[1e-3], [5e-4]]) * v
    runs.go(300)
    np.testing.assert_allclose(runs.w, w, rtol=1e-9)
    assert (runs.fates == descent.NOT_YET).all()


def test_noise_belongs_to_seed_step_and_run() -> None:
    def settings(second: float) -> list[list[float]]:
        return [[0.1, 0, 0], [0.1, 0, second]]

    quiet = Runs(surfaces.PLATEAU, (1.0, 1.0), settings(0))
    noisy, again, other = (Runs(surfaces.PLATEAU, (1.0, 1.0), settings(0.5), seed) for seed in (3, 3, 4))
    for runs in (quiet, noisy, other):
        runs.go(50)
    for piece in (7, 30, 13):
        again.go(piece)
    assert (noisy.w[0] == quiet.w[0]).all()
    assert (noisy.w == again.w).all()
    assert not (noisy.w[1] == other.w[1]).any()
    far = Runs(surfaces.PLATEAU, (60.0, 60.0), [[1.0, 0, 0.0], [1.0, 0, 2.0]])  # so flat that all movement is noise
    moves = []
    for _ in range(2000):
        far.go(1)
        moves.append(far.w[1] - far.before[1])
    assert (far.w[0] == 60).all()
    np.testing.assert_allclose(np.std(moves), 2.0, rtol=0.05)
    np.testing.assert_allclose(np.mean(moves), 0.0, atol=0.15)


def test_fates() -> None:
    runs = Runs(surfaces.SADDLE, (0.1, 0.9), [[0.1, 0, 0], [5.0, 0, 0]])
    runs.go(400)
    arrived, lost = runs.fates[0, descent.ARRIVED], runs.fates[1, descent.LOST]
    assert runs.fates[0, descent.LOST] == runs.fates[1, descent.ARRIVED] == descent.NOT_YET
    assert 0 < arrived < 400
    assert 0 < lost < 400
    assert np.abs(runs.w[1]).max() == descent.WORLD
    again = Runs(surfaces.SADDLE, (0.1, 0.9), [[0.1, 0, 0], [5.0, 0, 0]])
    again.go(int(arrived) - 1)
    assert np.linalg.norm(again.w[0] - [0, 1]) > descent.NEAR
    again.go(1)
    assert np.linalg.norm(again.w[0] - [0, 1]) <= descent.NEAR
