"""Inline Markdown (emphasis, code, maths, numbered links) as Textual content."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it.token import Token
from textual.content import Content, Span
from textual.style import Style

from tutor.course.markdown import course_parser
from tutor.draw.cells import Look
from tutor.draw.plainly import to_ascii

_STYLES = {
    "em_open": "italic",
    "strong_open": "bold",
    "s_open": "strike",
    "link_open": "underline $text-primary",
}


class Links:
    """The links of a page, numbered from 1 in the order in which they are met."""

    def __init__(self) -> None:
        self.targets: list[str] = []

    def number(self, target: str) -> int:
        """The number of a target; the same target keeps its number."""
        if target not in self.targets:
            self.targets.append(target)
        return self.targets.index(target) + 1

    def target(self, number: int) -> str | None:
        return self.targets[number - 1] if 1 <= number <= len(self.targets) else None


def inline(text: str, look: Look, links: Links | None = None) -> Content:
    """One run of inline Markdown as content; line breaks become spaces."""
    content = Content("")
    for token in course_parser().parseInline(text):
        content += inline_tokens(token.children or (), look, links)
    return content


def formula(tex: str, look: Look) -> str:
    """An inline formula as text; one that cannot be read is shown as it was written (the linter has named it)."""
    from tutor.draw import mathbox  # home and many pages need none of it

    try:
        return mathbox.inline(tex, ascii=not look.unicode)
    except mathbox.MathError:
        return tex


def inline_tokens(tokens: Sequence[Token], look: Look, links: Links | None = None) -> Content:
    """The children of an inline token as content."""
    text: list[str] = []
    spans: list[Span] = []
    opened: list[tuple[str | Style, int]] = []
    targets: list[str] = []
    at = 0

    def add(piece: str) -> None:
        nonlocal at
        piece = piece if look.unicode else to_ascii(piece)
        text.append(piece)
        at += len(piece)

    for token in tokens:
        kind = token.type
        if kind == "text":
            add(re.sub(r"\s+", " ", token.content))
        elif kind in ("math_inline", "math_inline_double"):
            start = at
            add(formula(token.content, look))
            spans.append(Span(start, at, "$text-accent"))
        elif kind == "code_inline":
            start = at
            add(token.content)
            spans.append(Span(start, at, "$text-warning"))
        elif kind == "softbreak":
            add(" ")
        elif kind == "hardbreak":
            add("\n")
        elif kind == "image":
            add(f"[{token.content}]")
        elif kind in _STYLES:
            opened.append((_STYLES[kind], at))
            if kind == "link_open":
                targets.append(str(token.attrs.get("href", "")))
        elif kind.endswith("_close") and opened:
            style, start = opened.pop()
            spans.append(Span(start, at, style))
            if kind == "link_close" and links is not None:
                number = links.number(targets.pop())
                spans.append(Span(start, at, Style.from_meta({"@click": f"screen.follow({number})"})))
                start = at
                add(f"[{number}]")
                spans.append(Span(start, at, "bold $text-accent"))
        elif token.content:  # html_inline and what else there may be: never lost silently
            add(token.content)
    return Content("".join(text), spans)
