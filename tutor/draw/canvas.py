"""A rectangle of cells to write on: arrays of characters and colours, turned into rows of few spans at the end."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.draw.cells import PLAIN, Ink, Look, Row, Span, cell_width
from tutor.draw.plainly import to_ascii

BOLD, DIM, UNDERLINE, REVERSE = 1, 2, 4, 8
_NONE = -1
_SPACE = 32
_LONGEST = 2000


@lru_cache(maxsize=4096)
def _ink(fg: int, bg: int, attributes: int) -> Ink:
    return Ink(
        None if fg < 0 else fg,
        None if bg < 0 else bg,
        bool(attributes & BOLD),
        bool(attributes & DIM),
        bool(attributes & UNDERLINE),
        bool(attributes & REVERSE),
    )


@lru_cache(maxsize=4096)
def _attributes(ink: Ink) -> int:
    return BOLD * ink.bold | DIM * ink.dim | UNDERLINE * ink.underline | REVERSE * ink.reverse


@lru_cache(maxsize=4096)
def _packed(ink: Ink) -> tuple[int, int, int]:
    return _NONE if ink.fg is None else ink.fg, _NONE if ink.bg is None else ink.bg, _attributes(ink)


def say(text: str, look: Look) -> str:
    """Text fit for one line of this terminal: no control characters, and nothing beyond ASCII where that cannot be shown."""
    text = text[:_LONGEST]
    if not text.isprintable():
        text = "".join(c if c.isprintable() or c == "\u200d" else " " for c in text)
    return text if look.unicode else to_ascii(text)


def _all_narrow(codes: NDArray[Any]) -> bool:
    """Whether all are one cell wide for certain: ASCII, Latin, box drawing, blocks, Braille."""
    return bool((((codes >= 32) & (codes < 127)) | ((codes >= 0xA0) & (codes < 0x300)) | _drawn(codes)).all())


def _drawn(codes: NDArray[Any]) -> NDArray[Any]:
    return ((codes >= 0x2500) & (codes < 0x25FD)) | ((codes >= 0x2800) & (codes < 0x2900))


class Canvas:
    """Cells of one character, one foreground and one background each.

    code: (rows, columns) int32, the character; 0 in the second cell of a wide character.
    fg, bg: (rows, columns) int32, 0xRRGGBB or -1 for the terminal's own.
    attributes: (rows, columns) uint8, of BOLD and its like.
    """

    def __init__(self, columns: int, rows: int) -> None:
        self.columns = max(0, columns)
        self.rows = max(0, rows)
        shape = (self.rows, self.columns)
        self.code: NDArray[Any] = np.full(shape, _SPACE, np.int32)
        self.fg: NDArray[Any] = np.full(shape, _NONE, np.int32)
        self.bg: NDArray[Any] = np.full(shape, _NONE, np.int32)
        self.attributes: NDArray[Any] = np.zeros(shape, np.uint8)
        self._marks: dict[tuple[int, int], str] = {}

    def put(self, x: int, y: int, text: str, ink: Ink = PLAIN) -> int:
        """Write from (x, y) to the right, cut at the edges; a background of None keeps what is there. Returns the end's x."""
        if not 0 <= y < self.rows:
            return x + cell_width(text)
        if len(text) > 3:
            codes = np.frombuffer(text.encode("utf-32-le"), "<i4")
            if _all_narrow(codes):
                start, end = max(0, x), max(0, min(self.columns, x + codes.size))
                self._fill(y, slice(start, end), codes[start - x : max(start, end) - x], ink)
                return x + int(codes.size)
        for c in text:
            if not c.isprintable():
                c = " "
            wide = 1 if c.isascii() or "─" <= c <= "◼" else cell_width(c)
            if wide == 0:
                if 0 < x <= self.columns:
                    self._marks[y, x - 1] = self._marks.get((y, x - 1), "") + c
                continue
            if x >= 0 and x + wide <= self.columns:
                for k in range(wide):
                    self._set(x + k, y, 0 if k else ord(c), ink)
            x += wide
        return x

    def _set(self, x: int, y: int, code: int, ink: Ink) -> None:
        fg, bg, attributes = _packed(ink)
        self.code[y, x] = code
        self.fg[y, x] = fg
        if bg >= 0:
            self.bg[y, x] = bg
        self.attributes[y, x] = attributes
        self._marks.pop((y, x), None)

    def _fill(self, y: int, columns: slice, codes: NDArray[Any], ink: Ink) -> None:
        fg, bg, attributes = _packed(ink)
        self.code[y, columns] = codes
        self.fg[y, columns] = fg
        if bg >= 0:
            self.bg[y, columns] = bg
        self.attributes[y, columns] = attributes
        if self._marks:
            self._marks = {
                at: mark for at, mark in self._marks.items() if at[0] != y or not columns.start <= at[1] < columns.stop
            }

    def free(self, x: int, y: int, width: int) -> bool:
        """Whether these cells are all inside and blank."""
        if not (0 <= y < self.rows and x >= 0 and x + width <= self.columns):
            return False
        return bool((self.code[y, x : x + width] == _SPACE).all())

    def paste(self, x: int, y: int, rows: Sequence[Row]) -> None:
        """Copy rows of spans to (x, y), cut at the edges; a background of None keeps the one that is there."""
        if not self._paste_at_once(x, y, rows):
            for line, row in enumerate(rows, y):
                at = x
                for text, ink in row:
                    at = self.put(at, line, text, ink)

    def _paste_at_once(self, x: int, y: int, rows: Sequence[Row]) -> bool:
        """The quick way, for rows of one length with nothing wide in them that begin on the canvas."""
        spans = [span for row in rows for span in row]
        codes = np.frombuffer("".join(span.text for span in spans).encode("utf-32-le"), "<i4")
        wide = codes.size // max(1, len(rows))
        equal = all(sum(len(span.text) for span in row) == wide for row in rows)
        if not (wide and equal and 0 <= x < self.columns and 0 <= y < self.rows and _all_narrow(codes)):
            return False
        inks = np.array([_packed(span.ink) for span in spans], np.int32)
        inks = np.repeat(inks, [len(span.text) for span in spans], axis=0).reshape(len(rows), wide, 3)
        high, wide_here = min(len(rows), self.rows - y), min(wide, self.columns - x)
        here = (slice(y, y + high), slice(x, x + wide_here))
        inks = inks[:high, :wide_here]
        self.code[here] = codes.reshape(len(rows), wide)[:high, :wide_here]
        self.fg[here] = inks[..., 0]
        self.bg[here] = np.where(inks[..., 1] < 0, self.bg[here], inks[..., 1])
        self.attributes[here] = inks[..., 2]
        return True

    def finish(self) -> list[Row]:
        """The cells as rows; neighbours of equal ink become one span."""
        if not self.columns:
            return [()] * self.rows
        attributes, fg = self.attributes, self.fg
        visible = (self.code != _SPACE) | ((attributes & (UNDERLINE | REVERSE)) != 0)
        for y, x in self._marks:
            visible[y, x] = True
        # A blank takes the foreground of what stands before it, if anything does: longer runs, fewer bytes.
        source = np.where(visible, np.arange(self.columns)[None, :], -1)
        np.maximum.accumulate(source, axis=1, out=source)
        lines = np.arange(self.rows)[:, None]
        keeps = (source >= 0) & (visible | ((attributes[lines, source] & (UNDERLINE | REVERSE)) == 0))
        fg = np.where(keeps, fg[lines, source], _NONE)
        attributes = np.where(keeps, attributes[lines, source], 0)
        key = ((fg.astype(np.int64) + 1) << 33) | ((self.bg.astype(np.int64) + 1) << 8) | attributes
        changes = key[:, 1:] != key[:, :-1]
        return [self._row(y, changes[y], fg[y], attributes[y]) for y in range(self.rows)]

    def _row(self, y: int, change: NDArray[Any], fg: NDArray[Any], attributes: NDArray[Any]) -> Row:
        text = self.code[y].astype("<u4").tobytes().decode("utf-32-le")
        marks = {x: marks for (row, x), marks in self._marks.items() if row == y} if self._marks else {}
        cuts = [0, *(np.flatnonzero(change) + 1).tolist(), self.columns]
        spans: list[Span] = []
        for a, b in pairwise(cuts):
            piece = text[a:b]
            if marks:
                piece = "".join(c + marks.get(a + k, "") for k, c in enumerate(piece))
            piece = piece.replace("\0", "")
            if piece:
                spans.append(Span(piece, _ink(int(fg[a]), int(self.bg[y, a]), int(attributes[a]))))
        return tuple(spans)


