"""Functions that processor and GPU share, as they are written: compiled code takes no array that tells what is done to it."""

from __future__ import annotations

import sys
import types
from typing import Any


def plain(module: Any, known: dict[str, Any]) -> Any:
    """A copy of a module of `kernels` in which no function is compiled."""
    if module.__name__ in known:
        return known[module.__name__]
    copy = known[module.__name__] = types.ModuleType(module.__name__)
    copy.__dict__.update(module.__dict__)
    rewrite(module, copy.__dict__, known)
    return copy


def rewrite(module: Any, names: dict[str, Any], known: dict[str, Any]) -> None:
    """Put plain functions in the place of compiled ones."""
    for name, value in list(names.items()):
        if isinstance(value, types.ModuleType) and value.__name__.startswith("kernels.") and "cuda" not in value.__name__:
            names[name] = plain(value, known)
        elif name == "span":
            names[name] = lambda array, start, count: array[start : start + count]
        elif hasattr(value, "py_func"):
            function = value.py_func
            if function.__module__ == module.__name__:
                names[name] = made = types.FunctionType(function.__code__, names, name, function.__defaults__)
                made.py_func = made  # type: ignore[attr-defined]
            else:
                names[name] = getattr(plain(sys.modules[function.__module__], known), function.__name__)
