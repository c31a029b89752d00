"""Markdown as plain lines of text of a given width. Maths is laid out by functions that are handed in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.course.markdown import course_parser
from tutor.course.model import PictureBlock

if TYPE_CHECKING:
    from markdown_it.token import Token


@dataclass(frozen=True)
class Formats:
    """How to write what the course cannot write itself."""

    inline: Callable[[str], str]
    """A formula, in one line."""
    display: Callable[[str], Sequence[str]]
    """A formula, as lines."""
    lab: Callable[[str], str] = lambda lab: lab
    """A lab's id, in words."""
    picture: Callable[[PictureBlock], Sequence[str]] = lambda picture: ()
    """What a lab shows, as lines."""


def wide(text: str) -> int:
    """Columns that a text takes on a terminal."""
    marks = ("Mn", "Me", "Cf")
    return sum(0 if unicodedata.category(c) in marks else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def wrap(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    """A paragraph as lines: `first` begins the first line, `rest` the others. A \\n in it is a line break."""
    lines: list[str] = []
    lead = first
    for piece in text.split("\n"):
        line = lead
        empty = True
        for word in piece.split(" "):
            # A word too long for any line stands alone, whole: addresses and code are copied from here.
            if not empty and wide(line) + 1 + wide(word) > width:
                lines.append(line.rstrip())
                line, empty = rest, True
            line = line + word if empty else f"{line} {word}"
            empty = False
        lines.append(line.rstrip())
        lead = rest
    return lines


def plain_markdown(text: str, formats: Formats, width: int = 80) -> list[str]:
    """A Markdown text as lines, a blank one between its blocks."""
    return _Plain(course_parser().parse(text), formats).blocks(0, None, width)[0]


def plain_inline(text: str, formats: Formats) -> str:
    """A short Markdown text as one paragraph, not wrapped."""
    tokens = course_parser().parseInline(text.strip())
    return " ".join(_inline(token.children or (), formats) for token in tokens)


def _inline(tokens: Sequence[Token], formats: Formats) -> str:
    out: list[str] = []
    opened: list[tuple[int, str]] = []
    for token in tokens:
        match token.type:
            case "math_inline":
                # No line may break inside a short formula.
                out.append(formats.inline(token.content).replace(" ", "\u00a0"))
            case "softbreak":
                out.append(" ")
            case "hardbreak":
                out.append("\n")
            case "code_inline":
                out.append(f"`{token.content}`")
            case "em_open" | "em_close":
                out.append("*")
            case "strong_open" | "strong_close":
                out.append("**")
            case "link_open":
                opened.append((len(out), str(token.attrs.get("href", ""))))
            case "link_close":
                start, href = opened.pop()
                shown = "".join(out[start:])
                if href.startswith(("http://", "https://", "mailto:", "lab:")) and href != shown:
                    out.append(f" <{href}>")
            case _:
                out.append(token.content)
    return "".join(out)


class _Plain:
    """Walks the tokens of a text once."""

    def __init__(self, tokens: Sequence[Token], formats: Formats) -> None:
        self._tokens = tokens
        self._formats = formats

    def blocks(self, i: int, end: str | None, width: int) -> tuple[list[str], int]:
        """The blocks from token i up to the closing token `end`; and the index behind it."""
        lines: list[str] = []
        tight = False
        while i < len(self._tokens) and self._tokens[i].type != end:
            hidden = self._tokens[i].hidden
            part, i = self._block(i, width)
            if part:
                if lines and not (tight or hidden):
                    lines.append("")
                lines += part
            tight = hidden
        return lines, i + 1

    def _block(self, i: int, width: int) -> tuple[list[str], int]:
        token = self._tokens[i]
        match token.type:
            case "paragraph_open":
                return wrap(self._text(i + 1), width), i + 3
            case "heading_open":
                text = self._text(i + 1)
                under = "=" if token.tag in ("h1", "h2") else "-"
                return [text, under * min(wide(text), width)], i + 3
            case "fence" | "code_block":
                return [f"    {line}".rstrip() for line in token.content.rstrip("\n").split("\n")], i + 1
            case "math_block" | "math_block_label":
                return [f"    {line}".rstrip() for line in self._formats.display(token.content.strip())], i + 1
            case "blockquote_open":
                inner, after = self.blocks(i + 1, "blockquote_close", width - 2)
                return [f"> {line}".rstrip() for line in inner], after
            case "bullet_list_open" | "ordered_list_open":
                return self._list(i, width)
            case "table_open":
                return self._table(i, width)
            case "hr":
                return ["-" * min(width, 20)], i + 1
        return [], i + 1

    def _text(self, i: int) -> str:
        return _inline(self._tokens[i].children or (), self._formats)

    def _list(self, i: int, width: int) -> tuple[list[str], int]:
        ordered = self._tokens[i].type == "ordered_list_open"
        close = "ordered_list_close" if ordered else "bullet_list_close"
        number = int(self._tokens[i].attrs.get("start", 1))
        lines: list[str] = []
        i += 1
        while self._tokens[i].type != close:
            mark = f"{number}. " if ordered else "- "
            inner, i = self.blocks(i + 1, "list_item_close", width - len(mark))
            loose = bool(lines) and "" in lines + inner
            lines += [""] * loose
            lines += [(mark if k == 0 else " " * len(mark)) + line if line else "" for k, line in enumerate(inner or [""])]
            number += 1
        return lines, i + 1

    def _table(self, i: int, width: int) -> tuple[list[str], int]:
        rows: list[list[str]] = []
        while self._tokens[i].type != "table_close":
            if self._tokens[i].type == "tr_open":
                rows.append([])
            elif self._tokens[i].type == "inline":
                rows[-1].append(re.sub(r"\s+", " ", self._text(i)))
            i += 1
        widths = [max(wide(row[k]) if k < len(row) else 0 for row in rows) for k in range(len(rows[0]))]
        lines: list[str] = []
        if sum(widths) + 2 * (len(widths) - 1) > width:
            # Too wide for columns: each row as a small list under its heading.
            for row in rows[1:]:
                lines += [""] * bool(lines)
                for head, cell in zip(rows[0], row, strict=False):
                    lines += wrap(f"{head}: {cell}", width, "", "  ")
            return lines, i + 1
        for k, row in enumerate(rows):
            cells = [cell + " " * (size - wide(cell)) for cell, size in zip(row, widths, strict=False)]
            lines.append("  ".join(cells).rstrip())
            if k == 0:
                lines.append("  ".join("-" * size for size in widths))
        return lines, i + 1
