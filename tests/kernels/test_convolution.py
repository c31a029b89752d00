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

CE, BCE, SQUARED = "cross-entropy", "binary cross-entropy", "squared"
MEAN = {"mean": True}
NETS: dict[str, tuple[tuple[int, int, int], list[Layer], str]] = {
    "one pixel": ((1, 1, 1), [cnn.conv(1, 1, "tanh"), cnn.dense(2)], CE),
    "LeNet": ((1, 9, 9), [cnn.conv(3, 2), cnn.pool(), cnn.conv(4, 3, "tanh"), cnn.pool(), cnn.dense(3)], CE),
    "strides": ((2, 7, 9), [cnn.conv(3, 3, "tanh", 2), cnn.conv(2, 2, "sigmoid", 3), cnn.dense(2)], SQUARED),
    "padded": ((2, 5, 7), [cnn.conv(3, 3, "elu", 1, 1), cnn.conv(2, 5, "tanh", 2, 2), cnn.dense(2)], BCE),
    "pools": ((2, 7, 7), [cnn.pool(3, stride=2), cnn.conv(3, 2, "tanh"), cnn.pool(2, "relu", 1, 1), cnn.dense(2)], SQUARED),
    "means": ((2, 7, 5), [cnn.pool(3, "linear", 2, 1, **MEAN), cnn.conv(2, 2), cnn.pool(2, **MEAN), cnn.dense(1)], SQUARED),
    "normalized": ((2, 5, 5), [cnn.conv(3, 3, "linear"), cnn.norm("relu"), cnn.dense(5), cnn.norm("tanh"), cnn.dense(3)], CE),
    "wide": ((7, 2, 5), [cnn.conv(17, 2, "elu", 1, 1), cnn.conv(1, 3, "tanh"), cnn.dense(10)], CE),
    "dense": ((1, 2, 3), [cnn.dense(4, "tanh"), cnn.dense(3, "leaky relu"), cnn.dense(2)], CE),
}  # fmt: skip


def problem(name: str, count: int, seed: int = 0) -> tuple[cnn.Net, list[Layer], Array, Array, Array]:
    """A net, its layers, its theta, and images with targets, in float64. No two pixels tie."""
    image, layers, loss = NETS[name]
    net, source = cnn.net(image, layers, loss, inputs=True), np.random.default_rng(seed)
    theta = 0.5 * source.normal(size=net.parameters)
    outputs = int(net.units[-1] - net.units[-2])
    t = source.normal(size=(count, outputs)) if loss == "squared" else np.eye(outputs)[source.integers(0, outputs, count)]
    return net, layers, theta, source.normal(size=(count, *image)), t


def differences(function: Any, place: Array, which: Array) -> Array:
    """The gradient by central differences, at these of its places."""
    found, h = [], 1e-5
    for i in which:
        ends = []
        for step in (h, -h):
            moved = place.ravel().copy()
            moved[i] += step
            ends.append(function(moved.reshape(place.shape)))
        found.append((ends[0] - ends[1]) / (2 * h))
    return np.array(found)


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
    for function, place, slope in (
        (lambda moved: value(moved, x), theta, grad),
        (lambda moved: value(theta, moved), x, to_x.ravel()),
    ):
        which = np.random.default_rng(7).permutation(place.size)[:100]
        tried = differences(function, place, which)
        assert np.linalg.norm(tried - slope[which]) < 1e-6 * np.linalg.norm(tried)


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


@pytest.mark.parametrize("channels", [1, 7, 17])
@pytest.mark.parametrize(("size", "stride", "padding"), [(1, 1, 0), (3, 1, 1), (5, 2, 0), (2, 3, 1)])
def test_backward_is_the_adjoint_of_forward(channels: int, size: int, stride: int, padding: int) -> None:
    """⟨conv x, y⟩ = ⟨x, convᵀ y⟩ = ⟨kernels, their slopes⟩, on shapes that fill no register."""
    net = cnn.net((channels, 7, 9), [cnn.conv(7, size, "linear", stride, padding)], "squared", inputs=True)
    source = np.random.default_rng(channels)
    theta = source.normal(size=net.parameters).astype(np.float32)
    (w, b) = cnn.views(net, theta)[0]
    b[:] = 0
    x = source.normal(size=(17, channels * 63)).astype(np.float32)
    work = cnn.work(net, 17)
    answers = cnn.evaluate(net, work, theta, x).T.astype(np.float64)
    y = source.normal(size=answers.shape).astype(np.float32)
    # Half the squared miss of targets answers − 17·y has the slope y in each of the 17 examples.
    cnn.gradients(net, work, theta, x, (answers - 17 * y).astype(np.float32))
    d = work.d.reshape(-1, len(work.pick))[: x.shape[1], :17].T
    product = float((answers * y).sum())
    assert float((x.astype(np.float64) * d).sum()) == pytest.approx(product, rel=1e-4, abs=1e-2)
    assert float((w.astype(np.float64) * cnn.views(net, work.grad)[0][0]).sum()) == pytest.approx(product, rel=1e-4, abs=1e-2)


@pytest.mark.parametrize("name", NETS)
def test_a_run_may_be_cut_anywhere_and_learns(name: str) -> None:
    net, _, theta, x, t = problem(name, 37, 2)
    data = cnn.data(x.reshape(37, -1).astype(np.float32), t.astype(np.float32), 10, seed=5)
    runs = []
    for pieces in ([60], [1, 2, 0, 17, 40], [60]):
        place, kept, first = theta.astype(np.float32), cnn.memory(net), 0
        history = []
        for count in pieces:
            losses = np.empty(count, np.float32)
            work = cnn.work(net, 10, 37)  # nothing of it needs to outlive a call
            cnn.train(net, work, rule("adam", 0.01, l2=1e-4, clip=5.0), data, place, kept, *cnn.FREE, first, count, losses)
            first += count
            history.append(losses)
        runs.append((np.concatenate(history), place, kept))
    for other in runs[1:]:
        assert all(np.array_equal(one, two) for one, two in zip(runs[0], other, strict=True))
    assert np.mean(runs[0][0][-8:]) < np.mean(runs[0][0][:8])


