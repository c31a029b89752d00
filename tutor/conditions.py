"""Conditions such as `accuracy >= 0.99 and errors == 0`: goals of lessons, and `--until` on the command line.

They are parsed with `ast` and walked; nothing is evaluated as Python.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from tutor.errors import BadCondition, nearest

_COMPARE: dict[type[ast.cmpop], Callable[[float | str, float | str], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_ARITHMETIC: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: lambda a, b: a / b if b else math.nan,
}
_LONGEST = 500

Value = float | str | bool


@dataclass(frozen=True)
class Condition:
    """A parsed condition over metrics and knobs."""

    text: str
    """As it was written."""
    names: frozenset[str]
    """Every metric or knob that it mentions."""
    tree: ast.expr

    def holds(self, values: Mapping[str, Value]) -> bool:
        """Whether it holds for these values; a comparison with NaN does not hold. Raises BadCondition on an unknown name."""
        return bool(_walk(self.tree, values, self.text))


def parse_condition(text: str, known: Iterable[str] | None = None) -> Condition:
    """Read a condition; with `known`, each name must be one of these. Raises BadCondition."""
    if len(text) > _LONGEST:
        raise BadCondition(f"the condition is longer than {_LONGEST} characters", "shorten it")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise BadCondition(f"cannot read the condition {text!r}", "write it like: accuracy >= 0.99 and errors == 0") from None
    names: set[str] = set()
    _check(tree, text, names)
    if known is not None:
        allowed = list(known)
        for name in sorted(names):
            if name not in allowed:
                raise BadCondition(f"{name!r} in {text!r} is neither a metric nor a knob", nearest(name, allowed))
    if not names:
        raise BadCondition(f"{text!r} names no metric", "compare a metric with a number, like: errors == 0")
    return Condition(text.strip(), frozenset(names), tree)


def _check(node: ast.expr, text: str, names: set[str]) -> None:
    match node:
        case ast.BoolOp(values=parts):
            for part in parts:
                _check(part, text, names)
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=inner):
            _check(inner, text, names)
        case ast.Compare(left=left, ops=ops, comparators=rights) if all(type(op) in _COMPARE for op in ops):
            for part in (left, *rights):
                _check(part, text, names)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
            _check(left, text, names)
            _check(right, text, names)
        case ast.Name(id=name):
            names.add(name)
        case ast.Constant(value=bool() | int() | float() | str()):
            pass
        case _:
            raise BadCondition(
                f"{ast.unparse(node)!r} in {text!r} is not allowed in a condition",
                "use names, numbers, comparisons, and, or, not, + - * /",
            )


def _walk(node: ast.expr, values: Mapping[str, Value], text: str) -> Value:
    match node:
        case ast.BoolOp(op=ast.And(), values=parts):
            return all(bool(_walk(part, values, text)) for part in parts)
        case ast.BoolOp(values=parts):
            return any(bool(_walk(part, values, text)) for part in parts)
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return not _walk(inner, values, text)
        case ast.UnaryOp(operand=inner):
            return -_number(_walk(inner, values, text), text)
        case ast.Compare(left=left, ops=ops, comparators=rights):
            a = _walk(left, values, text)
            for op, right in zip(ops, rights, strict=True):
                b = _walk(right, values, text)
                if isinstance(a, str) != isinstance(b, str) and not isinstance(op, ast.Eq | ast.NotEq):
                    raise BadCondition(f"{text!r} compares a word with a number", "compare like with like")
                if not _COMPARE[type(op)](a, b):
                    return False
                a = b
            return True
        case ast.BinOp(left=left, op=op, right=right):
            return _ARITHMETIC[type(op)](_number(_walk(left, values, text), text), _number(_walk(right, values, text), text))
        case ast.Name(id=name):
            if name not in values:
                raise BadCondition(f"{name!r} in {text!r} is neither a metric nor a knob", nearest(name, values))
            return values[name]
        case ast.Constant(value=bool() | int() | float() | str() as value):
            return value
    raise AssertionError("checked when parsed")


def _number(value: Value, text: str) -> float:
    if isinstance(value, str):
        raise BadCondition(f"{text!r} calculates with the word {value!r}", "calculate with numbers only")
    return float(value)
