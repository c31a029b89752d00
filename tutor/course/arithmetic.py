"""Expressions such as `w * x + b`: the answers of questions whose numbers are drawn.

They are parsed with `ast` and walked; nothing is evaluated as Python.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from tutor.errors import BadLesson, nearest

_TWO: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: math.pow,
}
FUNCTIONS: dict[str, Callable[[float], float]] = {
    "abs": abs,
    "exp": math.exp,
    "log": math.log,
    "relu": lambda x: max(0.0, x),
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "sign": lambda x: math.copysign(1.0, x) if x else 0.0,
    "sqrt": math.sqrt,
    "tanh": math.tanh,
}
_LONGEST = 300
_DEEPEST = 50


@dataclass(frozen=True)
class Expression:
    """A parsed expression in some names."""

    text: str
    names: frozenset[str]
    tree: ast.expr

    def value(self, values: Mapping[str, float]) -> float:
        """The value for these numbers; NaN where there is none: a division by 0, a root of −1, a number beyond all bounds."""
        try:
            found = _walk(self.tree, values)
        except (ArithmeticError, ValueError):
            return math.nan
        return found if math.isfinite(found) else math.nan


def parse_expression(text: str, known: Collection[str]) -> Expression:
    """Read an expression in the known names. Raises BadLesson."""
    if len(text) > _LONGEST:
        raise BadLesson(f"the expression is longer than {_LONGEST} characters", "shorten it")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise BadLesson(f"cannot read the expression {text!r}", "write it like: w * x + b") from None
    names: set[str] = set()
    _check(tree, text, known, names, 0)
    return Expression(text.strip(), frozenset(names), tree)


def _check(node: ast.expr, text: str, known: Collection[str], names: set[str], depth: int) -> None:
    parts: list[ast.expr] = []
    match node:
        case ast.Constant(value=int() | float()) if not isinstance(node.value, bool):
            pass
        case ast.Name(id=name):
            if name not in known:
                raise BadLesson(f"{name!r} in {text!r} is no number of this question", nearest(name, known))
            names.add(name)
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            parts = [inner]
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _TWO:
            parts = [left, right]
        case ast.Call(func=ast.Name(id=name), args=[inner], keywords=[]):
            if name not in FUNCTIONS:
                raise BadLesson(f"there is no function {name!r} in {text!r}", nearest(name, FUNCTIONS))
            parts = [inner]
        case _:
            said = ast.unparse(node)
            raise BadLesson(
                f"{said!r} in {text!r} is not allowed here", "use names, numbers, + - * / ** and one function of one"
            )
    if depth > _DEEPEST:
        raise BadLesson(f"{text!r} is nested too deeply", "take parts of it apart with where: …")
    for part in parts:
        _check(part, text, known, names, depth + 1)


def _walk(node: ast.expr, values: Mapping[str, float]) -> float:
    match node:
        case ast.Constant(value=int() | float() as value):
            return float(value)
        case ast.Name(id=name):
            return values[name]
        case ast.UnaryOp(operand=inner):
            return -_walk(inner, values)
        case ast.BinOp(left=left, op=op, right=right):
            return _TWO[type(op)](_walk(left, values), _walk(right, values))
        case ast.Call(func=ast.Name(id=name), args=[inner]):
            return float(FUNCTIONS[name](_walk(inner, values)))
    raise AssertionError("checked when parsed")
