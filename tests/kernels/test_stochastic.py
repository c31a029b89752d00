"""Descent on few examples, averaging, SAGA, the sine, the surfaces and the race against plain float64 arithmetic."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from kernels import averaging, optimizers, race, sine, stochastic, surfaces
from kernels.trail import CAPACITY, COUNT, STRIDE, leave

Array = np.ndarray[Any, Any]


def points(n: int, d: int, seed: int = 0) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, d))
    return x, x @ rng.normal(size=d) + 0.3 * rng.normal(size=n)


class Regression:
    """The state of `stochastic.regression`."""

    def __init__(self, n: int = 30, d: int = 3) -> None:
        self.x, self.y = points(n, d)
        self.best = np.linalg.lstsq(self.x, self.y, rcond=None)[0]
        self.curvature = self.x.T @ self.x / n
        self.w = np.ones((3, d))
        self.sums, self.counts = np.zeros((3, d)), np.zeros(3, np.int64)
        self.order, self.excess = np.arange(n, dtype=np.int32), np.zeros(3)
        self.trails, self.tallies = np.zeros((3, CAPACITY, 2)), np.tile([0, 1], (3, 1))
        self.done = 0

    def go(self, steps: int, batch: int = 4, replace: bool = False, rate: float = 0.02) -> None:
        stochastic.regression(
            self.w, self.sums, self.counts, self.order, self.excess, self.trails, self.tallies, self.x, self.y,
            self.best, self.curvature, 5, rate, batch, replace, self.done, steps,
        )  # fmt: skip
        self.done += steps


def mean_gradient(w: Array, x: Array, y: Array) -> Array:
    return 2 * x.T @ (x @ w - y) / len(y)


def test_batch_descent_is_one_step_a_pass() -> None:
    run, w = Regression(), np.ones(3)
    for _ in range(5):
        run.go(30)
        w = w - 0.02 * mean_gradient(w, run.x, run.y)
        np.testing.assert_allclose(run.w[stochastic.BATCH], w, rtol=1e-10)


def test_a_mini_batch_of_all_examples_is_batch_descent() -> None:
    run = Regression()
    run.go(150, batch=30)
    np.testing.assert_allclose(run.w[stochastic.MINI], run.w[stochastic.BATCH], rtol=1e-10)


@pytest.mark.parametrize("batch", [1, 4, 7, 30, 100])
def test_mini_batches_without_replacement_see_each_example_once_a_pass(batch: int) -> None:
    run, w = Regression(), np.ones(3)
    for _ in range(3):
        run.go(30, batch)
        assert sorted(run.order) == list(range(30))
        for start in range(0, 30, batch):
            i = run.order[start : start + batch]
            w = w - 0.02 * mean_gradient(w, run.x[i], run.y[i])
        np.testing.assert_allclose(run.w[stochastic.MINI], w, rtol=1e-9)


@pytest.mark.parametrize("replace", [True, False])
def test_stochastic_descent_follows_single_draws(replace: bool) -> None:
    run, w = Regression(), np.ones(3)
    for step in range(100):
        i = stochastic.drawn(5, step, stochastic.SINGLE, 30)
        assert 0 <= i < 30
        w = w - 0.02 * mean_gradient(w, run.x[[i]], run.y[[i]])
    run.go(100, replace=replace)
    np.testing.assert_allclose(run.w[stochastic.SINGLE], w, rtol=1e-9)


def test_chunks_do_not_matter_in_a_regression() -> None:
    results = []
    for chunks in ([3000], [1] * 3000, [7] * 428 + [4]):
        run = Regression()
        for steps in chunks:
            run.go(steps)
        results.append(
            b"".join(a.tobytes() for a in (run.w, run.sums, run.counts, run.order, run.excess, run.trails, run.tallies))
        )
    assert len(set(results)) == 1


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("replace", [True, False])
def test_the_variance_falls_like_one_over_m(seed: int, replace: bool) -> None:
    """σ²/m with replacement, σ²/m · (n − m)/(n − 1) without."""
    n = 64
    x, y = points(n, 2, seed)
    w = np.array([0.5, -0.5])
    g = 2 * (x @ w - y)[:, None] * x
    one = ((g - g.mean(axis=0)) ** 2).sum(axis=1).mean()
    for m in (1, 2, 4, 8, 16, 32, 63):
        theory = one / m * (1 if replace else (n - m) / (n - 1))
        assert stochastic.spread(w, x, y, seed, m, replace, 4000) == pytest.approx(theory, rel=0.15)
    if not replace:
        assert stochastic.spread(w, x, y, seed, n, False, 50) == pytest.approx(0, abs=1e-20)


def test_the_loss_and_its_height_above_the_best() -> None:
    run = Regression()
    w = np.array([0.3, -1.0, 2.0])
    assert stochastic.squared_loss(w, run.x, run.y) == pytest.approx(float(np.mean((run.x @ w - run.y) ** 2)))
    above = stochastic.squared_loss(w, run.x, run.y) - stochastic.squared_loss(run.best, run.x, run.y)
    assert stochastic.height_above(w, run.best, run.curvature) == pytest.approx(above)


def test_averaging_and_saga_step_by_step() -> None:
    n, d, l2, rate = 12, 3, 0.05, 0.1
    x, y = points(n, d)
    y = np.sign(y)
    w, mean, v, table, table_mean = np.zeros(d), np.zeros(d), np.zeros(d), np.zeros((n, d)), np.zeros(d)
    recent = np.zeros((7, 2))
    averaging.averaging(w, mean, v, table, table_mean, recent, x, y, 3, rate, l2, 0.5, 0, 0, 90)

    def gradient(at: Array, i: int) -> Array:
        return -y[i] * x[i] / (1 + np.exp(y[i] * (x[i] @ at))) + l2 * at

    a, places, b, h = np.zeros(d), [], np.zeros(d), np.zeros((n, d))
    for step in range(90):
        i = stochastic.drawn(3, step, 0, n)
        a = a - rate / (1 + step / n) ** 0.5 * gradient(a, i)
        places.append(a)
        g = gradient(b, i)
        b = b - rate * (g - h[i] + h.mean(axis=0))
        h[i] = g
    np.testing.assert_allclose(w, a, rtol=1e-9)
    np.testing.assert_allclose(mean, np.mean(places, axis=0), rtol=1e-9)
    np.testing.assert_allclose(v, b, rtol=1e-9)
    np.testing.assert_allclose(table, h, rtol=1e-9)
    np.testing.assert_allclose(table_mean, h.mean(axis=0), rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(recent[(90 - 1) % 7], a[:2], rtol=1e-9)
    assert averaging.logistic_loss(a, x, y, l2) == pytest.approx(
        float(np.mean(np.log1p(np.exp(-y * (x @ a)))) + l2 / 2 * a @ a)
    )


def test_the_average_waits() -> None:
    x, y = points(10, 2)
    w, mean, v, rest = np.zeros(2), np.zeros(2), np.zeros(2), (np.zeros((10, 2)), np.zeros(2), np.zeros((5, 2)))
    averaging.averaging(w, mean, v, *rest, x, np.sign(y), 1, 0.1, 0.01, 0.0, 20, 0, 20)
    assert (mean == w).all()
    averaging.averaging(w, mean, v, *rest, x, np.sign(y), 1, 0.1, 0.01, 0.0, 20, 20, 1)
    assert (mean == w).all()
    averaging.averaging(w, mean, v, *rest, x, np.sign(y), 1, 0.1, 0.01, 0.0, 20, 21, 5)
    assert (mean != w).any()


def test_the_gradient_of_the_sine_and_its_landscape() -> None:
    x = np.linspace(-3, 3, 20)
    y = np.sin(2.5 * x) + 0.1
    grid = np.linspace(0.3, 6, 30)
    loss, slope, noise = np.empty(30), np.empty(30), np.empty(30)
    sine.landscape(grid, x, y, loss, slope, noise)

    def height(w: float) -> float:
        return float(np.mean((np.sin(w * x) - y) ** 2))

    np.testing.assert_allclose(loss, [height(w) for w in grid])
    np.testing.assert_allclose(slope, [(height(w + 1e-6) - height(w - 1e-6)) / 2e-6 for w in grid], rtol=1e-6, atol=1e-8)
    each = 2 * (np.sin(np.outer(grid, x)) - y) * x * np.cos(np.outer(grid, x))
    np.testing.assert_allclose(noise, each.std(axis=1), rtol=1e-10)


def test_a_fit_without_error_has_no_noise() -> None:
    x = np.linspace(-3, 3, 20)
    w, whole = np.full(4, 2.5), np.full(1, 2.5)
    sine.escape(w, whole, x, np.sin(2.5 * x), 0, 0.3, 1, 0, 100)
    np.testing.assert_allclose(w, 2.5, atol=1e-12)


@pytest.mark.parametrize(("name", "d"), [*((name, 2) for name in surfaces.NAMES), ("quadratic", 1), ("quadratic", 5)])
def test_gradients_of_the_surfaces(name: str, d: int) -> None:
    number, shape = surfaces.NAMES.index(name), np.array([30.0, 2.0, 0.4])
    rng = np.random.default_rng(1)
    for _ in range(20):
        w, g, spare = rng.normal(size=d), np.empty(d), np.empty(d)
        surfaces.value_and_gradient(number, w, shape, g)
        for i in range(d):
            e = np.eye(d)[i] * 1e-6
            ends = [surfaces.value_and_gradient(number, w + sign * e, shape, spare) for sign in (1, -1)]
            assert (ends[0] - ends[1]) / 2e-6 == pytest.approx(g[i], rel=1e-6, abs=1e-7)


@pytest.mark.parametrize("name", surfaces.NAMES)
def test_minima_are_minima(name: str) -> None:
    number, shape, g = surfaces.NAMES.index(name), np.array([100.0, 1.0, 0.5]), np.empty(2)
    for place in surfaces.minima(number, 2):
        least = surfaces.value_and_gradient(number, place, shape, g)
        np.testing.assert_allclose(g, 0, atol=1e-10)
        around = np.random.default_rng(0).uniform(-2, 4, (400, 2))
        out = np.empty(400)
        surfaces.heights(number, around, shape, out)
        assert (out >= least - 1e-12).all()


def test_the_quadratic_has_the_curvatures_that_it_should() -> None:
    for turn in (0.0, 0.7):
        shape, g = np.array([100.0, 3.0, turn]), np.empty(5)
        hessian = np.stack([(surfaces.value_and_gradient(0, e, shape, g), g.copy())[1] for e in np.eye(5)])
        np.testing.assert_allclose(np.linalg.eigvalsh(hessian), 3 * np.geomspace(1, 100, 5), rtol=1e-10)


def test_the_race_is_run_by_the_optimizers() -> None:
    """Each racer alone, step by step with the kernel's own functions."""
    number, shape = surfaces.ROSENBROCK, np.array([1.0, 1.0, 0.0])
    names = optimizers.NAMES[:7]
    rules = np.arange(7)
    settings = np.tile([0.001, 0.9, 0.99, 1e-8, 2.0], (7, 1))
    w, memory = np.tile([-1.2, 1.0], (7, 1)), np.zeros((7, 4))
    fates, trails, tallies = np.zeros((7, 2), np.int64), np.zeros((7, CAPACITY, 2)), np.tile([0, 1], (7, 1))
    race.race(w, memory, fates, trails, tallies, number, shape, surfaces.minima(number, 2), rules, settings, 0, 40)
    for k, name in enumerate(names):
        place, m, s, g = np.array([-1.2, 1.0]), np.zeros(2), np.zeros(2), np.empty(2)
        for t in range(1, 41):
            assert tuple(trails[k, t - 1]) == pytest.approx(tuple(place), rel=1e-9)
            surfaces.value_and_gradient(number, place, shape, g)
            if name in ("momentum", "nesterov"):
                m = 0.9 * m + g
                place = place - 0.001 * (m if name == "momentum" else g + 0.9 * m)
            elif name == "gradient descent":
                place = place - 0.001 * g
            elif name in ("adagrad", "rmsprop"):
                s = s + g * g if name == "adagrad" else 0.99 * s + 0.01 * g * g
                place = place - 0.001 * g / (np.sqrt(s) + 1e-8)
            else:
                m, s = 0.9 * m + 0.1 * g, 0.99 * s + 0.01 * g * g
                a, b = (1 - 0.9**t, 1 - 0.99**t) if name == "adam" else (1, 1)
                place = place - 0.001 * (m / a) / (np.sqrt(s / b) + 1e-8)
        assert tuple(w[k]) == pytest.approx(tuple(place), rel=1e-9)


def test_a_trail_thins_out_evenly() -> None:
    trail, tally = np.zeros((CAPACITY, 2)), np.array([0, 1])
    for step in range(5000):
        leave(trail, tally, step, float(step), -float(step))
        if step in (0, 511, 512, 1023, 4999):
            places = trail[: tally[COUNT], 0]
            assert places[0] == 0
            assert {b - a for a, b in pairwise(places.tolist())} <= {float(tally[STRIDE])}
            assert step - places[-1] < tally[STRIDE]
    assert CAPACITY / 2 <= tally[COUNT] <= CAPACITY
