"""Runs that have been tried, to be compared: where they come from, what they are called, and their table."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from textual.app import App

from tutor.engine.curves import Record, curves_text, differing, read_curves
from tutor.engine.link import make_link, split_link, value_text
from tutor.errors import StoreProblem, UserError
from tutor.labs.spec import LabSpec, Metric
from tutor.store import Store
from tutor.store.model import KeptRun
from tutor.words import tr

_LONGEST = 24
"""Characters of a label in a plot's legend."""


@dataclass(frozen=True, eq=False)
class Tried:
    """A run that has been tried."""

    record: Record
    origin: str
    """"now": the one on screen; "swept": of a sweep; "kept": to be there tomorrow."""
    id: int = 0
    """In the store, if it is kept."""
    name: str = ""
    """As the learner calls it."""
    state: str = ""
    """Why there are no curves, or empty."""

    @property
    def key(self) -> tuple[str, int, str]:
        return self.origin, self.id, self.record.link


def store_of(app: App[Any]) -> Store | None:
    """Where the app keeps things; None in an app that keeps nothing."""
    store = getattr(app, "store", None)
    return store if isinstance(store, Store) else None


def keep(store: Store, record: Record, name: str = "") -> int:
    """Keep a run. Returns its id in the store. Raises StoreProblem."""
    return store.keep_run(record.link, record.step, record.metrics, name=name, curves=curves_text(record))


def kept_runs(store: Store | None, spec: LabSpec) -> list[Tried]:
    """The runs of a lab that were kept, oldest first; without those that this version of the lab cannot read."""
    if store is None:
        return []
    try:
        found = [tried_of(run, spec) for run in store.runs(lab=spec.id)]
    except StoreProblem:
        return []
    return [tried for tried in found if tried is not None]


def tried_of(run: KeptRun, spec: LabSpec) -> Tried | None:
    """A stored run as one that has been tried."""
    try:
        make_link(spec, split_link(run.link)[1])
    except UserError:
        return None
    curves, plugged = read_curves(run.curves)
    return Tried(Record(spec.id, run.link, run.step, run.metrics, curves, plugged), "kept", run.id, run.name)


def settings(link: str, spec: LabSpec) -> dict[str, str]:
    """What makes a run what it is: every knob, the seed, the device, and what was turned on the way."""
    made = make_link(spec, split_link(link)[1])
    turned = {f"{change.knob}@{change.step}": value_text(change.value) for change in made.changes}
    return {**{name: value_text(value) for name, value in made.knobs}, **turned, "seed": str(made.seed), "device": made.device}


def labels(runs: Sequence[Tried], spec: LabSpec) -> list[str]:
    """What each is called in a legend: its name, or else where it differs from the others."""
    pairs = [settings(run.record.link, spec) for run in runs]
    names = differing(pairs)
    found = []
    for run, pair in zip(runs, pairs, strict=True):
        said = ", ".join(f"{name} {pair[name]}" for name in names if name in pair)
        if run.origin == "now":
            said = tr("now: {said}", said=said) if said else tr("now")
        found.append(cut(run.name or said or tr("step {step}", step=run.record.step)))
    return found


def cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def against(record: Record, link: str, spec: LabSpec) -> str:
    """A kept run as seen from another: the settings in which they differ."""
    theirs, ours = settings(record.link, spec), settings(link, spec)
    said = ", ".join(f"{name} {theirs.get(name, '-')}" for name in differing([theirs, ours]))
    return cut(said or "kept")


@dataclass(frozen=True)
class Sheet:
    """The table of what was tried."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def sheet(runs: Sequence[Tried], spec: LabSpec, first: str, cursor: float | None) -> Sheet:
    """Only the settings that differ, then the metrics, the chosen one first; with a cursor, that one's values there."""
    pairs = [settings(run.record.link, spec) for run in runs]
    names = differing(pairs)
    metrics = sorted(
        (m for m in spec.metrics if any(math.isfinite(run.record.metrics.get(m.name, math.nan)) for run in runs)),
        key=lambda metric: metric.name != first,
    )
    heads = ["run", *names, spec.unit, *(m.name for m in metrics)]
    if cursor is not None and metrics and metrics[0].name == first:
        heads[2 + len(names)] = f"{first}@{cursor:.0f}"
    rows = []
    for run, pair in zip(runs, pairs, strict=True):
        title = run.name or {"now": "now", "swept": "sweep"}.get(run.origin, "kept")
        numbers = [run.state] if run.state else [_number(m, run.record, cursor if m.name == first else None) for m in metrics]
        rows.append((title, *(pair.get(name, "") for name in names), str(run.record.step), *numbers))
    return Sheet(tuple(heads), tuple(rows))


def _number(metric: Metric, record: Record, cursor: float | None) -> str:
    value = record.metrics.get(metric.name, math.nan)
    if cursor is not None and metric.name in record.curves:
        value = record.curves[metric.name].value(cursor)
    return "" if math.isnan(value) else format(value, metric.format).strip()


def as_csv(runs: Sequence[Tried], spec: LabSpec) -> str:
    """The runs as a table for other programs: name, settings that differ, step, metrics, link."""
    pairs = [settings(run.record.link, spec) for run in runs]
    names = differing(pairs)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["name", *names, "step", *(metric.name for metric in spec.metrics), "link"])
    for run, pair in zip(runs, pairs, strict=True):
        numbers = [repr(run.record.metrics[m.name]) if m.name in run.record.metrics else "" for m in spec.metrics]
        writer.writerow([run.name, *(pair.get(name, "") for name in names), run.record.step, *numbers, run.record.link])
    return out.getvalue()


def as_json(runs: Sequence[Tried]) -> str:
    """The runs with their curves; numbers that JSON does not have are null."""
    return json.dumps({"runs": [_plain(run) for run in runs]}, indent=1)


def _plain(run: Tried) -> Mapping[str, object]:
    record = run.record
    metrics = {name: value if math.isfinite(value) else None for name, value in record.metrics.items()}
    curves = json.loads(curves_text(record))["curves"]
    return {"name": run.name, "link": record.link, "step": record.step, "metrics": metrics,
            "curves": {name: {"step": parts[0], "value": parts[1]} for name, parts in curves.items()}}  # fmt: skip


def renamed(run: Tried, name: str) -> Tried:
    return replace(run, name=name)
