"""Where the arrays of checkpoints are: equal ones once, the older ones in a file, and every bit as it was."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from tutor.engine import shelf as shelf_module
from tutor.engine.checkpoints import Checkpoints
from tutor.engine.shelf import Shelf

SIZE = 8192


def numbers(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(2, SIZE // 16))


def test_what_memory_has_no_room_for_is_in_a_file_and_comes_back_bit_for_bit(tmp_path: Path) -> None:
    shelf = Shelf(memory=3 * SIZE, disk=1000 * SIZE)
    kept = []
    for seed in range(20):
        kept.append(shelf.keep(numbers(seed)))
        assert not shelf.full
        assert shelf.bytes <= 3 * SIZE
    for seed, one in enumerate(kept):
        np.testing.assert_array_equal(shelf.copy(one), numbers(seed))
    shelf.copy(kept[0])[:] = 0
    shelf.copy(kept[-1])[:] = 0
    np.testing.assert_array_equal(shelf.copy(kept[0]), numbers(0))
    np.testing.assert_array_equal(shelf.copy(kept[-1]), numbers(19))
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == [], "the file has no name that could stay behind"


def test_places_are_used_again() -> None:
    shelf = Shelf(memory=0, disk=2 * SIZE)
    first, second = shelf.keep(numbers(1)), shelf.keep(numbers(2))
    assert not shelf.full
    third = shelf.keep(numbers(3))
    assert shelf.full
    shelf.drop(first)
    assert not shelf.full
    np.testing.assert_array_equal(shelf.copy(second), numbers(2))
    np.testing.assert_array_equal(shelf.copy(third), numbers(3))


def test_it_fills_several_files_and_none_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf_module, "_FILE", 3 * SIZE)
    written: list[tuple[int, int]] = []
    real = os.pwrite
    monkeypatch.setattr("os.pwrite", lambda fd, data, at: written.append((fd, at + len(data))) or real(fd, data, at))
    shelf = Shelf(memory=0, disk=8 * SIZE)
    kept = [shelf.keep(numbers(seed)) for seed in range(4)]
    kept.append(shelf.keep(np.zeros(SIZE // 4)))  # twice as large: it does not fit behind the fourth and a fifth
    assert not shelf.full
    assert len({fd for fd, _ in written}) == 2
    assert max(end for _, end in written) <= 3 * SIZE
    for seed in range(4):
        np.testing.assert_array_equal(shelf.copy(kept[seed]), numbers(seed))
    np.testing.assert_array_equal(shelf.copy(kept[4]), np.zeros(SIZE // 4))


def test_the_same_bits_are_kept_once_until_nobody_needs_them() -> None:
    shelf = Shelf(memory=10 * SIZE, disk=0)
    array = numbers(1)
    one = shelf.keep(array)
    again = shelf.keep(array, like=one)
    assert (again is one, shelf.bytes) == (True, SIZE)
    array[0, 0] = np.nan
    other = shelf.keep(array, like=one)
    assert (other is one, shelf.bytes) == (False, 2 * SIZE)
    zero, minus = np.zeros(SIZE // 8), -np.zeros(SIZE // 8)
    assert shelf.keep(minus, like=shelf.keep(zero)) is not one
    assert shelf.bytes == 4 * SIZE, "0 and -0 are not the same"
    shelf.drop(one)
    np.testing.assert_array_equal(shelf.copy(again), numbers(1))
    shelf.drop(again)
    shelf.drop(other)
    assert shelf.bytes == 2 * SIZE


def test_a_disk_without_room_leaves_fewer_checkpoints(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.pwrite", full)
    kept = Checkpoints(budget=10 * SIZE)
    for step in range(0, 1000, 10):
        kept.add(step, {"step": np.array([step]), "w": numbers(step)}, step * 0.1)
    assert 5 < len(kept) <= 10
    assert kept.before(0)[0] == 0
    at, state = kept.before(501)
    np.testing.assert_array_equal(state["w"], numbers(at))


def test_checkpoints_in_the_file_are_exact_and_are_cut_with_the_rest() -> None:
    kept = Checkpoints(budget=4 * SIZE, disk=50 * SIZE)
    fixed = np.arange(3)
    fixed.flags.writeable = False
    for step in range(200):
        kept.add(step, {"step": np.array([step]), "w": numbers(step), "still": numbers(-1 % 7), "data": fixed}, step * 0.1)
    assert 40 < len(kept) <= 60, "what does not change takes no room"
    for step in (0, 77, 150, 199):
        at, state = kept.before(step)
        np.testing.assert_array_equal(state["w"], numbers(at))
        np.testing.assert_array_equal(state["still"], numbers(6))
        assert state["data"] is fixed
    kept.cut(100)
    assert kept.before(10**9)[0] <= 100
    for step in range(101, 300):
        kept.add(step, {"step": np.array([step]), "w": numbers(step), "still": numbers(6), "data": fixed}, step * 0.1)
    at, state = kept.before(299)
    np.testing.assert_array_equal(state["w"], numbers(at))
