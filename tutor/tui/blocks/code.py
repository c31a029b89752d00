"""Highlighting of code by Pygments, as spans with theme colours."""

from __future__ import annotations

from functools import cache

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Token, _TokenType
from pygments.util import ClassNotFound

_ROLES: tuple[tuple[_TokenType, str], ...] = (
    (Token.Comment, "muted"),
    (Token.Keyword, "primary"),
    (Token.Operator.Word, "primary"),
    (Token.Literal.String, "success"),
    (Token.Literal.Number, "accent"),
    (Token.Name.Function, "warning"),
    (Token.Name.Class, "warning"),
    (Token.Name.Decorator, "warning"),
    (Token.Name.Builtin, "primary"),
)

Spans = list[tuple[int, int, str]]
"""(start, end, role) in characters of one line; role is a name of the theme: "muted", "primary", …"""


@cache
def _lexer(language: str) -> Lexer | None:
    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


def role_of(kind: _TokenType) -> str:
    """The colour role of a token, or ""."""
    return next((role for parent, role in _ROLES if kind in parent), "")


def highlight(code: str, language: str = "python") -> list[Spans]:
    """The spans of each line of the code; none for a language that is not known."""
    lines: list[Spans] = [[] for _ in range(code.count("\n") + 1)]
    lexer = _lexer(language) if language else None
    if lexer is None:
        return lines
    row = column = 0
    for kind, value in lexer.get_tokens(code):
        role = role_of(kind)
        for number, part in enumerate(value.split("\n")):
            if number:
                row, column = row + 1, 0
            if role and part.strip() and row < len(lines):
                lines[row].append((column, column + len(part), role))
            column += len(part)
    return lines
