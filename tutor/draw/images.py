"""Small pictures side by side: digits as ink on paper, weights on a two-sided scale, each with its caption."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.draw import palette, raster
from tutor.draw.canvas import BOLD, REVERSE, Canvas, cut, say
from tutor.draw.cells import Ink, Look, Row, cell_width
from tutor.pictures import Box, Images

_INK = " ░▒▓█"
_ASCII_INK = " .:+#@"
_SIGNED = "==--.  :++##"
"""One for each level, from far below the middle to far above it: lying strokes are negative, crossed ones positive."""
_GAP = 2
_MOST = 512


@dataclass(frozen=True)
class _Plan:
    """How the pictures are laid out: cells of each, how many lie side by side, how many are shown."""

    width: int
    height: int
    across: int
    shown: int
    scale: float


def draw_images(images: Images, size: tuple[int, int], look: Look) -> list[Row]:
    """The pictures in exactly this size, as large as all of them fit, in whole steps; the rest is counted in words."""
    columns, rows = size
    canvas = Canvas(columns, rows)
    pixels = np.asarray(images.pixels)
    y = 0
    if images.title and rows >= 5:
        canvas.put(0, 0, cut(say(images.title, look), columns, look), Ink(bold=True))
        y = 1
    if pixels.ndim != 3 or not pixels.size:
        canvas.put(0, y, cut("no pictures yet", columns, look), palette.ink("muted", look))
        return canvas.finish()
    count = len(pixels)
    captions = [say(c, look) for c in images.captions[:count]] + [""] * (count - len(images.captions))
    captioned = any(captions) and rows - y >= 3
    plan = _plan(pixels.shape, columns, rows - y, captioned, captions, look)
    for i in range(plan.shown):
        down, right = divmod(i, plan.across)
        slot = max(plan.width, 0) + _GAP
        x, top = right * slot, y + down * (plan.height + captioned)
        _picture(canvas, x, top, pixels[i], plan, images, look, [box for box in images.boxes[:_MOST] if box.image == i])
        if captioned:
            canvas.put(x, top + plan.height, cut(captions[i], plan.width, look))
    if plan.shown < count:
        words = f"+{count - plan.shown} more" if plan.shown else f"{count} pictures: too little room"
        canvas.put(columns - len(words), rows - 1, cut(words, columns, look), palette.ink("muted", look))
    return canvas.finish()


def _plan(shape: tuple[int, ...], columns: int, rows: int, captioned: bool, captions: list[str], look: Look) -> _Plan:
    """The largest scale at which all pictures fit, else the smallest and as many as fit."""
    count, high, wide = shape
    fine = look.unicode and look.colour
    # With half-blocks a pixel is one cell wide and half a cell high; else two cells wide and one high.
    cell_w, cell_h = (1.0, 0.5) if fine else (2.0, 1.0)
    least = min(8, max((cell_width(c) for c in captions), default=0)) if captioned else 0
    scales = [float(s) for s in range(24, 0, -1)]
    scales += [1 / s for s in (2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 128, 256)]
    smallest: _Plan | None = None
    for scale in scales:
        width = max(least, 1, round(wide * scale * cell_w + 0.4999))
        height = max(1, round(high * scale * cell_h + 0.4999))
        across = (columns + _GAP) // (width + _GAP)
        down = rows // (height + captioned)
        plan = _Plan(width, height, max(1, across), min(count, across * down), scale)
        if plan.shown >= count:
            return plan
        # Rather a few pictures that can be read than many that cannot: a pixel is made smaller than a cell only for a lone one.
        if plan.shown and (scale == 1.0 or smallest is None):
            smallest = plan
        if smallest is not None and scale <= 1:
            return smallest
    return smallest or _Plan(1, 1, 1, 0, 1.0)


def _picture(
    canvas: Canvas, x: int, y: int, pixels: NDArray[Any], plan: _Plan, images: Images, look: Look, boxes: Sequence[Box]
) -> None:
    high, wide = pixels.shape
    fine = look.unicode and look.colour
    columns = max(1, round(wide * plan.scale * (1 if fine else 2) + 0.4999))
    rows = max(1, round(high * plan.scale * (2 if fine else 1) * (0.5 if fine else 1) + 0.4999))
    if fine:
        rows += rows % 2
    grid = _scaled(pixels, rows, columns, wide * plan.scale * (1 if fine else 2), high * plan.scale)
    steps = palette.levels(grid, images.low, images.high)
    steps[np.isnan(grid)] = -1
    places = [_place(box, steps.shape, plan.scale * (1 if fine else 2), plan.scale) for box in boxes]
    columns = min(columns, canvas.columns - x)
    steps = steps[:, :columns]
    table = palette.signed_scale(look.dark) if images.signed else palette.sequential(look.dark)
    colours = np.append(palette.for_look(table, look, images.signed), np.int32(-1))[steps]
    if look.colour:
        for place, box in zip(places, boxes, strict=True):
            colours[place] = palette.tinted(box.role, look.dark)[np.maximum(steps[place], 0)]
    if fine:
        rows = min(rows // 2, canvas.rows - y)
        raster.half_blocks(canvas, x, y, colours[: 2 * rows])
        return
    rows = min(rows, canvas.rows - y)
    here = (slice(y, y + rows), slice(x, x + columns))
    if look.colour:
        canvas.bg[here] = colours[:rows]
        return
    signs = (_SIGNED if images.signed else _INK if look.unicode else _ASCII_INK) + "?"
    codes = np.array([ord(c) for c in signs], np.int32)
    index = np.where(steps < 0, len(signs) - 1, steps * (len(signs) - 1) // palette.LEVELS)
    canvas.code[here] = codes[index[:rows]]
    for down, across in places:
        _bracket(canvas, slice(y + down.start, min(y + down.stop, y + rows)), slice(x + across.start, x + across.stop), look)


def _place(box: Box, shape: tuple[int, ...], scale_x: float, scale_y: float) -> tuple[slice, slice]:
    """The rows and columns of the screen that a box covers, of those that its picture has: at least one each."""
    spans = []
    for first, count, scale, have in ((box.row, box.rows, scale_y, shape[0]), (box.column, box.columns, scale_x, shape[1])):
        start = min(max(0, round(first * scale)), have)
        spans.append(slice(start, min(have, max(start + 1, round((first + count) * scale)))))
    return spans[0], spans[1]


def _bracket(canvas: Canvas, down: slice, across: slice, look: Look) -> None:
    """Brackets at both sides of every row of a box; turned round where there is ink, which they may hide."""
    across = slice(across.start, min(across.stop, canvas.columns))
    if down.stop <= down.start or across.stop <= across.start:
        return
    inked = np.isin(canvas.code[down, across], [ord(c) for c in (_INK if look.unicode else _ASCII_INK)[3:]])
    canvas.attributes[down, across] = np.where(inked, BOLD | REVERSE, BOLD)
    canvas.code[down, across.stop - 1] = ord("]")
    canvas.code[down, across.start] = ord("[")


def _scaled(pixels: NDArray[Any], rows: int, columns: int, wide: float, high: float) -> NDArray[Any]:
    """Each pixel of the screen takes the picture's pixel under its middle, or the mean where it shrinks; NaN beyond."""
    source_rows, source_columns = pixels.shape
    if high < source_rows:
        return _means(pixels, rows, columns)
    at_y = ((np.arange(rows) + 0.5) * source_rows / high).astype(np.int64)
    at_x = ((np.arange(columns) + 0.5) * source_columns / wide).astype(np.int64)
    out = pixels[np.minimum(at_y, source_rows - 1)][:, np.minimum(at_x, source_columns - 1)].astype(np.float64)
    out[at_y >= source_rows] = np.nan
    return np.asarray(out)


def _means(pixels: NDArray[Any], rows: int, columns: int) -> NDArray[Any]:
    ys = np.linspace(0, pixels.shape[0], rows + 1).astype(np.int64)[:-1]
    xs = np.linspace(0, pixels.shape[1], columns + 1).astype(np.int64)[:-1]
    values = pixels.astype(np.float64)
    with np.errstate(all="ignore"):
        sums = np.add.reduceat(np.add.reduceat(values, ys, axis=0), xs, axis=1)
        ones = np.ones_like(values)
        return np.asarray(sums / np.add.reduceat(np.add.reduceat(ones, ys, axis=0), xs, axis=1))
