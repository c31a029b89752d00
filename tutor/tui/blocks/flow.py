"""Text that is laid out for the width it gets: paragraphs with hanging indents, tables, lines that must not be broken.

`lay_out` is a pure function from pieces and a width to lines; `Flow` is the widget that shows them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from tutor.draw.plainly import one_to_one

NOTHING = Content("")
MEASURE = 84
"""Columns of a line of prose: longer ones are hard to read back from."""


@dataclass(frozen=True)
class Para:
    """A paragraph. `first` stands before its first line, `rest` before the others; both are of the same width."""

    text: Content
    first: Content = field(default=NOTHING)
    rest: Content = field(default=NOTHING)


@dataclass(frozen=True)
class Lines:
    """Lines that are shown as they are; what does not fit is cut."""

    lines: tuple[Content, ...]
    prefix: Content = field(default=NOTHING)


@dataclass(frozen=True)
class Grid:
    """A table; `rows[0]` is its head. Cells are wrapped where the whole does not fit."""

    rows: tuple[tuple[Content, ...], ...]
    align: tuple[str, ...]
    """"left", "right" or "center", one a column."""
    prefix: Content = field(default=NOTHING)


@dataclass(frozen=True)
class Gap:
    """An empty line."""


Piece = Para | Lines | Grid | Gap


def lay_out(pieces: Sequence[Piece], width: int) -> list[Content]:
    """The lines of these pieces, each at most `width` cells."""
    lines: list[Content] = []
    for piece in pieces:
        match piece:
            case Gap():
                if lines and lines[-1].plain:
                    lines.append(NOTHING)
            case Para(text, first, rest):
                room = max(4, width - first.cell_length)
                wrapped = text.wrap(room) or [NOTHING]
                lines += [(first if i == 0 else rest) + line.rstrip() for i, line in enumerate(wrapped)]
            case Lines(texts, prefix):
                lines += [(prefix + text).truncate(width) for text in texts]
            case Grid():
                lines += _grid(piece, width)
    while lines and not lines[-1].plain:
        lines.pop()
    return lines


def _grid(grid: Grid, width: int) -> list[Content]:
    columns = len(grid.align)
    room = width - grid.prefix.cell_length - 2 * (columns - 1)
    wanted = [max((row[i].cell_length for row in grid.rows), default=1) for i in range(columns)]
    widths = _shares(wanted, max(room, 3 * columns))
    lines: list[Content] = []
    for number, row in enumerate(grid.rows):
        cells = [cell.wrap(w) or [NOTHING] for cell, w in zip(row, widths, strict=True)]
        for y in range(max(len(cell) for cell in cells)):
            parts = [
                _aligned(cell[y].rstrip() if y < len(cell) else NOTHING, w, side)
                for cell, w, side in zip(cells, widths, grid.align, strict=True)
            ]
            lines.append((grid.prefix + Content("  ").join(parts)).rstrip())
        if number == 0:
            lines.append(grid.prefix + Content.styled("─" * (sum(widths) + 2 * (columns - 1)), "$text-muted"))
    return lines


def _shares(wanted: list[int], room: int) -> list[int]:
    """Widths of columns: what each wants where that fits; otherwise the widest give way first."""
    widths = list(wanted)
    while sum(widths) > room:
        widest = max(range(len(widths)), key=widths.__getitem__)
        if widths[widest] <= 3:
            break
        widths[widest] -= 1
    return widths


def _aligned(cell: Content, width: int, side: str) -> Content:
    gap = max(0, width - cell.cell_length)
    left = {"left": 0, "right": gap, "center": gap // 2}[side]
    return cell.pad(left, gap - left)


class Flow(Widget):
    """Shows pieces, laid out anew when its width changes."""

    DEFAULT_CSS = """
    Flow { width: 1fr; height: auto; text-wrap: nowrap; text-overflow: clip; }
    """

    def __init__(self, pieces: Sequence[Piece] = (), *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._pieces = tuple(pieces)
        self._laid: tuple[int, Content, int] = (-1, NOTHING, 0)

    @property
    def pieces(self) -> tuple[Piece, ...]:
        return self._pieces

    def show(self, pieces: Sequence[Piece]) -> None:
        """Show these instead."""
        if tuple(pieces) == self._pieces:
            return
        self._pieces = tuple(pieces)
        self._laid = (-1, NOTHING, 0)
        self.refresh(layout=True)

    def _lay(self, width: int) -> tuple[int, Content, int]:
        if self._laid[0] != width:
            lines = lay_out(self._pieces, width)
            text = Content("\n").join(lines)
            if self.app.has_class("-ascii"):
                text = Content(one_to_one(text.plain), list(text.spans))  # texts are ASCII already; this is for signs
            self._laid = (width, text, len(lines))
        return self._laid

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return self._lay(width)[2]

    def render(self) -> Content:
        return self._lay(self.content_size.width or MEASURE)[1]
