"""A field: a function over the plane as colour, its contour, and points and arrows on it."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.draw import palette, raster, scales
from tutor.draw.canvas import BOLD, Canvas, cut, say
from tutor.draw.cells import Ink, Look, Row, cell_width
from tutor.draw.frame import Frame, put_mark
from tutor.draw.paths import draw_paths
from tutor.pictures import Field, Points, Segment

_STRETCH = 1.25
"""How far a pixel may depart from a square to use the room there is."""
_FINEST = 512
_MOST_SEGMENTS = 2000
_MOST_CONTOURS = 64


def draw_field(field: Field, size: tuple[int, int], look: Look) -> list[Row]:
    """The field in exactly this size: title, plane with axes, legend; the smaller the size, the fewer of these."""
    columns, rows = size
    canvas = Canvas(columns, rows)
    title = rows >= 8 and bool(field.title)
    legend = _legend(field.legend, columns, 2 if rows >= 14 else 1, look) if rows >= 8 else []
    axes = rows >= 7 and columns >= 20
    frame = _frame(field, canvas, int(title), rows - title - len(legend) - axes, axes)
    if title:
        canvas.put(frame.x, 0, cut(say(field.title, look), columns - frame.x, look), Ink(bold=True))
    if axes:
        _axes(canvas, frame, field, look)
    _plane(canvas, frame, field, look)
    draw_paths(canvas, frame, field.paths, look)
    for segment in field.segments[:_MOST_SEGMENTS]:
        _segment(canvas, frame, segment, look)
    if field.points is not None:
        _points(canvas, frame, field.points, look)
    for y, entries in enumerate(legend, rows - len(legend)):
        x = 0
        for role, words in entries:
            x = canvas.put(x, y, palette.mark(role, look), palette.ink(role, look, bold=True))
            x = canvas.put(x + 1, y, cut(words, columns - x - 1, look)) + 3
    return canvas.finish()


def _frame(field: Field, canvas: Canvas, y: int, rows: int, axes: bool) -> Frame:
    left, right = scales.usable(field.x_limits) or (-1.0, 1.0)
    bottom, top = scales.usable(field.y_limits) or (-1.0, 1.0)
    margin = max((len(label) for _, label in scales.ticks(bottom, top, 3)), default=0) + 1 if axes else 0
    margin = min(margin, 8)
    room = canvas.columns - margin
    ratio = (right - left) / (top - bottom)
    if not 0.2 <= ratio <= 5:
        ratio = 1.0
    wanted = 2 * rows * ratio
    columns = max(1, min(room, math.ceil(wanted * _STRETCH)))
    height = max(1, min(rows, math.ceil(columns / ratio * _STRETCH / 2)))
    return Frame(margin + (room - columns) // 2, y + (rows - height) // 2, columns, height, left, right, bottom, top)


def _axes(canvas: Canvas, frame: Frame, field: Field, look: Look) -> None:
    muted = palette.ink("muted", look)
    for value, label in scales.ticks(frame.bottom, frame.top, 3):
        _, v = frame.place(0.0, value)
        y = frame.y + min(frame.rows - 1, max(0, int(v)))
        canvas.put(frame.x - 1 - len(label), y, label, muted)
    below = frame.y + frame.rows
    end = 0
    for value, label in scales.ticks(frame.left, frame.right, max(2, min(5, frame.columns // 10))):
        u, _ = frame.place(value, 0.0)
        x = frame.x + min(frame.columns - 1, max(0, int(u))) - len(label) // 2
        x = max(end, min(x, canvas.columns - len(label)))
        if x + len(label) <= canvas.columns:
            end = canvas.put(x, below, label, muted) + 1
    x_label, y_label = say(field.x_label, look), say(field.y_label, look)
    right = max(end, frame.x + frame.columns + 1)
    if x_label and canvas.columns - right >= cell_width(x_label):
        canvas.put(right, below, x_label, muted)
    elif x_label:
        middle = frame.x + (frame.columns - cell_width(x_label)) * 3 // 4
        if canvas.free(middle - 1, below, cell_width(x_label) + 2):
            canvas.put(middle, below, x_label, muted)
    room = frame.x - 1
    for y in range(frame.y + 1, frame.y + frame.rows - 1):
        if y_label and cell_width(y_label) <= room and canvas.free(0, y, room):
            canvas.put(room - cell_width(y_label), y, y_label, muted)
            break


def _plane(canvas: Canvas, frame: Frame, field: Field, look: Look) -> None:
    values = np.asarray(field.values)
    if values.ndim != 2 or not values.size:
        canvas.put(
            frame.x, frame.y + frame.rows // 2, cut("nothing to show yet", frame.columns, look), palette.ink("muted", look)
        )
        return
    values = values[:: values.shape[0] // _FINEST + 1, :: values.shape[1] // _FINEST + 1]
    here = (slice(frame.y, frame.y + frame.rows), slice(frame.x, frame.x + frame.columns))
    if look.colour and look.unicode:
        steps = palette.levels(raster.resample(values, 2 * frame.rows, frame.columns), field.low, field.high)
        colours = np.append(palette.for_look(palette.field_scale(look.dark), look, True), np.int32(-1))
        raster.half_blocks(canvas, frame.x, frame.y, colours[steps])
    else:
        steps = palette.levels(raster.resample(values, frame.rows, frame.columns), field.low, field.high)
        if look.colour:
            canvas.bg[here] = np.append(palette.field_scale(look.dark), np.int32(-1))[steps]
        else:
            canvas.code[here] = raster.shades(steps, look)
            canvas.attributes[here] = 2
    if look.colour and look.unicode and field.contours:
        fine = raster.resample(values, 4 * frame.rows, 2 * frame.columns)
        dots = raster.Dots(frame.columns, frame.rows)
        dots.on = np.logical_or.reduce([raster.crossings(fine, value) for value in field.contours[:_MOST_CONTOURS]])
        dots.draw(canvas, frame.x, frame.y, palette.colour("muted", look))
    if field.level is None or not math.isfinite(field.level):
        return
    line = palette.colour("line", look)
    if look.unicode:
        dots = raster.Dots(frame.columns, frame.rows)
        dots.on = raster.crossings(raster.resample(values, 4 * frame.rows, 2 * frame.columns), field.level)
        dots.draw(canvas, frame.x, frame.y, line, attributes=BOLD)
    else:
        cross = raster.crossings(raster.resample(values, frame.rows, frame.columns), field.level)
        canvas.code[here] = np.where(cross, ord("#"), canvas.code[here])
        canvas.fg[here] = np.where(cross, -1 if line is None else line, canvas.fg[here])
        canvas.attributes[here] = np.where(cross, BOLD, canvas.attributes[here])


def _segment(canvas: Canvas, frame: Frame, segment: Segment, look: Look) -> None:
    (u0, u1), (v0, v1) = frame.place(np.array([segment.x0, segment.x1]), np.array([segment.y0, segment.y1]))
    piece = raster.clip_line(u0, v0, u1, v1, 0.0, 0.0, frame.columns - 1e-6, frame.rows - 1e-6)
    if piece is None:
        return
    a, b, c, d = piece
    colour = palette.on_field(segment.role, look)
    if look.unicode:
        dots = raster.Dots(frame.columns, frame.rows)
        dots.line(a * 2, b * 4, c * 2, d * 4)
        dots.draw(canvas, frame.x, frame.y, colour, attributes=BOLD)
    else:
        xs, ys = raster.line_samples(a, b, c, d)
        sign = raster.slope_sign(c - a, d - b)
        for x, y in zip(xs.tolist(), ys.tolist(), strict=True):
            canvas.put(frame.x + x, frame.y + y, sign, Ink(colour, bold=True))
    if segment.arrow:
        head = raster.arrow_head((c - a) / 2, d - b, look)
        put_mark(canvas, frame, int(c), int(d), head, Ink(colour, bold=True))


def _points(canvas: Canvas, frame: Frame, points: Points, look: Look) -> None:
    xy = np.asarray(points.xy, np.float64)
    if xy.ndim != 2 or xy.shape[1] < 2 or not xy.size:
        return
    kind, wrong = _of_length(points.kind, len(xy)), _of_length(points.wrong, len(xy)).astype(bool)
    u, v = frame.place(xy[:, 0], xy[:, 1])
    # A point on the very edge belongs to the last cell.
    inside = (u >= 0) & (u <= frame.columns) & (v >= 0) & (v <= frame.rows)
    cells_u = np.minimum(np.where(inside, u, 0), frame.columns - 1).astype(np.int64)
    cells_v = np.minimum(np.where(inside, v, 0), frame.rows - 1).astype(np.int64)
    # One mark a cell: a wrong point is seen rather than a right one that shares its cell.
    order = np.lexsort((np.arange(len(xy)), ~wrong))
    order = order[inside[order]]
    _, first = np.unique(cells_v[order] * frame.columns + cells_u[order], return_index=True)
    drawn = order[first]
    for i in drawn[np.argsort(wrong[drawn], kind="stable")].tolist():
        _point(canvas, frame, int(cells_u[i]), int(cells_v[i]), int(kind[i]), bool(wrong[i]), False, look)
    i = points.current if points.current is not None else -1
    if 0 <= i < len(xy) and inside[i]:
        _point(canvas, frame, int(cells_u[i]), int(cells_v[i]), int(kind[i]), bool(wrong[i]), True, look)


def _of_length(values: NDArray[Any] | None, count: int) -> NDArray[Any]:
    """The first `count` values as whole numbers; zero for those that are missing or not finite."""
    out = np.zeros(count, np.int64)
    if values is not None:
        found = np.asarray(values).ravel()[:count].astype(np.float64)
        out[: found.size] = np.clip(np.where(np.isfinite(found), found, 0), -(2**31), 2**31).astype(np.int64)
    return out


def _point(canvas: Canvas, frame: Frame, x: int, y: int, kind: int, wrong: bool, current: bool, look: Look) -> None:
    role = palette.class_role(kind)
    ink = Ink(palette.on_field(role, look), bold=True)
    if wrong and look.colour:
        # Turned round: the colour of its class on a badge that no field has.
        ink = Ink(
            palette.on_field(role, dataclasses.replace(look, dark=not look.dark)),
            0xFFFFFF if look.dark else 0x000000,
            bold=True,
        )
    if current:
        around = Ink(palette.on_field("accent", look), bold=True)
        put_mark(canvas, frame, x - 1, y, "[", around)
        put_mark(canvas, frame, x + 1, y, "]", around)
        if ink.bg is None and not look.colour:
            ink = Ink(bold=True, reverse=True)
    elif not look.colour:
        for side in (x - 1, x + 1):
            if 0 <= side < frame.columns and chr(canvas.code[frame.y + y, frame.x + side]) in "░▒▓.:*":
                put_mark(canvas, frame, side, y, " ", Ink())
    put_mark(canvas, frame, x, y, palette.mark(role, look, wrong), ink)


def _legend(legend: tuple[tuple[str, str], ...], columns: int, most: int, look: Look) -> list[list[tuple[str, str]]]:
    """The (role, words) pairs of each line below the field: as many as there is room for in `most` lines."""
    lines: list[list[tuple[str, str]]] = []
    x = columns
    for role, words in legend:
        text = say(words, look)
        if x + 2 + cell_width(text) > columns and (x or not lines):
            if len(lines) == most:
                break
            lines.append([])
            x = 0
        lines[-1].append((role, text))
        x += cell_width(text) + 5
    return lines
