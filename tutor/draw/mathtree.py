"""What a formula is once it has been read: a small tree of frozen parts."""

from __future__ import annotations

from dataclasses import dataclass


class MathError(ValueError):
    """A formula that cannot be read."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(f"{message} (at character {position + 1})")
        self.message = message
        self.position = position
        """The index of the character in the source where it goes wrong."""


@dataclass(frozen=True)
class Symbol:
    """One or more characters that stay together."""

    text: str
    kind: str = "ord"
    """ord, op, lim, fn, rel, bin, open, close, punct or space."""


@dataclass(frozen=True)
class Sequence:
    """Parts side by side."""

    items: tuple[Node, ...]


@dataclass(frozen=True)
class Fraction:
    top: Node
    bottom: Node
    small: bool = False
    """Set in one line even in a display."""


@dataclass(frozen=True)
class Root:
    body: Node
    degree: Node | None = None


@dataclass(frozen=True)
class Scripts:
    """A subscript, a superscript or both; of a big operator they are its limits."""

    nucleus: Node
    sub: Node | None
    sup: Node | None


@dataclass(frozen=True)
class Accent:
    name: str
    body: Node


@dataclass(frozen=True)
class Fenced:
    """Something between fences that are as tall as it is; an empty fence is none."""

    left: str
    body: Node
    right: str


@dataclass(frozen=True)
class Grid:
    """A matrix, cases or aligned lines."""

    rows: tuple[tuple[Node, ...], ...]
    left: str
    right: str
    align: str


@dataclass(frozen=True)
class Stack:
    """Something with a note above or below it, perhaps with a brace between."""

    body: Node
    note: Node | None
    above: bool
    brace: bool


Node = Symbol | Sequence | Fraction | Root | Scripts | Accent | Fenced | Grid | Stack


def primed(node: Node) -> Node:
    """The same with a prime behind it, before its scripts."""
    if isinstance(node, Symbol):
        return Symbol(node.text + "′", node.kind)
    if isinstance(node, Scripts):
        return Scripts(primed(node.nucleus), node.sub, node.sup)
    return Sequence((node, Symbol("′")))


def restyled(node: Node, letters: dict[str, str]) -> Node:
    """The same with its letters in another alphabet."""
    match node:
        case Symbol(text=text, kind=kind):
            return Symbol("".join(letters.get(c, c) for c in text), kind)
        case Sequence(items=items):
            return Sequence(tuple(restyled(item, letters) for item in items))
        case Scripts(nucleus=nucleus, sub=sub, sup=sup):
            return Scripts(restyled(nucleus, letters), sub, sup)
        case Accent(name=name, body=body):
            return Accent(name, restyled(body, letters))
    return node
