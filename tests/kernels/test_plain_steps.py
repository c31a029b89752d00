"""The step in lists, in NumPy and on several cores: the same as the reference, and as the kernel of the nets."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from kernels import mlp, optimizers, plain, reference_mlp, shards

RATE = 0.3


def problem(batch: int, inputs: int, hidden: int, classes: int) -> tuple[plain.Arrays, np.ndarray, np.ndarray]:
    draw = np.random.default_rng(batch)
    shapes = ((hidden, inputs), (hidden,), (classes, hidden), (classes,))
    w1, b1, w2, b2 = (draw.normal(size=shape) for shape in shapes)
    return (w1, b1, w2, b2), draw.normal(size=(batch, inputs)), np.eye(classes)[draw.integers(classes, size=batch)]


@pytest.mark.parametrize("shape", [(1, 1, 1, 2), (7, 3, 5, 2), (16, 8, 17, 10)])
def test_both_plain_steps_are_the_reference_s(shape: tuple[int, int, int, int]) -> None:
    net, x, t = problem(*shape)
    w1, b1, w2, b2 = net
    _, slopes, _ = reference_mlp.gradients([(w1, b1), (w2, b2)], ("relu", "linear"), "cross-entropy", x, t)
    expected = [w - RATE * g for w, g in zip(net, (g for pair in slopes for g in pair), strict=True)]
    lists = plain.step_in_lists(tuple(part.tolist() for part in net), x.tolist(), t.tolist(), RATE)  # type: ignore[arg-type]
    for found in (lists, plain.step_in_numpy(net, x, t, RATE)):
        for mine, theirs in zip(found, expected, strict=True):
            np.testing.assert_allclose(np.asarray(mine), theirs, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("count", [1, 2, 4])
def test_shares_of_a_batch_make_the_step_of_the_whole(count: int) -> None:
    net = mlp.net((6, 9, 3), "relu", loss="cross-entropy")
    _, x, t = problem(16, 6, 9, 3)
    x, t = x.astype(np.float32), t.astype(np.float32)
    whole, theta, memory = mlp.parameters(net, "he", 3), mlp.parameters(net, "he", 3), mlp.memory(net)
    none = np.zeros(0, np.int64)
    rule = optimizers.rule("gradient descent", RATE)
    data, work, history = mlp.data(x, t, 16, "in order"), mlp.work(net, 16, 16), np.zeros(1, np.float32)
    mlp.train(net, work, rule, data, whole, memory, none, none.astype(np.float32), 0, 1, history)
    parts = shards.shards(net, x, t, count)
    with ThreadPoolExecutor(count) as pool:
        shards.step(pool, net, parts, RATE, theta, memory)
        again = mlp.parameters(net, "he", 3)
        shards.step(pool, net, parts, RATE, again, memory)
    np.testing.assert_allclose(theta, whole, atol=1e-6)
    assert theta.tobytes() == again.tobytes()


def test_a_batch_that_cannot_be_dealt_out_is_refused() -> None:
    net = mlp.net((2, 2, 2))
    with pytest.raises(ValueError, match="7 examples cannot be dealt out to 2 cores"):
        shards.shards(net, np.zeros((7, 2), np.float32), np.zeros((7, 2), np.float32), 2)
