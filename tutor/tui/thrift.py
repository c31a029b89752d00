"""Fewer bytes on the wire: a cell is sent when it has changed, and a colour when it changes.

Textual repaints whole pieces of lines, and ends every run of cells with a reset. `Thrift` stands between it and the terminal:
it knows what each cell shows, drops what is there already, and says only what differs in colour. What reaches the screen is
the same, cell by cell. Anything that is not text, colour or movement passes as it is; where it may have changed the screen,
all cells count as unknown.
"""

from __future__ import annotations

import re
from typing import Any

from rich.cells import cell_len
from textual.app import App
from textual.driver import Driver
from textual.events import Resize

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

Cell = tuple[str, Pen]
_UNKNOWN: Cell = ("", PLAIN)


class Thrift:
    """Rewrites what is written to one terminal."""

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
        self.sent = 0
        """Bytes so far."""

    def __call__(self, data: str) -> str:
        """What to write instead of `data`; an escape sequence that is cut off is held until its rest comes."""
        data = self._held + data
        cut = _UNFINISHED.search(data)
        self._held = data[cut.start() :] if cut else ""
        self._out = []
        for token in _TOKEN.finditer(data, 0, cut.start() if cut else len(data)):
            match token.lastgroup:
                case "sgr":
                    self._wanted = after(self._wanted, token["sgr"])
                case "column":
                    self._row, self._column = int(token["row"]) - 1, int(token["column"]) - 1
                case "text":
                    self._text(token["text"])
                case "line":
                    self._line(token["line"])
                case _:
                    self._pass(token[0])
        out = "".join(self._out)
        self.sent += len(out.encode(errors="replace"))
        return out

    def forget(self) -> None:
        """The screen may show anything now."""
        self._cells.clear()
        self._at = None

    def _line(self, char: str) -> None:
        if char == "\r":
            self._column = 0
        else:
            self._row += 1

    def _pass(self, sequence: str) -> None:
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
        row, start = self._cells.setdefault(self._row, []), self._column
        if len(row) < start + len(new):
            row.extend([_UNKNOWN] * (start + len(new) - len(row)))
        old = row[start : start + len(new)]
        row[start : start + len(new)] = new
        self._column += len(new)
        for first, last in _changes(old, new):
            self._send(start + first, text[first:last])

    def _send(self, column: int, text: str) -> None:
        end, self._column = self._column, column
        self._go()
        self._column = end
        wanted = self._wanted
        if text.isspace() and not wanted.flags and not self._pen.flags:
            wanted = wanted._replace(ink=self._pen.ink)
        self._out.append(change(self._pen, wanted))
        self._pen = wanted
        self._out.append(text)
        self._at = (self._row, column + len(text))

    def _wide(self, text: str) -> None:
        """Text whose columns are not certain: sent as it is, and the rest of its row counts as unknown."""
        self._go()
        self._out.append(change(self._pen, self._wanted))
        self._pen = self._wanted
        self._out.append(text)
        del self._cells.setdefault(self._row, [])[self._column :]
        self._column += cell_len(text)
        self._at = None

    def _go(self) -> None:
        """Bring the terminal's cursor to where the next text belongs."""
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


class Thrifty(App[Any]):
    """The part of an app that makes its driver thrifty."""

    thrift: Thrift | None = None

    def get_driver_class(self) -> type[Driver]:
        plain = super().get_driver_class()
        thrift = self.thrift = Thrift()

        class ThriftyDriver(plain):  # type: ignore[misc, valid-type]
            """The platform's driver, with fewer bytes."""

            def write(self, data: str) -> None:
                super().write(thrift(data))

        return ThriftyDriver

    def bytes_sent(self) -> int:
        """Bytes that the terminal got so far."""
        return self.thrift.sent if self.thrift is not None else 0

    def on_resize(self, event: Resize) -> None:
        if self.thrift is not None:
            self.thrift.forget()
