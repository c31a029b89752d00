"""The textbook's recurrent net: its gradients by central differences, and U with the singular values that it was asked for."""

from __future__ import annotations

import numpy as np
import pytest

from kernels import unrolled


@pytest.mark.parametrize("bends", [True, False])
def test_gradients_are_the_limits_of_differences(bends: bool) -> None:
    source = np.random.default_rng(0)
    T, m, inputs, H = 5, 3, 2, 4
    x, h0, d = source.normal(size=(T, m, inputs)), source.normal(size=(m, H)), source.normal(size=(T, m, H))
    parts = [source.normal(size=shape) * 0.6 for shape in ((H, inputs), (H, H), (H,))]

    def loss() -> float:
        return float((d * unrolled.forward(x, h0, *parts, bends)[1:]).sum())

    g, *gradients = unrolled.backward(d, x, unrolled.forward(x, h0, *parts, bends), parts[1], bends)
    for array, gradient in zip([*parts, h0], [*gradients, g[0]], strict=True):
        for place in np.ndindex(array.shape):
            kept, ends = array[place], []
            for change in (1e-5, -1e-5):
                array[place] = kept + change
                ends.append(loss())
            array[place] = kept
            assert gradient[place] == pytest.approx((ends[0] - ends[1]) / 2e-5, rel=1e-6, abs=1e-9)


def test_singular_values() -> None:
    normals = np.random.default_rng(1).normal(size=(8, 8))
    for kind in ("orthogonal", "random"):
        values = np.linalg.svd(unrolled.recurrence(kind, 1.3, normals), compute_uv=False)
        assert values[0] == pytest.approx(1.3)
        assert (values[-1] == pytest.approx(1.3)) == (kind == "orthogonal")


def test_clipping_keeps_the_direction() -> None:
    gradients = (np.array([3.0, 0.0]), np.array([[4.0]]))
    shorter, length = unrolled.clipped(gradients, 1.0)
    assert length == 5
    np.testing.assert_allclose(shorter[0], [0.6, 0])
    np.testing.assert_allclose(shorter[1], [[0.8]])
    assert unrolled.clipped(gradients, 6.0)[0] is gradients
