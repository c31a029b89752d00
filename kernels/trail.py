"""Where something has been: so many places at most, evenly spread over all steps so far."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from kernels.jit import shared

CAPACITY = 512
"""Places that a trail holds; an even number."""
COUNT, STRIDE = 0, 1
"""The places of a tally (2,) int64: how many places there are, and how many steps lie between two."""

Array = NDArray[Any]


@shared
def leave(trail: Array, tally: Array, step: int, x: float, y: float) -> None:
    """Note the place (x, y) of this step; every second place goes when the trail is full. In place: trail, tally.

    trail: (CAPACITY, 2). tally: see COUNT, STRIDE; it starts as (0, 1). step: 0, 1, 2, …, each once. What the trail holds
    depends on the steps and places alone, not on how a run was cut.
    """
    if step % tally[STRIDE] != 0:
        return
    if tally[COUNT] == trail.shape[0]:
        half = trail.shape[0] // 2
        for i in range(half):
            trail[i, 0], trail[i, 1] = trail[2 * i, 0], trail[2 * i, 1]
        tally[COUNT] = half
        tally[STRIDE] *= 2
        if step % tally[STRIDE] != 0:
            return
    trail[tally[COUNT], 0], trail[tally[COUNT], 1] = x, y
    tally[COUNT] += 1
