"""Fewer bytes on the wire: a cell is sent when it has changed, and a colour when it changes.

Textual repaints whole pieces of lines, and ends every run of cells with a reset. `Thrift` stands between it and the terminal:
it knows what each cell shows, drops what is there already, and says only what differs in colour. What reaches the screen is
the same, cell by cell. Anything that is not text, colour or movement passes as it is; where it may have changed the screen,
all cells count as unknown.

On a slow link a picture goes in pieces: once `left` bytes of it have gone, further cells are owed, and what is short goes
first. So the echo of a key never waits for a whole picture. Whoever sets `left` sees to it that what is owed is paid
(`tutor.tui.gate`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from time import monotonic
from typing import Any

from rich.cells import cell_len
from textual.app import App
from textual.driver import Driver
from textual.events import Resize

from tutor.tui import caret
from tutor.tui.pen import PLAIN, Pen, after, change, on_blank

_TOKEN = re.compile(
    r"\x1b\[(?P<sgr>[0-9;]*)m|\x1b\[(?P<row>[0-9]+);(?P<column>[0-9]+)H|(?P<text>[^\x00-\x1f\x7f]+)|(?P<line>[\r\n])"
    r"|(?P<other>\x1b\[[0-9;?<>=!$ ]*[@-~]|\x1b[\]P^_X].*?(?:\x07|\x1b\\)|\x1b[()#].|\x1b[^\[\]P^_X()#]|[\x00-\x1f\x7f])",
    re.S,
)
_UNFINISHED = re.compile(r"\x1b(?:\[[0-9;?<>=!$ ]*|[\]P^_X][^\x07\x1b]*\x1b?|[()#])?\Z")
_HARMLESS = re.compile(
    r"\x1b\[(?:6n|c|>.*|<.*|=.*|\?(?:25|1000|1002|1003|1004|1006|1015|1016|2004|2026|2048)[hl]|\?[0-9;$]*p)\Z|\x1b\]"
)
"""Questions, modes and titles: they leave the cells and the cursor where they are."""
_NARROW = re.compile(r"[ -~\u00a1-\u00ac\u00ae-\u02ff\u0384-\u03ff\u2010-\u2027\u2190-\u22ff\u2500-\u25fc\u2800-\u28ff]*")
"""Characters that take one column for certain."""
_GAP = 4
"""So many unchanged cells are cheaper to send again than to jump over."""
_SHORT = 256
"""So many bytes of each write go at once, whatever is owed."""
_BEGIN, _END = "\x1b[?2026h", "\x1b[?2026l"
"""Around an update that the terminal is to show in one go."""

Cell = tuple[str, Pen]
_UNKNOWN: Cell = ("", PLAIN)


class Thrift:
    """Rewrites what is written to one terminal."""

    colour = True
    """False: colours are left out; bold, underline and reverse stay."""

    def __init__(self) -> None:
        self._held = ""
        self._pen = self._wanted = PLAIN
        """The terminal's pen, and the one that was asked for."""
        self._cells: dict[int, list[Cell]] = {}
        self._row = self._column = 0
        """Where the next text belongs."""
        self._at: tuple[int, int] | None = None
        """Where the terminal's cursor is, or None: not known."""
        self._out: list[str] = []
        self._wandered = False
        """Nothing has been said since the cursor was moved."""
        self._short = 0
        self._begun = False
        """An update has been announced to us, and not yet to the terminal."""
        self._owed: dict[int, dict[int, Cell]] = {}
        """Row → column → what should be there, and is not."""
        self.left: int | None = None
        """Bytes that may still go; None: as many as come."""
        self.sent = 0
        """Bytes so far."""
        self.began: float | None = None
        """When the first of them was written since this was last set to None."""

    @property
    def owes(self) -> bool:
        """Whether the terminal does not show yet all that was written."""
        return bool(self._owed)

    def __call__(self, data: str) -> str:
        """What to write instead of `data`; an escape sequence that is cut off is held until its rest comes.

        Without any data: what is owed, as far as it may go.
        """
        data = self._held + data
        cut = _UNFINISHED.search(data)
        self._held = data[cut.start() :] if cut else ""
        self._out, self._short = [], _SHORT
        for token in _TOKEN.finditer(data, 0, cut.start() if cut else len(data)):
            match token.lastgroup:
                case "sgr":
                    self._wanted = after(self._wanted, token["sgr"])
                    if not self.colour:
                        self._wanted = self._wanted._replace(ink="", paper="")
                case "column":
                    self._row, self._column = int(token["row"]) - 1, int(token["column"]) - 1
                    self._wandered = True
                    continue
                case "text":
                    self._text(token["text"])
                case "line":
                    self._line(token["line"])
                case _:
                    self._pass(token[0])
            self._wandered = False
        self._pay()
        if self._wandered:  # the last thing said was where the cursor belongs: on what has the keys
            self._go()
        out = "".join(self._out)
        self.sent += len(out.encode(errors="replace"))
        if out and self.began is None:
            self.began = monotonic()
        return out

    def forget(self) -> None:
        """The screen may show anything now."""
        self._cells.clear()
        self._owed.clear()
        self._at = None

    def _line(self, char: str) -> None:
        if char == "\r":
            self._column = 0
        else:
            self._row += 1

    def _pass(self, sequence: str) -> None:
        if sequence == _BEGIN:
            self._begun = True
            return
        if sequence == _END and self._begun:  # nothing has changed in between
            self._begun = False
            return
        self._go()
        self._out.append(change(self._pen, self._wanted))
        self._pen = self._wanted
        self._out.append(sequence)
        if not _HARMLESS.match(sequence):
            self.forget()

    def _text(self, text: str) -> None:
        if not _NARROW.fullmatch(text):
            self._wide(text)
            return
        pens = (self._wanted, on_blank(self._wanted))
        new = [(char, pens[char == " "]) for char in text]
        start = self._column
        row = self._known(start + len(new))
        self._column += len(new)
        old = row[start : self._column]
        owed = self._superseded(start, self._column)
        for first, last in _changes(old, new):
            if self.left is None or self._short > 0:
                row[start + first : start + last] = new[first:last]
                self._send(start + first, text[first:last], self._wanted)
            else:
                owed.update((start + at, new[at]) for at in range(first, last) if new[at] != old[at])
        if owed:
            self._owed[self._row] = owed

    def _known(self, columns: int) -> list[Cell]:
        """The cells of this row, at least so many."""
        row = self._cells.setdefault(self._row, [])
        if len(row) < columns:
            row.extend([_UNKNOWN] * (columns - len(row)))
        return row

    def _superseded(self, start: int, end: int) -> dict[int, Cell]:
        """What is still owed of this row once these columns are written anew; the caller puts it back."""
        owed = self._owed.pop(self._row, {})
        return {column: cell for column, cell in owed.items() if not start <= column < end} if owed else owed

    def _pay(self) -> None:
        """Send what is owed, the rows first of which the least is owed: they are words, not pictures."""
        here = self._row, self._column
        while self._owed and (self.left is None or self.left > 0):
            self._row = min(self._owed, key=lambda row: len(self._owed[row]))
            owed = self._owed.pop(self._row)
            row = self._known(max(owed) + 1)
            runs = list(_runs(owed))
            while runs and (self.left is None or self.left > 0):
                column, cells = runs.pop(0)
                row[column : column + len(cells)] = cells
                self._send(column, "".join(char for char, _ in cells), cells[0][1])
            if runs:
                self._owed[self._row] = {column + at: cell for column, cells in runs for at, cell in enumerate(cells)}
        self._row, self._column = here

    def _send(self, column: int, text: str, pen: Pen) -> None:
        end, self._column = self._column, column
        before = len(self._out)
        self._go()
        self._column = end
        if text.isspace() and not pen.flags and not self._pen.flags:
            pen = pen._replace(ink=self._pen.ink)
        self._out.append(change(self._pen, pen))
        self._pen = pen
        self._out.append(text)
        self._at = (self._row, column + len(text))
        if self.left is not None:
            size = sum(len(part.encode()) for part in self._out[before:])
            self.left -= size
            self._short -= size

    def _wide(self, text: str) -> None:
        """Text whose columns are not certain: sent as it is, and the rest of its row counts as unknown."""
        if owed := self._superseded(self._column, self._column + cell_len(text)):
            self._owed[self._row] = owed
        self._go()
        self._out.append(change(self._pen, self._wanted))
        self._pen = self._wanted
        self._out.append(text)
        del self._cells.setdefault(self._row, [])[self._column :]
        self._column += cell_len(text)
        self._at = None

    def _go(self) -> None:
        """Bring the terminal's cursor to where the next text belongs."""
        if self._begun:
            self._begun = False
            self._out.append(_BEGIN)
        here = (self._row, self._column)
        if self._at != here:
            self._out.append(f"\x1b[{self._row + 1};{self._column + 1}H")
            self._at = here


