"""Pixels in cells: half-blocks of two colours, shades where there is no colour, and fine lines of Braille dots."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.draw import palette
from tutor.draw.canvas import Canvas
from tutor.draw.cells import Look

_HALF = ord("▀")
_SHADES = " ░▒▓"
_ASCII_SHADES = " .:*"
_DOT_BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], np.int32)
_BRAILLE = 0x2800
_MOST_SAMPLES = 4096


def resample(values: NDArray[Any], rows: int, columns: int) -> NDArray[Any]:
    """The values of a grid whose edges are those of the rectangle, at the middles of rows × columns pixels; linear between.

    values: (r, c) with r, c ≥ 1. Returns (rows, columns) float64; what touches a value that is not finite is NaN.
    """
    values = np.asarray(values)
    if values.shape == (rows, columns):
        return values.astype(np.float64)
    y0, y1, fy = _between(values.shape[0], rows)
    x0, x1, fx = _between(values.shape[1], columns)
    with np.errstate(all="ignore"):
        top, bottom = values[y0].astype(np.float64), values[y1].astype(np.float64)
        lines = np.where(fy[:, None] > 0, top + (bottom - top) * fy[:, None], top)
        left, right = lines[:, x0], lines[:, x1]
        return np.asarray(np.where(fx > 0, left + (right - left) * fx, left))


def _between(source: int, target: int) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """For each of `target` pixel middles: the samples before and after it among `source`, and how far it is between them."""
    at = (np.arange(target) + 0.5) * source / target - 0.5
    at = np.clip(at, 0, source - 1)
    first = np.floor(at).astype(np.int64)
    return first, np.minimum(first + 1, source - 1), at - first


def half_blocks(canvas: Canvas, x: int, y: int, pixels: NDArray[Any]) -> None:
    """Put pixels at (x, y), two to a cell, one above the other.

    pixels: (2 * rows, columns) int32 of 0xRRGGBB, or -1 for the terminal's own background.
    """
    rows, columns = pixels.shape[0] // 2, pixels.shape[1]
    top, bottom = pixels[0::2], pixels[1::2]
    here = (slice(y, y + rows), slice(x, x + columns))
    same = top == bottom
    # A lone lower half: the block turned round, since the terminal's own background has no number to draw with.
    lower = (top < 0) & ~same
    canvas.code[here] = np.where(same, 32, np.where(lower, ord("▄"), _HALF))
    canvas.bg[here] = np.where(lower, top, bottom)
    canvas.fg[here] = np.where(same, -1, np.where(lower, bottom, top))


def shades(steps: NDArray[Any], look: Look, count: int = palette.LEVELS) -> NDArray[Any]:
    """Characters for steps of a scale of `count`: the more, the darker. steps: int, -1 for none. Returns int32 code points."""
    table = np.array([ord(c) for c in (_SHADES if look.unicode else _ASCII_SHADES)], np.int32)
    codes = table[np.clip(steps * len(table) // count, 0, len(table) - 1)]
    return np.asarray(np.where(steps < 0, ord("?"), codes), np.int32)


def crossings(values: NDArray[Any], level: float) -> NDArray[Any]:
    """(rows, columns) bool: where the value passes `level` towards the next sample right or below."""
    with np.errstate(all="ignore"):
        above = values >= level
    known = np.isfinite(values)
    out = np.zeros(values.shape, bool)
    out[:, :-1] |= (above[:, :-1] != above[:, 1:]) & known[:, :-1] & known[:, 1:]
    out[:-1] |= (above[:-1] != above[1:]) & known[:-1] & known[1:]
    return out


class Dots:
    """Fine dots over a rectangle of cells, two across and four down in each; one role at a time."""

    def __init__(self, columns: int, rows: int) -> None:
        self.on: NDArray[Any] = np.zeros((rows * 4, columns * 2), bool)

    def line(self, x0: float, y0: float, x1: float, y1: float, dash: int = 0) -> None:
        """A straight line between two places in dots, cut at the edges; with `dash`, gaps after each run of so many dots."""
        height, width = self.on.shape
        clipped = clip_line(x0, y0, x1, y1, -1.0, -1.0, width + 1.0, height + 1.0)
        if clipped is None:
            return
        xs, ys = line_samples(*clipped)
        if dash:
            keep = np.arange(xs.size) % (2 * dash) < dash
            xs, ys = xs[keep], ys[keep]
        inside = (xs >= 0) & (xs < width) & (ys >= 0) & (ys < height)
        self.on[ys[inside], xs[inside]] = True

    def lines(self, pieces: NDArray[Any], dash: int = 0) -> None:
        """The same for many at once, which must not be longer than some screens. pieces: (n, 4) of x0, y0, x1, y1."""
        height, width = self.on.shape
        start, end = pieces[:, None, :2], pieces[:, None, 2:]
        lengths = np.abs(end - start).max(axis=2)
        along = np.linspace(0, 1, min(_MOST_SAMPLES, int(lengths.max(initial=0)) + 2))[None, :]
        xs, ys = np.moveaxis(np.floor(start + (end - start) * along[..., None]).astype(np.int64), 2, 0)
        keep = (xs >= 0) & (xs < width) & (ys >= 0) & (ys < height)
        if dash:
            keep &= np.maximum(np.abs(xs - xs[:, :1]), np.abs(ys - ys[:, :1])) % (2 * dash) < dash
        self.on[ys[keep], xs[keep]] = True

    def codes(self) -> NDArray[Any]:
        """(rows, columns) int32: the Braille character of each cell, 0x2800 where there is no dot."""
        height, width = self.on.shape
        blocks = self.on.reshape(height // 4, 4, width // 2, 2)
        return np.asarray(np.einsum("rjck,jk->rc", blocks, _DOT_BITS) + _BRAILLE, np.int32)

    def draw(self, canvas: Canvas, x: int, y: int, colour: int | None, over: bool = True, attributes: int = 0) -> None:
        """Put the dots on a canvas; with `over` false only where it is blank. A cell of two colours keeps its upper one."""
        codes = self.codes()
        rows, columns = codes.shape
        here = (slice(y, y + rows), slice(x, x + columns))
        show = codes != _BRAILLE
        if not over:
            show &= canvas.code[here] == 32
        upper = show & (canvas.code[here] == _HALF)
        canvas.bg[here] = np.where(upper, canvas.fg[here], canvas.bg[here])
        canvas.code[here] = np.where(show, codes, canvas.code[here])
        canvas.fg[here] = np.where(show, -1 if colour is None else colour, canvas.fg[here])
        canvas.attributes[here] = np.where(show, attributes, canvas.attributes[here])


def line_samples(x0: float, y0: float, x1: float, y1: float) -> tuple[NDArray[Any], NDArray[Any]]:
    """The cells of a straight line, each once in its longer direction: two int64 arrays."""
    count = min(_MOST_SAMPLES, int(max(abs(x1 - x0), abs(y1 - y0))) + 2)
    xs = np.floor(np.linspace(x0, x1, count)).astype(np.int64)
    ys = np.floor(np.linspace(y0, y1, count)).astype(np.int64)
    new = np.ones(count, bool)
    new[1:] = (np.diff(xs) != 0) | (np.diff(ys) != 0)
    return xs[new], ys[new]


def clip_line(
    x0: float, y0: float, x1: float, y1: float, left: float, top: float, right: float, bottom: float
) -> tuple[float, float, float, float] | None:
    """The part of a straight piece within a rectangle, or None (Liang and Barsky 1984)."""
    if not all(math.isfinite(v) and abs(v) < 1e150 for v in (x0, y0, x1, y1)):
        return None
    dx, dy = x1 - x0, y1 - y0
    enter, leave = 0.0, 1.0
    for p, q in ((-dx, x0 - left), (dx, right - x0), (-dy, y0 - top), (dy, bottom - y0)):
        if p == 0:
            if q < 0:
                return None
        elif p < 0:
            enter = max(enter, q / p)
        else:
            leave = min(leave, q / p)
    if enter > leave:
        return None
    return x0 + enter * dx, y0 + enter * dy, x0 + leave * dx, y0 + leave * dy


def slope_sign(dx: float, dy: float) -> str:
    """The ASCII character of a line with this direction; dx and dy in cells, y downwards."""
    if abs(dy) * 2 < abs(dx):
        return "-"
    if abs(dx) * 2 < abs(dy):
        return "|"
    return "\\" if (dx > 0) == (dy > 0) else "/"


def arrow_head(dx: float, dy: float, look: Look) -> str:
    """The tip of an arrow with this direction; dx in half cells and dy in cells, so that both are of one length on screen."""
    eighth = round(math.atan2(-dy, dx) / (math.pi / 4)) % 8
    return ("→↗↑↖←↙↓↘" if look.unicode else ">>^<<<v>")[eighth]
