"""The one adapter around plotext 6: lines and dots in a frame, as rows of cells.

plotext aborts the process on a NaN, walks every cell to a point far outside its limits, clamps to the terminal's size and
breaks when two threads share a figure. So it is given nothing but finite numbers near 0…1: every plot is brought to the unit
square here, with ticks and labels of our own, on one private figure behind a lock.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.draw.ansi import from_ansi
from tutor.draw.cells import Ink, Row, Span

_LOCK = threading.Lock()
_BAND = 1.0
"""How far beyond the frame a point may lie, in heights (or widths) of it: a line that leaves is still seen to leave."""
_MOST_POINTS = 6000
_MOST_TURNS = 1500
"""Of a path that goes to and fro: each piece may cross the whole plot, and plotext walks every dot of it."""
BRAILLE = "braille"


@dataclass(frozen=True, eq=False)
class Curve:
    """Points in the unit square, (0, 0) lower left, and how they are drawn."""

    x: NDArray[Any]
    y: NDArray[Any]
    """(n,) float64 each; where one is not finite there is a gap."""
    colour: int | None = None
    marker: str = BRAILLE
    """BRAILLE, or one character."""
    joined: bool = True


Tick = tuple[float, str]
"""Where on the unit axis, and what is written there."""


def plot(
    size: tuple[int, int], curves: Sequence[Curve], x_ticks: Sequence[Tick], y_ticks: Sequence[Tick], frame: int | None
) -> list[Row]:
    """Curves in a frame with ticks, in exactly this size.

    size: (columns, rows), both at least 1. frame: the colour of axes and tick labels. The later curve is drawn over
    the earlier. A frame's inside is `inside(size, y_ticks)`.
    """
    columns, rows = size
    width, height = inside(size, y_ticks)
    with _LOCK:
        figure = _figure()
        figure.clear.data()
        figure.plot_size(columns, rows)
        ink = _pixel(frame)
        # Without any tick plotext takes the row of labels away.
        _axis(figure, "x", x_ticks or [(0.0, " ")], ink)
        _axis(figure, "y", y_ticks, ink)
        for curve in curves:
            _draw(figure, curve, width, height)
        text = str(figure.build().string(frame is None and all(curve.colour is None for curve in curves)))
    found = from_ansi(text.removesuffix("\n"))
    return [_exact(row, columns) for row in (found + [()] * rows)[:rows]]


def inside(size: tuple[int, int], y_ticks: Sequence[Tick]) -> tuple[int, int]:
    """Columns and rows within the frame: what the tick labels, the two axes and the row of labels below leave; at least 1."""
    return max(1, size[0] - 1 - max((len(label) for _, label in y_ticks), default=0)), max(1, size[1] - 2)


def _exact(row: Row, columns: int) -> Row:
    """The row in exactly this width, without any background: plotext gives some of its own to the frame."""
    out: list[Span] = []
    for text, ink in row:
        if columns > 0:
            out.append(Span(text[:columns], _foreground(ink)))
        columns -= len(text)
    return (*out, Span(" " * columns)) if columns > 0 else tuple(out)


@lru_cache(maxsize=1024)
def _foreground(ink: Ink) -> Ink:
    return ink._replace(bg=None)


def _axis(figure: Any, name: str, ticks: Sequence[Tick], ink: Any) -> None:
    ruler = figure.ruler(name)
    ruler.lim(0.0, 1.0)
    ruler.frequency(0)
    ruler.ticks([min(1.0, max(0.0, at)) for at, _ in ticks], [label for _, label in ticks])
    ruler.pixel(ink)
    figure.axes(True, None, ink, name, 0)
    figure.axes(False, None, ink, name, 1)


def _draw(figure: Any, curve: Curve, width: int, height: int) -> None:
    x, y = np.asarray(curve.x, np.float64).ravel(), np.asarray(curve.y, np.float64).ravel()
    count = min(x.size, y.size)
    points: list[tuple[float, float, bool]] = []
    for xs, ys in finite_runs(x[:count], y[:count]):
        xs, ys = decimate(xs, ys, width) if curve.joined else one_a_cell(xs, ys, 2 * width, 4 * height)
        points += zip(xs.tolist(), ys.tolist(), [False] + [curve.joined] * (xs.size - 1), strict=False)
    if points:
        _add(figure, points, _marker(curve.marker, curve.colour))


def finite_runs(x: NDArray[Any], y: NDArray[Any]) -> list[tuple[NDArray[Any], NDArray[Any]]]:
    """The stretches of points that are finite throughout, held to the band around the unit square."""
    fine = np.isfinite(x) & np.isfinite(y)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], fine, [False])).astype(np.int8)))
    x, y = np.clip(np.where(fine, x, 0), -_BAND, 1 + _BAND), np.clip(np.where(fine, y, 0), -_BAND, 1 + _BAND)
    runs = [(x[a:b], y[a:b]) for a, b in edges.reshape(-1, 2).tolist()]
    # Thousands of gaps are more than a screen has cells: every so-many-th run shows the same picture.
    return runs[:: len(runs) // 1000 + 1]


def decimate(x: NDArray[Any], y: NDArray[Any], columns: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Fewer points for the same picture: the smallest and the largest y of each column, in the order they are passed.

    Where x does not grow (a path in the plane), points are left out evenly, and only beyond a thousand or two.
    """
    if x.size <= 2 * columns:
        return x, y
    if (np.diff(x) < 0).any():
        every = x.size // _MOST_TURNS + 1
        return x[::every], y[::every]
    column = np.floor(x * columns).astype(np.int64)
    starts = np.flatnonzero(np.diff(column, prepend=column[0] - 1))
    ends = np.append(starts[1:], x.size) - 1
    lows, highs = np.minimum.reduceat(y, starts), np.maximum.reduceat(y, starts)
    # Noise goes up and down by turns: half the strokes of any other order, and the same cells.
    trend = np.abs(y[ends] - y[starts]) > 0.5 * (highs - lows)
    rising = np.where(trend, y[ends] >= y[starts], np.arange(starts.size) % 2 == 0)
    xs = np.repeat(x[starts], 2)
    xs[1::2] = x[ends]
    ys = np.empty(2 * starts.size)
    ys[0::2], ys[1::2] = np.where(rising, lows, highs), np.where(rising, highs, lows)
    return xs, ys


