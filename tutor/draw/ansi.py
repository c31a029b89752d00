"""Rows and terminal escape codes: written for the headless command, read from what plotext draws."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from tutor.draw.cells import PLAIN, Ink, Row, Span

TRUECOLOR = 1 << 24
_SGR = re.compile(r"\x1b\[([0-9;]*)m")
_CUBE = (0, 95, 135, 175, 215, 255)
_SIXTEEN = (
    0x000000, 0x800000, 0x008000, 0x808000, 0x000080, 0x800080, 0x008080, 0xC0C0C0,
    0x808080, 0xFF0000, 0x00FF00, 0xFFFF00, 0x0000FF, 0xFF00FF, 0x00FFFF, 0xFFFFFF,
)  # fmt: skip


def to_ansi(rows: Iterable[Row], colours: int = 256) -> str:
    """The rows as text for a terminal, one line each.

    colours: 0 (no escape codes at all), 16, 256 or TRUECOLOR. Blanks at the end of a line stay away where they show nothing.
    """
    return "\n".join(_line(row, colours) for row in rows)


def _line(row: Row, colours: int) -> str:
    if colours <= 0:
        return "".join(span.text for span in row).rstrip()
    pieces: list[tuple[str, str]] = []
    for text, ink in row:
        code = _codes(ink, colours)
        if pieces and pieces[-1][1] == code:
            pieces[-1] = (pieces[-1][0] + text, code)
        else:
            pieces.append((text, code))
    if pieces and not pieces[-1][1]:
        pieces[-1] = (pieces[-1][0].rstrip(" "), "")
    out, inked = "", False
    for text, code in pieces:
        if not text:
            continue
        out += f"\x1b[0;{code}m{text}" if code else f"\x1b[0m{text}" if inked else text
        inked = bool(code)
    return out + "\x1b[0m" if inked else out


@lru_cache(maxsize=4096)
def _codes(ink: Ink, colours: int) -> str:
    flags = ((ink.bold, "1"), (ink.dim, "2"), (ink.underline, "4"), (ink.reverse, "7"))
    parts = [code for on, code in flags if on]
    if ink.fg is not None:
        parts.append(_colour(ink.fg, colours, 38))
    if ink.bg is not None:
        parts.append(_colour(ink.bg, colours, 48))
    return ";".join(parts)


def _colour(rgb: int, colours: int, ground: int) -> str:
    if colours >= TRUECOLOR:
        return f"{ground};2;{rgb >> 16};{rgb >> 8 & 255};{rgb & 255}"
    if colours >= 256:
        return f"{ground};5;{nearest_256(rgb)}"
    index = _nearest(rgb, _SIXTEEN)
    return str((ground - 8 if index < 8 else ground + 52 - 8) + index)


@lru_cache(maxsize=4096)
def nearest_256(rgb: int) -> int:
    """The number of the nearest colour of xterm's cube or greys; exact for every colour of the palette."""
    return 16 + _nearest(rgb, _table()[16:])


def _nearest(rgb: int, table: tuple[int, ...]) -> int:
    def distance(other: int) -> int:
        return sum((((rgb >> s) & 255) - ((other >> s) & 255)) ** 2 for s in (0, 8, 16))

    return min(range(len(table)), key=lambda k: distance(table[k]))


@lru_cache(maxsize=1)
def _table() -> tuple[int, ...]:
    cube = tuple(r << 16 | g << 8 | b for r in _CUBE for g in _CUBE for b in _CUBE)
    greys = tuple((8 + 10 * k) * 0x010101 for k in range(24))
    return _SIXTEEN + cube + greys


def from_ansi(text: str) -> list[Row]:
    """Text with SGR codes as rows; other escape codes must not be in it. Neighbours of equal ink become one span."""
    rows: list[Row] = []
    ink = PLAIN
    for line in text.split("\n"):
        spans: list[Span] = []
        for k, part in enumerate(_SGR.split(line)):
            if k % 2:
                ink = _inked(ink, part)
            elif part:
                if spans and spans[-1].ink == ink:
                    spans[-1] = Span(spans[-1].text + part, ink)
                else:
                    spans.append(Span(part, ink))
        rows.append(tuple(spans))
    return rows


@lru_cache(maxsize=4096)
def _inked(ink: Ink, code: str) -> Ink:
    """The ink after one SGR sequence."""
    numbers = [int(n or 0) for n in code.split(";")]
    i = 0
    while i < len(numbers):
        n = numbers[i]
        if n == 0:
            ink = PLAIN
        elif n in (1, 2, 4, 7):
            ink = ink._replace(**{{1: "bold", 2: "dim", 4: "underline", 7: "reverse"}[n]: True})
        elif n in (38, 48):
            rgb, used = _extended(numbers[i + 1 :])
            ink = ink._replace(fg=rgb) if n == 38 else ink._replace(bg=rgb)
            i += used
        elif n in (39, 49):
            ink = ink._replace(fg=None) if n == 39 else ink._replace(bg=None)
        elif 30 <= n <= 37 or 90 <= n <= 97:
            ink = ink._replace(fg=_SIXTEEN[n - 30 if n < 90 else n - 82])
        elif 40 <= n <= 47 or 100 <= n <= 107:
            ink = ink._replace(bg=_SIXTEEN[n - 40 if n < 100 else n - 92])
        i += 1
    return ink


def _extended(rest: list[int]) -> tuple[int | None, int]:
    """The colour after 38 or 48, and how many numbers it takes."""
    if len(rest) >= 2 and rest[0] == 5:
        return _table()[rest[1] & 255], 2
    if len(rest) >= 4 and rest[0] == 2:
        return (rest[1] & 255) << 16 | (rest[2] & 255) << 8 | rest[3] & 255, 4
    return None, len(rest)
