"""An editor for a few lines of Python: highlighted, numbered, indented, with undo."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.binding import Binding
from textual.events import Key
from textual.strip import Strip
from textual.widgets import TextArea

from tutor.draw.cells import Look
from tutor.draw.plainly import to_ascii
from tutor.tui.blocks.code import Spans, highlight
from tutor.tui.theme import palette
from tutor.tui.widgets.in_order import does_own

_TAB = 4


class CodeEditor(TextArea):
    """Textual's editor with a highlighter of its own: the one that comes with it needs compiled grammars."""

    DEFAULT_CSS = """
    CodeEditor { border: none; padding: 0; background: $background; color: $foreground; scrollbar-size: 0 1; }
    CodeEditor:focus { border: none; }
    CodeEditor .text-area--gutter { color: $text-muted; background: $background; }
    CodeEditor .text-area--cursor-gutter { color: $text-accent; background: $surface; }
    CodeEditor .text-area--cursor-line { background: $surface; }
    CodeEditor .text-area--cursor { color: $background; background: $foreground; text-style: none; }
    CodeEditor .text-area--matching-bracket { background: $panel; text-style: bold; }
    CodeEditor .text-area--selection { background: $panel; }
    """
    BINDING_GROUP_TITLE = "The editor"
    BINDINGS = [
        Binding("ctrl+z", "undo", "Undo", show=False),
        Binding("ctrl+y", "redo", "Redo", show=False),
    ]

    def __init__(self, text: str, look: Look) -> None:
        super().__init__(text, soft_wrap=False, tab_behavior="indent", show_line_numbers=True, max_checkpoints=500)
        self.cursor_blink = False  # a blinking cursor costs bytes for ever
        self.look = look
        self._failing = 0
        self._lit: list[str] = []
        self._spans: list[Spans] = []

    def get_line(self, line_index: int) -> Text:
        """The line with its colours; all lines are coloured anew when one has changed (a quote may change many)."""
        line = super().get_line(line_index)
        if not self.look.unicode and not line.plain.isascii():  # cell by cell: the cursor must find its place
            line = Text(
                "".join(char if char.isascii() else plain if len(plain := to_ascii(char)) == 1 else "?" for char in line.plain)
            )
        lines = list(self.document.lines)
        if lines != self._lit:
            self._lit, self._spans = lines, highlight("\n".join(lines))
        if self.look.colour and line_index < len(self._spans):
            colours = palette(self.look.dark, self.look.few)
            for start, end, role in self._spans[line_index]:
                line.stylize(Style(color=colours[role]), start, end)
        return line

    @property
    def failing(self) -> int:
        """The number of the line that is marked in the margin; 0: none is."""
        return self._failing

    def mark(self, line: int) -> None:
        """Mark a line as the one that failed, or with 0 none."""
        if line != self._failing:
            self._failing = line
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The line, with its mark in the margin beside its number."""
        strip = super().render_line(y)
        at = y + self.scroll_offset.y
        if not self._failing or at != self._failing - 1 or at >= self.document.line_count:
            return strip
        colours = palette(self.look.dark, self.look.few)
        style = Style(color=colours["error"] if self.look.colour else None, bold=True, reverse=True)
        number = Segment(f"{self._failing:>{self.gutter_width - 2}}!", style)
        return Strip.join([Strip([number], self.gutter_width - 1), strip.crop(self.gutter_width - 1)])

    def replace_all(self, text: str) -> None:
        """Another text in place of this one: undo brings the old one back."""
        row, column = self.cursor_location
        self.replace(text, (0, 0), self.document.end, maintain_selection_offset=False)
        self.move_cursor((row, column))

    def on_resize(self) -> None:
        self.call_after_refresh(self.scroll_cursor_visible)

    async def _on_key(self, event: Key) -> None:
        if event.key == "escape":
            return  # Textual would give the focus to the next widget; here the screen decides
        if event.key == "enter" and not self.read_only:
            event.stop()
            event.prevent_default()
            row, column = self.cursor_location
            before = self.document.get_line(row)[:column]
            indent = before[: len(before) - len(before.lstrip())]
            deeper = " " * _TAB if before.split("#")[0].rstrip().endswith(":") else ""
            self._replace_via_keyboard("\n" + indent + deeper, *self.selection)
            return
        if not await does_own(self, event):
            await super()._on_key(event)

    def action_delete_left(self) -> None:
        """In the indent of a line, back to the stop before."""
        row, column = self.cursor_location
        before = self.document.get_line(row)[:column]
        if self.selection.is_empty and column and not before.strip() and column % _TAB == 0 and before.endswith(" " * _TAB):
            self._delete_via_keyboard((row, column - _TAB), (row, column))
            return
        super().action_delete_left()