def one_a_cell(x: NDArray[Any], y: NDArray[Any], columns: int, rows: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """The points that lie in the frame, one for each place that can be told apart."""
    keep = (x >= 0) & (x <= 1) & (y >= 0) & (y <= 1)
    x, y = x[keep], y[keep]
    _, first = np.unique(np.floor(x * columns) * (rows + 1) + np.floor(y * rows), return_index=True)
    first = first[:: first.size // _MOST_POINTS + 1]
    return x[first], y[first]


# The private doors of plotext 6.1, all of them here.


@lru_cache(maxsize=1)
def _figure() -> Any:
    """A figure of our own, not bound to the terminal's size, which has no part in what we draw. It keeps its terminal alive."""
    from plotext._kernel.terminal import terminal

    own = terminal()
    own.limit(False, False)
    figure = own._master
    figure.theme("colorless")
    return figure


def _add(figure: Any, points: list[tuple[float, float, bool]], marker: Any) -> None:
    """Draw points (x, y, joined to the one before).

    The public way copies the marker and reads its colour back for each point, which makes a plot three times slower.
    """
    from plotext._signal.signal import signal_class

    signal = signal_class(len(points))  # its capacity: one point more would abort the process
    for k, (x, y, joined) in enumerate(points):
        signal._append_point(x, y, marker)
        signal._set_connected(k, joined)
    signal._set_marker(marker)
    figure._signals._add(signal)


@lru_cache(maxsize=256)
def _pixel(colour: int | None) -> Any:
    import plotext

    return plotext.pixel() if colour is None else plotext.pixel((colour >> 16, colour >> 8 & 255, colour & 255))


@lru_cache(maxsize=256)
def _marker(symbol: str, colour: int | None) -> Any:
    import plotext

    return plotext.marker(symbol, _pixel(colour))