def cut(text: str, width: int, look: Look) -> str:
    """The text in at most `width` columns, with a sign at the end where something was left out."""
    if cell_width(text) <= width:
        return text
    if width <= 0:
        return ""
    sign = "…" if look.unicode else "~"
    out, used = "", 0
    for c in text:
        used += cell_width(c)
        if used > width - 1:
            break
        out += c
    return out + sign


def wrap(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` columns, broken at blanks where there are any; leading blanks stay."""
    return list(_wrap(text, max(1, width)))


def _wrap(text: str, width: int) -> Iterator[str]:
    while cell_width(text) > width:
        end, used = 0, 0
        while end < len(text) and used + cell_width(text[end]) <= width:
            used += cell_width(text[end])
            end += 1
        end = max(1, end)
        blank = text.rfind(" ", 0, end + 1)
        if blank > 0 and text[:blank].strip():
            yield text[:blank]
            text = text[blank + 1 :]
        else:
            yield text[:end]
            text = text[end:]
    yield text


def fit(rows: list[Row], columns: int, count: int) -> list[Row]:
    """Exactly `count` rows of exactly `columns` cells: cut or padded with blanks."""
    out: list[Row] = []
    for row in rows[:count]:
        width = sum(cell_width(span.text) for span in row)
        if width < columns:
            row = (*row, Span(" " * (columns - width)))
        elif width > columns:
            row = _cut_row(row, columns)
        out.append(row)
    blank: Row = (Span(" " * columns),) if columns else ()
    return out + [blank] * (count - len(out))


def _cut_row(row: Row, columns: int) -> Row:
    out: list[Span] = []
    used = 0
    for span in row:
        text = ""
        for c in span.text:
            wide = 0 if unicodedata.combining(c) else cell_width(c)
            if used + wide > columns:
                break
            text += c
            used += wide
        if text:
            out.append(Span(text, span.ink))
    if used < columns:
        out.append(Span(" " * (columns - used)))
    return tuple(out)
