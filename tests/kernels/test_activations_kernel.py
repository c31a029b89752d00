"""Activations and their slopes: exact to a float32's rounding, honest about infinity, and the same formula in float64."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kernels import activations, reference_mlp

Z = np.concatenate([np.linspace(-12, 12, 20001), np.linspace(-1e-3, 1e-3, 501)])


def both(name: str, z: Any) -> tuple[Any, Any]:
    """a and φ′(z) of the kernel."""
    number = activations.EVERY.index(name)
    a, d = np.empty_like(z), np.ones_like(z)
    activations.forward(number, z, a)
    activations.backward(number, z, a, d)
    return a, d


@pytest.mark.parametrize("name", activations.TRAINABLE)
def test_values_and_slopes_are_the_reference_s(name: str) -> None:
    phi, slope = reference_mlp.ACTIVATIONS[name]
    z = Z.astype(np.float32)
    exact = z.astype(np.float64)
    a, d = both(name, z)
    np.testing.assert_allclose(a, phi(exact), rtol=3e-7, atol=5e-7)
    np.testing.assert_allclose(d, slope(exact), rtol=0, atol=6e-7)


@pytest.mark.parametrize("name", activations.TRAINABLE)
def test_the_same_formula_in_float64(name: str) -> None:
    phi, slope = reference_mlp.ACTIVATIONS[name]
    a, d = both(name, Z)
    np.testing.assert_allclose(a, phi(Z), rtol=1e-9, atol=3e-9)
    np.testing.assert_allclose(d, slope(Z), rtol=1e-9, atol=3e-8)


@pytest.mark.parametrize("name", activations.TRAINABLE)
def test_a_slope_is_the_limit_of_differences(name: str) -> None:
    z = Z[np.abs(Z) > 1e-4]
    h = 1e-5
    difference = (both(name, z + h)[0] - both(name, z - h)[0]) / (2 * h)
    np.testing.assert_allclose(both(name, z)[1], difference, rtol=1e-6, atol=3e-8)


@pytest.mark.parametrize("name", activations.TRAINABLE)
def test_nothing_hides_a_number_that_is_none(name: str) -> None:
    z = np.array([np.nan] + [0.5] * 40, np.float32)
    a, _ = both(name, z)
    assert np.isnan(a[0])
    assert np.isfinite(a[1:]).all()


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "elu", "softplus"])
def test_far_out_nothing_overflows(name: str) -> None:
    a, d = both(name, np.array([-1e4, -200, 200, 1e4], np.float32))
    assert np.isfinite(a).all()
    assert np.isfinite(d).all()


@pytest.mark.parametrize("name", activations.EVERY)
def test_one_number_and_a_layer_are_answered_alike(name: str) -> None:
    z = np.array([-2.5, -0.1, 0.0, 0.3, 4.0], np.float32)
    one = [float(activations.activate(activations.EVERY.index(name), value)) for value in z]
    if name in activations.TRAINABLE:
        np.testing.assert_allclose(one, both(name, z)[0], rtol=1e-6, atol=1e-7)
    else:
        assert one == {"step": [0, 0, 1, 1, 1], "sign": [-1, -1, 0, 1, 1]}[name]
