"""Named amounts as horizontal bars, from zero to the right or to the left."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.draw import palette, scales
from tutor.draw.canvas import Canvas, cut, say
from tutor.draw.cells import Ink, Look, Row, cell_width
from tutor.pictures import Bars

_EIGHTHS = " ▏▎▍▌▋▊▉"


def draw_bars(bars: Bars, size: tuple[int, int], look: Look) -> list[Row]:
    """The bars in exactly this size, one row each (two where there is room); what finds no room is counted in words."""
    columns, rows = size
    canvas = Canvas(columns, rows)
    values = np.asarray(bars.values, np.float64).ravel()[:4096]
    count = min(len(bars.labels), values.size)
    y = 0
    if bars.title and rows >= count + 1:
        canvas.put(0, 0, cut(say(bars.title, look), columns, look), Ink(bold=True))
        y = 1
    if not count:
        canvas.put(0, y, cut("nothing to show yet", columns, look), palette.ink("muted", look))
        return canvas.finish()
    shown = count if count <= rows - y else max(0, rows - y - 1)
    pitch = 2 if shown * 2 <= rows - y else 1
    unit = f" {say(bars.unit, look)}" if bars.unit else ""
    numbers = [scales.number(float(v)) + unit if math.isfinite(v) else _not_finite(float(v)) for v in values[:shown]]
    labels = [say(label, look) for label in bars.labels[:shown]]
    label_width = min(max(map(cell_width, labels), default=0), columns // 3)
    number_width = min(max(map(cell_width, numbers), default=0), max(0, columns - label_width - 3))
    room = columns - label_width - number_width - 2
    lengths = _logarithms(values[:count]) if bars.log else values
    low, high = _reach(lengths[:count])
    zero = round(room * -low / (high - low))
    for i in range(shown):
        role = bars.roles[i] if i < len(bars.roles) else "a"
        line = y + i * pitch
        label = cut(labels[i], label_width, look)
        canvas.put(label_width - cell_width(label), line, label)
        end = label_width + 1
        if room > 0:
            end += _bar(canvas, end, line, float(lengths[i]), (low, high), room, zero, role, look)
        at = columns - number_width if low < 0 else min(end + 1, columns - number_width)
        canvas.put(at, line, cut(numbers[i], number_width, look), palette.ink(role, look))
    if shown < count:
        canvas.put(0, rows - 1, cut(f"+{count - shown} more", columns, look), palette.ink("muted", look))
    return canvas.finish()


def _not_finite(value: float) -> str:
    return "not a number" if math.isnan(value) else "infinite" if value > 0 else "minus infinite"


def _reach(values: NDArray[Any]) -> tuple[float, float]:
    low, high = scales.span_of(values) or (0.0, 1.0)
    low, high = min(0.0, low), max(0.0, high)
    return (low, high) if high - low > 1e-290 else (0.0, 1.0)


def _logarithms(values: NDArray[Any]) -> NDArray[Any]:
    """How far each amount is above the power of ten below the least, in powers of ten; not a number where it is not above 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.where(values > 0, np.log10(values), np.nan)
    finite = found[np.isfinite(found)]
    return found - math.floor(finite.min()) if finite.size else found


def _bar(
    canvas: Canvas, x: int, y: int, value: float, reach: tuple[float, float], room: int, zero: int, role: str, look: Look
) -> int:
    """One bar; returns where it ends, in cells from x."""
    ink = palette.ink(role, look)
    axis = "│" if look.unicode else "|"
    if not math.isfinite(value):
        canvas.put(x + zero if zero < room else x, y, axis, palette.ink("muted", look))
        return min(zero + 1, room)
    low, high = reach
    length = min(1.0, abs(max(-scales.LARGEST, min(scales.LARGEST, value))) / (high - low)) * room
    if value < 0:
        cells = min(zero, round(length))
        canvas.put(x + zero - cells, y, ("█" if look.unicode else "=") * cells, ink)
        return zero
    whole = min(int(length), room - zero)
    text = ("█" if look.unicode else "#") * whole
    part = int((length - whole) * 8)
    if look.unicode and part and zero + whole < room:
        text += _EIGHTHS[part]
    elif not look.unicode and length - whole >= 0.5 and zero + whole < room:
        text += "#"
    if not text:
        text = "▏" if look.unicode else "|"
    canvas.put(x + zero, y, text[: max(0, room - zero)], ink)
    return min(room, zero + len(text))
