"""Boxes of characters, how they are put together, and the fences that grow around them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tutor.draw.cells import cell_width
from tutor.draw.plainly import to_ascii


@dataclass(frozen=True)
class Style:
    """How a part is set."""

    inline: bool = False
    """One row, whatever it takes."""
    tight: bool = False
    """Within a script: no blanks around signs."""
    ascii: bool = False

    def script(self) -> Style:
        return replace(self, inline=True, tight=True)


@dataclass(frozen=True)
class Box:
    """Rows of one width, the row on the base line, and what kind of atom it is to its neighbours."""

    rows: tuple[str, ...]
    base: int = 0
    kind: str = "ord"

    @property
    def width(self) -> int:
        return cell_width(self.rows[0])

    @property
    def height(self) -> int:
        return len(self.rows)


def line(text: str, kind: str = "ord") -> Box:
    return Box((text,), 0, kind)


def padded(row: str, width: int, align: str) -> str:
    gap = width - cell_width(row)
    left = {"l": 0, "c": gap // 2, "r": gap}[align]
    return " " * left + row + " " * (gap - left)


def beside(boxes: list[Box]) -> Box:
    """Boxes side by side on one base line."""
    boxes = [box for box in boxes if box.width]
    if not boxes:
        return line("")
    if len(boxes) == 1:
        return boxes[0]
    above = max(box.base for box in boxes)
    below = max(box.height - box.base for box in boxes)
    rows = [""] * (above + below)
    for box in boxes:
        for k in range(len(rows)):
            inside = k - above + box.base
            rows[k] += box.rows[inside] if 0 <= inside < box.height else " " * box.width
    return Box(tuple(rows), above)


def stacked(boxes: list[Box], base: int, align: str = "c") -> Box:
    """Boxes from top to bottom; the base line is that of the box with index `base`."""
    width = max(box.width for box in boxes)
    rows = tuple(padded(row, width, align) for box in boxes for row in box.rows)
    return Box(rows, sum(box.height for box in boxes[:base]) + boxes[base].base, boxes[base].kind)


_TALL = {
    "(": "⎛⎜⎝", ")": "⎞⎟⎠", "[": "⎡⎢⎣", "]": "⎤⎥⎦", "|": "│││", "‖": "‖‖‖", "{": "⎧⎪⎩", "}": "⎫⎪⎭",
    "⌊": "⎢⎢⎣", "⌋": "⎥⎥⎦", "⌈": "⎡⎢⎢", "⌉": "⎤⎥⎥", "⟨": "╱│╲", "⟩": "╲│╱", "/": "╱╱╱",
}  # fmt: skip
_ASCII_TALL = {
    "(": "/|\\", ")": "\\|/", "[": "[[[", "]": "]]]", "|": "|||", "‖": "|||", "{": "/|\\", "}": "\\|/", "⟨": "/|\\",
    "⟩": "\\|/", "⌊": "||[", "⌋": "||]", "⌈": "[||", "⌉": "]||", "/": "///",
}  # fmt: skip
_BRACE_MIDDLE = {"{": ("⎨", "<"), "}": ("⎬", ">")}


def fence(sign: str, like: Box, style: Style) -> Box:
    """A fence as tall as a box."""
    if not sign:
        return line("")
    if like.height == 1:
        return line(to_ascii(sign) if style.ascii else sign)
    first, middle, last = tuple((_ASCII_TALL if style.ascii else _TALL)[sign])
    rows = [first] + [middle] * (like.height - 2) + [last]
    if sign in _BRACE_MIDDLE and like.height > 2:
        rows[like.base if 0 < like.base < like.height - 1 else like.height // 2] = _BRACE_MIDDLE[sign][style.ascii]
    return Box(tuple(rows), like.base)


def lying_brace(width: int, above: bool, style: Style) -> str:
    if style.ascii or width < 3:
        return ("-" if style.ascii else "─") * max(1, width)
    left = (width - 3) // 2
    ends = "╭┴╮" if above else "╰┬╯"
    return ends[0] + "─" * left + ends[1] + "─" * (width - 3 - left) + ends[2]
