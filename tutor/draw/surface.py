"""A relief: a function over the plane seen from the side, as a net of lines with its hidden parts hidden."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tutor.draw import palette, raster, scales
from tutor.draw.canvas import Canvas, cut, say
from tutor.draw.cells import Ink, Look, Row, cell_width
from tutor.pictures import Surface

_TURN = math.radians(28)
_TILT = math.radians(32)
_HEIGHT = 0.62
"""Of the relief, in half widths of the plane."""
_EMPTY = -1
_SLICES = 72
_LEVEL_SIGNS = ".:-=+*#%@"


class _View(NamedTuple):
    """How the plane's box lies on the screen, in dots."""

    width: int
    height: int
    scale_x: float
    scale_y: float

    def x(self, u: NDArray[Any], v: NDArray[Any]) -> NDArray[Any]:
        return (u * math.cos(_TURN) - v * math.sin(_TURN)) * self.scale_x + (self.width - 1) / 2

    def depth(self, u: NDArray[Any], v: NDArray[Any]) -> NDArray[Any]:
        """Away from the viewer, in half widths of the plane."""
        return u * math.sin(_TURN) + v * math.cos(_TURN)

    def y(self, z: NDArray[Any], depth: NDArray[Any]) -> NDArray[Any]:
        """Downwards; z: -1…1 over the range of heights."""
        return (self.height - 1) / 2 - (z * _HEIGHT * math.cos(_TILT) + depth * math.sin(_TILT)) * self.scale_y


