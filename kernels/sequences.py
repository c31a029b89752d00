"""Batches of sequences: from a text, read by many readers at once, or made up, for a net that must remember."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import int64, types
from numpy.typing import NDArray

from kernels.jit import record, written_in
from kernels.random import below, bits

TEXT, RECALL = range(2)
TASKS = 19
"""The stream of random numbers that made-up sequences come from."""

Integers = NDArray[np.int64]


class Data(NamedTuple):
    """What a net reads, and how batches are made of it."""

    kind: int
    """TEXT: B readers begin at equal distances, and each step all read on. RECALL: see `recall`."""
    text: NDArray[np.uint8]
    """(n,): the symbols of a text; empty for RECALL."""
    batch: int
    """B."""
    seed: int
    choices: int
    """RECALL: so many symbols may have to be remembered; the symbols after these are fillers, the very last one asks."""
    fillers: int


given_bytes = types.Array(types.uint8, 1, "C", readonly=True)
DATA = record([int64, given_bytes, int64, int64, int64, int64], Data)
"""Its type in a signature."""


@written_in
def fill(data: Data, step: int, T: int, P: int, x: Integers, t: Integers, asked: Integers) -> Any:
    """The batch of this step, a function of its number alone: x, t (T·P), asked (T,). Returns whether the states go on.

    Columns without an example read symbol 0, so that their states, too, follow from nothing else.
    """
    for k in range(T):
        for i in range(data.batch, P):
            x[k * P + i] = 0
    if data.kind == TEXT:
        return read_on(data, step, T, P, x, t, asked)
    return recall(data, step, T, P, x, t, asked)


@written_in
def read_on(data: Data, step: int, T: int, P: int, x: Integers, t: Integers, asked: Integers) -> Any:
    """The next T symbols for each reader, and as targets those that follow; at the end all begin again, with no memory."""
    length = (data.text.shape[0] - 1) // data.batch
    place = step % (length // T) * T
    for k in range(T):
        asked[k] = data.batch
        for i in range(data.batch):
            x[k * P + i] = data.text[i * length + place + k]
            t[k * P + i] = data.text[i * length + place + k + 1]
    return place > 0


@written_in
def recall(data: Data, step: int, T: int, P: int, x: Integers, t: Integers, asked: Integers) -> Any:
    """A symbol, then T − 2 fillers, then the question: which symbol was it? After Hochreiter & Schmidhuber 1997."""
    for k in range(T):
        asked[k] = data.batch if k == T - 1 else 0
        for i in range(data.batch):
            x[k * P + i] = recalled(data.seed, data.choices, data.fillers, step, T, k, k * P + i)
            t[k * P + i] = x[i] if k == T - 1 else -1
    return False


@written_in
def recalled(seed: int, choices: int, fillers: int, step: int, T: int, k: int, place: int) -> Any:
    """The symbol at time k of such a sequence, of the batch's number `place`: k·P + i for example i."""
    if k == T - 1:
        return choices + fillers
    word = bits(np.uint64(seed), np.uint64(TASKS), np.uint64(step), np.uint64(place))
    return int64(below(word, np.uint64(choices))) if k == 0 else choices + int64(below(word, np.uint64(fillers)))
