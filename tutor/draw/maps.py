"""Units of a network as small maps of what they answer over the plane: how large they may be, and one drawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tutor.draw import palette, raster
from tutor.draw.canvas import Canvas
from tutor.draw.cells import Look
from tutor.pictures import Node

_HIGHEST = 10
"""Rows of the largest map."""
_LEAST_GAP, _WIDEST_GAP = 3, 14
_LEAST_CAPTIONED = 2
"""Maps of at least so many rows have their name below."""


class MapPlan(NamedTuple):
    """How large the maps are and how they lie, in cells."""

    wide: int
    high: int
    pitch: int
    """Rows from one map of a layer to the next."""
    gap: int
    """Columns between two layers."""
    captioned: bool


def is_pictured(layers: Iterable[tuple[Node, ...]]) -> bool:
    """Whether units of this network are drawn as maps."""
    return any(node.image is not None for layer in layers for node in layer)


def plan_maps(counts: Sequence[int], columns: int, rows: int, named: bool) -> MapPlan:
    """The largest maps, twice as wide as high in cells and so square, that all fit; with their names where there is room.

    counts: units by layer.
    """
    most, layers = max(1, *counts), len(counts)
    for high in range(_HIGHEST, 0, -1):
        if layers * 2 * high + (layers - 1) * _LEAST_GAP > columns:
            continue
        gap = min(_WIDEST_GAP, (columns - layers * 2 * high) // max(1, layers - 1))
        if named and high > 1 and most * (high + 1) <= rows:
            return MapPlan(2 * high, high, high + 1 + min(1, rows // most - high - 1), gap, True)
        if most * (high + 1) - 1 <= rows:
            return MapPlan(2 * high, high, high + 1, gap, False)
        if high <= 2 and most * high <= rows:
            return MapPlan(2 * high, high, high, gap, False)
    wide = min(2, max(1, (columns - (layers - 1)) // layers))
    return MapPlan(wide, 1, 1, max(1, (columns - layers * wide) // max(1, layers - 1)), False)


def draw_map(canvas: Canvas, image: NDArray[Any], place: tuple[int, int, int, int], look: Look) -> None:
    """A map at (x, y) in so many columns and rows of cells. image: (r, c), from −1 to 1.

    Maps of two rows may touch, so half of the last row is left free.
    """
    x, y, columns, rows = place
    columns, rows = min(columns, canvas.columns - x), min(rows, canvas.rows - y)
    image = np.asarray(image)
    if columns <= 0 or rows <= 0 or image.ndim != 2 or not image.size:
        return
    colours = np.append(palette.for_look(palette.signed_scale(look.dark), look, True), np.int32(-1))
    if look.colour and look.unicode:
        pixels = colours[palette.levels(raster.resample(image, 2 * rows - (rows == 2), columns), -1.0, 1.0)]
        raster.half_blocks(canvas, x, y, np.pad(pixels, ((0, 2 * rows - len(pixels)), (0, 0)), constant_values=-1))
        return
    rows -= rows == 2
    steps = palette.levels(raster.resample(image, rows, columns), -1.0, 1.0)
    here = (slice(y, y + rows), slice(x, x + columns))
    if look.colour:
        canvas.bg[here] = colours[steps]
    else:
        canvas.code[here] = raster.shades(steps, look)
