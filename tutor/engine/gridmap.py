"""A grid of runs as a map: which number it shows, its picture, and what it comes to in words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from tutor.engine.grid import DIVERGED, FAILED, FINISHED, RUNNING
from tutor.engine.link import value_text
from tutor.engine.sweep import Axis
from tutor.labs.spec import Array, LabSpec, Metric
from tutor.pictures import Cells
from tutor.words import tr

_KNOWN = {"accuracy": "high", "test_accuracy": "high", "loss": "low", "test_loss": "low"}
_SIGNS: Mapping[int, str] = {RUNNING: ".", FINISHED: ".", DIVERGED: "!", FAILED: "?"}
_BEST = "best {metric} {value} at {place}"
_HIGHEST, _LOWEST = "highest {metric} {value} at {place}", "lowest {metric} {value} at {place}"
_COUNTS = (
    (DIVERGED, "{count} of {all} diverged"),
    (FAILED, "{count} of {all} failed"),
    (FINISHED, "{count} of {all} finished"),
)
_RATIO = 30.0
"""From this ratio of the greatest to the least on, letters are equal ratios apart."""


def better(metric: Metric) -> str:
    """ "high" or "low"; empty where no run is better than another by it."""
    return metric.better or _KNOWN.get(metric.name, "")


def first_metric(spec: LabSpec) -> int:
    """The number of the metric that a map shows first: of those by which runs can be compared, one that should be high."""
    wanted = [k for k, metric in enumerate(spec.metrics) if better(metric) == "high"]
    return next(iter(wanted or [k for k, metric in enumerate(spec.metrics) if better(metric)]), 0)


def map_of(
    spec: LabSpec, axes: Sequence[Axis], metric: Metric, values: Array, fates: Array, cursor: tuple[int, int] | None = None
) -> Cells:
    """The picture of one metric: the first axis goes to the right, the second down.

    values, fates: (cells,), the last axis first to move. cursor: (row, column).
    """
    x, y = axes
    shape = (len(x.values), len(y.values))
    grid, fate = values.reshape(shape).T, fates.reshape(shape).T
    best, worst, log = _ends(values[counted(values, fates)], better(metric))
    return Cells(
        np.where(fate == DIVERGED, np.nan, grid).astype(np.float32),
        tuple("".join(_SIGNS.get(int(f), " ") for f in row) for row in fate),
        tuple(value_text(value) for value in x.values),
        tuple(value_text(value) for value in y.values),
        best,
        worst,
        log,
        metric.title,
        _axis_title(spec, x.name),
        _axis_title(spec, y.name),
        cursor,
    )


def _axis_title(spec: LabSpec, name: str) -> str:
    knob = spec.knob(name)
    if knob is None:
        return name
    return f"{knob.title} (log)" if knob.log else knob.title


def counted(values: Array, fates: Array) -> Array:
    """(cells,) bool: those that have a number to compare."""
    return np.asarray(np.isfinite(values) & ((fates == RUNNING) | (fates == FINISHED)))


def best_cell(metric: Metric, values: Array, fates: Array) -> int | None:
    """The best cell; by a metric without a best, the highest; None where none has a number."""
    there = np.flatnonzero(counted(values, fates))
    if not len(there):
        return None
    ranked = -values[there] if better(metric) == "low" else values[there]
    return int(there[np.argmax(ranked)])


def _ends(values: Array, order: str) -> tuple[float, float, bool]:
    """The values of the best and of the worst letter, in few digits so that they seldom change; and whether ratios count."""
    if not len(values):
        return 1.0, 0.0, False
    low, high = float(values.min()), float(values.max())
    least = float(values[values > 0].min(initial=np.inf)) if order == "low" and low == 0 else low  # nothing left is best of all
    log = least > 0 and high / least >= _RATIO
    if log:
        low = least
        low, high = 10 ** (math.floor(2 * math.log10(low)) / 2), 10 ** (math.ceil(2 * math.log10(high)) / 2)
    elif high > low:
        step = 10 ** math.floor(math.log10(high - low)) / 2
        low, high = math.floor(low / step) * step, math.ceil(high / step) * step
    return (low, high, log) if order == "low" else (high, low, log)


def words_of(spec: LabSpec, axes: Sequence[Axis], metric: Metric, values: Array, fates: Array) -> str:
    """What the map comes to: "best accuracy 0.98 at rate 0.1, seed 3; 7 of 64 diverged"."""
    parts = []
    there = np.flatnonzero(counted(values, fates))
    if len(there):
        order = better(metric)
        ranked = there[np.argsort(values[there], kind="stable")]
        least, most = int(ranked[0]), int(there[np.argmax(values[there])])
        chosen = {"high": [(_BEST, most)], "low": [(_BEST, least)]}.get(order, [(_HIGHEST, most), (_LOWEST, least)])
        for text, k in chosen:
            said = _said(metric, values[k])
            parts.append(tr(text, metric=metric.title, value=said, place=where(axes, k)))
    for fate, text in _COUNTS:
        count = int((fates == fate).sum())
        if count:
            parts.append(tr(text, count=count, all=len(fates)))
    return "; ".join(parts) or tr("no run has a number yet")


def where(axes: Sequence[Axis], cell: int) -> str:
    """The settings of a cell: "rate 0.1, seed 3"."""
    place = np.unravel_index(cell, [len(axis.values) for axis in axes])
    return ", ".join(f"{axis.name} {value_text(axis.values[int(k)])}" for axis, k in zip(axes, place, strict=True))


def _said(metric: Metric, value: float) -> str:
    return format(float(value), metric.format).strip()
