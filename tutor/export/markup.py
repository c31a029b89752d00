"""Markdown as HTML: formulas laid out as on the screen, links between lessons, and nothing of what an author may not write."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html import escape

from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from tutor.course.markdown import course_parser
from tutor.draw import mathbox
from tutor.draw.mathbox import MathError

_OUTSIDE = re.compile(r"(?:https?://|mailto:)")
_LAB = "lab:"


class _Renderer(RendererHTML):
    """The rules whose output differs; raw HTML is shown as the text that it is."""

    def math_inline(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return f"<span class='math'>{escape(formula(tokens[idx].content))}</span>"

    def math_block(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return f"<pre class='math'>{escape(display(tokens[idx].content))}</pre>\n"

    math_block_label = math_block

    def html_inline(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return escape(tokens[idx].content)

    def html_block(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return f"<p>{escape(tokens[idx].content)}</p>\n"

    def claim(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return ""

    def stray_dollar(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return "$"


def formula(tex: str) -> str:
    """A formula in one line; as it is written where it cannot be read."""
    try:
        return mathbox.inline(tex)
    except MathError:
        return tex


def display(tex: str) -> str:
    """A formula as lines."""
    try:
        return "\n".join(mathbox.display(tex.strip()))
    except MathError:
        return tex.strip()


def to_html(text: str, target: Callable[[str], str]) -> str:
    """A Markdown text. target: the address of a link as it is written in a lesson; empty: it is left out, its words stay."""
    parser = course_parser()
    tokens = parser.parse(text)
    for token in tokens:
        _point(token.children or [], target)
    return str(_Renderer(parser).render(tokens, parser.options, {}))


def to_html_inline(text: str, target: Callable[[str], str]) -> str:
    """A short text, without a paragraph around it."""
    parser = course_parser()
    tokens = parser.parseInline(text.strip())
    for token in tokens:
        _point(token.children or [], target)
    return str(_Renderer(parser).render(tokens, parser.options, {}))


def _point(tokens: list[Token], target: Callable[[str], str]) -> None:
    """Send each link to where it leads on the pages; one that leads nowhere there loses its link."""
    opened: list[str] = []
    for token in tokens:
        if token.type == "link_open":
            href = str(token.attrs.get("href", ""))
            opened.append(href if _OUTSIDE.match(href) else "" if href.startswith(_LAB) else target(href))
            if opened[-1]:
                token.attrs["href"] = opened[-1]
            else:
                token.tag, token.attrs = "span", {}
        elif token.type == "link_close":
            token.tag = "a" if opened.pop() else "span"
        elif token.type == "image":
            token.type, token.tag = "text", ""
