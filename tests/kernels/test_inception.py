"""Nets with branches and auxiliary outputs: the reference by differences, the kernels by the reference."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kernels import cnn, inception, reference_inception
from kernels.inception import Block, Head, Part
from kernels.losses import NAMES as LOSSES
from kernels.optimizers import rule

Array = Any

conv, dense, pool = cnn.conv, cnn.dense, cnn.pool
FOUR = Block((
    (conv(3, 1, "tanh"),),
    (conv(2, 1, "elu"), conv(5, 3, "tanh", 1, 1)),
    (conv(3, 1, "tanh"), conv(2, 5, "sigmoid", 1, 2)),
    (pool(3, stride=1, padding=1), conv(4, 1, "tanh")),
))  # fmt: skip
HEAD = Head((pool(2, mean=True), dense(4)))
NETS: dict[str, tuple[tuple[int, int, int], list[Part], str]] = {
    "one block": ((2, 5, 7), [conv(3, 3, "tanh", 1, 1), FOUR, dense(3)], "cross-entropy"),
    "on the image": ((2, 5, 7), [FOUR, dense(3)], "squared"),
    "two and a head": ((1, 6, 4), [conv(3, 3, "elu", 1, 1), FOUR, HEAD, FOUR, pool(2), dense(4)], "cross-entropy"),
    "heads": (
        (1, 7, 5),
        [conv(17, 2), HEAD, pool(2), Head((dense(5, "tanh"), dense(4))), conv(3, 2, "tanh"), dense(4)],
        "squared",
    ),
    "pooled": ((1, 5, 5), [conv(2, 2, "tanh"), Block(((pool(3, stride=1, padding=1),), (conv(3, 3, "tanh", 1, 1),))), dense(2)],
               "binary cross-entropy"),
}  # fmt: skip
SHARE = 0.3


def problem(name: str, count: int) -> tuple[Any, list[Part], Array, Array, Array]:
    """(net, side), its parts, theta, images and targets, in float64. No two pixels tie."""
    image, parts, loss = NETS[name]
    made = inception.net(image, parts, count, loss)
    source = np.random.default_rng(0)
    theta = 0.5 * source.normal(size=made[0].parameters)
    outputs = int(made[0].units[-1] - made[0].units[-2])
    t = source.normal(size=(count, outputs)) if loss == "squared" else np.eye(outputs)[source.integers(0, outputs, count)]
    return made, parts, theta, source.normal(size=(count, *image)), t


def truth(net: Any, parts: list[Part], theta: Array, x: Array, t: Array) -> tuple[float, Array]:
    loss, slopes = reference_inception.gradients(parts, cnn.views(net, theta), LOSSES[net.loss], x, t, SHARE)
    grad = np.zeros(net.parameters)
    for found, exact in zip(cnn.views(net, grad), slopes, strict=True):
        for part, true in zip(found, exact or (), strict=False):
            part[...] = true
    return loss, grad


@pytest.mark.parametrize("name", NETS)
def test_the_reference_has_the_slopes_that_differences_have(name: str) -> None:
    (net, _), parts, theta, x, t = problem(name, 2)
    _, grad = truth(net, parts, theta, x, t)
    which, h = np.random.default_rng(7).permutation(theta.size)[:25], 1e-5
    tried = []
    for i in which:
        ends = [truth(net, parts, theta + step * (np.arange(theta.size) == i), x, t)[0] for step in (h, -h)]
        tried.append((ends[0] - ends[1]) / (2 * h))
    assert np.linalg.norm(np.array(tried) - grad[which]) < 1e-6 * np.linalg.norm(tried)


@pytest.mark.parametrize(("dtype", "within"), [(np.float64, 1e-10), (np.float32, 1e-4)])
@pytest.mark.parametrize("name", NETS)
def test_the_kernels_have_the_slopes_of_the_reference(name: str, dtype: Any, within: float) -> None:
    for count in (1, 17):
        (net, side), parts, theta, x, t = problem(name, count)
        exact, grad = truth(net, parts, theta, x, t)
        work = cnn.work(net, count, dtype=dtype)
        flat = x.reshape(count, -1).astype(dtype)
        side = side._replace(held=side.held.astype(dtype))
        loss = inception.gradients(net, side, work, theta.astype(dtype), flat, t.astype(dtype), SHARE)
        assert loss == pytest.approx(exact, rel=within)
        assert np.linalg.norm(work.grad - grad) < within * np.linalg.norm(grad)


def test_putting_together_is_lying_side_by_side() -> None:
    (net, _), _, _, _, _ = problem("one block", 1)
    assert cnn.shapes(net)[-2] == (4, 5, 7)
    assert tuple(net.layers[-1, 2:5]) == (3 + 5 + 2 + 4, 5, 7)


def test_pieces_of_a_run_are_the_run() -> None:
    (net, side), _, _, x, t = problem("two and a head", 20)
    given = cnn.data(x.reshape(20, -1).astype(np.float32), t.astype(np.float32), 7, seed=3)
    ends = []
    for pieces in ((30,), (1, 16, 13)):
        theta, memory, work = cnn.parameters(net, "he", 1), cnn.memory(net), cnn.work(net, 7, 20)
        history, first = np.zeros(30, np.float32), 0
        for steps in pieces:
            place = history[first : first + steps]
            inception.train(net, side, work, rule("adam", 0.01), given, theta, memory, np.float32(SHARE), first, steps, place)
            first += steps
        assert history[-5:].mean() < history[:5].mean()
        ends.append((theta.tobytes(), memory.tobytes(), history.tobytes()))
    assert ends[0] == ends[1]


def test_without_branches_it_is_the_convolutional_net() -> None:
    layers = [conv(3, 3, "relu", 1, 1), pool(2), conv(5, 2), dense(4)]
    net, side = inception.net((1, 6, 6), layers, 8)
    same = cnn.net((1, 6, 6), layers)
    assert np.array_equal(net.layers, same.layers)
    source = np.random.default_rng(2)
    x, t = source.normal(size=(8, 36)).astype(np.float32), np.eye(4, dtype=np.float32)[source.integers(0, 4, 8)]
    theta, one, other = cnn.parameters(net, "he", 1), cnn.work(net, 8), cnn.work(net, 8)
    assert inception.gradients(net, side, one, theta, x, t, SHARE) == pytest.approx(cnn.gradients(same, other, theta, x, t))
    np.testing.assert_allclose(one.grad, other.grad, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ([conv(2, 3), FOUR], "at its end"),
        ([Block(((conv(2, 3),), (conv(2, 1),))), dense(2)], "different sides"),
        ([conv(2, 9), dense(2)], "does not fit"),
        ([cnn.norm(), dense(2)], "normalization"),
        ([HEAD, dense(3)], "as large as the last"),
    ],
)
def test_nets_that_are_none(parts: list[Part], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        inception.net((1, 6, 6), parts, 4)
