"""Numba's complaints, each a page of text, as one sentence with the learner's line."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable
from pathlib import Path

STAND_INS = {"_dot_": "np.dot", "_matmul_": "@"}
"""What `tutor.engine.plug` writes in place of NumPy's products, and what the learner has written."""
_OPERATORS = {
    "add": "+", "iadd": "+=", "sub": "-", "isub": "-=", "mul": "*", "imul": "*=", "truediv": "/", "itruediv": "/=",
    "floordiv": "//", "mod": "%", "pow": "**", "matmul": "@", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==",
    "ne": "!=", "and_": "&", "or_": "|", "xor": "^",
}  # fmt: skip
_OPCODES = {
    "STORE_GLOBAL": "it sets a global variable, which compiled code takes for a constant",
    "IMPORT_NAME": "it imports inside the function; write the import at the top of the file",
    "YIELD_VALUE": "yield is not compiled",
    "LOAD_BUILD_CLASS": "a class inside a function is not compiled",
}
_WORDS = (
    (r"(?:readonly )?array\((\w+), (\d+)d, \w+\)", r"an array of \2 dimensions"),
    (r"Array\(\w+, (\d+), [^)]*\)", r"an array of \1 dimensions"),
    (r"Literal\[str\]\((.*?)\)", r"the text '\1'"),
    (r"Literal\[int\]\((-?\d+)\)", r"\1"),
    (r"Literal\[bool\]\((\w+)\)", r"\1"),
    (r"\b(?:reflected )?list\(undefined\)<iv=None>", "an empty list"),
    (r"\b(?:Uni)?Tuple\((?:[^()]|\([^()]*\))*\)", "a tuple"),
    (r"\b(?:reflected )?list\((?:[^()]|\([^()]*\))*\)(?:<iv=\w+>)?", "a list"),
    (r"\b(?:unicode_type|\[unichr \w+\])", "text"),
    (r"\b(?:float|int|uint)(?:8|16|32|64)\b", "a number"),
    (r"\b(?:bool|boolean)\b(?!\()", "a truth value"),
    (r"\bnone\b", "None"),
    (r"\btype\(CPUDispatcher\(<function (\w+)[^>]*>\)\)", r"the function \1"),
    (r"of 1 dimensions", "of 1 dimension"),
)


def is_complaint(error: BaseException) -> bool:
    """Whether the compiler says this, and not the learner's code: what that raises, it raises from no file of Numba's."""
    if any(base.__module__ == "numba.core.errors" for base in type(error).__mro__):
        return True
    frames = traceback.extract_tb(error.__traceback__)
    return bool(frames) and "numba" in Path(frames[-1].filename).parts


def complaint(error: BaseException, file: Path, source: str = "") -> tuple[str, int]:
    """Why a function cannot be compiled, without file and line: "+ does not go with an array and text"; and the line, or 0.

    source: the text of the file, in which the line is looked for when the compiler does not name it.
    """
    text = str(error)
    for written, meant in STAND_INS.items():
        text = text.replace(written, meant)
    return _reason(text, type(error).__name__), _line(text, file, source)


def _line(text: str, file: Path, source: str) -> int:
    """The line of the learner's file that the compiler names first, or the first that holds what it speaks of, or 0."""
    path, name = re.escape(str(file)), re.escape(file.name)
    if named := re.findall(rf'File "[^"]*{name}", line (\d+)|{path} \((\d+)\)', text):
        lines = [int(one or other) for one, other in named]
        return max(lines) if "unify return type" in text else lines[0]  # the compiler names the returns in any order
    for pattern, wanted in _SOUGHT:
        if found := re.search(pattern, text):
            sought = re.compile(found.expand(wanted))
            return next((k for k, line in enumerate(source.splitlines(), 1) if sought.search(line)), 0)
    return 0


_SOUGHT = (
    (r"NameError: name '(\w+)'", r"\\b\1\\b"),
    (r"module 'numpy' has no attribute '(\w+)'", r"\.\1\\b"),
    (r"'with \(context manager\)", r"^\\s+with\\b"),
    (r"linear algebra", r"\\bdot\\b|@|linalg"),
    (r"unsupported keyword arguments when calling Function\(<ufunc '(\w+)'", r"\\b\1\("),
    (r"unhashable type: 'list'", r"(?:return|[=(,\[])\\s*\["),
)
"""In a complaint without a line, what it speaks of; and how that looks in the source."""


def in_words(kinds: str) -> str:
    """Numba's names of types, as a learner would say them."""
    for pattern, words in _WORDS:
        kinds = re.sub(pattern, words, kinds)
    return kinds


def _reason(text: str, kind: str) -> str:
    if "required for linear algebra" in text:
        return "Numba's linear algebra needs SciPy, which is not there; write it as a loop"
    for pattern, say in _KNOWN:
        if found := re.search(pattern, text, re.DOTALL):
            return found.expand(say) if isinstance(say, str) else say(found)
    lines = [one.strip() for one in text.splitlines() if one.strip() and not one.startswith("Failed in ")]
    if not lines:
        return f"it fails on it ({kind})"
    return in_words(re.sub(r"\s*Raised from .*", "", lines[0])[:200].rstrip(". "))


