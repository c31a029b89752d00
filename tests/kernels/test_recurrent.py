"""Recurrent nets: their gradients through time, their states carried on, runs that can be cut anywhere, and what they write."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kernels import cells, recurrent, recurrent_net, reference_recurrent, sequences
from kernels.optimizers import rule

Array = Any
V, T, B = 7, 6, 5


def text(length: int = 400, symbols: int = V, seed: int = 0) -> Array:
    found = np.random.default_rng(seed).integers(0, symbols, length).astype(np.uint8)
    found.setflags(write=False)
    return found


def reading(batch: int = B, length: int = 400, symbols: int = V) -> sequences.Data:
    return sequences.Data(sequences.TEXT, text(length, symbols), batch, 0, 0, 0)


def recalling(batch: int = B) -> sequences.Data:
    return sequences.Data(sequences.RECALL, text(0), batch, 3, 4, 2)


def problem(cell: str, units: int = 4, scale: float = 0.6) -> tuple[recurrent_net.Net, Array, Array]:
    """A net, its parameters and states to start from, in float64."""
    net, source = recurrent_net.net(cell, units, V, T), np.random.default_rng(1)
    P = recurrent_net.padded(B)
    states = np.zeros((2, units, P))
    states[:, :, :B] = source.normal(size=(2, units, B)) * 0.5
    return net, scale * source.normal(size=recurrent_net.size(net)), states


def batch_of(net: recurrent_net.Net, work: recurrent_net.Work) -> tuple[Array, Array]:
    """The symbols and the targets (T, B) of the batch that was read last."""
    x, t = (array.reshape(net.times, -1)[:, :B] for array in (work.x, work.t))
    return x, t


@pytest.mark.parametrize("kind", ["text", "recall"])
@pytest.mark.parametrize("cell", cells.NAMES)
def test_gradients_are_the_limits_of_differences(cell: str, kind: str) -> None:
    data, step = (reading(), 2) if kind == "text" else (recalling(), 2)
    net, theta, states = problem(cell)
    work = recurrent_net.work(net, B, np.float64)

    def loss(at: Array) -> float:
        return recurrent.gradients(net, work, at, data, states.ravel().copy(), step)

    value = loss(theta)
    grad = work.grad.copy()
    x, t = batch_of(net, work)
    h, c = (states[k, :, :B] if kind == "text" else 0 * states[k, :, :B] for k in (0, 1))
    parts = recurrent_net.views(net, theta)
    assert value == pytest.approx(reference_recurrent.loss(cell, parts, x, t, h, c), rel=1e-9)
    differences = np.empty_like(grad)
    for i in range(len(theta)):
        ends = []
        for change in (1e-5, -1e-5):
            moved = theta.copy()
            moved[i] += change
            ends.append(loss(moved))
        differences[i] = (ends[0] - ends[1]) / 2e-5
    assert np.linalg.norm(differences - grad) < 1e-6 * np.linalg.norm(grad)
    for found, wanted in zip(recurrent_net.views(net, grad), recurrent_net.views(net, differences), strict=True):
        assert np.linalg.norm(found - wanted) < 1e-6 * np.linalg.norm(wanted) + 1e-10
    narrow = recurrent_net.work(net, B)
    recurrent.gradients(net, narrow, theta.astype(np.float32), data, states.ravel().astype(np.float32), step)
    np.testing.assert_allclose(narrow.grad, grad, rtol=1e-4, atol=2e-6)


def test_the_vanilla_gradient_is_the_textbook_s() -> None:
    net, theta, states = problem("vanilla")
    work = recurrent_net.work(net, B, np.float64)
    recurrent.gradients(net, work, theta, reading(), states.ravel().copy(), 3)
    x, t = batch_of(net, work)
    parts = recurrent_net.views(net, theta)
    each = [reference_recurrent.vanilla_gradients(parts, x[:, i], t[:, i], states[0, :, i]) for i in range(B)]
    for found, *wanted in zip(recurrent_net.views(net, work.grad), *each, strict=True):
        np.testing.assert_allclose(found, np.mean(wanted, axis=0), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("units", "batch"), [(1, 1), (17, 16), (33, 20)])
@pytest.mark.parametrize("cell", cells.NAMES)
def test_any_size_answers_as_the_reference(cell: str, units: int, batch: int) -> None:
    net, data = recurrent_net.net(cell, units, V, T), reading(batch)
    work, theta = recurrent_net.work(net, batch), recurrent_net.parameters(net, 5)
    loss = recurrent.gradients(net, work, theta, data, recurrent_net.carry(net, batch), 0)
    x, t = (array.reshape(T, -1)[:, :batch] for array in (work.x, work.t))
    nothing = np.zeros((units, batch))
    parts = recurrent_net.views(net, theta)
    assert loss == pytest.approx(reference_recurrent.loss(cell, parts, x, t, nothing, nothing), rel=1e-5)
    last = work.h.reshape(T + 1, units, -1)[T, :, batch - 1]
    np.testing.assert_allclose(
        last, reference_recurrent.run(cell, parts, x[:, batch - 1], nothing[:, 0], nothing[:, 0])[1], rtol=1e-4, atol=1e-6
    )


class Run:
    def __init__(self, cell: str, data: sequences.Data, limit: float = 0.5) -> None:
        self.net, self.data = recurrent_net.net(cell, 8, V, T), data
        self.rule = rule("adam", 0.02, clip=limit)
        self.theta, self.memory = recurrent_net.parameters(self.net, 4), recurrent_net.memory(self.net)
        self.carry, self.made = recurrent_net.carry(self.net, data.batch), 0

    def steps(self, count: int) -> tuple[Array, Array]:
        losses, lengths = np.empty(count, np.float32), np.empty(count, np.float32)
        work = recurrent_net.work(self.net, self.data.batch)  # nothing of it needs to outlive a call
        where = (self.theta, self.memory, self.carry, self.made, count, losses, lengths)
        recurrent.train(self.net, work, self.rule, self.data, *where)
        self.made += count
        return losses, lengths


@pytest.mark.parametrize("cell", cells.NAMES)
def test_a_run_may_be_cut_anywhere(cell: str) -> None:
    for data in (reading(), recalling()):
        whole, cut, again = Run(cell, data), Run(cell, data), Run(cell, data)
        losses, lengths = whole.steps(40)
        pieces = [cut.steps(count) for count in (1, 2, 0, 17, 20)]
        again.steps(40)
        assert np.array_equal(np.concatenate([piece[0] for piece in pieces]), losses)
        assert np.array_equal(np.concatenate([piece[1] for piece in pieces]), lengths)
        for other in (cut, again):
            assert np.array_equal(other.theta, whole.theta)
            assert np.array_equal(other.memory, whole.memory)
            assert np.array_equal(other.carry, whole.carry)


def test_readers_go_on_where_they_were() -> None:
    data = reading(batch=2, length=41)  # 20 symbols a reader: 3 times 6, and 2 that are left out
    run = Run("vanilla", data)
    x, work = [], recurrent_net.work(run.net, 2)
    for step in range(4):
        recurrent.gradients(run.net, work, run.theta, data, run.carry, step)
        x.append(work.x.reshape(T, -1)[:, :2].copy())
        assert (work.t.reshape(T, -1)[:-1, :2] == x[-1][1:]).all()
    assert np.concatenate(x[:3])[:, 0].tolist() == data.text[:18].tolist()
    assert np.concatenate(x[:3])[:, 1].tolist() == data.text[20:38].tolist()
    assert np.array_equal(x[3], x[0])


def test_the_state_is_carried_within_an_epoch_and_dropped_at_its_end() -> None:
    data = reading(batch=2, length=41)
    run = Run("lstm", data)
    work, full = recurrent_net.work(run.net, 2), np.full_like(run.carry, 0.5)
    blank = np.zeros_like(full)
    for step, carried in ((0, False), (1, True), (2, True), (3, False)):
        losses = [recurrent.gradients(run.net, work, run.theta, data, state.copy(), step) for state in (full, blank)]
        assert (losses[0] != losses[1]) == carried


def test_the_question_of_a_recall_is_its_first_symbol() -> None:
    net, data = recurrent_net.net("gru", 4, V, T), recalling(9)
    work = recurrent_net.work(net, 9)
    seen = []
    for step in range(30):
        recurrent.gradients(net, work, recurrent_net.parameters(net), data, recurrent_net.carry(net, 9), step)
        x, t = (array.reshape(T, -1)[:, :9] for array in (work.x, work.t))
        assert (t[:-1] == -1).all()
        assert np.array_equal(t[-1], x[0])
        assert (x[-1] == 6).all()
        assert set(np.unique(x[1:-1])) <= {4, 5}
        seen += x[0].tolist()
    assert min(np.bincount(seen, minlength=4)) > 40


def test_clipping_shortens_the_gradient_and_keeps_its_direction() -> None:
    free, clipped = Run("vanilla", reading(), 0.0), Run("vanilla", reading(), 1e-3)
    for run in (free, clipped):
        run.rule = rule("gradient descent", 1.0, clip=run.rule.clip)
    start = free.theta.copy()
    length = free.steps(1)[1][0]
    assert clipped.steps(1)[1][0] == length > 0.01
    far, near = free.theta - start, clipped.theta - start
    assert np.linalg.norm(near) == pytest.approx(1e-3, rel=1e-3)
    assert far @ near == pytest.approx(np.linalg.norm(far) * np.linalg.norm(near), rel=1e-4)


def test_a_pattern_is_learnt_and_written_on() -> None:
    pattern = np.tile(np.array([0, 1, 2, 0, 3, 4], np.uint8), 100)
    pattern.setflags(write=False)
    run = Run("gru", sequences.Data(sequences.TEXT, pattern, 4, 0, 0, 0), 5.0)
    losses = run.steps(300)[0]
    assert losses[0] > 1.5
    assert losses[-1] < 0.05
    written = np.zeros(30, np.uint8)
    written[:4] = [0, 1, 2, 0]
    for temperature in (0.1, 1.0):
        recurrent.generate(run.net, recurrent_net.work(run.net, 1), run.theta, written, 4, temperature, 9)
        assert (written == np.tile([0, 1, 2, 0, 3, 4], 5)).mean() > (0.99 if temperature < 1 else 0.7)


def test_what_is_drawn_follows_the_probabilities() -> None:
    net = recurrent_net.net("vanilla", 1, 4, 1)
    theta = np.zeros(recurrent_net.size(net), np.float32)
    recurrent_net.views(net, theta)[4][:] = np.log([0.5, 0.25, 0.15, 0.1])
    for temperature, expected in ((1.0, [0.5, 0.25, 0.15, 0.1]), (0.5, [0.725, 0.181, 0.065, 0.029])):
        written = np.zeros(4000, np.uint8)
        recurrent.generate(net, recurrent_net.work(net, 1), theta, written, 1, temperature, 1)
        np.testing.assert_allclose(np.bincount(written[1:], minlength=4) / 3999, expected, atol=0.03)


def test_training_that_blows_up_is_seen() -> None:
    run = Run("vanilla", reading(), 0.0)
    run.rule = rule("gradient descent", 1e30)
    assert not np.isfinite(run.steps(60)[0][-1])


def test_what_cannot_be_a_net_is_refused() -> None:
    with pytest.raises(ValueError, match="vanilla, lstm, gru"):
        recurrent_net.net("ltsm", 4, 4, 4)
    with pytest.raises(ValueError, match="cannot be"):
        recurrent_net.net("lstm", 0, 4, 4)


def test_memory_that_does_not_fit_is_refused() -> None:
    run = Run("gru", reading())
    for work in (recurrent_net.work(run.net, 40), recurrent_net.work(recurrent_net.net("gru", 8, V, T + 1), B)):
        with pytest.raises(ValueError, match="another net"):
            recurrent.gradients(run.net, work, run.theta, run.data, run.carry, 0)
    with pytest.raises(ValueError, match="too short"):
        recurrent.gradients(run.net, recurrent_net.work(run.net, B), run.theta, reading(length=30), run.carry, 0)
