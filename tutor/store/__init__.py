"""Progress, answers, runs and settings of one learner, in one SQLite file."""

from __future__ import annotations

from tutor.store.model import Answer, KeptRun, Place, Ran, Reviewed
from tutor.store.store import Store

__all__ = ["Answer", "KeptRun", "Place", "Ran", "Reviewed", "Store"]
