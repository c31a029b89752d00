"""Dropout: masks of the right share, the gradient of the thinned net, and nothing changed where all is kept."""

from __future__ import annotations

import numpy as np
import pytest

from kernels import mlp, optimizers, thinned

SIZES = (6, 9, 5, 4)


def problem(batch: int, phi: str, dtype: type = np.float64) -> tuple[mlp.Net, np.ndarray, np.ndarray, np.ndarray]:
    draw = np.random.default_rng(batch)
    net = mlp.net(SIZES, phi, loss="cross-entropy")
    theta = draw.normal(size=int(net.weights[-1])).astype(dtype)
    t = np.eye(SIZES[-1])[draw.integers(SIZES[-1], size=batch)]
    return net, theta, draw.normal(size=(batch, SIZES[0])).astype(dtype), t.astype(dtype)


@pytest.mark.parametrize("phi", ["relu", "tanh", "sigmoid"])
@pytest.mark.parametrize(("batch", "keep"), [(1, 0.5), (7, 0.8), (17, 0.3)])
def test_the_gradient_is_the_limit_of_differences(phi: str, batch: int, keep: float) -> None:
    net, theta, x, t = problem(batch, phi)

    def loss(at: np.ndarray) -> tuple[float, np.ndarray]:
        work = mlp.work(net, batch, dtype=np.float64)
        mask, raw = thinned.space(net, work)
        found = thinned.gradients(net, work, at, x, t, seed=3, step=11, keep=keep, mask=mask, raw=raw)
        return found, work.grad.copy()

    _, grad = loss(theta)
    h = 1e-6
    for k in range(0, len(theta), 7):
        high, low = theta.copy(), theta.copy()
        high[k] += h
        low[k] -= h
        central = (loss(high)[0] - loss(low)[0]) / (2 * h)
        assert abs(grad[k] - central) <= 1e-6 * max(abs(central), 1e-2)


def test_the_thinned_net_is_the_reference_s() -> None:
    """In NumPy, with the masks that the kernel says it drew."""
    batch, keep = 7, 0.5
    net, theta, x, t = problem(batch, "tanh")
    masks = thinned.masks(net, batch, seed=3, step=11, keep=keep)
    (w1, b1), (w2, b2), (w3, b3) = mlp.views(net, theta)
    a1 = np.tanh(x @ w1.T + b1) * masks[0].T
    a2 = np.tanh(a1 @ w2.T + b2) * masks[1].T
    logits = a2 @ w3.T + b3
    logits -= logits.max(axis=1, keepdims=True)
    expected = -np.mean((t * (logits - np.log(np.exp(logits).sum(axis=1, keepdims=True)))).sum(axis=1))
    work = mlp.work(net, batch, dtype=np.float64)
    mask, raw = thinned.space(net, work)
    found = thinned.gradients(net, work, theta, x, t, seed=3, step=11, keep=keep, mask=mask, raw=raw)
    assert found == pytest.approx(expected, rel=1e-9)


def test_masks() -> None:
    net = mlp.net((2, 100, 50, 3), "relu")
    for keep in (0.3, 0.5, 0.9):
        one, other = (thinned.masks(net, 32, 5, step, keep) for step in (0, 1))
        assert [mask.shape for mask in one] == [(100, 32), (50, 32)]
        values = np.concatenate([mask.ravel() for mask in one])
        np.testing.assert_allclose(np.unique(values), [0, np.float32(1 / keep)])
        assert abs(np.mean(values > 0) - keep) < 0.03
        assert abs(values.mean() - 1) < 0.1
        assert np.mean(one[0] != other[0]) > 0.2 or keep == 0.9
        assert np.array_equal(one[0], thinned.masks(net, 32, 5, 0, keep)[0])


def test_all_kept_is_training_and_pieces_do_not_matter() -> None:
    net, start, x, t = problem(40, "relu", np.float32)
    rule, data = optimizers.rule("adam", 0.01, l2=0.01), mlp.data(x, t, 8, "shuffled", 5)
    none, history = np.zeros(0, np.int64), np.zeros(30, np.float32)
    plain, memory = start.copy(), mlp.memory(net)
    mlp.train(net, mlp.work(net, 8, 40), rule, data, plain, memory, none, none.astype(np.float32), 0, 30, history)

    def pieced(pieces: list[int], keep: float) -> np.ndarray:
        theta, kept, first = start.copy(), mlp.memory(net), 0
        work = mlp.work(net, 8, 40)
        for piece in pieces:
            space = thinned.space(net, work)
            thinned.train(net, work, rule, data, theta, kept, *space, keep, first, piece, np.zeros(piece, np.float32))
            first += piece
        return theta

    np.testing.assert_allclose(pieced([30], 1.0), plain, atol=1e-5)
    assert pieced([30], 0.5).tobytes() == pieced([7, 11, 12], 0.5).tobytes()
    assert not np.allclose(pieced([30], 0.5), plain, atol=1e-3)
