"""N-gram tables: their probabilities add up, follow the formula by hand, and a longer context helps where the text has one."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kernels import ngrams

SYMBOLS = 5


def text(length: int = 2000, seed: int = 0) -> np.ndarray:
    """Each symbol is usually the one two places before, plus one."""
    source, ids = np.random.default_rng(seed), [0, 2]
    while len(ids) < length:
        ids.append((ids[-2] + 1) % SYMBOLS if source.random() < 0.8 else int(source.integers(SYMBOLS)))
    return np.array(ids, np.uint8)


def by_hand(ids: list[int], context: tuple[int, ...], symbol: int) -> float:
    """The formula of Witten and Bell, counted in the plain way."""
    shorter = 1 / SYMBOLS if not context else by_hand(ids, context[1:], symbol)
    n = len(context)
    after = [ids[i + n] for i in range(len(ids) - n) if tuple(ids[i : i + n]) == context]
    if not after:
        return shorter
    kinds = len(set(after))
    return (after.count(symbol) + kinds * shorter) / (len(after) + kinds)


def test_the_formula_by_hand() -> None:
    ids = text(300)
    tables, fresh = ngrams.tables(ids, SYMBOLS, 4), text(40, 1)
    rows = ngrams.probabilities(tables, SYMBOLS, fresh)
    assert rows.shape == (4, 37)
    for order in (1, 2, 3, 4):
        for place in range(37):
            context = tuple(int(s) for s in fresh[place + 4 - order : place + 3])
            assert rows[order - 1, place] == pytest.approx(by_hand(ids.tolist(), context, int(fresh[place + 3])))


def test_probabilities_add_up_to_one_even_after_what_never_was() -> None:
    tables = ngrams.tables(np.array([0, 1, 2, 0, 1, 2, 0, 1, 3] * 3), SYMBOLS, 4)
    for context in ([], [1], [4], [0, 1], [3, 3, 3], [2, 0, 1], [4, 4, 4, 4]):
        p = ngrams.following(tables, SYMBOLS, np.array(context, np.int64))
        assert p.sum() == pytest.approx(1)
        assert (p > 0).all()


def test_following_and_probabilities_agree() -> None:
    ids = text()
    tables, fresh = ngrams.tables(ids, SYMBOLS, 5), text(60, 2)
    last = ngrams.probabilities(tables, SYMBOLS, fresh)[-1]
    for place in range(56):
        assert ngrams.following(tables, SYMBOLS, fresh[: place + 4])[fresh[place + 4]] == pytest.approx(last[place])


def test_a_context_of_two_helps_where_the_text_looks_two_back() -> None:
    ids = text(8000)
    losses = ngrams.losses(ngrams.tables(ids[:7000], SYMBOLS, 5), SYMBOLS, ids[7000:])
    best = -(0.84 * math.log(0.84) + 4 * 0.04 * math.log(0.04))
    assert losses[0] == pytest.approx(math.log(SYMBOLS), abs=0.02)
    assert losses[1] > losses[2] + 0.5
    assert losses[2] == pytest.approx(best, abs=0.05)
    assert ngrams.bits(math.log(2)) == 1


def test_what_is_written_has_the_habits_of_the_text() -> None:
    tables = ngrams.tables(text(8000), SYMBOLS, 3)
    written = ngrams.written(tables, SYMBOLS, np.array([0, 2], np.uint8), np.random.default_rng(5).random(1000))
    assert len(written) == 1002
    assert ((written[:-2] + 1) % SYMBOLS == written[2:]).mean() == pytest.approx(0.84, abs=0.04)
