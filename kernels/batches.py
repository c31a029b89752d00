"""Which examples are in a batch: a function of the seed and the step alone. Every net is fed in this way.

Dimensions: B examples in a batch, P ≥ B columns, a multiple of 16. An example comes as a row and becomes a column.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import int64
from numpy.typing import NDArray

from kernels.jit import given_rows, record, written_in
from kernels.random import below, bits, shuffle

Array = NDArray[Any]

IN_ORDER, SHUFFLED, DRAWN = range(3)
BATCHES = ("in order", "shuffled", "drawn")
"""How examples come: as they lie, again and again; without replacement, shuffled for each epoch; with replacement."""
DRAWS = 17
"""The stream of random numbers that draws examples with replacement."""


class Data(NamedTuple):
    """What a net is trained on, and how batches are made of it. See `data`."""

    x: Array
    """(examples, inputs)."""
    t: Array
    """(examples, outputs): for cross-entropy 1 in the column of the right class, 0 elsewhere."""
    batch: int
    """B."""
    sampling: int
    """IN_ORDER, SHUFFLED or DRAWN."""
    seed: int


DATA = record([given_rows, given_rows, int64, int64, int64], Data)
"""Its type in a signature."""


@written_in
def choose(work: Any, data: Data, step: int) -> None:
    """Put the numbers of the examples of this step's batch into work.pick. work: such as `kernels.mlp.Work`."""
    n = data.x.shape[0]
    epoch, place = step * data.batch // n, step * data.batch % n
    for i in range(data.batch):
        if data.sampling == DRAWN:
            word = bits(np.uint64(data.seed), np.uint64(DRAWS), np.uint64(step), np.uint64(i))
            work.pick[i] = int64(below(word, np.uint64(n)))
            continue
        if place == n:
            epoch, place = epoch + 1, 0
        if data.sampling == IN_ORDER:
            work.pick[i] = place
        else:
            if work.epoch[0] != data.seed or work.epoch[1] != epoch:
                shuffle(data.seed, epoch, work.order)
                work.epoch[0], work.epoch[1] = data.seed, epoch
            work.pick[i] = work.order[place]
        place += 1


@written_in
def fill(work: Any, data: Data, P: int) -> None:
    """Bring the chosen examples into the first rows of work.a, and their targets into work.t."""
    for i in range(data.batch):
        example = work.pick[i]
        for k in range(data.x.shape[1]):
            work.a[k * P + i] = data.x[example, k]
        for k in range(data.t.shape[1]):
            work.t[k * P + i] = data.t[example, k]


def data(x: Array, t: Array, batch: int, sampling: str = "shuffled", seed: int = 0) -> Data:
    """Examples x (examples, inputs) with targets t (examples, outputs), for batches of so many; read-only views, no copies.

    sampling: one of BATCHES. Raises ValueError on another, and on arrays that do not fit together.
    """
    if x.ndim != 2 or t.ndim != 2 or len(x) != len(t) or len(x) == 0:
        raise ValueError(f"examples {x.shape} and targets {t.shape} do not belong together")
    if batch < 1:
        raise ValueError(f"a batch of {batch} examples holds none")
    if sampling not in BATCHES:
        raise ValueError(f"there is no {sampling!r} here; there are: {', '.join(BATCHES)}")
    given = [np.ascontiguousarray(array).view() for array in (x, t)]
    for array in given:
        array.setflags(write=False)
    return Data(given[0], given[1], int(batch), BATCHES.index(sampling), int(seed))


def picked(n: int, batch: int, seed: int, step: int) -> NDArray[np.int64]:
    """(batch,): the numbers of the examples, of n, in this step's batch when they are shuffled, as `choose` picks them."""
    places, order = step * batch + np.arange(batch), np.empty(n, np.int32)
    pick = np.empty(batch, np.int64)
    for epoch in np.unique(places // n):
        shuffle(seed, int(epoch), order)
        mine = places // n == epoch
        pick[mine] = order[places[mine] % n]
    return pick
