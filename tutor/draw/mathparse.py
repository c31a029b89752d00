"""TeX mathematics → a small tree. What is not known is an error with its place, never a guess."""

from __future__ import annotations

from collections.abc import Callable

from tutor.draw import mathsymbols as known
from tutor.draw.mathtokens import Token, tokens
from tutor.draw.mathtree import (
    Accent,
    Fenced,
    Fraction,
    Grid,
    MathError,
    Node,
    Root,
    Scripts,
    Sequence,
    Stack,
    Symbol,
    primed,
    restyled,
)
from tutor.errors import nearest

_DEEPEST = 80


def parse(source: str) -> Node:
    """The tree of a formula. Raises MathError."""
    return _Parser(source).sequence(lambda token: False)


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.tokens = tokens(source)
        self.at = 0
        self.depth = 0

    def skip(self) -> Token | None:
        """The next token that is not blank, without taking it."""
        while self.at < len(self.tokens) and self.tokens[self.at].kind == "blank":
            self.at += 1
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def take(self, wanted: str) -> Token:
        token = self.skip()
        if token is None:
            raise MathError(f"the formula ends where {wanted} should follow", len(self.source))
        self.at += 1
        return token

    def raw(self, owner: str) -> str:
        """The text of one {group} as it is written."""
        opening = self.take(f"the {{…}} of \\{owner}")
        if opening.text != "{" or opening.kind != "brace":
            raise MathError(f"\\{owner} wants its argument in {{…}}", opening.position)
        depth = 1
        pieces: list[str] = []
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            if token.kind == "brace" and token.text in "{}":
                depth += 1 if token.text == "{" else -1
                if not depth:
                    return "".join(pieces)
                continue
            pieces.append(self._as_text(token))
        raise MathError("a { that is never closed", opening.position)

    @staticmethod
    def _as_text(token: Token) -> str:
        if token.kind == "command":
            table = known.SYMBOLS | known.RELATIONS | known.BINARIES | known.SPACES
            if token.text not in table:
                raise MathError(known.unknown(token.text), token.position)
            return table[token.text]
        if token.kind == "escape":
            return known.SPACES.get(token.text, token.text)
        return " " if token.kind == "blank" else token.text

    def sequence(self, stop: Callable[[Token], bool]) -> Node:
        """Everything up to a token that stops it (which is not taken) or to the end."""
        self.deeper()
        items: list[Node] = []
        while (token := self.skip()) is not None and not stop(token):
            if token.kind == "brace" and token.text in "^_":
                items.append(self.scripts(items.pop() if items else Symbol("")))
            elif token.kind == "char" and token.text == "'":
                self.at += 1
                items.append(primed(items.pop() if items else Symbol("")))
            else:
                found = self.atom()
                if found is not None:
                    items.append(found)
        self.depth -= 1
        return items[0] if len(items) == 1 else Sequence(tuple(items))

    def deeper(self) -> None:
        """Count a level: everything that is nested is a sequence or an atom of another."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise MathError("the formula is nested too deeply", self.tokens[min(self.at, len(self.tokens) - 1)].position)

    def group(self, opening: Token) -> Node:
        """The rest of a {group} whose brace has been taken."""
        body = self.sequence(lambda token: token.kind == "brace" and token.text == "}")
        if self.skip() is None:
            raise MathError("a { that is never closed", opening.position)
        self.at += 1
        return body

    def argument(self, owner: str) -> Node:
        """One argument: a {group} or a single atom."""
        token = self.skip()
        if token is None:
            raise MathError(f"{owner} wants an argument", len(self.source))
        if token.kind == "brace" and token.text == "{":
            self.at += 1
            return self.group(token)
        if token.kind == "brace":
            raise MathError(f"{owner} wants an argument", token.position)
        found = self.atom()
        return Symbol("") if found is None else found

    def scripts(self, nucleus: Node) -> Node:
        found: dict[str, Node] = {}
        while (token := self.skip()) is not None and (token.text in "^_'" and token.kind in ("brace", "char")):
            self.at += 1
            if token.text == "'":
                nucleus = primed(nucleus)
                continue
            if token.text in found:
                which = "subscripts" if token.text == "_" else "superscripts"
                raise MathError(f"two {which} on one thing: group them with {{…}}", token.position)
            found[token.text] = self.argument(token.text)
        if isinstance(nucleus, Stack) and nucleus.brace and nucleus.note is None:
            note = found.pop("^" if nucleus.above else "_", None)
            nucleus = Stack(nucleus.body, note, nucleus.above, True)
            if not found:
                return nucleus
        return Scripts(nucleus, found.get("_"), found.get("^"))

    def atom(self) -> Node | None:
        """One atom; None for what leaves no trace."""
        token = self.take("something")
        self.deeper()
        found = self.parts_of(token)
        self.depth -= 1
        return found

    def parts_of(self, token: Token) -> Node | None:
        match token.kind:
            case "char":
                return _character(token)
            case "brace" if token.text == "{":
                return self.group(token)
            case "brace":
                raise MathError("a } too many" if token.text == "}" else f"{token.text!r} has no place here", token.position)
            case "escape":
                if token.text in known.SPACES:
                    return Symbol(known.SPACES[token.text], "space")
                if token.text == "\\":
                    raise MathError("a new line \\\\ outside of an environment", token.position)
                if token.text in "{}|%_&#$":
                    kind = {"{": "open", "}": "close"}.get(token.text, "ord")
                    return Symbol("‖" if token.text == "|" else token.text, kind)
                raise MathError(f"unknown command \\{token.text}", token.position)
            case _:
                return self.command(token)

    def command(self, token: Token) -> Node | None:
        name = token.text
        for table, kind in (
            (known.SYMBOLS, "ord"), (known.RELATIONS, "rel"), (known.BINARIES, "bin"), (known.BIG, "op"), (known.LIMITS, "lim"),
        ):  # fmt: skip
            if name in table:
                return Symbol(table[name], kind)
        if name in known.FUNCTIONS:
            return Symbol(name, "fn")
        if name in known.SPACES:
            return Symbol(known.SPACES[name], "space")
        if name in known.DELIMITERS:
            sign = known.DELIMITERS[name]
            return Symbol(sign, {"l": "open", "r": "close"}.get(name[0], "ord"))
        if name in known.IGNORED:
            return None
        if name in known.SIZES:
            return Symbol(self.delimiter(), "ord")
        if name in known.ACCENTS:
            return Accent(name, self.argument(f"\\{name}"))
        if name in known.ALPHABETS:
            return restyled(self.argument(f"\\{name}"), known.ALPHABETS[name])
        if name in known.WORDS:
            return Symbol(self.raw(name), "fn" if name in ("operatorname", "mathop") else "ord")
        return self.structure(token)

    def structure(self, token: Token) -> Node:
        name, owner = token.text, f"\\{token.text}"
        match name:
            case "frac" | "dfrac" | "tfrac":
                return Fraction(self.argument(owner), self.argument(owner), name == "tfrac")
            case "binom":
                return Grid(((self.argument(owner),), (self.argument(owner),)), "(", ")", "c")
            case "sqrt":
                return self.root()
            case "left":
                return self.fenced(token)
            case "begin":
                return self.environment(token)
            case "underbrace" | "overbrace":
                return Stack(self.argument(owner), None, name == "overbrace", True)
            case "underset" | "overset" | "stackrel":
                note = self.argument(owner)
                return Stack(self.argument(owner), note, name != "underset", False)
            case "substack":
                return self.argument(owner)
            case "right":
                raise MathError("a \\right without its \\left", token.position)
            case "end":
                raise MathError("an \\end without its \\begin", token.position)
        raise MathError(known.unknown(name), token.position)

    def root(self) -> Node:
        token = self.skip()
        degree: Node | None = None
        if token is not None and token.kind == "char" and token.text == "[":
            self.at += 1
            degree = self.sequence(lambda t: t.kind == "char" and t.text == "]")
            self.take("the ] of \\sqrt")
        return Root(self.argument("\\sqrt"), degree)

    def delimiter(self) -> str:
        token = self.take("a bracket")
        if token.kind == "char":
            if token.text in "()[]|/<>":
                return {"<": "⟨", ">": "⟩"}.get(token.text, token.text)
            if token.text == ".":
                return ""
        if token.kind == "escape" and token.text in "{}|":
            return "‖" if token.text == "|" else token.text
        if token.kind == "command" and token.text in known.DELIMITERS:
            return known.DELIMITERS[token.text]
        raise MathError("a bracket should follow here, or a dot for none", token.position)

    def fenced(self, opening: Token) -> Node:
        left = self.delimiter()
        body = self.sequence(lambda token: token.kind == "command" and token.text == "right")
        if self.skip() is None:
            raise MathError("a \\left without its \\right", opening.position)
        self.at += 1
        return Fenced(left, body, self.delimiter())

    def environment(self, opening: Token) -> Node:
        name = self.raw("begin")
        if name not in known.ENVIRONMENTS:
            raise MathError(f"unknown environment {name!r}; {nearest(name, known.ENVIRONMENTS)}", opening.position)
        if name == "array":
            self.raw("begin{array}")
        rows: list[list[Node]] = [[]]
        while True:
            rows[-1].append(self.sequence(_ends_cell))
            token = self.skip()
            if token is None:
                raise MathError(f"a \\begin{{{name}}} without its \\end", opening.position)
            self.at += 1
            if token.kind == "command":
                closing = self.raw("end")
                if closing != name:
                    raise MathError(f"\\begin{{{name}}} ends with \\end{{{closing}}}", token.position)
                break
            if token.kind == "escape":
                rows.append([])
        if len(rows) > 1 and len(rows[-1]) == 1 and rows[-1][0] == Sequence(()):
            rows.pop()
        left, right, align = known.ENVIRONMENTS[name]
        return Grid(tuple(tuple(row) for row in rows), left, right, align)


def _ends_cell(token: Token) -> bool:
    return (token.kind, token.text) in (("brace", "&"), ("escape", "\\"), ("command", "end"))


def _character(token: Token) -> Node:
    c = token.text
    if c in "=<>:":
        return Symbol(c, "rel")
    if c in "+-*":
        return Symbol({"-": "−", "*": "∗"}.get(c, c), "bin")
    if c in "([":
        return Symbol(c, "open")
    if c in ")]":
        return Symbol(c, "close")
    if c in ",;":
        return Symbol(c, "punct")
    if c in "$\\" or not c.isprintable():
        raise MathError(f"{c!r} has no place in a formula", token.position)
    return Symbol(c)