def draw_surface(surface: Surface, size: tuple[int, int], look: Look) -> list[Row]:
    """The relief in exactly this size, with a scale of heights below it where there is room."""
    columns, rows = size
    canvas = Canvas(columns, rows)
    title = rows >= 8 and bool(surface.title)
    if title:
        canvas.put(0, 0, cut(say(surface.title, look), columns, look), Ink(bold=True))
    key = rows >= 9 and columns >= 24
    height = rows - title - key
    values = np.asarray(surface.values)
    if values.ndim != 2 or min(values.shape, default=0) < 2 or not np.isfinite(values).any():
        words = cut("nothing to show yet", columns, look)
        canvas.put((columns - cell_width(words)) // 2, rows // 2, words, palette.ink("muted", look))
        return canvas.finish()
    low, high = scales.usable((surface.low, surface.high)) or (-1.0, 1.0)
    heights = _heights_of(values, low, high)
    view = _view(columns * 2, height * 4)
    dots = _net(heights, view, columns, height) if look.unicode else _solid(heights, view)
    _show(canvas, dots, int(title), look)
    if key:
        _key(canvas, surface, low, high, look)
    return canvas.finish()


def _heights_of(values: NDArray[Any], low: float, high: float) -> NDArray[Any]:
    """The function as heights -1…1 on a grid of moderate size; what is not a number lies at the bottom."""
    values = values[:: values.shape[0] // 128 + 1, :: values.shape[1] // 128 + 1].astype(np.float64)
    with np.errstate(all="ignore"):
        return np.asarray(np.nan_to_num((np.clip(values, low, high) - low) / (high - low) * 2 - 1, nan=-1.0))


def _view(width: int, height: int) -> _View:
    """The frame is that of the whole box, not of today's heights: the relief must not jump while it learns."""
    reach = math.cos(_TURN) + math.sin(_TURN)
    scale_y = (height - 1) / 2 / (_HEIGHT * math.cos(_TILT) + reach * math.sin(_TILT))
    return _View(width, height, min((width - 1) / 2 / reach, scale_y * 1.5), scale_y)


def _at(heights: NDArray[Any], u: NDArray[Any], v: NDArray[Any]) -> NDArray[Any]:
    """The heights at places of the plane (-1…1 each, v away from the viewer), linear between the samples."""
    rows, columns = heights.shape
    i, j = (1 - v) / 2 * (rows - 1), (u + 1) / 2 * (columns - 1)
    i0 = np.clip(np.floor(i).astype(np.int64), 0, rows - 2)
    j0 = np.clip(np.floor(j).astype(np.int64), 0, columns - 2)
    fi, fj = i - i0, j - j0
    upper = heights[i0, j0] * (1 - fj) + heights[i0, j0 + 1] * fj
    lower = heights[i0 + 1, j0] * (1 - fj) + heights[i0 + 1, j0 + 1] * fj
    return np.asarray(upper * (1 - fi) + lower * fi)


def _slices(heights: NDArray[Any], view: _View) -> tuple[NDArray[Any], NDArray[Any]]:
    """The relief cut by planes parallel to the screen, the nearest first, over each column of dots.

    Returns y and z, (_SLICES, width) each, NaN beyond the plane.
    """
    reach = math.cos(_TURN) + math.sin(_TURN)
    depth = np.linspace(-reach, reach, _SLICES)[:, None]
    x = ((np.arange(view.width) - (view.width - 1) / 2) / view.scale_x)[None, :]
    u = x * math.cos(_TURN) + depth * math.sin(_TURN)
    v = depth * math.cos(_TURN) - x * math.sin(_TURN)
    inside = (np.abs(u) <= 1) & (np.abs(v) <= 1)
    z = np.where(inside, _at(heights, np.clip(u, -1, 1), np.clip(v, -1, 1)), np.nan)
    return view.y(z, depth), z


def _net(heights: NDArray[Any], view: _View, columns: int, rows: int) -> NDArray[Any]:
    """The dots of the net's lines that nothing nearer hides: the level there, or _EMPTY.

    In one column of dots, the nearer part of the relief covers all between its highest and its lowest point (it is one piece),
    so these two horizons say what is hidden (Wright 1973).
    """
    y, _ = _slices(heights, view)
    top, bottom = np.fmin.accumulate(y, axis=0), np.fmax.accumulate(y, axis=0)
    along = np.linspace(-1, 1, max(64, min(400, view.width)))
    first = np.linspace(-1, 1, max(5, min(21, columns // 4)))
    second = np.linspace(-1, 1, max(5, min(19, rows * 3 // 4)))
    u = np.concatenate([np.repeat(first, along.size), np.tile(along, second.size)])
    v = np.concatenate([np.tile(along, first.size), np.repeat(second, along.size)])
    z = _at(heights, u, v)
    depth = view.depth(u, v)
    xs, ys = view.x(u, v), view.y(z, depth)
    column = np.clip(np.rint(xs).astype(np.int64), 0, view.width - 1)
    reach = math.cos(_TURN) + math.sin(_TURN)
    nearer = np.clip(np.floor((depth + reach) / (2 * reach) * (_SLICES - 1)).astype(np.int64) - 1, 0, _SLICES - 1)
    hidden = (ys > top[nearer, column] + 0.5) & (ys < bottom[nearer, column] - 0.5)
    line = np.clip(np.rint(ys).astype(np.int64), 0, view.height - 1)
    seen = ~hidden
    dots = np.full((view.height, view.width), _EMPTY, np.int64)
    dots[line[seen], column[seen]] = palette.levels(z, -1.0, 1.0)[seen]
    return dots


def _solid(heights: NDArray[Any], view: _View) -> NDArray[Any]:
    """Every dot of the relief, with the level of what is in front there, or _EMPTY."""
    y, z = _slices(heights, view)
    top, bottom = np.fmin.accumulate(y, axis=0), np.fmax.accumulate(y, axis=0)
    levels = palette.levels(z, -1.0, 1.0)
    dots = np.full((view.height, view.width), _EMPTY, np.int64)
    lines = np.arange(view.height)[:, None]
    # From the farthest: each slice paints all that it and what is nearer cover, and the nearer ones paint over it.
    for k in range(_SLICES - 1, -1, -1):
        covered = (lines >= top[k] - 0.5) & (lines <= bottom[k] + 0.5) & (levels[k] >= 0)
        dots = np.where(covered, levels[k], dots)
    return dots


def _show(canvas: Canvas, dots: NDArray[Any], y: int, look: Look) -> None:
    """Dots to cells: Braille in the colour of their mean height; in ASCII a sign of the height."""
    lit = raster.Dots(dots.shape[1] // 2, dots.shape[0] // 4)
    lit.on = dots >= 0
    blocks = (dots.shape[0] // 4, 4, dots.shape[1] // 2, 2)
    count = lit.on.reshape(blocks).sum(axis=(1, 3))
    total = np.where(lit.on, dots, 0).reshape(blocks).sum(axis=(1, 3))
    level = np.where(count > 0, total // np.maximum(count, 1), 0)
    if look.unicode:
        lit.draw(canvas, 0, y, None)
    else:
        signs = np.array([ord(c) for c in _LEVEL_SIGNS], np.int32)
        here = (slice(y, y + count.shape[0]), slice(0, count.shape[1]))
        canvas.code[here] = np.where(count >= 4, signs[level * len(signs) // palette.LEVELS], 32)
    if look.colour:
        here = (slice(y, y + count.shape[0]), slice(0, count.shape[1]))
        canvas.fg[here] = np.where(count > 0, _heights(look)[level], -1)


def _heights(look: Look) -> NDArray[Any]:
    """The two-sided scale with a middle that shows as a line."""
    scale = palette.signed_scale(look.dark).copy()
    middle = 0x767676 if look.dark else 0x9E9E9E
    scale[palette.LEVELS // 2 - 1 : palette.LEVELS // 2 + 1] = middle
    return scale


def _key(canvas: Canvas, surface: Surface, low: float, high: float, look: Look) -> None:
    """The scale of heights; in words where neither colour nor a sign tells them."""
    y = canvas.rows - 1
    muted = palette.ink("muted", look)
    x = canvas.put(0, y, scales.number(low), muted) + 1
    if look.colour or not look.unicode:
        colours = _heights(look)
        for k in range(0, palette.LEVELS, 1 if canvas.columns >= 32 else 2):
            sign = "█" if look.unicode else _LEVEL_SIGNS[k * len(_LEVEL_SIGNS) // palette.LEVELS]
            x = canvas.put(x, y, sign, Ink(int(colours[k])) if look.colour else Ink())
        x += 1
    else:
        x = canvas.put(x, y, "to ", muted)
    x = canvas.put(x, y, scales.number(high), muted)
    label = say(surface.z_label, look)
    if label:
        canvas.put(x + 2, y, cut(label, canvas.columns - x - 2, look), muted)
