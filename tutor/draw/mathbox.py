"""TeX mathematics for a terminal: `display` in two dimensions, `inline` in one line, `check_formula` for lessons' authors."""

from __future__ import annotations

from functools import lru_cache

from tutor.draw.mathboxes import Style
from tutor.draw.mathlayout import build
from tutor.draw.mathparse import parse
from tutor.draw.mathtree import MathError
from tutor.draw.plainly import to_ascii

__all__ = ["MathError", "check_formula", "display", "inline"]


def display(source: str, ascii: bool = False) -> list[str]:
    """The formula in two dimensions, as lines without blanks at their ends. Raises MathError."""
    return list(_display(source, ascii))


@lru_cache(maxsize=512)
def _display(source: str, ascii: bool) -> tuple[str, ...]:
    rows = [row.rstrip() for row in build(parse(source), Style(ascii=ascii)).rows]
    indent = min((len(row) - len(row.lstrip(" ")) for row in rows if row), default=0)
    rows = [row[indent:] for row in rows]
    return tuple(map(to_ascii, rows)) if ascii else tuple(rows)


@lru_cache(maxsize=1024)
def inline(source: str, ascii: bool = False) -> str:
    """The formula in one line, with brackets where the second dimension held it together. Raises MathError."""
    row = build(parse(source), Style(inline=True, ascii=ascii)).rows[0].strip()
    return to_ascii(row) if ascii else row


def check_formula(source: str) -> None:
    """Raises MathError, which says what is wrong and at which character, if the formula cannot be set."""
    _display(source, False)
    inline(source)
