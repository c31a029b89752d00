"""The two players of the labs on digits: read from the knobs, and looked at with the judge's eyes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs.gan.judge import opinions, pixels
from tutor.labs.gan.plane_table import laid, nets, shape_of
from tutor.labs.gan.players import Table, generated, judged
from tutor.labs.spec import Knobs, State

if TYPE_CHECKING:
    from kernels.net import Net

Array = NDArray[Any]

SAMPLES = 512
"""Generated digits that a run is looked at with."""
PRESENT = 0.02
"""A class is there if it has this share of the samples; a fair one is 0.1."""


@dataclass(frozen=True, eq=False)
class Report:
    """A run, looked at."""

    made: Array
    """(SAMPLES, 64)"""
    p: Array
    """(SAMPLES, 10): the judge's probabilities."""
    told: float
    distance: float
    steep: float

    @property
    def top(self) -> float:
        """How sure the judge is of the class that it sees, on average."""
        return float(self.p.max(axis=1).mean())

    @property
    def shares(self) -> Array:
        """(10,): the share of the samples that it takes for each digit."""
        return np.bincount(self.p.argmax(axis=1), minlength=10) / len(self.p)

    @property
    def classes(self) -> int:
        """Classes that are there."""
        return int((self.shares >= PRESENT).sum())


def nets_of(knobs: Knobs) -> tuple[Net, Net]:
    """A generator of 64 pixels between 0 and 1, and its critic. Raises BadData."""
    return nets(*shape_of(knobs), 64, "sigmoid")


def table_of(knobs: Knobs) -> Table:
    return laid(knobs, nets_of(knobs))


def report_of(state: State, knobs: Knobs) -> Report:
    """The run, looked at with the same noise at each step, and with every third real digit."""
    both = nets_of(knobs)
    made = generated(state, both)
    f, slopes = judged(state, both, made)
    g = judged(state, both, pixels()[::3][:SAMPLES])[0]
    with np.errstate(all="ignore"):
        return Report(
            made,
            opinions(made),
            float(np.mean(np.where(g == f, 0.5, g > f))),
            float(g.astype(np.float64).mean() - f.astype(np.float64).mean()),
            float(np.median(np.linalg.norm(slopes.astype(np.float64), axis=1))),
        )
