"""Ways through a field: a fine line each, its mark at the end and here and there along it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.draw import palette, raster
from tutor.draw.canvas import BOLD, Canvas
from tutor.draw.cells import Ink, Look
from tutor.draw.frame import Frame, put_mark
from tutor.pictures import Path

_MOST_PATHS, _MOST_POINTS = 64, 4000
_EVERY = 12
"""Columns, or half as many rows, between two marks of a path."""


def draw_paths(canvas: Canvas, frame: Frame, paths: tuple[Path, ...], look: Look) -> None:
    """The lines of all paths, then their marks, so that no line hides one."""
    placed = [(path.role, *_placed(frame, path)) for path in paths[:_MOST_PATHS]]
    for role, u, v in placed:
        _line(canvas, frame, u, v, palette.on_field(role, look), look)
    for k, (role, u, v) in enumerate(placed):
        _marks(canvas, frame, u, v, role, _EVERY * (k + 1) // len(placed), look)


def _placed(frame: Frame, path: Path) -> tuple[NDArray[Any], NDArray[Any]]:
    """The path's places in cells; a long one loses places evenly, but never its end."""
    xy = np.asarray(path.xy, np.float64)
    if xy.ndim != 2 or xy.shape[1] < 2:
        xy = np.empty((0, 2))
    xy = xy[::-1][:: len(xy) // _MOST_POINTS + 1][::-1]
    return frame.place(xy[:, 0], xy[:, 1])


def _line(canvas: Canvas, frame: Frame, u: NDArray[Any], v: NDArray[Any], colour: int | None, look: Look) -> None:
    pieces = _within(frame, np.column_stack((u[:-1], v[:-1], u[1:], v[1:])))
    dots = raster.Dots(frame.columns, frame.rows)
    dots.lines(pieces * (2.0, 4.0, 2.0, 4.0))
    if look.unicode:
        dots.draw(canvas, frame.x, frame.y, colour, attributes=BOLD)
        return
    lit = dots.on.reshape(frame.rows, 4, frame.columns, 2).any(axis=(1, 3))
    for y, x in np.argwhere(lit).tolist():
        put_mark(canvas, frame, x, y, "-" if look.colour else "+", Ink(colour, bold=True))


def _within(frame: Frame, pieces: NDArray[Any]) -> NDArray[Any]:
    """The parts of straight pieces (n, 4) that are within the frame; what is not finite is left out."""
    if not pieces.size:
        return pieces.reshape(0, 4)
    right, bottom = frame.columns - 1e-6, frame.rows - 1e-6
    with np.errstate(invalid="ignore"):
        inside = ((pieces >= 0) & (pieces <= (right, bottom, right, bottom))).all(axis=1)
    cut = (raster.clip_line(x0, y0, x1, y1, 0.0, 0.0, right, bottom) for x0, y0, x1, y1 in pieces[~inside].tolist())
    return np.concatenate((pieces[inside], np.array([piece for piece in cut if piece], np.float64).reshape(-1, 4)))


def _marks(canvas: Canvas, frame: Frame, u: NDArray[Any], v: NDArray[Any], role: str, first: int, look: Look) -> None:
    """The mark at the end, and on the way wherever the last one is far enough behind.

    first: how far from the start the first one may stand; another for each path, so that equal paths show all their marks.
    """
    with np.errstate(invalid="ignore"):
        seen = np.flatnonzero((u >= 0) & (u <= frame.columns) & (v >= 0) & (v <= frame.rows))
    if not seen.size:
        return
    xs, ys = np.minimum(u[seen], frame.columns - 1).astype(int), np.minimum(v[seen], frame.rows - 1).astype(int)
    moved = np.append(True, (np.diff(xs) != 0) | (np.diff(ys) != 0))
    xs, ys = xs[moved], ys[moved]
    ink, sign = Ink(palette.on_field(role, look), bold=True), palette.mark(role, look)
    end = (int(xs[-1]), int(ys[-1]))
    last = (int(xs[0]), int(ys[0]))
    for x, y in zip(xs.tolist(), ys.tolist(), strict=True):
        if _apart((x, y), last) >= first and _apart((x, y), end) >= _EVERY / 4:
            put_mark(canvas, frame, x, y, sign, ink)
            last, first = (x, y), _EVERY
    put_mark(canvas, frame, *end, sign, ink)


def _apart(one: tuple[int, int], other: tuple[int, int]) -> int:
    """How far two cells are apart, in columns."""
    return max(abs(one[0] - other[0]), 2 * abs(one[1] - other[1]))