def test_a_pin_holds_a_weight() -> None:
    net, _, theta, x, t = problem("LeNet", 20)
    place = theta.astype(np.float32)
    data = cnn.data(x.reshape(20, -1).astype(np.float32), t.astype(np.float32), 10)
    pins = np.array([3]), np.array([0.25], np.float32)
    cnn.train(
        net, cnn.work(net, 10, 20), rule("momentum", 0.1), data, place, cnn.memory(net), *pins, 0, 5, np.empty(5, np.float32)
    )
    assert place[3] == np.float32(0.25)
    assert (np.delete(place, 3) != np.delete(theta.astype(np.float32), 3)).mean() > 0.5


def test_batch_normalization_asks_the_running_means() -> None:
    net = cnn.net((2, 3, 3), [cnn.norm(), cnn.dense(1)], "squared", inputs=True)
    source = np.random.default_rng(0)
    x = (3 + 2 * source.normal(size=(400, 18))).astype(np.float32)
    t = np.zeros((400, 1), np.float32)
    theta, work = cnn.parameters(net, seed=1), cnn.work(net, 40, 400)
    data = cnn.data(x, t, 40)
    cnn.train(
        net, work, rule("gradient descent", 0.0), data, theta, cnn.memory(net), *cnn.FREE, 0, 100, np.empty(100, np.float32)
    )
    (_, running), _ = cnn.views(net, theta)
    pixels = x.reshape(400, 2, 9)
    np.testing.assert_allclose(running[0], pixels.mean(axis=(0, 2)), rtol=0.02)
    np.testing.assert_allclose(running[1], pixels.var(axis=(0, 2), ddof=1), rtol=0.05)
    alone, among = cnn.evaluate(net, work, theta, x[:1]), cnn.evaluate(net, work, theta, x)[:, :1]
    np.testing.assert_allclose(alone, among, rtol=1e-5)
    answers = cnn.responses(net, work, theta, x, int(net.units[1]), int(net.units[2]))
    assert abs(answers.mean()) < 0.05
    assert answers.std() == pytest.approx(1, abs=0.05)
    slopes = cnn.input_gradients(net, work, theta, x[:3], t[:3])
    np.testing.assert_allclose(_by_input(net, work, theta, x[:3], t[:3]), slopes, rtol=1e-2, atol=1e-2)


def _by_input(net: cnn.Net, work: Any, theta: Array, x: Array, t: Array) -> Array:
    """Each example's own half square, differentiated by its input."""
    found = np.zeros(x.shape)
    for k in range(x.shape[1]):
        ends = []
        for step in (0.05, -0.05):
            moved = x.copy()
            moved[:, k] += step
            ends.append(0.5 * (cnn.evaluate(net, work, theta, moved).T - t) ** 2)
        found[:, k] = ((ends[0] - ends[1]) / 0.1).sum(axis=1)
    return found


@pytest.mark.parametrize("name", ["LeNet", "padded", "strides"])
def test_slopes_by_the_input(name: str) -> None:
    """Of each example's own loss, and of one unit's answer, in batches smaller than the examples."""
    net, layers, theta, x, t = problem(name, 19, 3)
    work = cnn.work(net, 16, dtype=np.float64)
    rows = x.reshape(19, -1)
    slopes = cnn.input_gradients(net, work, theta, rows, t)
    for i in (0, 16, 18):
        exact = reference_convolution.gradients(layers, cnn.views(net, theta), LOSSES[net.loss], x[i : i + 1], t[i : i + 1])[2]
        np.testing.assert_allclose(slopes[i], exact.ravel(), rtol=1e-6, atol=1e-9)
    weights = np.zeros(int(net.units[2] - net.units[1]))
    weights[1] = 1.0
    found = cnn.unit_gradients(net, work, theta, rows[:2], 0, weights)
    one = int(net.units[1]) + 1

    def answer(moved: Array) -> float:
        return float(cnn.responses(net, work, theta, moved, one, one + 1).sum())

    np.testing.assert_allclose(differences(answer, rows[:2], np.arange(rows[:2].size)), found.ravel(), rtol=1e-5, atol=1e-8)
    if layers[0].kind == CONVOLUTION:
        assert (found != 0).sum() <= 2 * x.shape[1] * layers[0].height ** 2
    with pytest.raises(ValueError, match="inputs=True"):
        cnn.input_gradients(net._replace(inputs=0), work, theta, rows, t)


@pytest.mark.parametrize(
    ("layer", "image", "words"),
    [
        (cnn.conv(2, 5), (1, 4, 9), "a kernel of 5 pixels does not fit an image of 4"),
        (cnn.conv(2, 9, padding=1), (1, 4, 4), "with its padding 6"),
        (cnn.conv(2, 3, stride=0), (1, 4, 4), "a stride is at least 1"),
        (cnn.conv(2, 3, padding=3), (1, 4, 4), "nothing but the padding"),
        (cnn.conv(2, 3, "gelu"), (1, 4, 4), "no activation 'gelu'"),
        (cnn.pool(2, "tanh"), (1, 4, 4), "pooling takes linear or relu"),
    ],
)
def test_what_does_not_fit_is_refused(layer: Layer, image: tuple[int, int, int], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        out_shape(layer, image)
    with pytest.raises(ValueError, match=words):
        cnn.net(image, [layer, cnn.dense(2)])
