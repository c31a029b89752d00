"""Copies of a run's state to seek back to: close enough together that a replay is short, bounded in memory and on disk.

Where they stand depends on how long steps take here; what a run comes to does not, for a replay is exact from any of them.
"""

from __future__ import annotations

from bisect import bisect_right

from tutor.engine.shelf import Array, Kept, Shelf
from tutor.labs.spec import State

BUDGET = 64 * 2**20
"""Bytes in memory."""
DISK = 2**30
"""Bytes in files, for the older ones."""
_LEAST_GAP = 16
_SHARE = 64
_DEAR = 0.03
"""Seconds of replay that deserve a checkpoint, however few the steps."""


def copy_state(state: State) -> State:
    """A copy that shares the arrays that cannot change."""
    return {name: array.copy() if array.flags.writeable else array for name, array in state.items()}


class Checkpoints:
    """States by step. The gap between two is at most a 64th of the step, and at most what is replayed in a moment."""

    def __init__(self, budget: int = BUDGET, disk: int = DISK) -> None:
        self._shelf = Shelf(budget, disk)
        self._states: dict[int, dict[str, Kept | Array]] = {}
        """By step; arrays that cannot change stand there as they are."""
        self._steps: list[int] = []
        self._costs: list[float] = []
        """Of each: the seconds that all steps up to it took."""

    @property
    def bytes(self) -> int:
        """In memory."""
        return self._shelf.bytes

    def due(self, step: int, cost: float = 0.0) -> bool:
        """Whether this step is far enough from the last checkpoint to deserve one. cost: the seconds of all steps up to it."""
        if not self._steps:
            return True
        gap = step - self._steps[-1]
        return gap >= max(_LEAST_GAP, step // _SHARE) or (gap > 0 and cost - self._costs[-1] >= _DEAR)

    def add(self, step: int, state: State, cost: float = 0.0) -> None:
        """Keep a copy of this state; steps must come in order."""
        if self._steps and step <= self._steps[-1]:
            return
        last = self._states[self._steps[-1]] if self._steps else {}
        self._states[step] = {
            name: self._shelf.keep(array, last.get(name)) if array.flags.writeable else array for name, array in state.items()
        }
        self._steps.append(step)
        self._costs.append(max(cost, self._costs[-1] if self._costs else 0.0))
        while self._shelf.full and len(self._steps) > 2:
            self._thin()

    def before(self, step: int) -> tuple[int, State]:
        """The nearest checkpoint at or before this step, as a fresh copy."""
        at = self._steps[bisect_right(self._steps, step) - 1]
        kept = self._states[at]
        return at, {name: self._shelf.copy(one) if isinstance(one, Kept) else one for name, one in kept.items()}

    @property
    def steps(self) -> tuple[int, ...]:
        """The steps that there is a copy of, in order."""
        return tuple(self._steps)

    def cut(self, step: int) -> None:
        """Forget those after this step."""
        while self._steps and self._steps[-1] > step:
            self._drop(len(self._steps) - 1)

    def __len__(self) -> int:
        return len(self._steps)

    def _thin(self) -> None:
        """Drop the one that is missed least: what it leaves to replay is the shortest. Never the first or the last."""
        gaps = [self._gap(i - 1, i + 1) for i in range(1, len(self._steps) - 1)]
        self._drop(1 + gaps.index(min(gaps)))

    def _gap(self, first: int, last: int) -> tuple[float, int]:
        return self._costs[last] - self._costs[first], self._steps[last] - self._steps[first]

    def _drop(self, index: int) -> None:
        self._costs.pop(index)
        for one in self._states.pop(self._steps.pop(index)).values():
            if isinstance(one, Kept):
                self._shelf.drop(one)
