"""The metrics of a run at its record points, for curves and for conditions.

The record points are a function of the step alone (every step up to 2 048, then every 2nd, 4th, 8th … as the step doubles),
so what is recorded, and where a condition is first seen to hold, does not depend on how the run was cut into chunks.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

_DENSE = 11
Array = NDArray[Any]


def stride(step: int) -> int:
    """The distance between record points around this step."""
    return 1 << max(0, step.bit_length() - _DENSE)


def is_record_point(step: int) -> bool:
    return step % stride(step) == 0


def next_record_point(step: int) -> int:
    """The first record point after this step."""
    size = stride(step)
    return step - step % size + size


class MetricLog:
    """Metrics at the record points, oldest first."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        self._steps: list[int] = []
        self._rows: list[tuple[float, ...]] = []

    @property
    def last(self) -> int:
        """The last step recorded, or -1."""
        return self._steps[-1] if self._steps else -1

    def add(self, step: int, metrics: Mapping[str, float]) -> None:
        """Record these; a step that is there already is left alone (a replay gives the same numbers)."""
        if step > self.last:
            self._steps.append(step)
            self._rows.append(tuple(metrics.get(name, np.nan) for name in self.names))

    def cut(self, step: int) -> MetricLog:
        """Forget what comes after this step. Returns that part, with the record at the step to begin from."""
        rest = MetricLog(self.names)
        first = bisect_right(self._steps, step)
        rest._steps, rest._rows = self._steps[max(0, first - 1) :], self._rows[max(0, first - 1) :]
        del self._steps[first:], self._rows[first:]
        return rest

    def columns(self, last: int) -> tuple[Array, dict[str, Array]]:
        """All steps up to `last`, and by metric its values: float64 of shape (n,)."""
        count = bisect_right(self._steps, last)
        rows = np.array(self._rows[:count], dtype=np.float64).reshape(count, len(self.names))
        return np.array(self._steps[:count], dtype=np.float64), {name: rows[:, k] for k, name in enumerate(self.names)}

    def curve(self, name: str, columns: int) -> tuple[Array, Array]:
        """Steps and values of a metric, float64 of shape (n,): the least and the greatest of each of `columns` pieces."""
        x = np.array(self._steps, dtype=np.float64)
        index = self.names.index(name)
        y = np.array([row[index] for row in self._rows], dtype=np.float64)
        return thin(x, y, columns)


def thin(x: Array, y: Array, columns: int) -> tuple[Array, Array]:
    """Keep the least and the greatest y of each of `columns` pieces, and both ends: the same picture in fewer points."""
    if len(x) <= 2 * columns:
        return x, y
    keep = {0, len(x) - 1}
    edges = np.linspace(0, len(x), columns + 1).astype(int)
    finite = np.where(np.isfinite(y), y, np.inf)
    lowest = np.where(np.isfinite(y), y, -np.inf)
    for start, stop in pairwise(edges.tolist()):
        keep.add(start + int(np.argmin(finite[start:stop])))
        keep.add(start + int(np.argmax(lowest[start:stop])))
    index = np.array(sorted(keep))
    return x[index], y[index]
