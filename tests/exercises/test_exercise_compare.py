"""What counts as the same answer, what is said of a difference, and how values are shown and carried."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from tutor.engine import wire
from tutor.exercises import show
from tutor.exercises.compare import difference, tolerance_for
from tutor.exercises.values import LARGEST_ARRAY, Strange, pack, unpack

W = np.array([1.0, 2.0])


@pytest.mark.parametrize(
    ("yours", "expected"),
    [
        (W + 1e-13, W),
        (W.astype(np.float32), W),
        (np.array([1, 2]), W),
        (1, 1.0),
        (np.array(1.5), 1.5),
        ([W, 3], (W, 3.0)),
        (np.array([0.0, 1e-17]), np.zeros(2)),
        (np.array([np.nan, np.inf]), np.array([np.nan, np.inf])),
        (np.zeros((0, 3)), np.zeros((0, 3))),
        (np.array([1, 2], np.uint8), np.array([1, 2], np.int64)),
        ({"a": W}, {"a": W}),
        (None, None),
        ("word", "word"),
        (True, True),
    ],
)
def test_the_same(yours: Any, expected: Any) -> None:
    assert difference(yours, expected, "w", 1e-9) is None


@pytest.mark.parametrize(
    ("yours", "expected", "sentence", "where"),
    [
        (np.array([1.0, 2.5]), W, "w is wrong", "w[1] is 2.5; 2 is expected"),
        (np.array([1.0, 2.0 + 1e-8]), W, "w is wrong", "w[1] is 2.00000001; 2 is expected"),
        (np.array([[1.0, 2.0], [3.0, 5.0]]), np.array([[1.0, 2.0], [3.0, 4.0]]), "w is wrong", "w[1, 1] is 5; 4 is expected"),
        (np.array([1.0, np.nan]), W, "w is not finite", "w[1] is nan; 2 is expected"),
        (np.array([1.0, -np.inf]), np.array([1.0, np.inf]), "w is wrong", "w[1] is -inf; inf is expected"),
        (W[:, None], W, "w has shape (2, 1); (2,) is expected", ""),
        ([1.0, 2.0], W, "w is a list; an array of shape (2,) is expected", ""),
        (3.0, W, "w is a number; an array of shape (2,) is expected", ""),
        (W, 3.0, "w is an array of shape (2,); a number is expected", ""),
        (True, 1.0, "w is True (a truth value); a number is expected", ""),
        (1, True, "w is a number; True (a truth value) is expected", ""),
        (None, 3.0, "w is nothing (None); a number is expected", ""),
        (2.0, 3.0, "w is wrong", "w is 2; 3 is expected"),
        (np.array([1.0, 2.0]), np.array([1, 2]), "w holds float64 values; int64 is expected", ""),
        (np.array([1, 3]), np.array([1, 2]), "w is wrong", "w[1] is 3; 2 is expected"),
        ((1.0,), (1.0, 2.0), "w is 1 value; 2 are expected", ""),
        (3.0, (1.0, 2.0), "w is a number; 2 values are expected", ""),
        ((1.0, (2.0, 4.0)), (1.0, (2.0, 3.0)), "w[1][1] is wrong", "w[1][1] is 4; 3 is expected"),
        ({"a": 1}, {"b": 1}, "w has the keys a; b are expected", ""),
        ({"a": 1}, {"a": 2}, "w['a'] is wrong", "w['a'] is 1; 2 is expected"),
        (Strange("a generator"), W, "w is a generator; an array of shape (2,) is expected", ""),
    ],
)
def test_the_first_difference(yours: Any, expected: Any, sentence: str, where: str) -> None:
    found = difference(yours, expected, "w", 1e-9)
    assert found is not None
    assert (found.sentence, found.where) == (sentence, where)


def test_parts_go_by_their_names() -> None:
    found = difference((W, 1.0), (W, 2.0), "the result", 1e-9, ("w", "b"))
    assert found is not None
    assert found.sentence == "b is wrong"
    short = difference((W,), (W, 2.0), "the result", 1e-9, ("w", "b"))
    assert short is not None
    assert short.sentence == "the result is 1 value; 2 are expected: (w, b)"


def test_the_tolerance_follows_the_coarsest_float_type() -> None:
    assert tolerance_for(1.0, W) == 1e-9
    assert tolerance_for((W, W.astype(np.float32)), 1.0) == 1e-4
    assert tolerance_for(np.array([1, 2])) == 1e-9
    small = np.array([1e-6, 2e-6])
    assert difference(small * 1.01, small, "g", 1e-4) is None  # below the floor: rounding of float32 sums looks like this
    assert difference(small * 1.01, small, "g", 1e-9) is not None


_leaves = (
    some.none() | some.booleans() | some.integers(-(2**63), 2**63 - 1) | some.floats(allow_nan=False) | some.text(max_size=9)
)
_trees = some.recursive(_leaves, lambda inner: some.lists(inner, max_size=4) | some.tuples(inner, inner), max_leaves=12)


@given(_trees)
def test_what_is_packed_comes_back_as_it_was(value: Any) -> None:
    data = wire.encode({"value": pack(value)})
    sizes = wire.HEADER.unpack(data[: wire.HEADER.size])
    text = data[wire.HEADER.size : wire.HEADER.size + sizes[0]]
    back = unpack(wire.decode(text, data[wire.HEADER.size + sizes[0] :])["value"])
    assert back == value
    assert type(back) is type(value)


def test_arrays_and_numbers_of_numpy_travel() -> None:
    back = unpack(pack((np.float32(1.5), np.int8(3), np.bool_(True), W, {"#": 1})))
    assert back[:3] == (1.5, 3, True)
    assert [type(item) for item in back[:3]] == [float, int, bool]
    assert back[3].tolist() == [1.0, 2.0]
    assert back[4] == {"#": 1}


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ((n for n in range(3)), "a generator"),
        (object(), "an object"),
        (W.astype(object), "an array of object"),
        (W + 0j, "an array of complex128"),
        (np.complex128(1), "a complex128"),
        (1j, "a complex"),
        pytest.param(10**5000, "an integer of 16610 bits", id="huge"),  # too long for pytest to write out
        (np.zeros(LARGEST_ARRAY // 8 + 1), f"an array of shape ({LARGEST_ARRAY // 8 + 1},), which is too large"),
    ],
)
def test_what_cannot_travel_is_named(value: Any, what: str) -> None:
    assert unpack(pack(value)) == Strange(what)


def test_a_list_that_holds_itself_ends() -> None:
    knot: list[Any] = []
    knot += [knot, knot]
    assert len(show.value(unpack(pack(knot)))) < 500


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (W, "[1, 2]"),
        (np.arange(17) / 2, "[0, 0.5, 1, 1.5, 2, 2.5, … 17 in all]"),
        (np.arange(6).reshape(2, 3), "[[0, 1, 2], [3, 4, 5]]"),
        (np.zeros((2, 3, 4)), "array of shape (2, 3, 4) starting [0, 0, 0, 0, 0, 0, … 24 in all]"),
        (np.zeros(0), "[]"),
        ((1, 2.5), "(1, 2.5)"),
        ([1, None], "list [1, None]"),
        ("a\nb", r"'a\nb'"),
    ],
)
def test_values_are_shown_in_few_words(value: Any, text: str) -> None:
    assert show.value(value) == text


def test_no_control_character_passes() -> None:
    assert show.plain("a\x1b[31mb\x07\u202ec\n\td", 50) == "a�[31mb��c\n    d"
    assert show.plain("x" * 100, 10) == "x" * 9 + "…"
