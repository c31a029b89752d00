"""How a terminal paints: colours and flags, read from SGR sequences and said in as few bytes as can be."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

_FLAGS = (1, 2, 3, 4, 5, 7, 9)
"""Bold, dim, italic, underline, blink, reverse, struck through."""
_SEEN_ON_BLANKS = frozenset({4, 7, 9})


class Pen(NamedTuple):
    """How the terminal paints now."""

    ink: str = ""
    """The codes of the foreground, "" for the terminal's own."""
    paper: str = ""
    flags: frozenset[int] = frozenset()
    odd: str = ""
    """Codes that are not known here, kept as they came."""


PLAIN = Pen()


@lru_cache(maxsize=4096)
def after(pen: Pen, codes: str) -> Pen:
    """The pen after an SGR sequence with these parameters."""
    numbers = codes.split(";")
    at = 0
    while at < len(numbers):
        code = int(numbers[at] or 0)
        if code == 0:
            pen = PLAIN
        elif code in _FLAGS:
            pen = pen._replace(flags=pen.flags | {code})
        elif code in (38, 48):
            length = 3 if numbers[at + 1 : at + 2] == ["5"] else 5
            colour = ";".join(numbers[at : at + length])
            pen = pen._replace(ink=colour) if code == 38 else pen._replace(paper=colour)
            at += length - 1
        elif 30 <= code <= 39 or 90 <= code <= 97:
            pen = pen._replace(ink="" if code == 39 else str(code))
        elif 40 <= code <= 49 or 100 <= code <= 107:
            pen = pen._replace(paper="" if code == 49 else str(code))
        else:
            pen = pen._replace(odd=";".join(filter(None, (pen.odd, numbers[at]))))
        at += 1
    return pen


@lru_cache(maxsize=4096)
def on_blank(pen: Pen) -> Pen:
    """What of a pen is seen in a blank: its paper, and lines through it; the ink only where they show it."""
    flags = pen.flags & _SEEN_ON_BLANKS
    return Pen(pen.ink if flags else "", pen.paper, flags, pen.odd)


@lru_cache(maxsize=8192)
def change(now: Pen, wanted: Pen) -> str:
    """The sequence that takes the terminal from one pen to another; "" when nothing changes."""
    if now == wanted:
        return ""
    if wanted == PLAIN:
        return "\x1b[0m"
    lost = now.flags - wanted.flags or now.odd != wanted.odd or (now.ink and not wanted.ink) or (now.paper and not wanted.paper)
    if lost:
        now = PLAIN
    codes = ["0"] if lost else []
    codes += [str(flag) for flag in sorted(wanted.flags - now.flags)]
    codes += [code for code, old in zip(wanted[::3] + wanted[1:2], now[::3] + now[1:2], strict=True) if code and code != old]
    return f"\x1b[{';'.join(map(str, codes))}m"
