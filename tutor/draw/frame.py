"""Where a plane lies among the cells of a canvas, and how a sign is put on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.draw.canvas import REVERSE, Canvas
from tutor.draw.cells import Ink


@dataclass(frozen=True)
class Frame:
    """Where the plane lies on the canvas: its cells, and the limits at their outer edges."""

    x: int
    y: int
    columns: int
    rows: int
    left: float
    right: float
    bottom: float
    top: float

    def place(self, x: NDArray[Any] | float, y: NDArray[Any] | float) -> tuple[NDArray[Any], NDArray[Any]]:
        """Positions in cells from the frame's upper left corner, as floats; NaN for what is not finite."""
        with np.errstate(all="ignore"):
            u = (np.asarray(x, np.float64) - self.left) / (self.right - self.left) * self.columns
            v = (self.top - np.asarray(y, np.float64)) / (self.top - self.bottom) * self.rows
        return u, v


def put_mark(canvas: Canvas, frame: Frame, x: int, y: int, sign: str, ink: Ink) -> None:
    """Put a sign on a cell of the plane, on the colour of that cell's upper pixel."""
    if not (0 <= x < frame.columns and 0 <= y < frame.rows):
        return
    at = (frame.y + y, frame.x + x)
    if ink.bg is None and canvas.code[at] == ord("▀"):
        canvas.bg[at] = canvas.fg[at]
    canvas.put(at[1], at[0], sign, ink)
    if ink.reverse:
        canvas.attributes[at] |= REVERSE
