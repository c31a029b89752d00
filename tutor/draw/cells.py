"""Terminal cells as plain data: what every drawing function returns, and what the screen and the command line show."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple


class Ink(NamedTuple):
    """How a piece of text looks. Colours are 0xRRGGBB, or None for the terminal's own."""

    fg: int | None = None
    bg: int | None = None
    bold: bool = False
    dim: bool = False
    underline: bool = False
    reverse: bool = False


PLAIN = Ink()


class Span(NamedTuple):
    """A piece of a row in one ink."""

    text: str
    ink: Ink = PLAIN


Row = tuple[Span, ...]


@dataclass(frozen=True)
class Look:
    """What the terminal can show, and the colours to show it in."""

    unicode: bool = True
    """False: nothing beyond ASCII."""
    colour: bool = True
    """False: shapes and marks alone carry the meaning."""
    dark: bool = True
    few: bool = False
    """Sixteen colours and no more: words take those of them that can be read."""
    coarse: bool = False
    """Fewer steps of colour in fields and images: a moving picture then costs half the bytes."""


_NARROW = re.compile(r"[ -~\u00a1-\u00ac\u00ae-\u02ff\u0384-\u03ff\u2010-\u2027\u2190-\u22ff\u2500-\u25fc\u2800-\u28ff]*")
"""What a plot is made of: letters, Greek, arrows, mathematics, boxes, blocks, Braille."""


def cell_width(text: str) -> int:
    """Columns that a text takes: combining marks none, wide East Asian characters two, others one."""
    return len(text) if _NARROW.fullmatch(text) else sum(map(_char_width, text))


@lru_cache(maxsize=4096)
def _char_width(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def row_width(row: Row) -> int:
    """Columns that a row takes."""
    return sum(cell_width(span.text) for span in row)


def plain(rows: Iterable[Row]) -> str:
    """The rows as text without any ink, trailing blanks removed."""
    return "\n".join("".join(span.text for span in row).rstrip() for row in rows)
