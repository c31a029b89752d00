"""Rows of cells as an SVG picture, which looks the same with every font: text is stretched to its cells, blocks are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from tutor.draw.cells import Ink, Look, Row, cell_width

WIDE, HIGH = 8, 16
"""Units of a cell."""
_FONT = "font-family='DejaVu Sans Mono, Menlo, Consolas, monospace' font-size='13'"
_DARK, _LIGHT = (0xDADADA, 0x121212), (0x1C1C1C, 0xFFFFFF)
"""(text, ground)"""
_BLOCKS = {
    "▀": (0, 0, 8, 4), "▄": (0, 4, 8, 4), "█": (0, 0, 8, 8), "▌": (0, 0, 4, 8), "▐": (4, 0, 4, 8), "▁": (0, 7, 8, 1),
    "▂": (0, 6, 8, 2), "▃": (0, 5, 8, 3), "▅": (0, 3, 8, 5), "▆": (0, 2, 8, 6), "▇": (0, 1, 8, 7), "▏": (0, 0, 1, 8),
    "▎": (0, 0, 2, 8), "▍": (0, 0, 3, 8), "▋": (0, 0, 5, 8), "▊": (0, 0, 6, 8), "▉": (0, 0, 7, 8),
}  # fmt: skip
"""Block → its rectangle (x, y, width, height), in eighths of a cell."""
_DOTS = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))
"""Bit of a Braille character → (column, row) of its dot."""


def to_svg(rows: Sequence[Row], look: Look, title: str = "") -> str:
    """The rows as one SVG document, on the ground of a dark or a light screen. title: for who cannot see it."""
    columns = max((sum(cell_width(span.text) for span in row) for row in rows), default=0)
    width, height = columns * WIDE, len(rows) * HIGH
    text, ground = _DARK if look.dark else _LIGHT
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' width='{width}' height='{height}' role='img'>",
        *([f"<title>{escape(title)}</title>"] if title else []),
        f"<rect width='{width}' height='{height}' fill='{_hex(ground)}'/>",
    ]
    words: list[str] = []
    for y, row in enumerate(rows):
        x = 0
        for span in row:
            front, back = _colours(span.ink, text, ground)
            wide = cell_width(span.text)
            if back != ground and wide:
                parts.append(_rect(x * WIDE, y * HIGH, wide * WIDE, HIGH, back))
            shapes, runs = _pieces(span.text, x, y, front)
            parts += shapes
            words += [_word(said, at, y, front, span.ink) for said, at in runs]
            x += wide
    return "\n".join([*parts, f"<g {_FONT} xml:space='preserve'>", *words, "</g>", "</svg>"]) + "\n"


def _colours(ink: Ink, text: int, ground: int) -> tuple[int, int]:
    front = text if ink.fg is None else ink.fg
    back = ground if ink.bg is None else ink.bg
    return (back, front) if ink.reverse else (front, back)


def _pieces(text: str, x: int, y: int, colour: int) -> tuple[list[str], list[tuple[str, int]]]:
    """The blocks and dots of a text as shapes, and what is left as (text, column) runs between blanks."""
    shapes: list[str] = []
    runs: list[tuple[str, int]] = []
    run, start, at = "", x, x
    dots: list[tuple[float, float]] = []
    for character in [*text, " "]:
        if character in _BLOCKS or "\u2800" <= character <= "\u28ff" or character.isspace():
            if run:
                runs.append((run, start))
                run = ""
            if character in _BLOCKS:
                left, top, wide, high = _BLOCKS[character]
                shapes.append(_rect(at * WIDE + left, y * HIGH + top * 2, wide, high * 2, colour))
            elif not character.isspace():
                bits = ord(character) - 0x2800
                dots += [
                    (at * WIDE + 2 + 4 * column, y * HIGH + 2 + 4 * row)
                    for bit, (column, row) in enumerate(_DOTS)
                    if bits >> bit & 1
                ]
        else:
            if not run:
                start = at
            run += character
        at += cell_width(character)
    if dots:
        path = "".join(f"M{left - 1:g} {top - 1:g}h2v2h-2z" for left, top in dots)
        shapes.append(f"<path d='{path}' fill='{_hex(colour)}'/>")
    return shapes, runs


def _word(text: str, x: int, y: int, colour: int, ink: Ink) -> str:
    style = "".join(
        (
            " font-weight='bold'" if ink.bold else "",
            " opacity='0.7'" if ink.dim else "",
            " text-decoration='underline'" if ink.underline else "",
        )
    )
    length = cell_width(text) * WIDE
    return (
        f"<text x='{x * WIDE}' y='{y * HIGH + 12}' textLength='{length}' lengthAdjust='spacingAndGlyphs' "
        f"fill='{_hex(colour)}'{style}>{escape(text)}</text>"
    )


def _rect(x: int, y: int, width: int, height: int, colour: int) -> str:
    return f"<rect x='{x}' y='{y}' width='{width}' height='{height}' fill='{_hex(colour)}' shape-rendering='crispEdges'/>"


def _hex(colour: int) -> str:
    return f"#{colour:06x}"
