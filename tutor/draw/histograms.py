"""Histograms in rows and columns: small bars over an axis with its two ends, the caption below."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tutor.draw import palette, scales
from tutor.draw.canvas import Canvas, cut, say, wrap
from tutor.draw.cells import Ink, Look, Row, cell_width
from tutor.pictures import Histogram, Histograms

_EIGHTHS = " ▁▂▃▄▅▆▇█"
_THIRDS = " .:#"
_GAP = 2
_NARROWEST = 7
"""Cells that a histogram needs to be one."""
_HIGHEST = 8
"""Rows of bars that are enough."""
_MOST = 64


class _Plan(NamedTuple):
    """How many rows and columns are shown, and what each gets, in cells."""

    shown: int
    across: int
    label: int
    width: int
    bars: int
    axis: bool
    caption: bool

    @property
    def height(self) -> int:
        return self.bars + self.axis + self.caption


def draw_histograms(picture: Histograms, size: tuple[int, int], look: Look) -> list[Row]:
    """All rows in exactly this size, as high as they fit; those that find no room are counted in words."""
    columns, rows = size
    canvas = Canvas(columns, rows)
    y = 0
    if picture.title and rows >= 8:
        canvas.put(0, 0, cut(say(picture.title, look), columns, look), Ink(bold=True))
        y = 1
    if not picture.rows:
        canvas.put(0, y, cut("nothing to show yet", columns, look), palette.ink("muted", look))
        return canvas.finish()
    below = _below(picture, columns, rows - y, look)
    plan = _plan(picture, columns, rows - y - 1 - len(below), look)
    left = plan.label + 1 if plan.label else 0
    for k, heading in enumerate(picture.headings[: plan.across]):
        canvas.put(left + k * (plan.width + _GAP), y, cut(say(heading, look), plan.width, look), palette.ink("muted", look))
    y += 1
    for i, row in enumerate(picture.rows[: plan.shown]):
        if plan.label:
            _label(canvas, y, picture, i, plan, look)
        for k, one in enumerate(row[: plan.across]):
            _histogram(canvas, left + k * (plan.width + _GAP), y, one, plan, look)
        y += plan.height
    if plan.shown < len(picture.rows):
        words = f"+{len(picture.rows) - plan.shown} more"
        canvas.put(0, min(y, rows - 1), cut(words, columns, look), palette.ink("muted", look))
    for k, line in enumerate(below):
        canvas.put(0, rows - len(below) + k, line)
    return canvas.finish()


def _below(picture: Histograms, columns: int, rows: int, look: Look) -> list[str]:
    """The caption's lines that there is room for: every row of the picture keeps two."""
    lines = [piece for line in picture.caption[:_MOST] for piece in wrap(say(line, look), columns)]
    room = max(0, rows - 1 - 2 * len(picture.rows))
    if len(lines) > room > 0:
        lines = [*lines[: room - 1], cut(lines[room - 1] + " " * columns, columns, look)]
    return lines[:room]


def _plan(picture: Histograms, columns: int, rows: int, look: Look) -> _Plan:
    count = min(len(picture.rows), _MOST)
    texts = [say(text, look) for text in (*picture.labels[:count], *picture.notes[:count])]
    label = min(max(map(cell_width, texts), default=0), columns // 4)
    if columns < 3 * _NARROWEST:
        label = 0
    room = columns - (label + 1 if label else 0)
    wanted = max(1, min(_MOST, max((len(row) for row in picture.rows), default=1)))
    across = max(1, min(wanted, (room + _GAP) // (_NARROWEST + _GAP)))
    width = max(1, (room - _GAP * (across - 1)) // across)
    each = max(0, rows) // count
    if each < 1:
        return _Plan(max(0, rows - 1), across, label, width, 1, False, False)
    caption, axis = each >= 2, each >= 4
    bars = min(_HIGHEST, each - caption - axis)
    return _Plan(count, across, label, width, bars, axis, caption)


def _label(canvas: Canvas, y: int, picture: Histograms, number: int, plan: _Plan, look: Look) -> None:
    if number < len(picture.labels):
        canvas.put(0, y, cut(say(picture.labels[number], look), plan.label, look), Ink(bold=True))
    if number < len(picture.notes) and plan.height >= 2:
        canvas.put(0, y + 1, cut(say(picture.notes[number], look), plan.label, look), palette.ink("muted", look))


def _histogram(canvas: Canvas, x: int, y: int, one: Histogram, plan: _Plan, look: Look) -> None:
    signs = _EIGHTHS if look.unicode else _THIRDS
    steps = len(signs) - 1
    heights = np.ceil(_heights(np.asarray(one.counts, np.float64).ravel(), plan.width) * plan.bars * steps - 1e-9).astype(int)
    ink = palette.ink(one.role, look)
    for line in range(plan.bars):
        floor = (plan.bars - 1 - line) * steps
        text = "".join(signs[min(steps, max(0, int(height) - floor))] for height in heights)
        canvas.put(x, y + line, text, ink)
    y += plan.bars
    if plan.axis:
        _axis(canvas, x, y, one, plan.width, look)
        y += 1
    if plan.caption:
        canvas.put(x, y, cut(say(one.caption, look), plan.width, look))


def _axis(canvas: Canvas, x: int, y: int, one: Histogram, width: int, look: Look) -> None:
    """The two ends (the right one where there is no room for both), and between them a mark at 0 where it lies within."""
    ink = palette.ink("muted", look)
    low, high = (scales.number(float(end)) for end in (one.low, one.high))
    line = list(("─" if look.unicode else "-") * width)
    span = one.high - one.low
    if math.isfinite(span) and one.low < 0 < one.high:
        line[min(width - 1, int(-one.low / span * width))] = "┼" if look.unicode else "+"
    if cell_width(low) + cell_width(high) + 1 <= width:
        line[: len(low)] = low
    if cell_width(high) + 1 <= width:
        line[width - len(high) :] = high
    canvas.put(x, y, "".join(line), ink)


def _heights(counts: NDArray[Any], width: int) -> NDArray[Any]:
    """(width,) from 0 to 1: the counts spread over so many cells, the highest being 1."""
    counts = np.clip(np.where(np.isfinite(counts), counts, 0.0), 0.0, scales.LARGEST)
    most = float(counts.max()) if counts.size else 0.0
    if not most > 0:
        return np.zeros(width)
    sums = np.concatenate(([0.0], np.cumsum(counts / most)))
    cells = np.diff(np.interp(np.linspace(0, counts.size, width + 1), np.arange(counts.size + 1), sums))
    return np.asarray(cells / max(float(cells.max()), 1e-300))
