"""Displayed formulas and listings: as wide as they are; what does not fit is scrolled sideways."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import HorizontalScroll
from textual.content import Content
from textual.widgets import Static

from tutor.draw.cells import Look
from tutor.tui.blocks.markdown import code_lines


def formula_lines(tex: str, look: Look) -> tuple[Content, ...]:
    """The lines of a displayed formula; one that cannot be read is shown as it was written."""
    from tutor.draw import mathbox

    try:
        lines = mathbox.display(tex, ascii=not look.unicode)
    except mathbox.MathError:
        lines = tex.strip().splitlines()
    return tuple(Content.styled(line, "$text-accent") for line in lines)


class Sideways(HorizontalScroll):
    """Content that keeps its width. It takes the focus only when it does not fit."""

    DEFAULT_CSS = """
    Sideways { height: auto; margin: 0 0 1 0; padding: 0 0 0 4; scrollbar-size-horizontal: 1; }
    Sideways Static { width: auto; height: auto; text-wrap: nowrap; }
    Sideways.-code { padding: 0 2; background: $surface; }
    Sideways:focus Static { background: $panel; }
    """
    BINDINGS = [Binding("escape", "screen.read", "Text", show=False)]

    def __init__(self, lines: tuple[Content, ...], classes: str = "") -> None:
        super().__init__(classes=classes, can_focus=False)
        self._lines = lines

    def compose(self) -> ComposeResult:
        yield Static(Content("\n").join(self._lines))

    def on_resize(self) -> None:
        self.can_focus = self.max_scroll_x > 0


def formula_widget(tex: str, look: Look) -> Sideways:
    return Sideways(formula_lines(tex, look))


def code_widget(text: str, language: str) -> Sideways:
    return Sideways(code_lines(text, language), classes="-code")
