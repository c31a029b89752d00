"""Prose: Markdown as pieces of text, and as the widgets that show them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it.token import Token
from textual.content import Content, Span

from tutor.course.markdown import course_parser
from tutor.draw.cells import Look
from tutor.tui.blocks.code import highlight
from tutor.tui.blocks.flow import NOTHING, Gap, Grid, Lines, Para, Piece
from tutor.tui.blocks.inline import Links, inline_tokens


@dataclass(frozen=True)
class Formula:
    """A displayed formula at the top level: a widget of its own, so that it can be scrolled."""

    tex: str


@dataclass(frozen=True)
class Code:
    """A listing at the top level."""

    text: str
    language: str


def parse_markdown(text: str, look: Look, links: Links | None = None) -> list[Piece | Formula | Code]:
    """The parts of a Markdown text in order."""
    return _Walk(course_parser().parse(text), look, links).parts()


def code_lines(text: str, language: str) -> tuple[Content, ...]:
    """The lines of a listing, highlighted."""
    spans = highlight(text, language)
    return tuple(
        Content(line.expandtabs(4), [Span(a, b, f"$text-{role}") for a, b, role in spans[i]])
        for i, line in enumerate(text.split("\n"))
    )


class _Walk:
    """One pass over the tokens; nesting (lists, quotes) is a stack of prefixes."""

    def __init__(self, tokens: Sequence[Token], look: Look, links: Links | None) -> None:
        self.tokens = tokens
        self.look = look
        self.links = links
        self.first: list[Content] = []
        self.rest: list[Content] = []
        self.counters: list[int | None] = []
        self.tight: list[bool] = []
        self.out: list[Piece | Formula | Code] = []

    def parts(self) -> list[Piece | Formula | Code]:
        tokens = iter(self.tokens)
        for token in tokens:
            self._take(token, tokens)
        return self.out

    def _take(self, token: Token, tokens: Iterator[Token]) -> None:
        match token.type:
            case "paragraph_open":
                self._paragraph(self._inline(tokens), loose=not token.hidden)
            case "heading_open":
                self._paragraph(self._inline(tokens).stylize("bold $text-primary"))
            case "bullet_list_open" | "ordered_list_open":
                start = token.attrs.get("start", 1)
                self.counters.append(int(start) if token.type == "ordered_list_open" else None)
            case "bullet_list_close" | "ordered_list_close":
                self.counters.pop()
                if not self.counters:
                    self.out.append(Gap())
            case "list_item_open":
                self._enter(*self._marker())
            case "blockquote_open":
                bar = Content.styled("▏ " if self.look.unicode else "| ", "$text-muted")
                self._enter(bar, bar)
            case "list_item_close" | "blockquote_close":
                self.first.pop()
                self.rest.pop()
                if token.type == "blockquote_close":
                    self.out.append(Gap())
            case "fence" | "code_block":
                self._listing(token.content.rstrip("\n"), token.info.split(" ", 1)[0])
            case "math_block" | "math_block_label" | "math_block_eqno":
                self._formula(token.content.strip())
            case "table_open":
                self._table(tokens)
            case "hr":
                self._add(Lines((Content.styled(("─" if self.look.unicode else "-") * 20, "$text-muted"),), self._prefix()))
            case "html_block":
                self._paragraph(Content(token.content.strip()))
            case "inline":
                self._paragraph(inline_tokens(token.children or (), self.look, self.links))

    def _inline(self, tokens: Iterator[Token]) -> Content:
        content = NOTHING
        for token in tokens:
            if token.type == "inline":
                content = inline_tokens(token.children or (), self.look, self.links)
            else:
                break
        return content

    def _marker(self) -> tuple[Content, Content]:
        count = self.counters[-1]
        if count is None:
            dot = ("•" if len(self.counters) == 1 else "◦") if self.look.unicode else "*"
            return Content.styled(f" {dot} ", "$text-primary"), Content("   ")
        self.counters[-1] = count + 1
        text = f"{count:>2}. "
        return Content.styled(text, "$text-primary"), Content(" " * len(text))

    def _enter(self, first: Content, rest: Content) -> None:
        self.first.append(first)
        self.rest.append(rest)

    def _prefix(self) -> Content:
        """What stands before a line here; a list's marker is used up by the first line after it."""
        prefix = Content("").join(self.first)
        self.first = list(self.rest)
        return prefix

    def _paragraph(self, text: Content, loose: bool = True) -> None:
        rest = Content("").join(self.rest)
        self.out.append(Para(text, self._prefix(), rest))
        if loose:
            self.out.append(Gap())

    def _add(self, piece: Piece) -> None:
        self.out += [piece, Gap()]

    def _listing(self, text: str, language: str) -> None:
        if not self.rest:
            self.out.append(Code(text, language))
            return
        self._add(Lines(code_lines(text, language), self._prefix()))

    def _formula(self, tex: str) -> None:
        if not self.rest:
            self.out.append(Formula(tex))
            return
        from tutor.tui.blocks.display import formula_lines

        self._add(Lines(formula_lines(tex, self.look), self._prefix()))

    def _table(self, tokens: Iterator[Token]) -> None:
        rows: list[tuple[Content, ...]] = []
        row: list[Content] = []
        align: list[str] = []
        for token in tokens:
            match token.type:
                case "table_close":
                    break
                case "th_open":
                    align.append(str(token.attrs.get("style", "")).rpartition(":")[2] or "left")
                case "inline":
                    cell = inline_tokens(token.children or (), self.look, self.links)
                    row.append(cell.stylize("bold") if not rows else cell)
                case "tr_close":
                    rows.append((*row, *[NOTHING] * (len(align) - len(row)))[: len(align)])
                    row = []
        self._add(Grid(tuple(rows), tuple(align), self._prefix()))
