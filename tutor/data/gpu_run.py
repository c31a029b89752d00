"""The recorded run of the benchmark on a GPU: what `dltutor bench --device cuda --record` has written, for the lab `machines`.

The learner's own record comes before one that stands beside the course. Where there is none, or none that can be read, nothing
is shown: figures of a GPU are never made up.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from tutor import paths
from tutor.errors import UserError

_NAME = "gpu.json"
_MOST_BYTES, _MOST_ROWS, _LONGEST = 1 << 20, 60, 90
_AGAINST = ": against "
"""In the name of a figure, between the workload and whom it is compared with."""


@dataclass(frozen=True)
class GpuRun:
    """How many times as fast a GPU was."""

    gpu: str
    """Its name."""
    day: date
    ratios: Mapping[str, Mapping[str, float]]
    """Workload → against whom, such as "the CPU" → how many times as fast."""


def own_record() -> Path:
    """Where `dltutor bench --device cuda --record` writes unless a file is named."""
    return paths.data_folder() / _NAME


def recorded() -> GpuRun | None:
    """The newest that is known here, or None. Never raises."""
    try:
        files = [own_record(), paths.lessons_folder() / "data" / _NAME]
    except UserError:
        files = [paths.lessons_folder() / "data" / _NAME]
    return next((run for file in files if (run := read_record(file)) is not None), None)


def read_record(file: Path) -> GpuRun | None:
    """The figures in a file; None where it is not there, or is no such record."""
    try:
        if file.stat().st_size > _MOST_BYTES:
            return None
        document: Any = json.loads(file.read_text(encoding="utf-8"))
        ratios: dict[str, dict[str, float]] = {}
        for result in document["results"][:_MOST_ROWS]:
            workload, against, whom = _line(result["name"]).partition(_AGAINST)
            value = float(result["value"])
            if against and math.isfinite(value) and value > 0 and not workload.startswith("lab "):
                ratios.setdefault(workload, {})[whom] = value
        run = GpuRun(_line(document["gpu"]), date.fromisoformat(document["date"]), ratios)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return run if ratios else None


def _line(text: Any) -> str:
    """A short printable text. Raises ValueError."""
    if not isinstance(text, str) or not text or not text.isprintable() or len(text) > _LONGEST:
        raise ValueError("not a line of a record")
    return text
