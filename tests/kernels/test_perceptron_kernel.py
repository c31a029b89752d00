"""The perceptron and the neuron against the float64 reference, and what must hold of any chunking."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from kernels import activations, perceptron, random, reference
from kernels.neuron import neuron


def examples(seed: int, n: int, d: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Points with a last column of ones, and a line's sides as targets, a few of them flipped."""
    z = np.empty(n * d, np.float32)
    random.normal(seed, 1, 0, z)
    x = np.concatenate((z.reshape(n, d), np.ones((n, 1), np.float32)), axis=1)
    t = np.where(x[:, 0] - x[:, -2] > 0.1, 1, -1).astype(np.float32)
    t[:: max(2, n // 3)] *= -1
    return np.ascontiguousarray(x), t


def fresh(n: int, d: int) -> tuple[NDArray[np.float32], NDArray[np.int32], NDArray[np.int64]]:
    return np.zeros(d + 1, np.float32), np.arange(n, dtype=np.int32), np.zeros(2, np.int64)


@pytest.mark.parametrize(("n", "d"), [(1, 1), (4, 2), (17, 7), (60, 2), (40, 64)])
@pytest.mark.parametrize("shuffled", [True, False])
def test_training_against_the_reference(n: int, d: int, shuffled: bool) -> None:
    x, t = examples(n + d, n, d)
    w, order, tally = fresh(n, d)
    shown: list[int] = []
    places: list[int] = []
    for step in range(3 * n):
        before = tally[perceptron.MISTAKES]
        perceptron.train(w, order, tally, x, t, 7, 0.5, shuffled, step, 1)
        shown.append(int(order[step % n]))
        if tally[perceptron.MISTAKES] > before:
            places.append(step)
    assert all(sorted(shown[k * n : (k + 1) * n]) == list(range(n)) for k in range(3))
    expected, expected_places = reference.perceptron(x, t, 0.5, shown)
    assert places == expected_places
    np.testing.assert_allclose(w, expected, rtol=1e-4, atol=1e-4)
    assert perceptron.errors(w, x, t) == reference.errors(w, x, t)
    assert perceptron.criterion(w, x, t) == pytest.approx(reference.criterion(w, x, t), rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("shuffled", [True, False])
def test_chunks_do_not_matter(shuffled: bool) -> None:
    x, t = examples(3, 23, 5)
    results = []
    for chunks in ([500], [1] * 500, [7] * 71 + [3], [23] * 21 + [17]):
        w, order, tally = fresh(23, 5)
        start = 0
        for steps in chunks:
            perceptron.train(w, order, tally, x, t, 1, 0.3, shuffled, start, steps)
            start += steps
        results.append((w.tobytes(), order.tobytes(), tally.tobytes()))
    assert len(set(results)) == 1


def test_the_streak_counts_right_answers_in_a_row() -> None:
    x = np.array([[1, 1], [-1, 1]], np.float32)
    t = np.array([1, -1], np.float32)
    w, order, tally = fresh(2, 1)
    perceptron.train(w, order, tally, x, t, 0, 1.0, False, 0, 1)
    assert tally.tolist() == [1, 0]  # w was 0: on the boundary, so a mistake
    perceptron.train(w, order, tally, x, t, 0, 1.0, False, 1, 1)
    assert tally.tolist() == [2, 0]  # w = (1, 1) puts (−1, 1) on the boundary
    perceptron.train(w, order, tally, x, t, 0, 1.0, False, 2, 10)
    assert tally.tolist() == [2, 10]


def test_a_nan_is_an_error_and_is_seen() -> None:
    x, t = examples(1, 5, 2)
    w = np.full(3, np.nan, np.float32)
    assert perceptron.errors(w, x, t) == 5


def test_read_only_data_are_taken() -> None:
    x, t = examples(1, 6, 2)
    x.setflags(write=False)
    t.setflags(write=False)
    w, order, tally = fresh(6, 2)
    perceptron.train(w, order, tally, x, t, 0, 1.0, True, 0, 6)
    out = np.empty(6, np.float32)
    perceptron.decide(w, x, out)
    np.testing.assert_allclose(out, x.astype(np.float64) @ w.astype(np.float64), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", activations.NAMES)
def test_neuron_against_the_reference(name: str) -> None:
    x = np.ascontiguousarray(examples(9, 200, 2)[0][:, :2]) * 3
    x[0] = 0
    w, b = np.array([1.25, -0.5], np.float32), 0.75
    z, y = np.empty(200, np.float32), np.empty(200, np.float32)
    neuron(w, b, activations.NAMES.index(name), x, z, y)
    np.testing.assert_allclose(z, x.astype(np.float64) @ w.astype(np.float64) + b, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(y, reference.activate(name, z), rtol=1e-5, atol=1e-6)


def test_on_the_boundary_the_step_answers_1_and_the_sign_0() -> None:
    zero = np.float32(0)
    assert [float(activations.activate(number, zero)) for number in range(6)] == [1, 0, 0, 0.5, 0, 0]
