"""Functions of x that the learner types, such as "sin(2*x) + 0.5". They are parsed with `ast` and walked, never run as code."""

from __future__ import annotations

import ast
import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.errors import BadData, nearest

Array = NDArray[Any]

LONGEST = 200
_LARGEST = 1e6
_DEEPEST = 60

FUNCTIONS: dict[str, Callable[[Array], Array]] = {
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "tanh": np.tanh,
    "sign": np.sign,
    "step": lambda x: np.where(x >= 0, 1.0, 0.0),
}
"""What may be called, each with one argument; step is 1 from 0 on, otherwise 0."""
CONSTANTS = {"pi": math.pi}
_ARITHMETIC: dict[type, Callable[[Array, Array], Array]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.Pow: np.power,
}
_USE = f"use x, numbers, pi, + - * / ** and {', '.join(FUNCTIONS)}"


@dataclass(frozen=True, eq=False)
class Function:
    """A function of x, as it was typed."""

    text: str
    tree: ast.expr

    def __call__(self, x: Array) -> Array:
        """Its values, float64, shaped as x; infinite or not a number where it has none."""
        x = np.asarray(x, np.float64)
        with np.errstate(all="ignore"):
            return np.array(np.broadcast_to(_value(self.tree, x), x.shape))


@lru_cache(maxsize=64)
def parse_function(text: str) -> Function:
    """Read a function of x. Raises BadData, saying what is wrong with it."""
    text = text.strip()
    if not text:
        raise BadData("the function is empty", "write one, such as sin(2*x) + 0.5")
    if len(text) > LONGEST:
        raise BadData(f"the function is longer than {LONGEST} characters", "write a shorter one")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise BadData(f"{text!r} cannot be read as a function of x{_where(error)}", _guess(text)) from None
    _check(tree, 0)
    return Function(text, tree)


def tabulated(function: Function, x: Array) -> Array:
    """Its values at x (n,), float64. Raises BadData where one is not finite or too large, naming the first such x."""
    values = function(x)
    bad = np.flatnonzero(~(np.abs(values) <= _LARGEST))
    if not bad.size:
        return values
    at, value = float(x[bad[0]]), float(values[bad[0]])
    what = "not a number" if math.isnan(value) else "infinite" if math.isinf(value) else f"{value:.3g}, which is too large,"
    low, high = float(x.min()), float(x.max())
    raise BadData(f"{function.text} is {what} at x = {at:.3g}", f"write a function that is finite from {low:g} to {high:g}")


def _where(error: BaseException) -> str:
    """Where Python stopped reading, if it says so."""
    at = error.offset if isinstance(error, SyntaxError) else None
    return f" (character {at})" if at else ""


def _guess(text: str) -> str:
    """What the mistake may have been."""
    if text.count("(") != text.count(")"):
        return "the brackets do not close"
    if any(a.isdigit() and (b.isalpha() or b == "(") for a, b in pairwise(text)):
        return "a product needs its sign: write 2*x, not 2x"
    return _USE


def _check(node: ast.expr, depth: int) -> None:
    """Raises BadData on anything that is not arithmetic of x."""
    if depth > _DEEPEST:
        raise BadData("the function has too many brackets within brackets", "write a simpler one")
    match node:
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
            _check(left, depth + 1)
            _check(right, depth + 1)
        case ast.BinOp(op=ast.BitXor()):
            raise BadData("^ is no power here", "write x**2")
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=inner):
            _check(inner, depth + 1)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            if name not in FUNCTIONS:
                raise BadData(f"there is no function {name!r}", nearest(name, FUNCTIONS))
            if len(arguments) != 1:
                raise BadData(f"{name} takes one number, not {len(arguments)}", f"write it like: {name}(x)")
            _check(arguments[0], depth + 1)
        case ast.Name(id=name) if name in FUNCTIONS:
            raise BadData(f"{name} is not applied to anything", f"write it like: {name}(x)")
        case ast.Name(id=name):
            if name != "x" and name not in CONSTANTS:
                raise BadData(f"{name!r} is unknown: the variable is x", nearest(name, ["x", *CONSTANTS, *FUNCTIONS]))
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            if not abs(number) <= _LARGEST:
                raise BadData("a number in the function is too large", f"the largest is {_LARGEST:g}")
        case _:
            raise BadData(f"{ast.unparse(node)[:40]!r} is not arithmetic", _USE)


def _value(node: ast.expr, x: Array) -> Array:
    match node:
        case ast.BinOp(left=left, op=op, right=right):
            return _ARITHMETIC[type(op)](_value(left, x), _value(right, x))
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -_value(inner, x)
        case ast.UnaryOp(operand=inner):
            return _value(inner, x)
        case ast.Call(func=ast.Name(id=name), args=[argument]):
            return FUNCTIONS[name](_value(argument, x))
        case ast.Name(id=name):
            return x if name == "x" else np.float64(CONSTANTS[name])  # type: ignore[return-value]
        case ast.Constant(value=int() | float() as number):
            return np.float64(number)  # type: ignore[return-value]
    raise AssertionError("checked when parsed")
