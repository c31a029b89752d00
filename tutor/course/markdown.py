"""Markdown as the course means it: CommonMark with tables, `$maths$` and `$$maths$$`; and where its parts stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from tutor.course.claims import CLAIM
from tutor.course.model import Place
from tutor.course.source import place_in
from tutor.harmless import harmless

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

    InlineRule = Callable[[StateInline, bool], bool]


@dataclass(frozen=True)
class Formula:
    """A formula in a text."""

    tex: str
    place: Place
    """Of its first character, behind the dollar."""


@dataclass(frozen=True)
class Link:
    """A link in a text, as it was written."""

    target: str
    place: Place


@dataclass(frozen=True)
class Stray:
    """A dollar that neither begins nor ends a formula."""

    place: Place


@dataclass(frozen=True)
class Run:
    """What says from which run the number before it is (`tutor.course.claims`)."""

    match: re.Match[str]
    before: str
    """The text before it, in its paragraph."""
    place: Place


@cache
def course_parser() -> MarkdownIt:
    """The parser. Inline tokens of formulas and links carry meta["at"], their offset in the text that holds them."""
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    parser = MarkdownIt("gfm-like").use(dollarmath_plugin, allow_space=False, double_inline=False)
    parser.core.ruler.disable("linkify")
    parser.inline.ruler.disable("linkify")
    # markdown-it hands out no rule by name: this list is where they are.
    for rule in list(parser.inline.ruler.__rules__):
        if rule.name in ("math_inline", "link", "image", "autolink"):
            parser.inline.ruler.at(rule.name, _marked(rule.fn, stray=rule.name == "math_inline"))
    parser.inline.ruler.before("html_inline", "claim", _claim)
    parser.core.ruler.push("harmless", _harmless)
    return parser


def _harmless(state: StateCore) -> None:
    """An entity such as &#x202e; can stand for a character that no text may hold."""
    waiting = list(state.tokens)
    while waiting:
        token = waiting.pop()
        token.content = harmless(token.content)
        for name, value in token.attrs.items():
            token.attrs[name] = harmless(value) if isinstance(value, str) else value
        waiting += token.children or ()


def _claim(state: StateInline, silent: bool) -> bool:
    """From which run a number is: an empty token, so that nothing is shown of it."""
    match = CLAIM.match(state.src, state.pos) if state.src[state.pos] in "<{" else None
    if match is None:
        return False
    if not silent:
        state.push("claim", "", 0).meta["at"] = state.pos
    state.pos = match.end()
    return True


def _marked(inner: InlineRule, *, stray: bool) -> InlineRule:
    """The rule, noting the offset at which each of its tokens begins."""

    def rule(state: StateInline, silent: bool) -> bool:
        at, before = state.pos, len(state.tokens)
        if inner(state, silent):
            for token in state.tokens[before:]:
                token.meta.setdefault("at", at)
            return True
        if stray and state.src[at] == "$":
            if not silent:
                token = state.push("stray_dollar", "", 0)
                token.content, token.meta["at"] = "$", at
            state.pos += 1
            return True
        return False

    return rule


def parts(text: str, place: Place) -> Iterator[Formula | Link | Stray | Run]:
    """The formulas, links, lost dollars and numbers' runs of a Markdown text that begins at `place`."""
    lines = text.split("\n")
    cursors: dict[int, int] = {}
    for token in course_parser().parse(text):
        if token.map is None:
            continue
        first = token.map[0]
        if token.type in ("math_block", "math_block_label"):
            column = lines[first].find("$$") + 2
            yield Formula(token.content, Place(place.file, place.line + first, column + 1))
        elif token.type == "inline":
            yield from _inline_parts(token, lines, first, place, cursors)


def _inline_parts(
    token: Token, lines: list[str], first: int, place: Place, cursors: dict[int, int]
) -> Iterator[Formula | Link | Stray | Run]:
    strayed = False
    starts = _starts(token.content, lines, first, cursors)
    for child in token.children or ():
        at = child.meta.get("at")
        if at is None:
            continue
        here = _place(token.content, at, starts, first, place)
        if child.type == "math_inline":
            yield Formula(child.content, Place(here.file, here.line, here.column + 1))
        elif child.type == "link_open":
            yield Link(unquote(str(child.attrs.get("href", ""))), here)
        elif child.type == "image":
            yield Link(unquote(str(child.attrs.get("src", ""))), here)
        elif child.type == "stray_dollar" and not strayed:
            strayed = True
            yield Stray(here)
        elif child.type == "claim" and (match := CLAIM.match(token.content, at)):
            yield Run(match, token.content[:at], here)


def _starts(content: str, lines: list[str], first: int, cursors: dict[int, int]) -> list[int]:
    """The column (from 0) at which each line of an inline text begins in its source line.

    `cursors` remembers how far a source line has been used: the cells of a table row share one line.
    """
    starts = []
    for i, piece in enumerate(content.split("\n")):
        source = lines[first + i] if first + i < len(lines) else ""
        piece = piece.rstrip()
        found = source.find(piece, cursors.get(first + i, 0))
        if found < 0:
            found = source.find(piece.replace("|", r"\|"), cursors.get(first + i, 0))
        starts.append(max(found, 0))
        cursors[first + i] = max(found, 0) + len(piece)
    return starts


def _place(content: str, at: int, starts: list[int], first: int, place: Place) -> Place:
    before = content[:at]
    row = before.count("\n")
    column = at - (before.rfind("\n") + 1) + starts[row]
    # The text may begin in the middle of its first line, as a heading's does.
    shift = place.column - 1 if first + row == 0 else 0
    return Place(place.file, place.line + first + row, column + 1 + shift)


def formula_place(formula: Formula, offset: int) -> Place:
    """Where the character of a formula at the offset stands. A multi-line formula's later lines begin at column 1."""
    offset = max(0, min(offset, len(formula.tex)))
    inside = place_in(formula.place.file, formula.tex, offset, formula.place.line)
    if inside.line == formula.place.line:
        return Place(inside.file, inside.line, formula.place.column + offset)
    return inside


def slug(title: str) -> str:
    """The id of a heading: lower case, words joined by hyphens, marks dropped (as the large Markdown sites do)."""
    kept = re.sub(r"[^\w\- ]", "", title.lower())
    return re.sub(r"\s+", "-", kept.strip()) or "section"


def unique(name: str, taken: set[str]) -> str:
    """The name, or the name with -2, -3 … if it is taken; then it is taken too."""
    chosen, n = name, 1
    while chosen in taken:
        n += 1
        chosen = f"{name}-{n}"
    taken.add(chosen)
    return chosen


def relative(file: Path, root: Path) -> str:
    """The file's name as seen from the folder, for messages."""
    try:
        return file.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        return file.name
