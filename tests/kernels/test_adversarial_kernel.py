"""Attacks: along the right gradient, inside their box, and the same as in NumPy; training on what they make."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from kernels import adversarial, mlp, optimizers, reference_mlp
from kernels.reference_adversarial import attack as slow

SIZES = (9, 7, 4)
PHIS = ("tanh", "linear")


def problem(batch: int, dtype: type = np.float32) -> tuple[mlp.Net, np.ndarray, np.ndarray, np.ndarray]:
    draw = np.random.default_rng(batch)
    net = mlp.net(SIZES, "tanh", loss="cross-entropy", inputs=True)
    theta = draw.normal(size=int(net.weights[-1])).astype(dtype)
    return (
        net,
        theta,
        draw.uniform(size=(batch, SIZES[0])).astype(dtype),
        np.eye(SIZES[-1])[draw.integers(4, size=batch)].astype(dtype),
    )


def layers(net: mlp.Net, theta: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    return [(w.astype(np.float64), b.astype(np.float64)) for w, b in mlp.views(net, theta)]


def slope(net: mlp.Net, theta: np.ndarray, t: np.ndarray, x: np.ndarray) -> np.ndarray:
    return reference_mlp.gradients(layers(net, theta), PHIS, "cross-entropy", x, t)[2]


@pytest.mark.parametrize("batch", [1, 7, 17])
def test_the_gradient_by_the_input_is_the_limit_of_differences(batch: int) -> None:
    """In float64, the kernel's own: what the attacks follow."""
    net, theta, x, t = problem(batch, np.float64)
    work = mlp.work(net, batch, dtype=np.float64)
    mlp.gradients(net, work, theta, x, t)
    found = work.d.reshape(-1, len(work.pick))[: SIZES[0], :batch].T.copy()
    h = 1e-6
    for i, k in ((0, 0), (batch - 1, SIZES[0] - 1), (batch // 2, 3)):
        high, low = x.copy(), x.copy()
        high[i, k] += h
        low[i, k] -= h
        losses = [mlp.gradients(net, mlp.work(net, batch, dtype=np.float64), theta, moved, t) for moved in (high, low)]
        central = (losses[0] - losses[1]) / (2 * h)
        assert abs(found[i, k] - central) <= 1e-6 * max(abs(central), 1e-3)
    np.testing.assert_allclose(found, slope(net, theta, t, x), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("toward", [1, -1])
@pytest.mark.parametrize(("steps", "stride"), [(1, 0.1), (6, 0.04)])
@pytest.mark.parametrize("batch", [1, 17, 300])
def test_the_attack_is_the_reference_s(batch: int, steps: int, stride: float, toward: int) -> None:
    net, theta, x, t = problem(batch)
    found = adversarial.attack(net, theta, x, t, 0.1, steps=steps, stride=stride, toward=toward)
    wanted = slow(x, partial(slope, net, theta, t), 0.1, stride, steps, toward)
    # A gradient within rounding of 0 may take either sign.
    assert np.mean(np.abs(found - wanted) < 1e-5) > 0.998
    assert np.abs(found - x).max() <= 0.1 + 1e-6
    assert found.min() >= 0
    assert found.max() <= 1
    assert found.dtype == np.float32


def test_the_loss_goes_the_way_it_should() -> None:
    net, theta, x, t = problem(64)

    def loss(at: np.ndarray) -> float:
        return reference_mlp.gradients(layers(net, theta), PHIS, "cross-entropy", at, t)[0]

    up = adversarial.attack(net, theta, x, t, 0.05)
    down = adversarial.attack(net, theta, x, t, 0.05, toward=-1)
    many = adversarial.attack(net, theta, x, t, 0.05, steps=10)
    blind = adversarial.random_signs(x, 0.05, seed=3)
    assert loss(down) < loss(x) < loss(up) <= loss(many) + 1e-6
    assert loss(blind) < loss(up)
    assert np.abs(blind - x).max() <= 0.05 + 1e-6


def test_a_net_without_the_gradient_by_its_input_is_refused() -> None:
    net = mlp.net(SIZES, loss="cross-entropy")
    with pytest.raises(ValueError, match="without gradients by its input"):
        adversarial.attack(net, mlp.parameters(net), np.zeros((1, 9), np.float32), np.zeros((1, 4), np.float32), 0.1)


def test_training_without_an_attack_is_training() -> None:
    """The same batches, the same bits; and cut anywhere."""
    net, start, x, t = problem(50)
    rule, data = optimizers.rule("adam", 0.01), mlp.data(x, t, 8, "shuffled", 5)
    none, history = np.zeros(0, np.int64), np.zeros(30, np.float32)
    plain, memory = start.copy(), mlp.memory(net)
    mlp.train(net, mlp.work(net, 8, 50), rule, data, plain, memory, none, none.astype(np.float32), 0, 30, history)
    for pieces in ([30], [7, 11, 12]):
        mine, kept, first = start.copy(), mlp.memory(net), 0
        for piece in pieces:
            adversarial.train(net, rule, data, mine, kept, 0.1, 0.1, 0, first, piece, np.zeros(piece, np.float32))
            first += piece
        assert mine.tobytes() == plain.tobytes()


def test_an_attacked_step_is_a_step_on_what_the_attack_made() -> None:
    net, start, x, t = problem(8)
    rule, data = optimizers.rule("gradient descent", 0.5), mlp.data(x, t, 8, "shuffled", 1)
    mine = start.copy()
    adversarial.train(net, rule, data, mine, mlp.memory(net), 0.2, 0.2, 1, 0, 1, np.zeros(1, np.float32))
    moved = slow(x, partial(slope, net, start, t), 0.2, 0.2, 1)
    _, grads, _ = reference_mlp.gradients(layers(net, start), PHIS, "cross-entropy", moved, t)
    for (w, b), (new_w, new_b), (g, c) in zip(layers(net, start), mlp.views(net, mine), grads, strict=True):
        np.testing.assert_allclose(new_w, w - 0.5 * g, atol=1e-5)
        np.testing.assert_allclose(new_b, b - 0.5 * c, atol=1e-5)
