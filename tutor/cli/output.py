"""What commands print: JSON, tables, paragraphs, and a bar on stderr."""

from __future__ import annotations

import json
import math
import os
import shutil
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from textwrap import wrap
from typing import Any

from tutor.draw.cells import Look, cell_width
from tutor.harmless import harmless

_BAR = 24
_BETWEEN = 0.1
"""Seconds between two states of the bar."""
TERMINALS = "DLTUTOR_TERMINALS"
"""Set in a process whose output passes through another: what `terminals` is there."""


def print_json(document: object) -> None:
    """One JSON document, for people to look at too."""
    print(json.dumps(_plain(document), indent=2, allow_nan=False))


def print_event(event: Mapping[str, object]) -> None:
    """One line of JSON, sent at once."""
    print(json.dumps(_plain(event), allow_nan=False), flush=True)


def _plain(value: object) -> Any:
    """The same with "inf", "-inf" and "nan" for the numbers that JSON does not have."""
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else str(float(value))
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value


def table(rows: Iterable[Sequence[str]], *, indent: str = "", right: Iterable[int] = (), fold: int = 0) -> str:
    """Rows in columns that line up, two blanks between.

    right: columns that are flush right. fold: columns of the screen; the last cell of a longer row goes on below itself.
    """
    rows = list(rows)
    if not rows:
        return ""
    flush = set(right)
    widths = [max(cell_width(row[k]) for row in rows if k < len(row)) for k in range(max(map(len, rows)))]
    lines = []
    for row in rows:
        line = indent
        for k, text in enumerate(row):
            blanks = " " * (widths[k] - cell_width(text))
            if fold and k == len(row) - 1:
                text = f"\n{' ' * cell_width(line)}".join(wrap(text, max(20, fold - cell_width(line)))) or ""
            line += (blanks + text if k in flush else text + blanks) + "  "
        lines.append(line.rstrip())
    return "\n".join(lines)


def columns() -> int:
    """The width to write for: the terminal's, at most 100; 80 where there is none."""
    return max(20, min(100, shutil.get_terminal_size().columns))


def look() -> Look:
    """What stdout can show: no colour into a file or with NO_COLOR, ASCII where the encoding has no more."""
    from tutor.tui.look import find_look

    found = find_look(encoding=sys.stdout.encoding or "ascii")
    return replace(found, colour=found.colour and "1" in terminals())


def terminals() -> str:
    """Which of stdout ("1") and stderr ("2") a terminal shows, here or through the process that has started this one."""
    if (told := os.environ.get(TERMINALS)) is not None:
        return told
    return "1" * sys.stdout.isatty() + "2" * sys.stderr.isatty()


def colours() -> int:
    """How many colours the terminal of stdout has; 0 where there is none, or none are wanted."""
    if not look().colour:
        return 0
    if os.environ.get("COLORTERM", "") in ("truecolor", "24bit"):
        return 1 << 24
    return 256 if "256" in os.environ.get("TERM", "") or "kitty" in os.environ.get("TERM", "") else 16


def say_notice(notice: str) -> None:
    """A remark on stderr, which is no error."""
    if notice:
        print(f"dltutor: {harmless(notice)}", file=sys.stderr)


class Bar:
    """A progress bar on stderr, if that is a terminal; otherwise nothing. Use it in a `with`: it is gone afterwards."""

    def __init__(self, label: str, total: int) -> None:
        self.label = label
        self.total = max(1, total)
        self._on = "2" in terminals() and os.environ.get("TERM", "dumb") != "dumb"
        self._next = 0.0

    def __enter__(self) -> Bar:
        self.show(0, at_once=True)
        return self

    def __exit__(self, *_: object) -> None:
        if self._on:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def show(self, done: int, label: str = "", *, at_once: bool = False) -> None:
        now = time.monotonic()
        if not self._on or (now < self._next and not at_once):
            return
        self._next = now + _BETWEEN
        filled = min(_BAR, _BAR * done // self.total)
        text = f"{label or self.label} [{'#' * filled}{'.' * (_BAR - filled)}] {done}/{self.total}"
        print(f"\r{text[: columns() - 1]}\x1b[K", end="", file=sys.stderr, flush=True)
