"""The widest margin, and the bound that follows from it."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from kernels.margin import best_margin, mistake_bound, nearest_point

TABLE = np.array([(0, 0, 1), (0, 1, 1), (1, 0, 1), (1, 1, 1)], float)
# (margin squared, worked out by hand from the support vectors)
KNOWN = {"and": ((-1, -1, -1, 1), 1 / 17), "or": ((-1, 1, 1, 1), 1 / 9), "nand": ((1, 1, 1, -1), 1 / 17)}


@pytest.mark.parametrize("name", KNOWN)
def test_truth_tables(name: str) -> None:
    targets, square = KNOWN[name]
    best = best_margin(TABLE, np.array(targets))
    assert best.gamma**2 == pytest.approx(square, rel=1e-9)
    assert best.gamma <= math.sqrt(square)
    assert best.radius == pytest.approx(math.sqrt(3))
    assert mistake_bound(best, 0.7, np.zeros(3)) == pytest.approx(3 / square, rel=1e-9)


def test_all_sixteen_functions_of_two_inputs() -> None:
    """Two of the sixteen are not separable: XOR and its opposite."""
    not_separable = [t for t in itertools.product((-1, 1), repeat=4) if best_margin(TABLE, np.array(t)).gamma == 0]
    assert not_separable == [(-1, 1, 1, -1), (1, -1, -1, 1)]


@pytest.mark.parametrize(("n", "d", "seed"), [(1, 1, 0), (3, 8, 1), (40, 3, 2), (200, 30, 3), (30, 64, 4)])
def test_the_margin_is_attained_and_no_other_direction_is_better(n: int, d: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    x = draw.normal(size=(n, d))
    t = np.where(x @ draw.normal(size=d) > 0, 1, -1)
    best = best_margin(x, t)
    z = x * t[:, None]
    assert best.gamma > 0
    assert np.linalg.norm(best.direction) == pytest.approx(1)
    assert (z @ best.direction).min() >= best.gamma
    # Duality: the nearest point of the hull is as far away as the margin is wide, so neither can be improved.
    assert np.linalg.norm(nearest_point(z)) == pytest.approx(best.gamma, rel=1e-6)


def test_repeated_and_parallel_examples() -> None:
    x = np.array([[1.0, 0], [1, 0], [2, 0], [1, 0]])
    best = best_margin(x, np.ones(4))
    assert best.gamma == pytest.approx(1)
    assert best_margin(np.array([[1.0, 1], [1, 1]]), np.array([1, -1])).gamma == 0


def test_the_bound_after_a_change_of_rate_is_never_under_what_happens() -> None:
    """Rosenblatt's rule on many separable sets, the rate changed on the way: the bound counted from there must hold."""
    draw = np.random.default_rng(0)
    for _ in range(30):
        x = np.concatenate((draw.normal(size=(30, 2)), np.ones((30, 1))), axis=1)
        t = np.where(x @ draw.normal(size=3) > 0, 1, -1)
        best = best_margin(x, t)
        w, rate, mistakes = np.zeros(3), 1.0, 0
        limit = mistake_bound(best, rate, w)
        for step in range(3000):
            if step in (40, 80):
                rate *= draw.choice([0.03, 0.3, 5.0])
                limit = mistakes + mistake_bound(best, rate, w)
            i = step % 30
            if t[i] * (w @ x[i]) <= 0:
                w = w + rate * t[i] * x[i]
                mistakes += 1
            assert mistakes <= limit
