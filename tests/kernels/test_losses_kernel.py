"""Losses and their gradients against the reference, and where a naive formula would overflow."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kernels import losses, reference_mlp


def both(name: str, a: Any, t: Any, columns: int) -> tuple[float, Any, Any]:
    """The kernel's loss and gradient for a, t (B, U) laid out in so many columns, and what the columns without example hold."""
    B, U = a.shape
    flat = [np.full((U, columns), 9.0, a.dtype) for _ in range(3)]
    flat[0][:, :B], flat[1][:, :B] = a.T, t.T
    spare = np.empty(2 * columns, a.dtype)
    value = losses.loss(losses.NAMES.index(name), *(part.ravel() for part in flat), spare, columns, B)
    return float(value), flat[2][:, :B].T, flat[2][:, B:]


def targets(name: str, shape: tuple[int, int], source: np.random.Generator) -> Any:
    if name == "cross-entropy":
        return np.eye(shape[1])[source.integers(0, shape[1], shape[0])]
    return source.random(shape) if name == "squared" else source.integers(0, 2, shape).astype(float)


@pytest.mark.parametrize("name", losses.NAMES)
@pytest.mark.parametrize(("B", "U", "columns"), [(1, 2, 16), (10, 3, 16), (32, 10, 32), (5, 1, 16)])
def test_value_and_gradient_are_the_reference_s(name: str, B: int, U: int, columns: int) -> None:
    source = np.random.default_rng(B)
    for dtype, tolerance in ((np.float32, 1e-5), (np.float64, 1e-9)):
        a, t = (2 * source.normal(size=(B, U))).astype(dtype), targets(name, (B, U), source).astype(dtype)
        expected, slope = reference_mlp.loss(name, a.astype(np.float64), t.astype(np.float64))
        value, d, rest = both(name, a, t, columns)
        assert value == pytest.approx(expected, rel=tolerance, abs=tolerance)
        np.testing.assert_allclose(d, slope, rtol=tolerance, atol=tolerance)
        assert (rest == 0).all()
        assert losses.mean(losses.NAMES.index(name), a.T, t) == pytest.approx(expected, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("name", ["cross-entropy", "binary cross-entropy"])
def test_sure_answers_do_not_overflow(name: str) -> None:
    a, t = np.array([[90.0, -90.0], [-90.0, 90.0]], np.float32), np.array([[1.0, 0.0], [1.0, 0.0]], np.float32)
    value, d, _ = both(name, a, t, 16)
    assert value == pytest.approx(90.0, rel=1e-5)
    assert np.isfinite(d).all()


def test_an_infinite_answer_is_seen() -> None:
    a = np.array([[np.nan, 0.0]], np.float32)
    for name in losses.NAMES:
        assert np.isnan(both(name, a, np.array([[1.0, 0.0]], np.float32), 16)[0])
