"""Deep nets: gradients of plain and residual nets under every normalization, and that normalization does what it says."""

from __future__ import annotations

import numpy as np
import pytest

from kernels import deep, mlp, optimizers


def problem(batch: int, residual: bool, phi: str, dtype: type = np.float64):  # type: ignore[no-untyped-def]
    draw = np.random.default_rng(batch)
    net, skip = deep.net(6, 5, 5, 3, phi, residual)
    theta = draw.normal(size=int(net.weights[-1])).astype(dtype)
    t = np.eye(3)[draw.integers(3, size=batch)].astype(dtype)
    return net, skip, theta, draw.normal(size=(batch, 6)).astype(dtype), t


def loss_of(net, skip, theta, x, t, scale, norm) -> tuple[float, np.ndarray]:  # type: ignore[no-untyped-def]
    work = mlp.work(net, len(x), dtype=np.float64)
    return deep.gradients(net, work, theta, skip, scale, norm, x, t), work.grad.copy()


@pytest.mark.parametrize("norm", [deep.NO_NORM, deep.BATCH_NORM, deep.LAYER_NORM])
@pytest.mark.parametrize(("residual", "scale"), [(False, 1.0), (True, 1.0), (True, 0.4)])
@pytest.mark.parametrize(("batch", "phi"), [(7, "tanh"), (17, "sigmoid"), (2, "tanh")])
def test_the_gradient_is_the_limit_of_differences(batch: int, phi: str, residual: bool, scale: float, norm: int) -> None:
    net, skip, theta, x, t = problem(batch, residual, phi)
    _, grad = loss_of(net, skip, theta, x, t, scale, norm)
    h = 1e-5
    for k in range(0, len(theta), 5):
        found = []
        for step in (h, h / 2):  # the error of one difference falls with h²: two of them give its limit
            high, low = theta.copy(), theta.copy()
            high[k] += step
            low[k] -= step
            found.append(
                (loss_of(net, skip, high, x, t, scale, norm)[0] - loss_of(net, skip, low, x, t, scale, norm)[0]) / (2 * step)
            )
        central = (4 * found[1] - found[0]) / 3
        assert abs(grad[k] - central) <= 1e-6 * max(abs(central), 1e-2)


@pytest.mark.parametrize("norm", [deep.NO_NORM, deep.BATCH_NORM, deep.LAYER_NORM])
def test_forward_is_what_the_formulas_say(norm: int) -> None:
    net, skip, theta, x, t = problem(7, True, "tanh")
    layers = mlp.views(net, theta)

    def normed(z: np.ndarray) -> np.ndarray:
        if norm == deep.NO_NORM:
            return z
        axis = 0 if norm == deep.BATCH_NORM else 1
        return (z - z.mean(axis=axis, keepdims=True)) / np.sqrt(z.var(axis=axis, keepdims=True) + deep.EPSILON)

    h = np.tanh(normed(x @ layers[0][0].T + layers[0][1]))
    for k in (1, 3):
        (W, b), (V, c) = layers[k : k + 2]
        h = h + 0.4 * normed(np.tanh(normed(h @ W.T + b)) @ V.T + c)
    logits = h @ layers[5][0].T + layers[5][1]
    logits -= logits.max(axis=1, keepdims=True)
    wanted = -np.mean((t * (logits - np.log(np.exp(logits).sum(axis=1, keepdims=True)))).sum(axis=1))
    assert loss_of(net, skip, theta, x, t, 0.4, norm)[0] == pytest.approx(wanted, rel=1e-9)


def test_without_skip_and_norm_it_is_the_multilayer_perceptron() -> None:
    net, skip, start, x, t = problem(40, False, "relu", np.float32)
    rule, data, none = optimizers.rule("momentum", 0.01), mlp.data(x, t, 8, "shuffled", 3), np.zeros(0, np.int64)
    history, plain, mine = np.zeros(20, np.float32), start.copy(), start.copy()
    mlp.train(net, mlp.work(net, 8, 40), rule, data, plain, mlp.memory(net), none, none.astype(np.float32), 0, 20, history)
    memory, met, first = mlp.memory(net), deep.running(net), 0
    for piece in (7, 13):
        work = mlp.work(net, 8, 40)
        space = deep.space(net, work)
        deep.train(net, work, rule, data, mine, memory, skip, 1.0, 0, space, met, first, piece, np.zeros(piece, np.float32))
        first += piece
    np.testing.assert_allclose(mine, plain, atol=1e-5)


def test_running_means_make_one_example_enough() -> None:
    """Asked one by one or together, a trained net with batch normalization says the same."""
    net, skip, theta, x, t = problem(64, True, "relu", np.float32)
    met, work = deep.running(net), mlp.work(net, 16, 64)
    rule, data = optimizers.rule("momentum", 0.01), mlp.data(x, t, 16, "shuffled", 3)
    deep.train(net, work, rule, data, theta, mlp.memory(net), skip, 1.0, deep.BATCH_NORM, deep.space(net, work), met, 0, 50,
               np.zeros(50, np.float32))  # fmt: skip
    together = deep.answers(net, mlp.work(net, 64), theta, skip, 1.0, deep.BATCH_NORM, met, x)
    alone = np.concatenate(
        [deep.answers(net, mlp.work(net, 1), theta, skip, 1.0, deep.BATCH_NORM, met, x[i : i + 1]) for i in range(64)], axis=1
    )
    np.testing.assert_allclose(alone, together, atol=1e-5)
    assert np.abs(met[: 2 * 6]).max() == 0, "the input has no running means"
    assert np.abs(met[2 * int(net.units[1]) : 2 * int(net.units[1]) + 5]).max() > 0


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_a_residual_net_of_an_even_number_of_layers_is_refused(depth: int) -> None:
    with pytest.raises(ValueError, match="3, 5, 7"):
        deep.net(4, 4, depth, 2, residual=True)
