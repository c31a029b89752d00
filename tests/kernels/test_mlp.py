"""The multilayer perceptron: its gradients, its steps against the reference and PyTorch, and runs that can be cut anywhere."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from make_mlp_trajectories import CASES, STEPS, problem

from kernels import activations, losses, mlp, reference_mlp
from kernels.initializers import NAMES as STARTS
from kernels.optimizers import HOLD, Rule, rule

Array = Any
NOTHING, NONE = np.zeros(0, np.int64), np.zeros(0, np.float32)


@dataclass
class Run:
    """A net in training."""

    net: mlp.Net
    data: mlp.Data
    rule: Rule
    theta: Array
    pins: Array = field(default_factory=lambda: NOTHING)
    pinned: Array = field(default_factory=lambda: NONE)

    def __post_init__(self) -> None:
        self.memory = mlp.memory(self.net)
        self.work = mlp.work(self.net, self.data.batch, len(self.data.x))
        self.made = 0

    def steps(self, count: int) -> Array:
        history = np.full(count, np.nan, np.float32)
        mlp.train(
            self.net,
            self.work,
            self.rule,
            self.data,
            self.theta,
            self.memory,
            self.pins,
            self.pinned,
            self.made,
            count,
            history,
        )
        self.made += count
        return history


def examples(net: mlp.Net, count: int, seed: int = 0, dtype: type = np.float32) -> tuple[Array, Array]:
    source = np.random.default_rng(seed)
    x, outputs = source.normal(size=(count, net.sizes[0])), int(net.sizes[-1])
    if net.loss == losses.CROSS_ENTROPY:
        t: Array = np.eye(outputs)[source.integers(0, outputs, count)]
    else:
        t = source.integers(0, 2, (count, outputs)) if net.loss else source.normal(size=(count, outputs))
    return x.astype(dtype), t.astype(dtype)


def phis(net: mlp.Net) -> list[str]:
    return [activations.EVERY[number] for number in net.phi]


def fresh(sampling: str = "shuffled", name: str = "adam", **settings: Any) -> Run:
    net = mlp.net([3, 6, 5, 2], "tanh", "linear", "squared")
    data = mlp.data(*examples(net, 37), batch=10, sampling=sampling, seed=5)
    return Run(net, data, rule(name, 0.02, **settings), mlp.parameters(net, seed=1))


@pytest.mark.parametrize("loss", losses.NAMES)
@pytest.mark.parametrize("hidden", activations.TRAINABLE)
def test_gradients_are_the_limits_of_differences(loss: str, hidden: str) -> None:
    net = mlp.net([3, 5, 4, 3], hidden, "tanh" if loss == "squared" else "linear", loss, inputs=True)
    theta = 0.7 * np.random.default_rng(3).normal(size=int(net.weights[-1]))
    x, t = examples(net, 7, 4, np.float64)
    work = mlp.work(net, 7, dtype=np.float64)
    value = mlp.gradients(net, work, theta, x, t)
    exact, slopes, to_input = reference_mlp.gradients(mlp.views(net, theta), phis(net), loss, x, t)
    grad, d = work.grad.copy(), work.d.reshape(-1, 16)
    assert value == pytest.approx(exact, rel=1e-8)
    np.testing.assert_allclose(d[:3, :7].T, to_input, rtol=1e-6, atol=1e-8)
    assert (d[:, 7:] == 0).all()
    for (w, b), (exact_w, exact_b) in zip(mlp.views(net, grad), slopes, strict=True):
        np.testing.assert_allclose(w, exact_w, rtol=1e-6, atol=1e-8)
        np.testing.assert_allclose(b, exact_b, rtol=1e-6, atol=1e-8)
    differences, h = np.empty_like(grad), 1e-5
    for i in range(len(theta)):
        ends = []
        for step in (h, -h):
            moved = theta.copy()
            moved[i] += step
            ends.append(mlp.gradients(net, work, moved, x, t))
        differences[i] = (ends[0] - ends[1]) / (2 * h)
    assert np.linalg.norm(differences - grad) < 1e-6 * np.linalg.norm(grad)
    narrow = mlp.work(net, 7)
    mlp.gradients(net, narrow, theta.astype(np.float32), x.astype(np.float32), t.astype(np.float32))
    np.testing.assert_allclose(narrow.grad, grad, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("sizes", [[1, 1], [2, 3], [7, 1, 2], [17, 33, 10], [5, 2, 8, 9, 3]])
def test_any_shape_answers_as_the_reference(sizes: list[int]) -> None:
    net = mlp.net(sizes, "gelu", "sigmoid")
    theta = mlp.parameters(net, "glorot", 2)
    x, _ = examples(net, 45)
    work = mlp.work(net, 10)
    z, a = reference_mlp.forward(mlp.views(net, theta), phis(net), x)
    assert len(z) == len(sizes) - 1
    np.testing.assert_allclose(mlp.evaluate(net, work, theta, x), a[-1].T, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(
        mlp.responses(net, work, theta, x), np.concatenate([layer.T for layer in a]), rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize("name", CASES)
def test_twenty_steps_are_pytorch_s(name: str) -> None:
    case, stored = CASES[name], json.loads(Path(__file__).with_name("mlp_trajectories.json").read_text())[name]
    theta, x, t = problem(case)
    net = mlp.net(case["sizes"], case["phi"], "linear", case["loss"])
    data = mlp.data(x, t, case["batch"], "in order")
    run = Run(net, data, rule(case["rule"], case["rate"], l2=case["l2"]), theta)
    np.testing.assert_allclose(run.steps(STEPS), stored["losses"], rtol=2e-5, atol=1e-6)
    np.testing.assert_allclose(theta, stored["theta"], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("sampling", mlp.BATCHES)
@pytest.mark.parametrize("name", ["gradient descent", "adam", "averaged"])
def test_a_run_may_be_cut_anywhere(sampling: str, name: str) -> None:
    whole, cut = fresh(sampling, name, l1=1e-3, l2=1e-3, clip=1.0), fresh(sampling, name, l1=1e-3, l2=1e-3, clip=1.0)
    history = whole.steps(40)
    pieces = []
    for count in (1, 2, 0, 17, 20):
        cut.work = mlp.work(cut.net, cut.data.batch, len(cut.data.x))  # nothing of it needs to outlive a call
        pieces.append(cut.steps(count))
    assert np.array_equal(np.concatenate(pieces), history)
    assert np.array_equal(cut.theta, whole.theta)
    assert np.array_equal(cut.memory, whole.memory)


def test_without_replacement_every_example_comes_once_an_epoch() -> None:
    run = fresh("shuffled")
    seen: list[int] = []
    for _ in range(37):
        run.steps(1)
        seen += run.work.pick[:10].tolist()
    epochs = np.array(seen).reshape(10, 37)
    assert (np.sort(epochs, axis=1) == np.arange(37)).all()
    assert not np.array_equal(epochs[0], epochs[1])


def test_with_replacement_some_come_twice_and_none_is_favoured() -> None:
    run = fresh("drawn")
    seen: list[int] = []
    for _ in range(400):
        run.steps(1)
        seen += run.work.pick[:10].tolist()
    counts = np.bincount(seen, minlength=37)
    assert len(counts) == 37
    assert np.abs(counts - 4000 / 37).max() < 5 * np.sqrt(4000 / 37)


def test_a_pinned_weight_stays() -> None:
    run = fresh()
    run.pins, run.pinned = np.array([4, 11]), np.array([0.25, -1.5], np.float32)
    run.steps(5)
    assert run.theta[[4, 11]].tolist() == [0.25, -1.5]
    assert run.theta[3] != fresh().theta[3]


def test_without_an_optimizer_nothing_moves() -> None:
    run = fresh()
    run.rule = HOLD
    run.steps(3)
    assert np.array_equal(run.theta, fresh().theta)


def test_l2_is_the_gradient_of_its_penalty_and_spares_biases() -> None:
    plain, decayed = fresh(name="gradient descent"), fresh(name="gradient descent", l2=0.5)
    start = plain.theta.copy()
    plain.steps(1)
    decayed.steps(1)
    for (w, b), (w2, b2), (w0, _) in zip(*(mlp.views(plain.net, a) for a in (plain.theta, decayed.theta, start)), strict=True):
        np.testing.assert_allclose(w2, w - 0.02 * 0.5 * w0, atol=1e-6)
        np.testing.assert_array_equal(b2, b)


def test_l1_makes_weights_vanish() -> None:
    run = fresh(name="gradient descent", l1=0.5)
    run.steps(300)
    weights = np.concatenate([w.ravel() for w, _ in mlp.views(run.net, run.theta)])
    assert (weights == 0).mean() > 0.5


def test_a_training_that_blows_up_is_seen() -> None:
    run = fresh(name="gradient descent")
    run.rule = rule("gradient descent", 1e6)
    assert not np.isfinite(run.steps(50)[-1])


def test_it_learns_xor() -> None:
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
    t = np.array([[0], [1], [1], [0]], np.float32)
    net = mlp.net([2, 4, 1], "tanh", "linear", "binary cross-entropy")
    run = Run(net, mlp.data(x, t, 4, "in order"), rule("gradient descent", 1.0), mlp.parameters(net, seed=0))
    assert run.steps(1000)[-1] < 0.05
    assert ((mlp.evaluate(net, run.work, run.theta, x)[0] > 0) == t[:, 0]).all()


@pytest.mark.parametrize("start", STARTS)
def test_weights_start_as_they_are_said_to(start: str) -> None:
    net = mlp.net([50, 80, 10])
    theta = mlp.parameters(net, start, seed=3)
    deviation = {
        "uniform": 1 / np.sqrt(12),
        "glorot": np.sqrt(2 / 130),
        "he": np.sqrt(2 / 50),
        "zero": 0,
        "small": 0.01,
        "large": 1,
    }
    w, b = mlp.views(net, theta)[0]
    assert w.std() == pytest.approx(deviation[start], rel=0.05)
    assert w.mean() == pytest.approx(0, abs=0.05 * deviation[start] + 1e-9)
    assert (b == np.float32(0.1 if start == "uniform" else 0)).all()
    assert np.array_equal(theta, mlp.parameters(net, start, seed=3))
    assert start == "zero" or not np.array_equal(theta, mlp.parameters(net, start, seed=4))


def test_what_cannot_be_a_net_is_refused() -> None:
    for sizes in ([3], [3, 0, 1]):
        with pytest.raises(ValueError, match="at least one unit"):
            mlp.net(sizes)
    with pytest.raises(ValueError, match="logits"):
        mlp.net([2, 2], output="tanh", loss="cross-entropy")
    with pytest.raises(ValueError, match="leaky relu"):
        mlp.net([2, 2, 1], "rulu")
    with pytest.raises(ValueError, match="do not belong together"):
        mlp.data(np.zeros((3, 2), np.float32), np.zeros((4, 1), np.float32), 2)


def test_memory_that_is_too_small_is_refused() -> None:
    for work in (mlp.work(fresh().net, 10, 36), mlp.work(mlp.net([3, 6, 5, 2]), 10)):
        run = fresh()
        run.work = work
        with pytest.raises(ValueError, match="memory"):
            run.steps(1)
