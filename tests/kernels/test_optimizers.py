"""Optimizers: fifty steps against the reference, the figures that the lessons quote, and the laws behind them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from kernels import optimizers, reference_mlp
from kernels.optimizers import NAMES, rule, update

Array = Any


def walk(name: str, w: Array, slope: Callable[[Array], Array], steps: int, rate: float, **settings: float) -> list[Array]:
    """Where the kernel's optimizer is after each step."""
    w, places = w.copy(), []
    memory, settled = np.zeros(optimizers.SLOTS * w.size, w.dtype), rule(name, rate, **settings)
    for step in range(steps):
        update(settled, step + 1, w, slope(w).astype(w.dtype), memory)
        places.append((memory[: w.size] if name == "averaged" else w).copy())
    return places


@pytest.mark.parametrize("name", NAMES)
def test_fifty_steps_are_the_reference_s(name: str) -> None:
    curvature, rate = np.logspace(0, 1, 37), 0.02
    start = np.cos(np.arange(37.0))
    settled = rule(name, rate)
    expected = reference_mlp.descend(
        name, start, lambda w: curvature * w, 50, rate, settled.beta1, settled.beta2, settled.epsilon
    )
    for dtype, tolerance in ((np.float64, 1e-12), (np.float32, 1e-4)):
        found = walk(name, start.astype(dtype), lambda w: curvature.astype(w.dtype) * w, 50, rate)
        np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("scale", [1.0, 1000.0])
def test_adam_s_first_steps_do_not_depend_on_the_scale(scale: float) -> None:
    places = walk("adam", np.array([1.0]), lambda w: scale * w, 3, 0.1)
    assert [f"{place[0]:.6f}" for place in places] == ["0.900000", "0.800412", "0.701586"]


def test_adam_without_correction_starts_with_a_leap() -> None:
    assert f"{walk('adam uncorrected', np.array([1.0]), lambda w: w, 1, 0.1)[0][0]:.6f}" == "0.683772"


@pytest.mark.parametrize(
    ("name", "rate", "beta", "figure"),
    [
        ("gradient descent", 1 / 100, 0.0, 1185),
        ("gradient descent", 2 / 101, 0.0, 612),
        ("nesterov", 1 / 100, 9 / 11, 139),
        ("momentum", 4 / 121, (9 / 11) ** 2, 85),
    ],
)
def test_steps_on_an_ill_conditioned_quadratic(name: str, rate: float, beta: float, figure: int) -> None:
    """½ Σ λᵢwᵢ² with 50 λ from 1 to 100, from w = (1, …, 1), until ‖w‖ ≤ 1e-6 of what it was at the start."""
    curvature = np.logspace(0, 2, 50)
    places = walk(name, np.ones(50), lambda w: curvature * w, 2000 if figure > 200 else 200, rate, beta1=beta)
    steps = next(k for k, w in enumerate(places, 1) if np.linalg.norm(w) <= 1e-6 * np.sqrt(50))
    assert steps == pytest.approx(figure, rel=0.01)


@pytest.fixture(scope="module")
def ridge() -> tuple[Array, Array, float, Array, Callable[[Array], float]]:
    """Ridge logistic regression: x (1000, 20), t ±1, the greatest curvature of an example, the optimum, and the loss."""
    source = np.random.default_rng(0)
    x = source.normal(size=(1000, 20))
    t = np.where(x @ source.normal(size=20) + source.normal(size=1000) > 0, 1.0, -1.0)

    def loss(w: Array) -> float:
        return float(np.mean(np.logaddexp(0, -t * (x @ w))) + 0.005 * w @ w)

    w = np.zeros(20)
    for _ in range(50):  # Newton's method
        p = 1 / (1 + np.exp(t * (x @ w)))
        hessian = (x.T * (p * (1 - p))) @ x / 1000 + 0.01 * np.eye(20)
        w = w - np.linalg.solve(hessian, -(t * p) @ x / 1000 + 0.01 * w)
    return x, t, float((x * x).sum(axis=1).max() / 4 + 0.01), w, loss


def test_sgd_stalls_its_average_goes_on_and_saga_converges_linearly(ridge: Any) -> None:
    x, t, most, best, loss = ridge
    rate, draws = 1 / (3 * most), np.random.default_rng(1).integers(0, 1000, 30_000)

    def slope(w: Array, i: int) -> Array:
        return -t[i] / (1 + np.exp(t[i] * (x[i] @ w))) * x[i] + 0.01 * w

    plain, averaged, mean = np.zeros(20), np.zeros(20), np.zeros(20)
    varied, table, table_mean = np.zeros(20), np.array([slope(np.zeros(20), i) for i in range(1000)]), np.zeros(20)
    table_mean[:] = table.mean(axis=0)
    halfway = 0.0
    for step, i in enumerate(draws):
        optimizers.gradient_descent(plain, slope(plain, i), rate)
        optimizers.averaged(averaged, slope(averaged, i), mean, step + 1, rate)
        optimizers.saga(varied, slope(varied, i), table[i], table_mean, rate, 1000)
        if step == 15_000:
            halfway = loss(varied) - loss(best)
    gaps = [loss(w) - loss(best) for w in (plain, mean, varied)]
    assert 1e-3 < gaps[0] < 1e-1
    assert 1e-5 < gaps[1] < 1e-3
    assert gaps[2] < 1e-12
    assert halfway < 1e-5


def test_an_l1_pull_leaves_at_zero_what_it_would_take_across() -> None:
    w = np.array([0.05, -0.05, 0.3, -0.3, 0.0, np.nan])
    optimizers.l1(w, 0.1)
    np.testing.assert_allclose(w, [0, 0, 0.2, -0.2, 0, np.nan], atol=1e-15)


def test_clipping_keeps_the_direction() -> None:
    g = np.array([3.0, -4.0])
    assert optimizers.clip(g, 1.0) == pytest.approx(5.0)
    np.testing.assert_allclose(g, [0.6, -0.8])
    assert optimizers.clip(g, 2.0) == pytest.approx(1.0)
    np.testing.assert_allclose(g, [0.6, -0.8])


def test_an_unknown_optimizer_is_refused() -> None:
    with pytest.raises(ValueError, match="sgd"):
        rule("sgd", 0.1)
