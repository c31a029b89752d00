"""Rows of cells (`tutor.draw.cells`) as Textual's strips, and what changed between two of them.

Textual repaints dirty regions, not changed cells; which cells changed is found out here.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from rich.cells import cell_len
from rich.color import Color
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip

from tutor.draw.cells import PLAIN, Ink, Row, Span

_NEAR = 8
"""Unchanged columns between two runs that are not worth a jump: it takes a cursor movement and a change of ink."""


@lru_cache(maxsize=4096)
def ink_style(ink: Ink, base: Style | None = None) -> Style | None:
    """The ink as Rich's style, on top of `base`; what the ink leaves open is the base's, or is left open."""
    if ink == PLAIN:
        return base
    style = Style(
        color=_colour(ink.fg),
        bgcolor=_colour(ink.bg),
        bold=ink.bold or None,
        dim=ink.dim or None,
        underline=ink.underline or None,
        reverse=ink.reverse or None,
    )
    return style if base is None else base + style


def _colour(value: int | None) -> Color | None:
    return None if value is None else Color.from_triplet(ColorTriplet(value >> 16, value >> 8 & 255, value & 255))


def to_strip(row: Row, width: int | None = None, base: Style | None = None) -> Strip:
    """The row as a strip, in exactly `width` columns where that is given, on the style `base`."""
    have = sum(cell_len(text) for text, _ in row)
    segments = [Segment(text, ink_style(ink, base)) for text, ink in row if text]
    if width is None or have == width:
        return Strip(segments, have)
    if have < width:
        return Strip([*segments, Segment(" " * (width - have), base)], width)
    return Strip(segments, have).crop(0, width)


def changed_spans(old: Row, new: Row) -> list[tuple[int, int]]:
    """The runs of columns [start, end) in which two rows differ. Runs close to each other are one: to jump costs bytes, too."""
    if old == new:
        return []
    if not _simple(old) or not _simple(new):
        old, new = _spread(old), _spread(new)
    runs: list[tuple[int, int]] = []
    a, b = ((span for span in row if span.text) for row in (old, new))
    x = 0
    text_a = text_b = ""
    ink_a = ink_b = PLAIN
    while True:
        if not text_a:
            text_a, ink_a = next(a, ("", ink_a))
        if not text_b:
            text_b, ink_b = next(b, ("", ink_b))
        if not text_a or not text_b:
            rest = len(text_a) + len(text_b) + sum(len(text) for text, _ in (*a, *b))
            if rest:
                _mark(runs, x, x + rest)
            return runs
        size = min(len(text_a), len(text_b))
        if ink_a != ink_b:
            _mark(runs, x, x + size)
        elif text_a[:size] != text_b[:size]:
            for k in range(size):
                if text_a[k] != text_b[k]:
                    _mark(runs, x + k, x + k + 1)
        x += size
        text_a, text_b = text_a[size:], text_b[size:]


def _mark(runs: list[tuple[int, int]], start: int, end: int) -> None:
    if runs and start - runs[-1][1] < _NEAR:
        runs[-1] = (runs[-1][0], end)
    else:
        runs.append((start, end))


def _simple(row: Row) -> bool:
    """Whether each character takes one column."""
    return all(text.isascii() or cell_len(text) == len(text) for text, _ in row)


def _spread(row: Row) -> Row:
    """A row that can be compared column by column: a wide character becomes two, both its own."""
    spans: list[Span] = []
    for text, ink in row:
        for c in text:
            width = cell_len(c)
            if width == 0:
                # A mark belongs to the column before it: any change of it is a change of that column's ink.
                last = spans.pop() if spans else Span(" ", ink)
                spans.append(Span(last.text, last.ink._replace(fg=hash((c, last.ink)))))
            else:
                spans.append(Span(c if width == 1 else chr(0x10FFFF - ord(c)) * width, ink))
    return tuple(spans)


def changed_regions(old: Sequence[Row], new: Sequence[Row], width: int) -> list[Region]:
    """A region for each run that differs, none beyond `width`; a missing row is a blank one."""
    regions = []
    for y in range(max(len(old), len(new))):
        a = old[y] if y < len(old) else ()
        b = new[y] if y < len(new) else ()
        regions += [Region(x, y, min(end, width) - x, 1) for x, end in changed_spans(a, b) if x < width]
    return regions


def fit(row: Row, width: int, tail: str = "…") -> Row:
    """The row in exactly `width` columns: blanks added, or the end cut and `tail` put there."""
    have = sum(cell_len(span.text) for span in row)
    if have <= width:
        return (*row, Span(" " * (width - have))) if have < width else row
    spans: list[Span] = []
    left = width - cell_len(tail)
    for text, ink in row:
        kept = ""
        for c in text:
            step = cell_len(c)
            if step > left:
                return (*spans, Span(kept + " " * left + tail, ink)) if width >= cell_len(tail) else ()
            kept, left = kept + c, left - step
        spans.append(Span(kept, ink))
    return tuple(spans)


def wrap(text: str, width: int, height: int, ink: Ink = PLAIN, tail: str = "…") -> list[Row]:
    """The text in at most `height` lines of at most `width` columns, broken between words; `tail` where it is cut."""
    lines: list[str] = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if cell_len(joined) <= width or not lines[-1]:
            lines[-1] = joined
        else:
            lines.append(word)
    if len(lines) > height:
        lines = [*lines[: max(0, height - 1)], " ".join(lines[max(0, height - 1) :])]
    return [fit((Span(line, ink),), width, tail) if cell_len(line) > width else (Span(line, ink),) for line in lines[:height]]
