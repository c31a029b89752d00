"""A batch in two halves: the step of the whole batch, and the same bits on one core and on two."""

from __future__ import annotations

from threading import Barrier, Thread
from typing import Any

import numpy as np
import pytest

from kernels import cnn, halves, reference_convolution
from kernels.optimizers import HOLD, Rule, rule

LAYERS = [cnn.conv(3, 3, "tanh", padding=1), cnn.pool(), cnn.conv(4, 2), cnn.pool(), cnn.dense(3)]
NET = cnn.net((1, 7, 7), LAYERS)
EXAMPLES = 37


def problem(batch: int = 8, sampling: str = "shuffled") -> tuple[Any, Any]:
    """theta and data; the examples do not go evenly into batches, so halves of a step fall into different epochs."""
    source = np.random.default_rng(4)
    x = source.normal(size=(EXAMPLES, 49)).astype(np.float32)
    t = np.eye(3, dtype=np.float32)[source.integers(0, 3, EXAMPLES)]
    return cnn.parameters(NET, "he", 1), cnn.data(x, t, batch, sampling, seed=2)


def run(theta: Any, data: Any, pieces: tuple[int, ...], threads: int, descent: Rule) -> tuple[Any, ...]:
    """(theta, memory, losses) after so many steps, in pieces."""
    theta, memory, first, losses = theta.copy(), cnn.memory(NET), 0, []
    pins = np.array([3]), np.array([0.25], np.float32)
    for steps in pieces:
        history = np.empty(steps, np.float32)
        works = halves.works(NET, data.batch, EXAMPLES)
        halves.train(NET, works, descent, data, theta, memory, *pins, first, steps, history, threads=threads)
        first += steps
        losses.append(history)
    return theta, memory, np.concatenate(losses)


@pytest.mark.parametrize("sampling", ["in order", "shuffled", "drawn"])
def test_neither_threads_nor_cuts_change_a_bit(sampling: str) -> None:
    theta, data = problem(sampling=sampling)
    descent = rule("adam", 0.01, l2=1e-3, clip=1.0)
    runs = [
        run(theta, data, pieces, threads, descent)
        for pieces, threads in (((60,), 1), ((60,), 2), ((1, 2, 0, 17, 40), 2), ((60,), 0))
    ]
    for other in runs[1:]:
        assert all(one.tobytes() == two.tobytes() for one, two in zip(runs[0], other, strict=True))
    assert runs[0][0][3] == np.float32(0.25)
    assert np.mean(runs[0][2][-8:]) < np.mean(runs[0][2][:8])


@pytest.mark.parametrize("name", ["gradient descent", "momentum", "adam"])
@pytest.mark.parametrize("sampling", ["in order", "shuffled"])
def test_halves_make_the_steps_of_whole_batches(name: str, sampling: str) -> None:
    theta, data = problem(10, sampling)
    descent = rule(name, 0.01, l2=1e-3, clip=0.5)
    whole, memory, losses = theta.copy(), cnn.memory(NET), np.empty(20, np.float32)
    pins = np.array([3]), np.array([0.25], np.float32)
    cnn.train(NET, cnn.work(NET, 10, EXAMPLES), descent, data, whole, memory, *pins, 0, 20, losses)
    found, kept, history = run(theta, data, (20,), 2, descent)
    np.testing.assert_allclose(found, whole, rtol=1e-4, atol=2e-5)
    np.testing.assert_allclose(kept, memory, rtol=1e-3, atol=2e-5)
    np.testing.assert_allclose(history, losses, rtol=1e-4)


def test_the_gradient_is_the_reference_s() -> None:
    theta, data = problem(36, "in order")
    works = halves.works(NET, 36, EXAMPLES)
    loss = np.empty(1, np.float32)
    halves.train(NET, works, HOLD, data, theta, cnn.memory(NET), *cnn.FREE, 0, 1, loss, threads=2)
    x, t = (array[:36].astype(np.float64) for array in (data.x, data.t))
    views = cnn.views(NET, theta.astype(np.float64))
    exact, slopes, _ = reference_convolution.gradients(LAYERS, views, "cross-entropy", x.reshape(36, 1, 7, 7), t)
    assert loss[0] == pytest.approx(exact, rel=1e-5)
    for pair, true in zip(cnn.views(NET, works[0].grad), slopes, strict=True):
        for found, wanted in zip(pair, true or (), strict=False):
            np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-6)


def test_answers_do_not_depend_on_threads() -> None:
    theta, data = problem()
    whole = cnn.evaluate(NET, cnn.work(NET, 16), theta, data.x)
    works = cnn.work(NET, 16), cnn.work(NET, 16)
    for threads in (0, 1, 2):
        assert halves.evaluate(NET, works, theta, data.x, threads).tobytes() == whole.tobytes()


def test_two_runs_at_once_do_not_disturb_each_other() -> None:
    theta, data = problem()
    descent = rule("momentum", 0.05)
    alone = run(theta, data, (40,), 1, descent)
    start, found = Barrier(3), [None] * 3

    def one(number: int) -> None:
        start.wait()
        found[number] = run(theta, data, (40,), 2, descent)  # type: ignore[call-overload]

    threads = [Thread(target=one, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for other in found:
        assert other is not None
        assert all(a.tobytes() == b.tobytes() for a, b in zip(alone, other, strict=True))


def test_what_goes_wrong_in_a_half_is_said_and_the_next_run_goes_on() -> None:
    theta, data = problem()
    descent = rule("momentum", 0.05)
    for threads in (1, 2):
        works = cnn.work(NET, 4, EXAMPLES), cnn.work(NET, 4, 5)
        with pytest.raises(ValueError, match="this memory was made for"):
            halves.train(
                NET, works[::-1] if threads == 1 else works, descent, data, theta.copy(), cnn.memory(NET), *cnn.FREE, 0, 3,
                np.empty(3, np.float32), threads=threads,
            )  # fmt: skip
    assert np.isfinite(run(theta, data, (3,), 2, descent)[2]).all()
    with pytest.raises(ValueError, match="a batch of 7 examples has no halves"):
        run(theta, problem(7)[1], (1,), 1, descent)


def test_which_nets_are_halved() -> None:
    """Large ones alone: it takes longer to hand a small one over, and what the lessons say of them was measured whole."""

    def reader(side: int, *more: Any) -> cnn.Net:
        layers = [cnn.conv(12, 5, padding=2), cnn.pool(), cnn.conv(24, 5, padding=2), *more, cnn.pool(side // 2)]
        return cnn.net((1, side, side), [*layers, cnn.dense(10)])

    assert cnn.halved(reader(28), 32)
    assert not cnn.halved(reader(28), 33)
    assert not cnn.halved(reader(28), 16)
    assert not cnn.halved(reader(28, cnn.norm()), 32)
    assert not cnn.halved(reader(16), 32)
    assert not cnn.halved(cnn.net((1, 28, 28), [cnn.dense(30), cnn.dense(10)]), 256)
