"""A small terminal: what a stream of bytes leaves on the glass. It knows what the program sends: text, movement, clearing."""

from __future__ import annotations

import re
from codecs import getincrementaldecoder

from tutor.draw.cells import cell_width

_TOKEN = re.compile(
    r"\x1b\[(?P<row>[0-9]*);?(?P<column>[0-9]*)H|\x1b\[(?P<erase>[0-3]?)(?P<what>[JK])|(?P<text>[^\x00-\x1f\x7f]+)"
    r"|(?P<line>[\r\n])|(?P<other>\x1b\[[0-9;?<>=!$ ]*[@-~]|\x1b[\]P^_X].*?(?:\x07|\x1b\\)|\x1b[()#].|\x1b[^\[\]P^_X()#]|.)",
    re.S,
)
_UNFINISHED = re.compile(r"\x1b(?:\[[0-9;?<>=!$ ]*|[\]P^_X][^\x07\x1b]*\x1b?|[()#])?\Z")


class Glass:
    """Rows of characters, without their colours."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.height = columns, rows
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._held = ""
        self._at = [0, 0]
        self._cells: list[list[str]] = []
        self._clear()

    def feed(self, data: bytes) -> None:
        """Draw what has come."""
        text = self._held + self._decode(data)
        cut = _UNFINISHED.search(text)
        self._held = text[cut.start() :] if cut else ""
        for token in _TOKEN.finditer(text, 0, cut.start() if cut else len(text)):
            match token.lastgroup:
                case "column":
                    self._at = [int(token["row"] or 1) - 1, int(token["column"] or 1) - 1]
                case "text":
                    self._write(token["text"])
                case "line":
                    down = token["line"] == "\n"
                    self._at = [min(self._at[0] + down, self.height - 1), self._at[1] if down else 0]
                case "what":
                    self._erase(token["what"])
                case _:
                    if "?1049" in token[0]:
                        self._clear()

    def _write(self, text: str) -> None:
        row, column = self._at
        for char in text:
            if 0 <= row < self.height and 0 <= column < self.columns:
                self._cells[row][column] = char
            column += cell_width(char)
        self._at = [row, column]

    def _erase(self, what: str) -> None:
        if what == "J":
            self._clear()
        elif self._at[0] < self.height:
            row = self._cells[self._at[0]]
            row[self._at[1] :] = [" "] * len(row[self._at[1] :])

    def _clear(self) -> None:
        self._cells = [[" "] * self.columns for _ in range(self.height)]

    @property
    def lines(self) -> list[str]:
        """What is to be read, row by row."""
        return ["".join(row).rstrip() for row in self._cells]

    def __contains__(self, text: str) -> bool:
        return any(text in line for line in self.lines)