def _changes(old: list[Cell], new: list[Cell]) -> list[tuple[int, int]]:
    """The stretches [first, last) that differ, with short gaps bridged."""
    if old == new:
        return []
    found: list[tuple[int, int]] = []
    for at, (a, b) in enumerate(zip(old, new, strict=True)):
        if a is b or a == b:
            continue
        if found and at - found[-1][1] <= _GAP:
            found[-1] = (found[-1][0], at + 1)
        else:
            found.append((at, at + 1))
    return found


def _runs(owed: dict[int, Cell]) -> Iterator[tuple[int, list[Cell]]]:
    """Columns side by side that are painted alike: (the first, their cells)."""
    first, cells = -1, list[Cell]()
    for column in sorted(owed):
        cell = owed[column]
        alike = cells and (cell[1] == cells[0][1] or (cell[0] == " " and cell[1] == on_blank(cells[0][1])))
        if cells and alike and column == first + len(cells):
            cells.append(cell)
            continue
        if cells:
            yield first, cells
        first, cells = column, [cell]
    if cells:
        yield first, cells


class Thrifty(App[Any]):
    """The part of an app that makes its driver thrifty."""

    thrift: Thrift | None = None
    cursor_seen = False
    """Whether the terminal's own cursor is to be seen."""

    def get_driver_class(self) -> type[Driver]:
        plain = super().get_driver_class()
        thrift = self.thrift = Thrift()
        app = self

        class ThriftyDriver(plain):  # type: ignore[misc, valid-type]
            """The platform's driver, with fewer bytes."""

            def write(self, data: str) -> None:
                super().write(thrift(caret.shown(data) if app.cursor_seen else data))

        return ThriftyDriver

    @property
    def outlet(self) -> Thrift | None:
        """What is written goes through this."""
        return self.thrift

    def on_resize(self, event: Resize) -> None:
        if self.thrift is not None:
            self.thrift.forget()
