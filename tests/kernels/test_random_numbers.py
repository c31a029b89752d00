"""The counter-based random numbers, against the published vectors of Random123 and against Python's own integers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels import random, reference

# Random123, tests/kat_vectors, the lines "philox4x32 10": counter, key, expected.
PUBLISHED = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]
WORD = st.integers(0, 2**32 - 1)
LONG = st.integers(0, 2**64 - 1)


def words(text: str) -> tuple[int, ...]:
    return tuple(int(word, 16) for word in text.split())


@pytest.mark.parametrize(("counter", "key", "expected"), PUBLISHED)
def test_published_vectors(counter: str, key: str, expected: str) -> None:
    arguments = [np.uint64(word) for word in words(counter) + words(key)]
    assert tuple(random.philox(*arguments)) == words(expected)
    assert reference.philox(words(counter), words(key)) == words(expected)


@pytest.mark.parametrize(("counter", "key", "expected"), PUBLISHED)
def test_plain_integers_are_no_trap(counter: str, key: str, expected: str) -> None:
    """Numba would make a float64 of a uint64 times an int64; the arguments are converted first."""
    assert tuple(random.philox(*words(counter), *words(key))) == words(expected)


@settings(max_examples=50, deadline=None)
@given(seed=WORD, stream=WORD, step=LONG, index=LONG)
def test_bits_are_one_lane_of_a_block(seed: int, stream: int, step: int, index: int) -> None:
    block, lane = divmod(index, 4)
    counter = (block % 2**32, block >> 32, step % 2**32, step >> 32)
    found = random.bits(*(np.uint64(number) for number in (seed, stream, step, index)))
    assert found == reference.philox(counter, (seed, stream))[lane]


@pytest.mark.parametrize("name", ["uniform", "normal"])
def test_a_longer_array_begins_with_the_shorter_one(name: str) -> None:
    fill = getattr(random, name)
    long, short = np.empty(1001, np.float32), np.empty(7, np.float32)
    fill(3, 1, 5, long)
    fill(3, 1, 5, short)
    assert np.array_equal(long[:7], short)


def test_uniform_is_the_bits() -> None:
    out = np.empty(100, np.float32)
    random.uniform(11, 2, 9, out)
    expected = [(random.bits(*(np.uint64(k) for k in (11, 2, 9, i))) >> 8) / 2**24 for i in range(100)]
    assert out.tolist() == expected


def test_each_of_the_four_numbers_matters() -> None:
    seen = {
        random.bits(*(np.uint64(k) for k in key))
        for key in [(0, 0, 0, 0), (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1)]
    }
    assert len(seen) == 5


def test_the_distributions_are_as_they_should() -> None:
    out = np.empty(200_000, np.float32)
    random.uniform(1, 1, 0, out)
    assert out.min() >= 0
    assert out.max() < 1
    assert abs(out.mean() - 0.5) < 0.003
    assert abs(out.var() - 1 / 12) < 0.001
    random.normal(1, 1, 0, out)
    assert np.isfinite(out).all()
    wide = out.astype(np.float64)
    assert abs(wide.mean()) < 0.01
    assert abs(wide.var() - 1) < 0.02
    assert abs((wide**3).mean()) < 0.05
    assert abs((wide**4).mean() - 3) < 0.1
    assert abs(np.corrcoef(wide[::2], wide[1::2])[0, 1]) < 0.01
    share = [float((np.abs(wide) < bound).mean()) for bound in (1, 2, 3)]
    assert share == pytest.approx([0.6827, 0.9545, 0.9973], abs=0.003)


def test_shuffle_gives_every_permutation_as_often() -> None:
    order = np.empty(4, np.int32)
    counts: dict[tuple[int, ...], int] = {}
    for epoch in range(12_000):
        random.shuffle(5, epoch, order)
        counts[tuple(order.tolist())] = counts.get(tuple(order.tolist()), 0) + 1
    assert len(counts) == 24
    chi_square = sum((count - 500) ** 2 / 500 for count in counts.values())
    assert chi_square < 49.7  # 23 degrees of freedom, one in a thousand


@pytest.mark.parametrize("n", [1, 2, 3, 100])
def test_shuffle_is_a_permutation(n: int) -> None:
    order = np.empty(n, np.int32)
    random.shuffle(1, 2, order)
    assert sorted(order.tolist()) == list(range(n))
