"""Cuts a Markdown file into its sections, and the blocks and prose of each. Every piece knows its lines."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tutor.course.front import yaml_at
from tutor.course.markdown import course_parser, slug, unique
from tutor.course.model import Place, Prose
from tutor.course.problems import Problems
from tutor.course.source import Source
from tutor.course.yamltree import Table
from tutor.errors import nearest

if TYPE_CHECKING:
    from markdown_it.token import Token

BLOCKS = ("predict", "lab", "quiz", "exercise", "bug", "timeline", "aside", "picture")
LANGUAGES = frozenset({
    "text", "txt", "plain", "console", "sh", "shell", "bash", "powershell", "python", "py", "pycon", "c", "cpp", "cuda", "rust",
    "julia", "javascript", "js", "json", "yaml", "toml", "ini", "xml", "html", "css", "sql", "diff", "makefile", "markdown",
    "md", "latex", "tex",
})  # fmt: skip
"""What a fence of ordinary code may be called."""


@dataclass(frozen=True)
class Fence:
    """A fenced block that belongs to the course, not yet understood."""

    word: str
    words: tuple[str, ...]
    """What follows the first word on the fence's line."""
    table: Table | None
    """None: there is no such block, or its YAML could not be read; either has been reported."""
    place: Place


@dataclass
class RawSection:
    """A heading of level 2 and what stands below it."""

    id: str
    title: str
    place: Place
    pieces: list[Prose | Fence] = field(default_factory=list)


def cut(source: Source, skip: int, title: str, problems: Problems) -> list[RawSection]:
    """The sections of the file below its first `skip` lines. title: of the section that stands before any heading."""
    lines = source.lines
    tokens = course_parser().parse("\n" * skip + "\n".join(lines[skip:]))
    taken: set[str] = set()
    sections = [RawSection("", title, Place(source.file, skip + 1))]
    done, level = skip, 1
    for i, token in enumerate(tokens):
        place = Place(source.file, token.map[0] + 1 if token.map else 1)
        if token.type == "heading_open" and token.level == 0 and token.map:
            depth = int(token.tag[1:])
            words = tokens[i + 1].content.strip()
            _check_heading(depth, level, words, place, problems)
            level = max(depth, 2)
            if depth == 2:
                _prose(sections[-1], source, done, token.map[0])
                column = max(lines[token.map[0]].find(words), 0) + 1
                sections.append(RawSection(unique(slug(words), taken), words, Place(source.file, place.line, column)))
                done = token.map[1]
        elif token.type == "fence" and token.map:
            word, _, rest = token.info.strip().partition(" ")
            if word in LANGUAGES or not word:
                _check_listing(token, lines, place, problems)
                continue
            if word not in BLOCKS:
                known = [*BLOCKS, *sorted(LANGUAGES)]
                close = nearest(word, known)
                mend = close if close.startswith("did") else "there are: " + ", ".join(BLOCKS)
                problems.add(_word_place(lines, token, place), "unknown-block", f"there is no block {word!r}", mend)
            elif token.level:
                problems.add(place, "nested-block", f"the block {word!r} stands in a list or a quotation", "move it out")
                continue
            _prose(sections[-1], source, done, token.map[0])
            done = token.map[1]
            known_word = word in BLOCKS
            fence = _fence(source, token, word, rest.split(), place, problems) if known_word else Fence(word, (), None, place)
            sections[-1].pieces.append(fence)
        elif token.type == "code_block" and (inner := _blocks_in(token.content, "```")):
            said = f"the block {inner[0][1]!r} is indented, so it is shown as a listing"
            problems.add(place, "open-block", said, "begin its first line at the left edge")
    _prose(sections[-1], source, done, len(lines))
    if not sections[0].pieces:
        del sections[0]
    else:
        sections[0].id = unique(slug(title), taken)
    return sections


_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})\s*([\w-]+)")


def _blocks_in(content: str, markup: str) -> list[tuple[int, str]]:
    """The first lines of blocks that a fence holds, though it could not hold them if it were closed: (line from 0, name)."""
    found = ((row, _FENCE.match(line)) for row, line in enumerate(content.split("\n")))
    return [(row, m[2]) for row, m in found if m and m[2] in BLOCKS and m[1][0] == markup[0] and len(m[1]) >= len(markup)]


def _is_open(token: Token, lines: list[str]) -> bool:
    assert token.map
    first, end = token.map
    return end - 1 == first or not lines[end - 1].lstrip().startswith(token.markup)


def _check_listing(token: Token, lines: list[str], place: Place, problems: Problems) -> None:
    """A listing that is not closed swallows the blocks behind it."""
    if any(p.rule in ("open-block", "nested-block") and p.place.file == place.file for p in problems.found):
        return  # told already: from there on it is guesswork what a fence belongs to
    inner = _blocks_in(token.content, token.markup)
    if inner:
        row, word = inner[0]
        said = f"the block {word!r} stands in the listing that begins in line {place.line}"
        mend = (
            f"close that with a line {token.markup}, or, if it is an example, begin and end it with one {token.markup[0]} more"
        )
        problems.add(Place(place.file, place.line + 1 + row), "open-block", said, mend)
    elif not token.level and _is_open(token, lines):
        problems.add(place, "open-block", "this listing is not closed", f"end it with a line {token.markup}")


def _check_heading(depth: int, level: int, words: str, place: Place, problems: Problems) -> None:
    if not words:
        problems.add(place, "heading", "this heading is empty", "name the section")
    elif depth == 1:
        problems.add(place, "heading", "a heading of level 1 is the lesson's title, which stands in the front matter", "use ##")
    elif depth > level + 1:
        problems.add(
            place, "heading", f"this heading of level {depth} follows one of level {level}", f"use {'#' * (level + 1)}"
        )


def _word_place(lines: list[str], token: Token, place: Place) -> Place:
    column = lines[place.line - 1].find(token.info.strip())
    return Place(place.file, place.line, max(column, 0) + 1)


def _prose(section: RawSection, source: Source, first: int, end: int) -> None:
    """Add the lines first … end, as they are, but for the blank ones around them."""
    lines = source.lines
    while first < end and not lines[first].strip():
        first += 1
    while end > first and not lines[end - 1].strip():
        end -= 1
    if first < end:
        section.pieces.append(Prose("\n".join(lines[first:end]), Place(source.file, first + 1)))


def _fence(source: Source, token: Token, word: str, words: list[str], place: Place, problems: Problems) -> Fence:
    assert token.map
    first, end = token.map
    lines = source.lines
    if _is_open(token, lines) or _blocks_in(token.content, token.markup):
        problems.add(place, "open-block", f"the block {word!r} is not closed", f"end it with a line {token.markup}")
        return Fence(word, tuple(words), None, place)
    rows = token.content.split("\n")[:-1]
    indents = [max(len(lines[first + 1 + i]) - len(row), 0) for i, row in enumerate(rows) if first + 1 + i < end]
    node = yaml_at(token.content, source.file, first + 2, indents, problems)
    if node is not None and not isinstance(node, Table):
        problems.add(node.place, "yaml", f"the block {word!r} must hold keys and values", "write one key: value a line")
        node = None
    return Fence(word, tuple(words), node, place)