def _no_version(found: re.Match[str]) -> str:
    """A call that it has no version of; what it says inside is better where it is about something known."""
    name, arguments = found[1].rpartition(".")[2], found[2]
    keyword = re.search(r"unexpected keyword argument '(\w+)'", found.string)
    said = in_words(arguments)
    if keyword:
        return f"{_called(name)} has no {keyword[1]}= in Numba"
    if name in ("getitem", "static_getitem"):
        return _index(said)
    if name in ("setitem", "static_setitem"):
        return _assignment(found.string, said)
    if name == "delitem":
        return "nothing can be deleted from an array"
    if name in _OPERATORS:
        one, _, other = said.partition(", ")
        return f"{_OPERATORS[name]} does not go with {one} and {other}" if other else f"{name} does not go with {one}"
    if name == "exception_match":
        return "it can only catch every exception, with: except Exception"
    return f"Numba has no {_called(name)} for {said or 'no arguments'}"


def _index(said: str) -> str:
    thing, _, index = said.partition(", ")
    if thing == "a tuple":
        return "a tuple of different things can only be indexed by a constant"
    if index == "a number":
        return "an index must be a whole number: divide with //"
    return f"{thing} cannot be indexed by {index}"


def _assignment(text: str, said: str) -> str:
    if "readonly" in text:
        return "it changes an array that is global or read-only; work on a copy"
    thing, _, rest = said.partition(", ")
    index, _, value = rest.partition(", ")
    return f"{value or rest} cannot be put into {thing}" + (" at this index" if value and index != "a number" else "")


def _called(name: str) -> str:
    """A function as the learner would write it: array_mean is np.mean."""
    if name in STAND_INS.values():
        return name
    for prefix in ("array_", "ol_np_", "npy_"):
        name = name.removeprefix(prefix)
    return f"np.{name}"


def _global(found: re.Match[str]) -> str:
    if "'type'" in found[2]:
        return f"{found[1]} is a class, and classes are not compiled"
    if "'function'" in found[2]:
        return f"{found[1]} is not compiled itself; put @njit above it as well"
    return f"the global {found[1]} is of a kind that is not compiled"


def _opcode(found: re.Match[str]) -> str:
    return _OPCODES.get(found[1], f"it uses something of Python that is not compiled ({found[1].lower().replace('_', ' ')})")


def _unified(found: re.Match[str]) -> str:
    one, other, name = in_words(found[1]), in_words(found[2]), found[3].split(".")[0]
    return f"{name} is {one} in one place and {other} in another" if one != other else f"{name} changes its type on the way"


def _returned(found: re.Match[str]) -> str:
    one, _, other = ", ".join(sorted(in_words(found[1]).split(", "))).partition(", ")
    return f"it returns {one} in one place and {other} in another" if one != other else "it returns different kinds of things"


_KNOWN: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    (r"Cannot unify (.+?) and (.+?) for '([^']+)'", _unified),
    (r"Can't unify return type from the following types: ([^\n]+)", _returned),
    (r"Unknown attribute '(\w+)' of type ([^\n]+)", lambda m: f"{in_words(m[2])} has no .{m[1]} in Numba"),
    (r"Use of unsupported NumPy function 'numpy\.([\w.]+)'", r"Numba has no np.\1"),
    (r"module 'numpy' has no attribute '(\w+)'", r"NumPy has no \1"),
    (r"Untyped global name '(\w+)':? Cannot determine Numba type of (<class '[^']+'>)", _global),
    (r"NameError: name '(\w+)' is not defined", r"the name \1 is not defined"),
    (r"Variable '?(\w+)'? (?:is not defined|referenced before assignment)", r"\1 is used before it has a value"),
    (r"opcode \((\w+)\)", _opcode),
    (r"use of yield", "yield and generators are not compiled; write a loop"),
    (r"'with \(context manager\)|Unsupported context manager", "with is not compiled"),
    (r"f-strings", "formatting in an f-string is not compiled"),
    (r"print\(\) function", "print takes no keywords there"),
    (r"assigned to variable '(\w+)' in globals", r"the global list \1 is not compiled; make it an array or a tuple"),
    (r"have imprecise type: [^\n]*list\(undefined\)", "it cannot tell what the empty list will hold; use an array"),
    (r"reflected list|cannot reflect|unhashable type: 'list'", "a list of different things is not compiled; use a tuple"),
    (r"\*args in function call should be a tuple", "after * only a tuple can stand"),
    (
        r"too many positional arguments|missing a required argument",
        "it calls a function with too many or too few arguments",
    ),
    (r"unsupported keyword arguments when calling Function\(<ufunc '(\w+)'", r"np.\1 takes no keywords in Numba"),
    (r">>> array\(list\(array", "np.array of arrays is not compiled; fill np.empty row by row, or use np.stack"),
    (r">>> (?:zeros|ones|empty|full)\(Tuple\([^)]*float", "a shape must be made of whole numbers"),
    (r"No implementation of function .*?>>> ([\w.@]+)\(([^\n]*)\)\s*\n", _no_version),
)
"""What is looked for, and what is said then; the first that is found counts."""
