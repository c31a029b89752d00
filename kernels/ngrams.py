"""Tables of what follows what: the honest baseline of every net that predicts the next symbol.

An n-gram table counts, for each n − 1 symbols in a row, which symbol came next. Where a context is rare it asks the table of
the next shorter context, as Witten & Bell 1991 have it: with c the number of times that the context was seen and d the number
of different symbols seen after it,

    P(s | context) = (count(context, s) + d · P(s | shorter context)) / (c + d)

down to no context at all, and there, before every symbol was seen, all V are equally likely. Plain NumPy: it runs once.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Table(NamedTuple):
    """Counts of one order n. Contexts and continuations are numbers: digits in base V, the oldest symbol first."""

    order: int
    grams: Array
    """Sorted: every sequence of n symbols that occurs."""
    counts: Array
    """How often each does."""
    contexts: Array
    """Sorted: every sequence of n − 1 symbols that something follows."""
    seen: Array
    """How often each occurs."""
    kinds: Array
    """How many different symbols follow each."""


def tables(ids: Array, symbols: int, most: int = 5) -> list[Table]:
    """The tables of the orders 1 … most of a text (n,) of symbols below `symbols`."""
    ids, found = np.asarray(ids, np.int64), []
    for order in range(1, most + 1):
        grams, counts = np.unique(_numbers(ids, symbols, order), return_counts=True)
        contexts, first = np.unique(grams // symbols, return_index=True)
        ends = np.append(first[1:], len(grams))
        found.append(Table(order, grams, counts, contexts, np.add.reduceat(counts, first), ends - first))
    return found


def _numbers(ids: Array, symbols: int, length: int) -> Array:
    """The number of each sequence of this length (n − length + 1,)."""
    count = len(ids) - length + 1
    numbers = np.zeros(max(0, count), np.int64)
    for k in range(length):
        numbers = numbers * symbols + ids[k : k + count]
    return numbers


def probabilities(found: list[Table], symbols: int, ids: Array) -> Array:
    """P of each symbol of a text under each order: (orders, n − orders + 1), for the places from number orders − 1 on."""
    ids, most = np.asarray(ids, np.int64), found[-1].order
    p, rows = np.full(len(ids) - most + 1, 1.0 / symbols), []
    for table in found:
        grams = _numbers(ids[most - table.order :], symbols, table.order)
        seen, kinds = (_at(table.contexts, array, grams // symbols) for array in (table.seen, table.kinds))
        p = (_at(table.grams, table.counts, grams) + kinds * p) / np.maximum(seen + kinds, 1) + np.where(seen > 0, 0.0, p)
        rows.append(p)
    return np.array(rows)


def _at(keys: Array, values: Array, wanted: Array) -> Array:
    """The value of each wanted key, 0 where there is none."""
    places = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[places] == wanted, values[places], 0)


def losses(found: list[Table], symbols: int, ids: Array) -> list[float]:
    """For each order the mean of −log P over a text, in nats."""
    return [float(-np.log(row).mean()) for row in probabilities(found, symbols, ids)]


def following(found: list[Table], symbols: int, context: Array) -> Array:
    """P of every symbol (V,) after this context, under the table of the highest order."""
    p = np.full(symbols, 1.0 / symbols)
    for table in found:
        length = table.order - 1
        if length > len(context):
            break
        number = 0
        for symbol in context[len(context) - length :]:
            number = number * symbols + int(symbol)
        place = int(np.searchsorted(table.contexts, number))
        if place == len(table.contexts) or table.contexts[place] != number:
            break
        seen, kinds = int(table.seen[place]), int(table.kinds[place])
        first, last = np.searchsorted(table.grams, (number * symbols, number * symbols + symbols))
        counts = np.zeros(symbols)
        counts[table.grams[first:last] - number * symbols] = table.counts[first:last]
        p = (counts + kinds * p) / (seen + kinds)
    return p


def written(found: list[Table], symbols: int, start: Array, draws: Array) -> Array:
    """`start`, and then a symbol for each of draws (m,) in [0, 1), each drawn from what follows those before: uint8."""
    out = [int(symbol) for symbol in start]
    for draw in draws:
        total = np.cumsum(following(found, symbols, np.array(out[-(found[-1].order - 1) :], np.int64)))
        out.append(min(symbols - 1, int(np.searchsorted(total, draw * total[-1], side="right"))))
    return np.array(out, np.uint8)


def bits(nats: float) -> float:
    """The same loss in bits: how many yes-or-no answers a symbol costs."""
    return nats / math.log(2)
