"""Reads the keys of a block: which there are, which must be there, and of what kind. Each fault is one problem."""

from __future__ import annotations

import math
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from tutor.course.claims import without_claims
from tutor.course.model import Marks, Place
from tutor.course.problems import Problems
from tutor.course.yamltree import Entry, Items, Node, Scalar, Table, plain
from tutor.errors import nearest


def _mend(entry: Entry, known: list[str]) -> str:
    """What to do about a key that there is not."""
    close = nearest(entry.key, known)
    if isinstance(entry.node, Scalar) and not entry.node.text and not close.startswith("did"):
        return "put the text before it in quotes, if this is a part of it behind a comma"
    return close


class Fields:
    """A mapping being read. Getters return what was asked for, or the default and (where due) one problem."""

    def __init__(
        self, table: Table, what: str, allowed: Iterable[str], problems: Problems, place: Place, prefix: str = ""
    ) -> None:
        """what: how messages call it, such as "a quiz". place: where missing keys are reported.
        prefix: put before the names of marks, such as "options.0.".
        """
        self.what = what
        self.place = place
        self.problems = problems
        self._nodes = {entry.key: entry.node for entry in table.entries}
        self._prefix = prefix
        self._before = len(problems)
        known = list(allowed)
        self._unknown = [entry.key for entry in table.entries if entry.key not in known]
        self.marks: dict[str, Place] = {}
        for entry in table.entries:
            self.marks[f"{prefix}{entry.key}:"] = entry.place
            self.marks[f"{prefix}{entry.key}"] = entry.node.place
            if entry.key not in known:
                problems.add(entry.place, "unknown-key", f"{what} has no key {entry.key!r}", _mend(entry, known))

    @property
    def sound(self) -> bool:
        """Whether nothing has been found wrong since the reading of this mapping began."""
        return len(self.problems) == self._before

    def has(self, key: str) -> bool:
        return key in self._nodes

    def node(self, key: str) -> Node | None:
        return self._nodes.get(key)

    def at(self, key: str) -> Place:
        """Where the value of the key stands; where the mapping begins if there is no such key."""
        return self.marks.get(self._prefix + key, self.place)

    def wrong(self, place: Place, message: str, mend: str, rule: str = "wrong-type") -> None:
        self.problems.add(place, rule, message, mend)

    def require(self, *keys: str) -> None:
        for key in keys:
            if key not in self._nodes and not get_close_matches(key, self._unknown):  # a slip has been reported already
                self.wrong(self.place, f"{self.what} needs the key {key!r}", f"add a line {key}: …", "missing-key")

    def text(self, key: str, *, empty: bool = False) -> str:
        """A text; numbers are taken as they were written."""
        node = self._nodes.get(key)
        if node is None:
            return ""
        return self._text(node, key, empty)

    def _text(self, node: Node, name: str, empty: bool = False) -> str:
        if not isinstance(node, Scalar):
            self.wrong(node.place, f"{name} must be a text", "put it in quotes")
            return ""
        if not node.text.strip() and not empty:
            self.wrong(node.place, f"{name} is empty", "write it, or remove the key")
        return without_claims(node.text).strip()

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; each gets a mark "key.0", "key.1" …"""
        out = []
        for i, node in enumerate(self.items(key)):
            self.marks[f"{self._prefix}{key}.{i}"] = node.place
            out.append(self._text(node, f"an entry of {key}"))
        return tuple(out)

    def items(self, key: str) -> tuple[Node, ...]:
        node = self._nodes.get(key)
        if node is None:
            return ()
        if not isinstance(node, Items):
            self.wrong(node.place, f"{key} must be a list", f"write {key}: [ …, … ] or one - a line")
            return ()
        return node.items

    def number(self, key: str, default: float | None = None) -> float | None:
        node = self._nodes.get(key)
        if node is None:
            return default
        if isinstance(node, Scalar) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
            value = float(node.value)
            if math.isfinite(value):
                return value
        self.wrong(node.place, f"{key} must be a number", "write it like 0.5 or 1e-3, without quotes")
        return default

    def whole(self, key: str, low: int, high: int, default: int = 0) -> int:
        node = self._nodes.get(key)
        if node is None:
            return default
        if (
            isinstance(node, Scalar)
            and isinstance(node.value, int)
            and not isinstance(node.value, bool)
            and low <= node.value <= high
        ):
            return node.value
        self.wrong(node.place, f"{key} must be a whole number", f"use one from {low} to {high}")
        return default

    def flag(self, key: str) -> bool:
        node = self._nodes.get(key)
        if node is None:
            return False
        if isinstance(node, Scalar) and isinstance(node.value, bool):
            return node.value
        self.wrong(node.place, f"{key} must be true or false", "write true or false")
        return False

    def word(self, key: str, known: Iterable[str], rule: str = "wrong-value") -> str:
        """One of the known words."""
        text = self.text(key)
        names = list(known)
        if text and text not in names:
            self.wrong(self.at(key), f"{key} cannot be {text!r}", nearest(text, names), rule)
        return text

    def table(self, key: str) -> dict[str, Any]:
        """A mapping of single values; each gets the marks "key.name" and "key.name:"."""
        node = self._nodes.get(key)
        if node is None:
            return {}
        if not isinstance(node, Table):
            self.wrong(node.place, f"{key} must be a mapping", f"write {key}: {{name: value}}")
            return {}
        values: dict[str, Any] = {}
        for entry in node.entries:
            self.marks[f"{self._prefix}{key}.{entry.key}:"] = entry.place
            self.marks[f"{self._prefix}{key}.{entry.key}"] = entry.node.place
            if not isinstance(entry.node, Scalar) or entry.node.value is None:
                self.wrong(entry.node.place, f"{entry.key} must be a single value", f"write {entry.key}: 1")
                continue
            # `classes: 0,1` and `data: and` stay as they were written; numbers become numbers.
            values[entry.key] = plain(entry.node)
        return values

    def frozen_marks(self) -> Marks:
        return dict(self.marks)
