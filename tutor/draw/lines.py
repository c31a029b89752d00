"""A plot of series over a common x: limits, ticks, guides, marks and legend around what plotext draws."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.draw import guides, palette, plot, scales
from tutor.draw.canvas import Canvas, cut, say
from tutor.draw.cells import Ink, Look, Row, cell_width
from tutor.pictures import Lines, Series

_MARKS = ("o", "x", "+", "*", "#", "v", "@", "y")
_MOST_SERIES = 12
_MARK_EVERY = 14
"""Columns between two marks on a line."""


@dataclass(frozen=True)
class _Axes:
    """The limits of both axes; of y in decimal logarithms if `log`."""

    x: tuple[float, float]
    y: tuple[float, float]
    log: bool

    def unit_x(self, x: NDArray[Any]) -> NDArray[Any]:
        return _unit(np.asarray(x, np.float64), self.x)

    def unit_y(self, y: NDArray[Any]) -> NDArray[Any]:
        return _unit(_logarithm(y) if self.log else np.asarray(y, np.float64), self.y)


def draw_lines(lines: Lines, size: tuple[int, int], look: Look) -> list[Row]:
    """The plot in exactly this size; without room it drops the x label, the title, then the legend."""
    columns, rows = size
    canvas = Canvas(columns, rows)
    series = lines.series[:_MOST_SERIES]
    axes = _axes(lines, series)
    top = _head(canvas, lines, series, look) if rows >= 7 else 0
    bottom = 1 if lines.x_label and rows >= 12 else 0
    plot_rows = rows - top - bottom
    y_ticks = _y_ticks(axes, plot_rows)
    if columns < 10 + max((len(label) for _, label in y_ticks), default=0):
        y_ticks = []
    inner = plot.inside((columns, plot_rows), y_ticks)
    x_ticks = _x_ticks(axes, inner[0])
    curves = _curves(series, axes, inner[0], look)
    rows_drawn = plot.plot((columns, plot_rows), curves, x_ticks, y_ticks, palette.colour("frame", look))
    canvas.paste(0, top, rows_drawn)
    box = guides.Box(columns - inner[0], top, *inner)
    for guide in lines.guides[:_MOST_SERIES]:
        at = axes.unit_x(np.array(guide.value)) if guide.axis == "x" else axes.unit_y(np.array(guide.value))
        guides.draw_guide(canvas, box, guide, float(at), look)
    if lines.cursor is not None:
        guides.draw_cursor(canvas, box, float(axes.unit_x(np.array(lines.cursor))), look)
    if bottom:
        label = cut(say(lines.x_label, look), columns, look)
        canvas.put(max(0, columns - cell_width(label)), rows - 1, label, palette.ink("muted", look))
    if not any(_finite(s).any() for s in series):
        guides.words(canvas, box, "no numbers to plot yet", look)
    return canvas.finish()


def _unit(values: NDArray[Any], limits: tuple[float, float]) -> NDArray[Any]:
    low, high = limits
    with np.errstate(all="ignore"):
        held = np.where(np.isfinite(values), np.clip(values, -scales.LARGEST, scales.LARGEST), np.nan)
        return np.asarray((held - low) / (high - low))


def _logarithm(values: NDArray[Any]) -> NDArray[Any]:
    values = np.asarray(values, np.float64)
    with np.errstate(all="ignore"):
        return np.where((values > 0) & np.isfinite(values), np.log10(np.where(values > 0, values, 1.0)), np.nan)


def _finite(series: Series) -> NDArray[Any]:
    x, y = np.asarray(series.x).ravel(), np.asarray(series.y).ravel()
    count = min(x.size, y.size)
    with np.errstate(all="ignore"):
        return np.asarray(np.isfinite(x[:count].astype(np.float64)) & np.isfinite(y[:count].astype(np.float64)))


def _axes(lines: Lines, series: tuple[Series, ...]) -> _Axes:
    xs = _span([np.asarray(s.x, np.float64) for s in series])
    x = scales.usable(lines.x_limits) or scales.stepped_limits(*(xs or (0.0, 1.0)))
    log = lines.y_log
    values = [_logarithm(s.y) if log else np.asarray(s.y, np.float64) for s in series]
    ys = _span(values)
    if log and ys is None:
        ys = (-1.0, 0.0)
    low, high = ys or (0.0, 1.0)
    room = 3 * (high - low) or 1.0
    for guide in lines.guides:
        at = float(_logarithm(np.array(guide.value))) if log else float(guide.value)
        # A guide far off would press the data flat: it is then named at the edge instead.
        if guide.axis == "y" and math.isfinite(at) and low - room <= at <= high + room:
            low, high = min(low, at), max(high, at)
    given = lines.y_limits
    if given is not None and log:
        a, b = _logarithm(np.array(given)).tolist()
        given = (a, b)
    y = scales.usable(given) or (_log_limits(low, high) if log else scales.stepped_limits(low, high))
    return _Axes(x, y, log)


def _log_limits(low: float, high: float) -> tuple[float, float]:
    """Whole decades, or halves of one where the data span little."""
    low, high = max(-300.0, low), min(300.0, high)
    step = 1.0 if high - low > 1 else 0.5
    a, b = math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step
    return (a, b) if b > a else (a - step, b + step)


def _span(arrays: list[NDArray[Any]]) -> tuple[float, float] | None:
    spans = [span for span in map(scales.span_of, arrays) if span is not None]
    if not spans:
        return None
    return min(low for low, _ in spans), max(high for _, high in spans)


def _y_ticks(axes: _Axes, rows: int) -> list[plot.Tick]:
    count = max(2, min(6, (rows - 1) // 3))
    found = scales.log_ticks(*axes.y, count) if axes.log else scales.ticks(*axes.y, count)
    width = max((len(label) for _, label in found), default=0)
    low, high = axes.y
    return [((value - low) / (high - low), label.rjust(width)) for value, label in found]


def _x_ticks(axes: _Axes, columns: int) -> list[plot.Tick]:
    low, high = axes.x
    return [((v - low) / (high - low), label) for v, label in scales.ticks(low, high, max(2, min(6, columns // 12)))]


def _curves(series: tuple[Series, ...], axes: _Axes, columns: int, look: Look) -> list[plot.Curve]:
    lines_, marks = [], []
    several = sum(not s.dots for s in series) > 1
    for k, s in enumerate(series):
        x, y = np.asarray(s.x).ravel(), np.asarray(s.y).ravel()
        count = min(x.size, y.size)
        ux, uy = axes.unit_x(x[:count]), axes.unit_y(y[:count])
        colour = palette.colour(s.role, look)
        if s.dots:
            marks.append(plot.Curve(ux, uy, colour, mark_of(k), joined=False))
            continue
        lines_.append(plot.Curve(ux, uy, colour, plot.BRAILLE if look.unicode else "." if several else "*"))
        if several:
            chosen = _marked(ux, uy, columns, k, len(series))
            marks.append(plot.Curve(ux[chosen], uy[chosen], colour, mark_of(k), joined=False))
    return lines_ + marks


def mark_of(k: int) -> str:
    return _MARKS[k % len(_MARKS)]


def _marked(x: NDArray[Any], y: NDArray[Any], columns: int, k: int, count: int) -> NDArray[Any]:
    """Which points carry the mark of their series: about one in `_MARK_EVERY` columns, where the others have none."""
    seen = np.flatnonzero(np.isfinite(x) & np.isfinite(y) & (x >= 0) & (x <= 1) & (y >= 0) & (y <= 1))
    if not seen.size:
        return seen
    slot = np.floor(x[seen] * columns / _MARK_EVERY - (k + 0.5) / count)
    _, first = np.unique(slot, return_index=True)
    # The first slot begins where the line does, for every series alike: it is marked only if it is the only one.
    return np.asarray(seen[first[1:] if first.size > 1 else first])


def _head(canvas: Canvas, lines: Lines, series: tuple[Series, ...], look: Look) -> int:
    """Title, legend and y label above the plot; returns how many rows they take."""
    title, y_label = say(lines.title, look), say(lines.y_label, look)
    names = [(k, s) for k, s in enumerate(series) if s.label] if len(series) > 1 or not title else []
    if len(series) == 1 and names and say(series[0].label, look) in (title, y_label):
        names = []
    y = 0
    end = canvas.put(0, 0, cut(title, canvas.columns, look), Ink(bold=True)) if title else 0
    if y_label and y_label != title:
        text = f"({y_label})" if title else y_label
        if end + 1 + cell_width(text) <= canvas.columns:
            end = canvas.put(end + bool(title), 0, text, palette.ink("muted", look))
    wide = sum(cell_width(say(s.label, look)) + 4 for _, s in names)
    if names and end and end + 2 + wide > canvas.columns and canvas.rows >= 9:
        y, end = 1, 0
    x = max(end + 2 if end else 0, canvas.columns - wide if y == 0 else 0)
    for k, s in names:
        ink = palette.ink(s.role, look, bold=True)
        label = say(s.label, look)
        several = sum(not s.dots for s in series) > 1
        sign = mark_of(k) if several or s.dots else "─" if look.unicode else "-"
        if x + 2 + cell_width(label) > canvas.columns:
            label = cut(label, canvas.columns - x - 2, look)
        if len(label) < 2 and len(s.label) > 2:
            break
        x = canvas.put(x, y, sign, ink)
        x = canvas.put(x + 1, y, label, palette.ink(s.role, look)) + 2
    return y + 1 if title or y_label or names else 0
