"""What `dltutor doctor` finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing looked at."""

    name: str
    state: str
    """"ok", "warning" (it works, but less well) or "problem"."""
    says: str
    mend: str = ""
    """What to do; empty when there is nothing."""
