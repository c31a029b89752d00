"""Cuts a Markdown file into its sections, and the blocks and prose of each. Every piece knows its lines."""

from __future__ import annotations

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
    _prose(sections[-1], source, done, len(lines))
    if not sections[0].pieces:
        del sections[0]
    else:
        sections[0].id = unique(slug(title), taken)
    return sections


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
    if end - 1 == first or not lines[end - 1].lstrip().startswith(token.markup):
        problems.add(place, "open-block", f"the block {word!r} is not closed", f"end it with a line {token.markup}")
        return Fence(word, tuple(words), None, place)
    rows = token.content.split("\n")[:-1]
    indents = [max(len(lines[first + 1 + i]) - len(row), 0) for i, row in enumerate(rows) if first + 1 + i < end]
    node = yaml_at(token.content, source.file, first + 2, indents, problems)
    if node is not None and not isinstance(node, Table):
        problems.add(node.place, "yaml", f"the block {word!r} must hold keys and values", "write one key: value a line")
        node = None
    return Fence(word, tuple(words), node, place)
