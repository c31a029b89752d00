"""A map of many runs: a block of cells for each, coloured, lettered from A (the best) on, and numbered where there is room."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from tutor.draw import palette
from tutor.draw.canvas import BOLD, REVERSE, Canvas, cut, say
from tutor.draw.cells import Ink, Look, Row, cell_width
from tutor.pictures import Array, Cells

_WIDEST, _HIGHEST = 9, 3
"""Columns and rows of the largest block."""
_NUMBERED = 8
"""Columns that a block needs to hold a letter and a number between brackets."""
_MARGIN = 12
"""Columns that the names at the left take at most."""
_SIGNS = {"!": "diverged", "?": "failed"}


class _Plan(NamedTuple):
    """Where the blocks lie, in cells; and which of them: those around the cursor, where not all have room."""

    x: int
    y: int
    wide: int
    high: int
    left: int
    """The first column of the map that is shown."""
    across: int
    """How many are."""
    top: int
    down: int


def draw_cells(cells: Cells, size: tuple[int, int], look: Look) -> list[Row]:
    """The map in exactly this size: title, blocks with their settings, legend; the smaller the size, the fewer of these."""
    columns, rows = size
    canvas, values = Canvas(columns, rows), np.asarray(cells.values, np.float64)
    if values.ndim != 2 or not values.size:
        canvas.put(0, 0, cut("there is no run to show", columns, look), palette.ink("muted", look))
        return canvas.finish()
    titled, legend, axes = rows >= 6 and bool(cells.title), rows >= 5, rows >= 4 and columns >= 12
    plan = _plan(cells, values.shape, columns, rows, titled, legend, axes, look)
    if titled:
        canvas.put(0, 0, cut(say(cells.title, look), columns, look), Ink(bold=True))
    steps = levels(values, cells.best, cells.worst, cells.log)
    finite = values[np.isfinite(values)]
    whole = bool((finite == np.round(finite)).all())
    for i in range(plan.down):
        for k in range(plan.across):
            value = float(values[plan.top + i, plan.left + k])
            said = f"{value:.0f}" if whole and abs(value) < 10_000 else short(value)
            _block(canvas, cells, said, int(steps[plan.top + i, plan.left + k]), (plan.top + i, plan.left + k), plan, look)
    if axes:
        _axes(canvas, cells, plan, look)
    if legend:
        _legend(canvas, cells, plan, values.shape, rows - 1, look)
    return canvas.finish()


def levels(values: Array, best: float, worst: float, log: bool) -> Array:
    """The step of each value from 0 (the best) on, int64; -1 where it is no number."""
    if log:
        with np.errstate(all="ignore"):
            values = np.where(values > 0, np.log(values), np.where(values == 0, -np.inf, np.nan))
        best, worst = (math.log(max(end, 1e-300)) for end in (best, worst))
    if best > worst:
        return palette.levels(-values, -best, -worst)
    return palette.levels(values, best, worst)


def _plan(
    cells: Cells, shape: tuple[int, ...], columns: int, rows: int, titled: bool, legend: bool, axes: bool, look: Look
) -> _Plan:
    margin = 0
    if axes:
        margin = min(_MARGIN, 1 + max(cell_width(say(text, look)) for text in (*cells.y_labels, cells.y_label)))
        margin = min(margin, columns // 3)
    room_x, room_y = columns - margin, rows - titled - legend - 2 * axes
    count_y, count_x = shape
    wide = max(1, min(_WIDEST, room_x // count_x))
    high = max(1, min(_HIGHEST, room_y // count_y))
    across, down = max(1, min(count_x, room_x // wide)), max(1, min(count_y, room_y // high))
    row, column = cells.cursor or (0, 0)
    left = max(0, min(column - across // 2, count_x - across))
    top = max(0, min(row - down // 2, count_y - down))
    return _Plan(margin, int(titled) + axes, wide, high, left, across, top, down)


def _block(canvas: Canvas, cells: Cells, said: str, step: int, place: tuple[int, int], plan: _Plan, look: Look) -> None:
    """One run, whose number is `said`: its ground in the colour of its letter; in its middle line the letter, or both."""
    i, k = place
    x, y = plan.x + (k - plan.left) * plan.wide, plan.y + (i - plan.top) * plan.high
    wide = min(plan.wide, canvas.columns - x)
    sign = cells.signs[i][k : k + 1] or " "
    letter = chr(ord("A") + step) if step >= 0 else "-"
    text = letter
    if sign == "." and plan.wide >= _NUMBERED:
        text = f"{letter}{said:>{plan.wide - 4}}"
    elif sign != ".":
        text = sign if sign.strip() else ("·" if look.unicode else ".")
    ground = int(palette.signed_scale(look.dark)[palette.LEVELS - 1 - step]) if sign == "." and step >= 0 else -1
    chosen = place == cells.cursor
    here = (slice(y, min(y + plan.high, canvas.rows)), slice(x, x + wide))
    fg = _on(ground) if look.colour and ground >= 0 else None
    if sign in _SIGNS and look.colour:
        fg = palette.colour("bad", look)
    if look.colour and ground >= 0:
        # The last column stays free, so that blocks of one colour can be told apart.
        canvas.bg[here[0], x : x + max(1, wide - (wide >= 4))] = ground
    middle = y + (plan.high - 1) // 2
    inside = wide - (wide >= 4)
    ink = Ink(fg, bold=chosen or sign in _SIGNS)
    start = x + max(0, (inside - len(text) + (inside > 3)) // 2) if len(text) < inside else x
    canvas.put(start, middle, text[: max(1, inside)], ink)
    if chosen:
        _choose(canvas, x, middle, inside, fg)


def _choose(canvas: Canvas, x: int, middle: int, inside: int, fg: int | None) -> None:
    """The block that is looked at: between brackets where there is room, and turned inside out."""
    if inside >= 3:
        canvas.put(x, middle, "[", Ink(fg, bold=True))
        canvas.put(x + inside - 1, middle, "]", Ink(fg, bold=True))
    canvas.attributes[middle : middle + 1, x : x + inside] |= np.uint8(BOLD | REVERSE)


def _on(ground: int) -> int:
    """Black or white, whichever is read more easily on this colour."""
    red, green, blue = ground >> 16, ground >> 8 & 255, ground & 255
    return 0x000000 if 0.299 * red + 0.587 * green + 0.114 * blue > 110 else 0xFFFFFF


def _axes(canvas: Canvas, cells: Cells, plan: _Plan, look: Look) -> None:
    """What the columns differ in, below the blocks; what the rows do, at their left."""
    muted, strong = palette.ink("muted", look), palette.ink("accent", look, bold=True)
    row, column = cells.cursor or (-1, -1)
    for i in range(plan.top, plan.top + plan.down):
        text = cut(say(cells.y_labels[i], look), plan.x - 1, look)
        y = plan.y + (i - plan.top) * plan.high + (plan.high - 1) // 2
        canvas.put(plan.x - 1 - cell_width(text), y, text, strong if i == row else muted)
    down, right = ("↓", "→") if look.unicode else ("v", ">")
    said = f"{say(cells.y_label, look)} {down}   {say(cells.x_label, look)} {right}"
    canvas.put(0, plan.y - 1, cut(said, canvas.columns, look), muted)
    below, end = plan.y + plan.down * plan.high, plan.x - 1
    labels = [say(text, look) for text in cells.x_labels]
    widest = max(cell_width(label) for label in labels) + 1
    every = 1 if widest <= plan.wide else -(-min(widest, 8) // plan.wide)
    for k in range(plan.left, plan.left + plan.across):
        chosen = k == column
        if not chosen and (k - plan.left) % every:
            continue
        text = cut(labels[k], max(plan.wide * every - 1, 1), look)
        x = plan.x + (k - plan.left) * plan.wide + max(0, (plan.wide - (plan.wide >= 4) - cell_width(text)) // 2)
        if x > end and x + cell_width(text) <= canvas.columns:
            end = canvas.put(x, below, text, strong if chosen else muted)


def _legend(canvas: Canvas, cells: Cells, plan: _Plan, shape: tuple[int, ...], y: int, look: Look) -> None:
    """What the letters stand for; and that there is more than is shown."""
    parts = [("A", short(cells.best), 0), (chr(ord("A") + palette.LEVELS - 1), short(cells.worst), palette.LEVELS - 1)]
    x = 0
    for k, (letter, value, step) in enumerate(parts):
        ground = int(palette.signed_scale(look.dark)[palette.LEVELS - 1 - step])
        ink = Ink(_on(ground), ground, bold=True) if look.colour else Ink(bold=True)
        x = canvas.put(x, y, f" {letter} ", ink)
        x = canvas.put(x + 1, y, value + ("" if k else " best"), palette.ink("muted", look)) + 2
    here = "".join(cells.signs)
    for sign, word in _SIGNS.items():
        if sign in here:
            x = canvas.put(x, y, sign, palette.ink("bad", look, bold=True))
            x = canvas.put(x + 1, y, word, palette.ink("muted", look)) + 2
    if plan.across < shape[1] or plan.down < shape[0]:
        said = f"{plan.down}x{plan.across} of {shape[0]}x{shape[1]}"
        canvas.put(max(x, canvas.columns - len(said)), y, said, palette.ink("muted", look))


def short(value: float) -> str:
    """A number in at most five characters, four if it is not below 0: .998, 1.52, 23.1, 1240, 3e-5."""
    if not math.isfinite(value):
        return "-" if math.isnan(value) else "inf" if value > 0 else "-inf"
    size, sign = abs(value), "-" if value < 0 else ""
    if size != 0 and (size < 0.0005 or size >= 9999.5):
        return f"{value:.0e}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")
    if size < 0.9995:
        return sign + f"{size:.3f}"[1:] if size else "0"
    return f"{value:.{2 if size < 9.995 else 1 if size < 99.95 else 0}f}"
