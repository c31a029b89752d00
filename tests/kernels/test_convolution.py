"""Convolution, pooling and batch normalization: the reference by differences, the kernels by the reference."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kernels import cnn, reference_convolution
from kernels.architecture import CONVOLUTION, Layer, out_shape
from kernels.losses import NAMES as LOSSES
from kernels.optimizers import rule

Array = Any

NETS: dict[str, tuple[tuple[int, int, int], list[Layer], str]] = {
    "one pixel": ((1, 1, 1), [cnn.conv(1, 1, "tanh"), cnn.dense(2)], "cross-entropy"),
    "LeNet": ((1, 9, 9), [cnn.conv(3, 2, "relu"), cnn.pool(), cnn.conv(4, 3, "tanh"), cnn.pool(), cnn.dense(3)], "cross-entropy"),
    "strides": ((2, 7, 9), [cnn.conv(3, 3, "tanh", stride=2), cnn.conv(2, 2, "sigmoid", stride=3), cnn.dense(2)], "squared"),
    "padded": ((2, 5, 7), [cnn.conv(3, 3, "elu", padding=1), cnn.conv(2, 5, "tanh", 2, 2), cnn.dense(2)], "binary cross-entropy"),
    "pools": ((2, 7, 7), [cnn.pool(3, stride=2), cnn.conv(3, 2, "tanh"), cnn.pool(2, "relu", 1, 1), cnn.dense(2)], "squared"),
    "means": ((2, 7, 5), [cnn.pool(3, mean=True, stride=2, padding=1), cnn.conv(2, 2), cnn.pool(2, mean=True), cnn.dense(1)], "squared"),
    "normalized": ((2, 5, 5), [cnn.conv(3, 3, "linear"), cnn.norm("relu"), cnn.dense(5), cnn.norm("tanh"), cnn.dense(3)], "cross-entropy"),
    "wide": ((7, 3, 17), [cnn.conv(17, 3, "leaky relu", padding=1), cnn.conv(1, 3, "tanh"), cnn.dense(10)], "cross-entropy"),
    "dense": ((1, 2, 3), [cnn.dense(4, "tanh"), cnn.dense(3, "relu"), cnn.dense(2)], "cross-entropy"),
}  # fmt: skip


def problem(name: str, count: int, seed: int = 0) -> tuple[cnn.Net, list[Layer], Array, Array, Array]:
    """A net, its layers, its theta, and images with targets, in float64. No two pixels tie."""
    image, layers, loss = NETS[name]
    net, source = cnn.net(image, layers, loss, inputs=True), np.random.default_rng(seed)
    theta = 0.5 * source.normal(size=net.parameters)
    outputs = int(net.units[-1] - net.units[-2])
    t = source.normal(size=(count, outputs)) if loss == "squared" else np.eye(outputs)[source.integers(0, outputs, count)]
    return net, layers, theta, source.normal(size=(count, *image)), t


def differences(function: Any, place: Array) -> Array:
    """The gradient by central differences."""
    found, h = np.zeros(place.size), 1e-5
    for i in range(place.size):
        ends = []
        for step in (h, -h):
            moved = place.ravel().copy()
            moved[i] += step
            ends.append(function(moved.reshape(place.shape)))
        found[i] = (ends[0] - ends[1]) / (2 * h)
    return found


@pytest.mark.parametrize("name", NETS)
def test_the_reference_has_the_slopes_that_differences_have(name: str) -> None:
    net, layers, theta, x, t = problem(name, 3)
    loss = LOSSES[net.loss]

    def value(theta: Array, x: Array) -> float:
        return reference_convolution.gradients(layers, cnn.views(net, theta), loss, x, t)[0]

    _, slopes, to_x = reference_convolution.gradients(layers, cnn.views(net, theta), loss, x, t)
    grad = np.zeros(net.parameters)
    for found, exact in zip(cnn.views(net, grad), slopes, strict=True):
        for part, true in zip(found, exact or (), strict=False):
            part[...] = true
    by_theta = differences(lambda moved: value(moved, x), theta)
    by_x = differences(lambda moved: value(theta, moved), x)
    assert np.linalg.norm(by_theta - grad) < 1e-6 * np.linalg.norm(by_theta)
    assert np.linalg.norm(by_x - to_x.ravel()) < 1e-6 * np.linalg.norm(by_x)


@pytest.mark.parametrize("name", NETS)
def test_kernels_have_the_reference_s_slopes(name: str) -> None:
    for count, dtype, near in ((5, np.float64, 1e-7), (17, np.float32, 1e-4)):
        net, layers, theta, x, t = problem(name, count, 1)
        loss, slopes, to_x = reference_convolution.gradients(layers, cnn.views(net, theta), LOSSES[net.loss], x, t)
        work = cnn.work(net, count, dtype=dtype)
        found = cnn.gradients(net, work, theta.astype(dtype), x.reshape(count, -1).astype(dtype), t.astype(dtype))
        assert found == pytest.approx(loss, rel=near)
        for pair, exact in zip(cnn.views(net, work.grad), slopes, strict=True):
            for part, true in zip(pair, exact or (), strict=False):
                np.testing.assert_allclose(part, true, rtol=near, atol=near * max(1e-3, np.abs(true).max()))
        d = work.d.reshape(-1, len(work.pick))
        assert (d[:, count:] == 0).all()
        np.testing.assert_allclose(d[: x[0].size, :count].T, to_x.reshape(count, -1), rtol=near, atol=near * np.abs(to_x).max())
