"""What is kept of a run to compare it with others: its link, its numbers at a step, and its curves in few points."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tutor.engine.record import thin
from tutor.pictures import Lines, Series

if TYPE_CHECKING:
    from tutor.engine.run import Run

COLUMNS = 128
"""Pieces that a kept curve has at most: more than a terminal shows."""
ROLES = ("a", "b", "c", "d", "e", "f", "g", "h")
Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Curve:
    """A metric against the step, in few points; all float64."""

    x: Array
    y: Array
    """(n,): of each piece the least and the greatest, so that the picture is the one of all points."""
    at: Array
    mean: Array
    """(m,): the last step of each piece and the mean over it, which smoothing needs."""

    def value(self, step: float) -> float:
        """The value at the last point up to this step; nan before the first."""
        place = int(np.searchsorted(self.x, step, side="right")) - 1
        return float(self.y[place]) if place >= 0 else math.nan


@dataclass(frozen=True, eq=False)
class Record:
    """A run at a step."""

    lab: str
    link: str
    step: int
    metrics: dict[str, float]
    curves: dict[str, Curve]
    """By metric, up to that step."""
    plugged: bool = False
    """The learner's own code has trained: the link alone does not make it again."""


def record_of(run: Run, columns: int = COLUMNS) -> Record:
    """The run as it is now."""
    steps, values = run.log.columns(run.step)
    curves = {name: curve_of(steps, column, columns) for name, column in values.items() if np.isfinite(column).any()}
    return Record(run.link.lab, run.text, run.step, run.metrics(), curves, run.plug is not None)


def curve_of(x: Array, y: Array, columns: int = COLUMNS) -> Curve:
    """A curve in at most 2·columns points. x, y: (n,), the steps ascending."""
    few_x, few_y = thin(x, y, columns)
    if len(x) <= 2 * columns:
        return Curve(x, y, x, y)
    edges = np.linspace(0, len(x), columns + 1).astype(int)
    finite = np.where(np.isfinite(y), y, 0.0)
    sums = np.add.reduceat(finite, edges[:-1])
    counts = np.add.reduceat(np.isfinite(y).astype(np.float64), edges[:-1])
    mean = np.where(counts > 0, sums / np.maximum(counts, 1.0), np.nan)
    return Curve(few_x, few_y, x[edges[1:] - 1], mean)


def smoothed(curve: Curve, share: float) -> Curve:
    """The exponential moving average that forgets over this share of the steps; 0: the curve as it is.

    With bias correction, and for points at any distance: each weighs as many steps as it stands for, times exp(−age/τ),
    and the sum is divided by the sum of the weights. A constant stays the constant from the first point on.
    """
    if share <= 0 or len(curve.at) < 2:
        return curve
    tau = share * float(curve.at[-1] - curve.at[0])
    spans = np.diff(curve.at, prepend=2 * curve.at[0] - curve.at[1])
    out = np.full(len(curve.at), np.nan)
    total = weight = 0.0
    for k, (span, y) in enumerate(zip(spans.tolist(), curve.mean.tolist(), strict=True)):
        fade = math.exp(-span / tau)
        total, weight = total * fade, weight * fade
        if math.isfinite(y):
            total, weight = total + span * y, weight + span
        out[k] = total / weight if weight > 0 else math.nan
    return Curve(curve.at, out, curve.at, out)


def overlay(
    curves: Sequence[tuple[str, Curve]], title: str, unit: str, *, y_log: bool = False, cursor: float | None = None
) -> Lines:
    """Curves of one metric over each other: (label, curve), at most as many as there are roles."""
    series = tuple(
        Series(label, curve.x.astype(np.float32), curve.y.astype(np.float32), role)
        for (label, curve), role in zip(curves, ROLES, strict=False)
    )
    last = max((float(s.x[-1]) for s in series if len(s.x)), default=1.0)
    return Lines(series, title, x_label=f"{unit}s", x_limits=(0.0, max(1.0, last)), y_log=y_log, cursor=cursor)


def differing(pairs: Sequence[Mapping[str, object]]) -> list[str]:
    """The keys whose values are not the same in all of these mappings, in the order in which they come."""
    names = dict.fromkeys(name for mapping in pairs for name in mapping)
    return [name for name in names if len({repr(mapping.get(name)) for mapping in pairs}) > 1]


def curves_text(record: Record) -> str:
    """The curves of a record as JSON, to be stored; seven digits are what a metric of float32 has."""
    curves = {
        name: [_numbers(part) for part in ((c.x, c.y) if c.at is c.x else (c.x, c.y, c.at, c.mean))]
        for name, c in record.curves.items()
    }
    return json.dumps({"plugged": record.plugged, "curves": curves}, separators=(",", ":"))


def read_curves(text: str) -> tuple[dict[str, Curve], bool]:
    """The curves again, and whether the learner's code has trained; no curves, where there is no such text."""
    try:
        said = json.loads(text)
        curves = {str(name): _curve(parts) for name, parts in said["curves"].items()}
        return curves, bool(said["plugged"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}, False


def _numbers(values: Array) -> list[float | None]:
    return [float(f"{v:.7g}") if math.isfinite(v) else None for v in values.tolist()]


def _curve(parts: Sequence[Sequence[float | None]]) -> Curve:
    arrays = [np.array([math.nan if v is None else float(v) for v in part]) for part in parts]
    if len(arrays) not in (2, 4) or len(arrays[0]) != len(arrays[1]) or len(arrays[-2]) != len(arrays[-1]):
        raise ValueError("this is no curve")
    return Curve(arrays[0], arrays[1], arrays[-2], arrays[-1])


def pack(record: Record) -> dict[str, Any]:
    """A record as a message that can travel."""
    curves = {name: (c.x, c.y, c.at, c.mean) for name, c in record.curves.items()}
    return {"lab": record.lab, "link": record.link, "step": record.step, "metrics": record.metrics, "curves": curves,
            "plugged": record.plugged}  # fmt: skip


def unpack(message: Mapping[str, Any]) -> Record:
    """The record of a message."""
    curves = {name: Curve(*arrays) for name, arrays in message["curves"].items()}
    known = Record(message["lab"], message["link"], message["step"], dict(message["metrics"]), curves)
    return replace(known, plugged=message["plugged"])
