"""What is drawn into a finished plot, behind the data: guides with their labels, the cursor, a word where there are no data."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from tutor.draw import palette, scales
from tutor.draw.canvas import DIM, Canvas, cut, say
from tutor.draw.cells import Ink, Look, cell_width
from tutor.pictures import Guide


class Box(NamedTuple):
    """The inside of a frame, in cells of the canvas."""

    left: int
    top: int
    width: int
    height: int


def draw_guide(canvas: Canvas, box: Box, guide: Guide, at: float, look: Look) -> None:
    """A dashed line at `at` (0…1 from the left or from below) with its label; beyond the frame, the label says where it is."""
    if math.isnan(at):
        return
    ink = palette.ink(guide.role, look)
    upright, within = guide.axis == "x", 0 <= at <= 1
    sign = ("┆" if upright else "╌") if look.unicode else "|" if upright else "-"
    text = say(guide.label, look)
    if not within:
        arrow = ("→←" if upright else "↑↓") if look.unicode else "><" if upright else "^v"
        text = f"{arrow[at < 0]} {text} {scales.number(guide.value)}"
    _straight(canvas, box, guide.axis, at, sign, ink)
    if not guide.label:
        return
    text = " " + cut(text, max(0, box.width - 2), look) + " "
    right = box.left + box.width - cell_width(text)
    if upright:
        x = box.left + round(min(1.0, max(0.0, at)) * (box.width - 1))
        columns, rows = [x + 1, x - cell_width(text)], list(range(box.top, box.top + box.height))
    else:
        y = box.top + round((1 - min(1.0, max(0.0, at))) * (box.height - 1))
        columns, rows = [right - 1, right, box.left + 1, box.left], [y, y - 1, y + 1]
    _put_free(canvas, box, [(x, y) for y in rows for x in columns], text, ink, sign)


def draw_cursor(canvas: Canvas, box: Box, at: float, look: Look) -> None:
    """The upright line at the moment that is looked at."""
    _straight(canvas, box, "x", at, "│" if look.unicode else "|", palette.ink("accent", look))


def words(canvas: Canvas, box: Box, text: str, look: Look) -> None:
    """A remark in the middle of the frame."""
    text = cut(text, box.width - 2, look)
    canvas.put(box.left + (box.width - cell_width(text)) // 2, box.top + box.height // 2, text, palette.ink("muted", look))


def _put_free(canvas: Canvas, box: Box, places: list[tuple[int, int]], text: str, ink: Ink, sign: str) -> None:
    """Write at the first of these places that is within the box and shows nothing but the guide itself, or nowhere."""
    wide = cell_width(text)
    for x, y in places:
        inside = box.left <= x and x + wide <= box.left + box.width and box.top <= y < box.top + box.height
        if inside and np.isin(canvas.code[y, x : x + wide], (32, ord(sign))).all():
            canvas.put(x, y, text, ink)
            return


def _straight(canvas: Canvas, box: Box, axis: str, at: float, sign: str, ink: Ink) -> None:
    """A line across the box on the cells that are blank: behind the data, and cheaper than a series of plotext's."""
    if not 0 <= at <= 1:
        return
    column, row = box.left + round(at * (box.width - 1)), box.top + round((1 - at) * (box.height - 1))
    rows = slice(box.top, box.top + box.height) if axis == "x" else slice(row, row + 1)
    columns = slice(column, column + 1) if axis == "x" else slice(box.left, box.left + box.width)
    blank = canvas.code[rows, columns] == ord(" ")
    canvas.code[rows, columns][blank] = ord(sign)
    canvas.fg[rows, columns][blank] = -1 if ink.fg is None else ink.fg
    canvas.attributes[rows, columns][blank] = DIM if ink.dim else 0
