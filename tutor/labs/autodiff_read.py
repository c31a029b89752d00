"""An expression that the learner types, read into a tape. It is parsed, never run: there are only numbers, names, arithmetic.

Statements are separated by ";": `c = a + b`, `c += 1`, and last what is asked for.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.errors import BadData, nearest

Array = NDArray[Any]

FUNCTIONS = ("exp", "log", "tanh", "relu", "sigmoid", "sin", "cos", "sqrt")
MOST = 80
"""Entries on a tape."""
_SIGNS: dict[type, str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
_SHOWN = {"+": " + ", "-": " − ", "*": "·", "/": " / ", "**": "^"}
_MEND = "write it like: c = a*b + 2; tanh(c)"


@dataclass(frozen=True, eq=False)
class Tape:
    """What was typed, as a tape of `kernels.tape`: inputs first, then constants, then what is computed, in order."""

    kind: Array
    """(n,) int64: numbers of `kernels.tape.KINDS`."""
    left: Array
    """(n,) int64"""
    right: Array
    """(n,) int64"""
    value: Array
    """(n,) float64: the inputs and constants; 0 for what is computed."""
    names: tuple[str, ...]
    """One an entry: "a", "2", "c", "v3"."""
    inputs: int
    """So many entries are inputs, by name."""
    leaves: int
    """So many are inputs or constants."""

    @property
    def computed(self) -> int:
        return len(self.names) - self.leaves


@dataclass
class _Reader:
    """The entries so far. Places of inputs count up from 0, of constants from _CONSTANT, of what is computed from _MADE."""

    given: Mapping[str, float]
    bound: dict[str, int] = field(default_factory=dict)
    inputs: dict[str, float] = field(default_factory=dict)
    constants: list[float] = field(default_factory=list)
    made: list[tuple[str, int, int]] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)

    def name(self, name: str) -> int:
        if name in self.bound:
            return self.bound[name]
        if name not in self.given:
            raise BadData(f"{name!r} has no value", nearest(name, [*self.bound, *self.given, *FUNCTIONS]))
        self.bound[name] = self.input(name, self.given[name])
        return self.bound[name]

    def input(self, name: str, value: float) -> int:
        self.inputs[name] = value
        return list(self.inputs).index(name)

    def constant(self, value: float) -> int:
        self.constants.append(value)
        return _CONSTANT + len(self.constants) - 1

    def make(self, sign: str, left: int, right: int) -> int:
        self.made.append((sign, left, right))
        if len(self.inputs) + len(self.constants) + len(self.made) > MOST:
            raise BadData(f"this expression takes more than {MOST} entries", "write a shorter one")
        return _MADE + len(self.made) - 1

    def read(self, node: ast.expr) -> int:
        match node:
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                if not math.isfinite(number):
                    raise BadData("a number in it is too large", _MEND)
                return self.constant(float(number))
            case ast.Name(id=name):
                return self.name(name)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
                return self.read(ast.Constant(-number))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                inner = self.read(operand)
                return self.make("neg", inner, inner)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.read(operand)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _SIGNS:
                return self.make(_SIGNS[type(op)], self.read(left), self.read(right))
            case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]):
                if name not in FUNCTIONS:
                    raise BadData(f"there is no function {name!r}", nearest(name, FUNCTIONS))
                inner = self.read(argument)
                return self.make(name, inner, inner)
        raise BadData(
            f"{ast.unparse(node)[:40]!r} is not arithmetic", f"use + − * / **, numbers, names and {', '.join(FUNCTIONS)}"
        )

    def assign(self, name: str, node: ast.expr) -> int:
        if name in FUNCTIONS:
            raise BadData(f"{name!r} is a function, not a name for a number", "take another name")
        constant = _number(node)
        if constant is not None and name not in self.bound:  # `w = 2` is an input of that name, whose gradient is wanted
            self.bound[name] = self.input(name, constant)
            return self.bound[name]
        place = self.read(node)
        if place >= _MADE:
            self.names[place] = name
        self.bound[name] = place
        return place


_CONSTANT, _MADE = 1000, 2000


@lru_cache(maxsize=64)
def read_tape(text: str, given: tuple[tuple[str, float], ...]) -> Tape:
    """The tape of what was typed. given: names that have values without being written. Raises BadData, saying what and how."""
    try:
        body = ast.parse(text.strip().rstrip(";"), mode="exec").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = error.msg if isinstance(error, SyntaxError) and error.msg else "it cannot be taken apart"
        raise BadData(f"this is no expression: {reason}", _MEND) from None
    reader = _Reader(dict(given))
    last = -1
    for statement in body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                last = reader.assign(name, value)
            case ast.AugAssign(target=ast.Name(id=name), op=op, value=value):
                last = reader.assign(name, ast.BinOp(ast.Name(name), op, value))
            case ast.Expr(value=value):
                last = reader.read(value)
            case _:
                raise BadData("only arithmetic is understood here", _MEND)
    if last < _MADE:
        raise BadData("nothing is computed here", _MEND)
    return _laid_out(reader, last)


def _number(node: ast.expr) -> float | None:
    """The value of a plain number, its sign included, or None."""
    sign = 1.0
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        sign, node = -1.0, node.operand
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool) and math.isfinite(number):
            return sign * float(number)
    return None


def _laid_out(reader: _Reader, last: int) -> Tape:
    """Everything in one row, up to the entry that was asked for last; what that does not need stays, with gradient 0."""
    from kernels.tape import KINDS

    made = reader.made[: last - _MADE + 1]
    inputs, leaves = len(reader.inputs), len(reader.inputs) + len(reader.constants)

    def place(where: int) -> int:
        return where - _MADE + leaves if where >= _MADE else where - _CONSTANT + inputs if where >= _CONSTANT else where

    n = leaves + len(made)
    kind, left, right = np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n, np.int64)
    value = np.zeros(n)
    value[:leaves] = [*reader.inputs.values(), *reader.constants]
    names = [*reader.inputs, *(f"{number:g}" for number in reader.constants)]
    for k, (sign, a, b) in enumerate(made):
        i = leaves + k
        kind[i], left[i], right[i] = KINDS.index(sign), place(a), place(b)
        names.append(reader.names.get(_MADE + k, f"v{k + 1}"))
    return Tape(kind, left, right, value, tuple(names), inputs, leaves)


def formula(tape: Tape, i: int, words: tuple[str, ...] | None = None) -> str:
    """How entry i is made: "a·b", "tanh(v3)"; with `words`, these in the place of the names."""
    from kernels.tape import KINDS, PAIRS

    words = words or tape.names
    sign, a, b = KINDS[tape.kind[i]], words[tape.left[i]], words[tape.right[i]]
    if sign in PAIRS:
        return f"{a}{_SHOWN[sign]}{b}"
    return f"−{a}" if sign == "neg" else f"{sign}({a})"


def symbol(tape: Tape, i: int) -> str:
    """What a box of the graph is called: its name if it was given one, else what it does, a constant included: "×", "+ 1"."""
    from kernels.tape import KINDS, PAIRS

    name = tape.names[i]
    if i < tape.leaves or not (name[0] == "v" and name[1:].isdigit()):
        return name
    sign = KINDS[tape.kind[i]]
    if sign not in PAIRS:
        return "−" if sign == "neg" else sign
    shown = {"*": "×", "-": "−", "**": "^"}.get(sign, sign)
    constant = [int(p) for p in (tape.left[i], tape.right[i]) if tape.inputs <= p < tape.leaves]
    if not constant:
        return shown
    number = tape.names[constant[0]]
    return f"{shown} {number}" if constant[0] == tape.right[i] else f"{number} {shown}"
