"""The tape: every rule against central differences, shares that add up, and micrograd's own numbers."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from kernels import chain, tape
from kernels.activations import EVERY, TRAINABLE

Tape = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]


def built(leaves: list[float], *entries: tuple[str, int, int]) -> Tape:
    """A tape from the values of its inputs and (kind, left, right) of the rest."""
    n = len(leaves) + len(entries)
    kind, left, right = (np.zeros(n, np.int64) for _ in range(3))
    for i, (name, a, b) in enumerate(entries, len(leaves)):
        kind[i], left[i], right[i] = tape.KINDS.index(name), a, b
    value = np.zeros(n)
    value[: len(leaves)] = leaves
    return kind, left, right, value


def assert_right(given: Tape, leaves: int) -> None:
    kind, left, right, start = given
    value, grad = tape.run(*given)
    for i in range(leaves):
        tried = tape.difference(kind, left, right, value, i, chain.STEP)
        assert chain.apart(float(grad[i]), float(tried)) < 1e-6, (i, grad[i], tried)
    assert (start[leaves:] == 0).all(), "run works on a copy"


@pytest.mark.parametrize("kind", tape.KINDS[1:])
@pytest.mark.parametrize(("x", "y"), [(0.7, -1.3), (2.5, 0.4), (0.2, 3.0)])
def test_every_rule_against_central_differences(kind: str, x: float, y: float) -> None:
    assert_right(built([x, y], (kind, 0, 1)), 2)


@pytest.mark.parametrize("x", [-3.0, -0.5])
def test_a_negative_base_has_a_slope(x: float) -> None:
    value, grad = tape.run(*built([x, 3.0], ("**", 0, 1)))
    assert value[-1] == x**3
    assert grad[0] == pytest.approx(3 * x**2)
    value, grad = tape.run(*built([x, 0.0], ("**", 0, 1)))
    assert (value[-1], grad[0]) == (1, 0)


def test_shares_of_what_is_used_twice_add_up() -> None:
    value, grad = tape.run(*built([3.0], ("*", 0, 0)))  # a·a
    assert (value[-1], grad[0]) == (9, 6)
    value, grad = tape.run(*built([3.0], ("+", 0, 0), ("*", 1, 0)))  # (a + a)·a
    assert (value[-1], grad[0]) == (18, 12)


def test_random_tapes() -> None:
    rng = np.random.default_rng(5)
    kinds = ("+", "-", "*", "tanh", "sigmoid", "sin", "cos", "neg")
    for _ in range(50):
        leaves = rng.normal(size=3).tolist()
        entries: list[tuple[str, int, int]] = []
        for i in range(3, 20):
            entries.append((kinds[rng.integers(len(kinds))], int(rng.integers(i)), int(rng.integers(i))))
        assert_right(built(leaves, *entries), 3)


def test_what_is_not_needed_gets_no_gradient() -> None:
    value, grad = tape.run(*built([2.0, 5.0], ("*", 1, 1), ("+", 0, 0)))
    assert grad.tolist() == [2, 0, 0, 1]
    assert value.tolist() == [2, 5, 25, 4]


def test_numbers_that_are_none_do_not_raise() -> None:
    value, _ = tape.run(*built([0.0, 0.0], ("/", 0, 1)))
    assert np.isnan(value[-1])
    value, grad = tape.run(*built([-1.0], ("log", 0, 0)))
    assert np.isnan(value[-1])
    assert grad[0] == -1


def test_walking_back_can_be_cut_anywhere() -> None:
    kind, left, right, value = built([1.5, -0.5], ("*", 0, 1), ("tanh", 2, 2), ("+", 3, 0), ("**", 4, 1))
    whole = tape.run(kind, left, right, value)
    tape.record(kind, left, right, value, 2, 4)
    tape.record(kind, left, right, value, 4, 6)
    grad = np.zeros(6)
    grad[-1] = 1
    for i in range(5, -1, -1):
        tape.walk_back(kind, left, right, value, grad, i, i)
    assert (value == whole[0]).all()
    np.testing.assert_array_equal(grad, whole[1])


def layers(rng: np.random.Generator, sizes: tuple[int, ...]) -> list[tuple[Any, Any]]:
    return [(rng.normal(size=(o, i)) / np.sqrt(i), rng.normal(size=o)) for i, o in pairwise(sizes)]


@pytest.mark.parametrize("name", TRAINABLE)
@pytest.mark.parametrize("sizes", [(1, 1), (2, 3, 1), (5, 7, 3, 2)])
def test_the_chain_of_a_net_against_central_differences(name: str, sizes: tuple[int, ...]) -> None:
    rng = np.random.default_rng(len(sizes))
    phi = [EVERY.index(name)] * (len(sizes) - 1)
    net = layers(rng, sizes)
    x, t = rng.normal(size=(7, sizes[0])), rng.normal(size=(7, sizes[-1]))
    answers, sums = [x], []
    for (W, b), number in zip(net, phi, strict=True):
        o, a = chain.forward(W, b, answers[-1], number)
        sums.append(o)
        answers.append(a)
    d = answers[-1] - t
    for k in reversed(range(len(net))):
        W, b = net[k]
        _, dW, db, d = chain.backward(d, sums[k], answers[k + 1], answers[k], W, phi[k])
        for array, gradient in ((W, dW), (b, db)):
            for place in np.ndindex(array.shape):

                def loss(value: float, array: Any = array, place: Any = place) -> float:
                    before, array[place] = array[place], value
                    found = chain.net_loss(net, x, t, phi)
                    array[place] = before
                    return found

                assert chain.apart(gradient[place], chain.central(loss, array[place])) < 1e-6
    for place in np.ndindex(x.shape):

        def by_input(value: float, place: Any = place) -> float:
            changed = x.copy()
            changed[place] = value
            return chain.net_loss(net, changed, t, phi)

        assert chain.apart(d[place], len(x) * chain.central(by_input, x[place])) < 1e-6


def test_the_chain_is_the_gradient_of_the_training_kernel() -> None:
    from kernels import mlp

    rng = np.random.default_rng(1)
    net = mlp.net((2, 3, 1), "tanh", "tanh")
    theta = mlp.parameters(net, "large", 3).astype(np.float32)
    x, t = rng.normal(size=(5, 2)).astype(np.float32), rng.normal(size=(5, 1)).astype(np.float32)
    work = mlp.work(net, 5)
    loss = mlp.gradients(net, work, theta, x, t)
    (W1, b1), (W2, b2) = ((W.astype(np.float64), b.astype(np.float64)) for W, b in mlp.views(net, theta))
    tanh = EVERY.index("tanh")
    o1, a1 = chain.forward(W1, b1, x.astype(np.float64), tanh)
    o2, a2 = chain.forward(W2, b2, a1, tanh)
    assert chain.loss(a2, t.astype(np.float64)) == pytest.approx(loss, rel=1e-5)
    _, dW2, db2, d1 = chain.backward(a2 - t, o2, a2, a1, W2, tanh)
    _, dW1, db1, _ = chain.backward(d1, o1, a1, x.astype(np.float64), W1, tanh)
    mine = np.concatenate([array.ravel() for array in (dW1, db1, dW2, db2)])
    np.testing.assert_allclose(work.grad, mine, rtol=1e-4, atol=1e-6)
