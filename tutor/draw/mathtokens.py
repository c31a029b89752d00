"""TeX source → tokens with their places."""

from __future__ import annotations

import re
from typing import NamedTuple

from tutor.draw.mathtree import MathError

_LONGEST = 4000
_TOKEN = re.compile(r"\\(?P<command>[A-Za-z]+)|\\(?P<escape>.)|(?P<brace>[{}^_&])|(?P<blank>[\s~]+)|(?P<char>.)", re.S)


class Token(NamedTuple):
    kind: str
    """command, escape, brace (one of { } ^ _ &), blank, or char."""
    text: str
    position: int


def tokens(source: str) -> list[Token]:
    """The whole source as tokens. Raises MathError when it is too long or ends in a backslash."""
    if len(source) > _LONGEST:
        raise MathError(f"the formula is longer than {_LONGEST} characters", _LONGEST)
    found = [Token(str(m.lastgroup), m[str(m.lastgroup)], m.start()) for m in _TOKEN.finditer(source)]
    if found and found[-1].kind == "char" and found[-1].text == "\\":
        raise MathError("a backslash with nothing after it", found[-1].position)
    return found
