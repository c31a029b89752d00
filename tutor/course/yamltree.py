"""A small, strict part of YAML, as a tree that knows where each key and value stands.

Allowed: mappings, sequences and scalars. Refused: anchors, aliases, tags, several documents, a key twice, and anything
deep or large, so that a lesson from anywhere can be read. `yes`, `no`, dates and `1:30` stay text (as in YAML 1.2).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from tutor.course.model import Place
from tutor.harmless import UNSAFE

DEEPEST = 12
MOST_NODES = 5_000
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,4})?\Z")
_WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

At = Callable[[int, int], Place]
"""From the line and column inside the YAML text, both from 0, to the place in the file."""


class BadYaml(Exception):
    """The text is not YAML of this kind."""

    def __init__(self, place: Place, rule: str, message: str, mend: str) -> None:
        super().__init__(message)
        self.place, self.rule, self.message, self.mend = place, rule, message, mend


@dataclass(frozen=True)
class Scalar:
    """A single value."""

    value: bool | int | float | str | None
    text: str
    """As it was written, quotes and folding taken away."""
    place: Place


@dataclass(frozen=True)
class Items:
    """A sequence."""

    items: tuple[Node, ...]
    place: Place


@dataclass(frozen=True)
class Entry:
    """A key of a mapping, and its value."""

    key: str
    place: Place
    """Where the key stands."""
    node: Node


@dataclass(frozen=True)
class Table:
    """A mapping, in the order it was written."""

    entries: tuple[Entry, ...]
    place: Place


Node = Scalar | Items | Table


def read_yaml(text: str, at: At) -> Node | None:
    """The tree of a YAML text, or None when it is empty. Raises BadYaml."""
    try:
        events = yaml.parse(text, Loader=_LOADER)
        return _Builder(events, at).document()
    except yaml.MarkedYAMLError as error:
        marks = [(mark.line, mark.column) for mark in (error.problem_mark, error.context_mark) if mark]
        # What was opened and never closed is a better place than the blank end of the text.
        place = at(*next((mark for mark in marks if not _ended(text, *mark)), _end(text)))
        raise BadYaml(
            place, "yaml", f"this is not YAML: {error.problem or error.context}", _mend(error.problem or "", _at(text, error))
        ) from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise BadYaml(at(0, 0), "yaml", f"this is not YAML: {error}", "write one key: value a line") from None


def _ended(text: str, line: int, column: int) -> bool:
    lines = text.split("\n")[line:]
    return not lines or not "".join([lines[0][column:], *lines[1:]]).strip()


def _end(text: str) -> tuple[int, int]:
    lines = text.rstrip().split("\n")
    return len(lines) - 1, len(lines[-1])


def _at(text: str, error: yaml.MarkedYAMLError) -> str:
    """The character that the parser stumbled over."""
    mark = error.problem_mark
    line = text.split("\n")[mark.line] if mark and mark.line <= text.count("\n") else ""
    return line[mark.column : mark.column + 1] if mark else ""


def _mend(problem: str, character: str) -> str:
    if "tab" in problem or character == "\t":
        return "use blanks in place of tabs"
    if "expected key" in problem or "'-' indicator" in problem or "block end" in problem:
        return "let the keys of one block, and the - of one list, begin in the same column"
    if "mapping values" in problem:
        return "put a text that holds a colon in quotes"
    if "cannot start any token" in problem:
        return "put the text in quotes"
    if "escape" in problem:
        return "use single quotes where the text holds a backslash"
    return "write one key: value a line; put texts with : # [ { or quotes in quotes"


class _Builder:
    """Builds the tree from the parser's events, counting as it goes."""

    def __init__(self, events: Iterator[Any], at: At) -> None:
        self._events = events
        self._at = at
        self._nodes = 0

    def document(self) -> Node | None:
        root: Node | None = None
        documents = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._bad(event, "there is a second document here", "remove the line ---")
            elif isinstance(event, yaml.NodeEvent):
                root = self._node(event, 1)
        if isinstance(root, Scalar) and root.text == "":
            return None
        return root

    def _node(self, event: Any, depth: int) -> Node:
        self._nodes += 1
        if self._nodes > MOST_NODES:
            raise self._bad(event, f"there are more than {MOST_NODES} values", "make the block smaller")
        if depth > DEEPEST:
            raise self._bad(event, f"this is nested more than {DEEPEST} deep", "make it flatter")
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise self._bad(event, "anchors and aliases (& and *) are not allowed", "write the value out, or put it in quotes")
        if event.tag is not None:
            raise self._bad(event, "tags (!) are not allowed", "put the text in quotes")
        place = self._place(event)
        if isinstance(event, yaml.ScalarEvent):
            if odd := UNSAFE.search(event.value):
                raise self._bad(event, f"the character U+{ord(odd.group()[0]):04X} does not belong in a text", "remove it")
            plain = event.implicit[0]
            return Scalar(_value(event.value) if plain else event.value, event.value, place)
        if isinstance(event, yaml.SequenceStartEvent):
            items = []
            while not isinstance(inner := next(self._events), yaml.SequenceEndEvent):
                items.append(self._node(inner, depth + 1))
            return Items(tuple(items), place)
        return Table(self._entries(depth), place)

    def _entries(self, depth: int) -> tuple[Entry, ...]:
        entries: dict[str, Entry] = {}
        while not isinstance(inner := next(self._events), yaml.MappingEndEvent):
            key = self._node(inner, depth + 1)
            if not isinstance(key, Scalar) or not key.text:
                raise BadYaml(key.place, "yaml", "a key must be a word", "write key: value")
            if key.text in entries:
                first = entries[key.text].place
                raise BadYaml(
                    key.place, "duplicate-key", f"the key {key.text!r} stands here twice", f"the first is in line {first.line}"
                )
            entries[key.text] = Entry(key.text, key.place, self._node(next(self._events), depth + 1))
        return tuple(entries.values())

    def _place(self, event: Any) -> Place:
        return self._at(event.start_mark.line, event.start_mark.column)

    def _bad(self, event: Any, message: str, mend: str) -> BadYaml:
        return BadYaml(self._place(event), "yaml", message, mend)


def _value(text: str) -> bool | int | float | str | None:
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.match(text):
        return int(text)
    if _FLOAT.match(text):
        return float(text)
    return text


def plain(node: Node) -> Any:
    """The tree as ordinary Python values."""
    match node:
        case Scalar(value=value):
            return value
        case Items(items=items):
            return [plain(item) for item in items]
        case Table(entries=entries):
            return {entry.key: plain(entry.node) for entry in entries}
