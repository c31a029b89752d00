"""Which device is faster for a lab, on this machine: a small table, measured by `dltutor warmup` and `bench --device cuda`.

The table is a file beside the compiled kernels, so new kernels are measured anew. What is not in it runs on the processor: one
small net is about as fast there, and a run must not wait for a measurement. A run that was started with `auto` has the device
in its link, so that the link makes the same run wherever the table says otherwise.
"""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

from tutor.engine.cache import cache_folder
from tutor.engine.link import make_link
from tutor.engine.run import Run
from tutor.engine.versus import Pace
from tutor.labs import find_lab
from tutor.labs.devices import gpu, why_not
from tutor.labs.spec import LabSpec

_CLEARLY = 1.1
"""So many times as fast the GPU must be to be preferred."""


@dataclass(frozen=True)
class Speed:
    """Steps a second of a lab with its default knobs."""

    cpu: float
    cuda: float


def table_file() -> Path:
    return cache_folder() / "devices.json"


def faster(spec: LabSpec) -> str:
    """The device for a run that names none: "cuda" where it was measured to be faster here, else "cpu"."""
    if "cuda" not in spec.devices:
        return "cpu"
    speed = speeds().get(spec.id)  # before anything is asked of a GPU: that takes time, and most machines have none
    clearly = speed is not None and speed.cuda >= _CLEARLY * speed.cpu
    return "cuda" if clearly and not why_not() else "cpu"


def wished(spec: LabSpec, wish: str) -> str:
    """The device for a run that names none, where the learner wants "auto", "cuda" or "cpu"."""
    if wish == "auto":
        return faster(spec)
    return wish if wish in spec.devices else "cpu"


def speeds() -> dict[str, Speed]:
    """What was measured with this machine's GPU; nothing, where the file is not there or is no table."""
    try:
        found = json.loads(table_file().read_text(encoding="utf-8"))
        if found["gpu"] != gpu():
            return {}
        return {str(lab): Speed(float(one["cpu"]), float(one["cuda"])) for lab, one in found["labs"].items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}


def measured(lab_id: str) -> Speed | None:
    """Half a second of the lab on each device; None where the GPU fails."""
    spec = find_lab(lab_id).spec
    rates = []
    for device in ("cpu", "cuda"):
        run = Run(find_lab(lab_id), make_link(spec, [("device", device)]))
        run.try_step()
        pace = Pace(run)
        while not pace.done:
            pace.go()
        if run.device != device:
            return None
        rates.append(pace.rate)
    return Speed(*rates)


def note(found: dict[str, Speed]) -> Path | None:
    """Write these into the table, beside what it has already. Returns the file; None where it cannot be written."""
    labs = {**speeds(), **found}
    text = json.dumps({"gpu": gpu(), "labs": {lab: {"cpu": one.cpu, "cuda": one.cuda} for lab, one in sorted(labs.items())}})
    file = table_file()
    part = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(f"{text}\n", encoding="utf-8")
        part.replace(file)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink()
        return None
    return file
