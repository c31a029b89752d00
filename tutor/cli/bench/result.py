"""What a measurement says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """A figure beside its budget."""

    name: str
    value: float
    unit: str
    budget: float | None
    """None: there is no budget, the figure is for comparison."""
    least: bool = False
    """The budget is a floor (a speed-up), not a ceiling."""
    how: str = ""

    @property
    def met(self) -> bool | None:
        if self.budget is None:
            return None
        return self.value >= self.budget if self.least else self.value <= self.budget
