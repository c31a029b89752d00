"""Plain text, and pictures side by side."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

from tutor.draw import palette
from tutor.draw.canvas import Canvas, cut, fit, say, wrap
from tutor.draw.cells import Ink, Look, Row, Span
from tutor.draw.maps import is_pictured
from tutor.pictures import Columns, Images, Network, Picture, Text

Drawer = Callable[[Picture, tuple[int, int], Look], list[Row]]
_NARROWEST = 24
"""A part that would get fewer columns than this goes below the other instead."""
_NARROW = 8
"""The same for a part made of small pictures."""
_LOWEST = 5
_GAP = 2
_MOST_LINES = 2000


def draw_text(text: Text, size: tuple[int, int], look: Look) -> list[Row]:
    """The lines, wrapped, in exactly this size; a sign on the last row where there are more."""
    columns, rows = size
    canvas = Canvas(columns, rows)
    y = 0
    if text.title:
        canvas.put(0, 0, cut(say(text.title, look), columns, look), Ink(bold=True))
        y = 1
    lines = [piece for line in text.lines[:_MOST_LINES] for piece in wrap(say(line, look), columns)]
    for k, line in enumerate(lines[: max(0, rows - y)]):
        canvas.put(0, y + k, line)
    if len(lines) > rows - y and rows > y:
        more = "…" if look.unicode else "..."
        canvas.put(0, rows - 1, more.ljust(columns))
    return canvas.finish()


def draw_columns(columns: Columns, size: tuple[int, int], look: Look, draw: Drawer) -> list[Row]:
    """The parts side by side in exactly this size; one below the other where that leaves one too narrow."""
    width, height = size
    parts = columns.parts
    if not parts:
        return Canvas(width, height).finish()
    shares = _shares(columns)
    widths = _divide(width - _GAP * (len(parts) - 1), shares)
    wide_enough = all(width >= _least(part) for part, width in zip(parts, widths, strict=True))
    if wide_enough or (height < 2 * _LOWEST and min(widths) >= 10):
        return _beside(columns, widths, height, look, draw, width)
    shown = max(1, min(len(parts), height // _LOWEST))
    hidden = len(parts) - shown
    note = bool(hidden) and height > _LOWEST
    heights = _divide(height - note, [1.0] * shown)
    out: list[Row] = []
    for part, rows in zip(parts[:shown], heights, strict=True):
        out += draw(part, (width, rows), look)
    if note:
        out.append((Span(f"+{hidden} more", palette.ink("muted", look)),))
    return fit(out, width, height)


def _beside(columns: Columns, widths: list[int], height: int, look: Look, draw: Drawer, width: int) -> list[Row]:
    canvas = Canvas(width, height)
    x = 0
    for part, wide in zip(columns.parts, widths, strict=True):
        canvas.paste(x, 0, draw(part, (wide, height), look))
        x += wide + _GAP
    return canvas.finish()


def _least(part: Picture) -> int:
    small = isinstance(part, Images) or (isinstance(part, Network) and is_pictured(part.layers))
    return _NARROW if small else _NARROWEST


def _shares(columns: Columns) -> list[float]:
    shares = [float(s) for s in columns.shares]
    good = len(shares) == len(columns.parts) and all(math.isfinite(s) and 0 < s < 1e9 for s in shares)
    return shares if good else [1.0] * len(columns.parts)


def _divide(total: int, shares: list[float]) -> list[int]:
    """`total` in whole pieces by share; they add up."""
    whole = sum(shares)
    ends, reached = [0], 0.0
    for share in shares:
        reached += share
        ends.append(round(max(0, total) * reached / whole))
    return [b - a for a, b in pairwise(ends)]
